"""The site as files: each holds what the application answers, links lead to files, and only what changed is written."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode

import brotli
import feedparser
import psycopg
import pytest
from lxml import etree, html

from service import create_app
from service.article import Dated
from service.build import Report, build
from service.build.settings import Settings
from service.config import ROOT, Config
from service.errors import BuildError
from service.links import Links
from service.store import Store
from tests.conftest import CORPUS, publish, tool
from tests.test_deploy import get
from tests.test_main_job import PATIENCE, start, stop
from tests.test_serving import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.testing import FlaskClient

    from service.article import Entry
    from service.normalise import Registry

    MakeEntry = Callable[..., Entry]

HERE = "https://news.example.org/nashra"
CODED = {".gz": gzip.decompress, ".br": brotli.decompress}
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FOR_HOSTS = {"_headers", "_redirects", ".nojekyll"}


class Site:
    """A store, and the files that are built of it."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self.url = url or f"sqlite:///{folder}/nashra.db"
        self.store = Store.open(self.url)
        self.folder = folder / "site"
        self.config = Config(public_url=HERE, database_url=self.url, site_title="نشرة الاختبار", feed_length=5, access_log=False)
        self.settings = Settings(config=self.config, codings=("gzip", "br", "zstd"))

    def build(self, **changes: Any) -> Report:
        return build(replace(self.settings, **changes), self.folder)

    def client(self) -> FlaskClient:
        return create_app(self.config, self.store, Links(HERE, is_static=True)).test_client()

    def files(self) -> dict[str, Path]:
        """Return the documents by their names, without their coded forms and what the build keeps for itself."""
        found = (path for path in self.folder.rglob("*") if path.is_file() and ".nashra" not in path.parts)
        return {str(path.relative_to(self.folder)): path for path in found if path.suffix not in (".gz", ".br", ".zst")}

    def times(self) -> dict[str, int]:
        return {name: path.stat().st_mtime_ns for name, path in self.files().items()}


@pytest.fixture
def news(make_entry: MakeEntry, registry: Registry) -> list[Entry]:
    """Articles of two outlets and months, some without a date, in large channels and small ones."""
    outlets = [registry.by_key[key] for key in ("hespress", "lematin")]
    return [
        make_entry(
            number,
            title=f"خبر {number} <&>",
            outlet=outlets[number % 2],
            language=("ar", "fr")[number % 2],
            tags=("الماء & البيئة", f"وسم {number % 9}"),
            section="مجتمع",
            authors=("Nadia B.",) if number % 3 else (),
            published=None if number % 20 == 0 else Dated.of(f"2024-0{1 + number % 2}-{1 + number % 28:02}"),
        )
        for number in range(1, 131)
    ]


@pytest.fixture
def site(tmp_path: Path, news: list[Entry]) -> Iterator[Site]:
    made = Site(tmp_path)
    publish(made.store, *news)
    yield made
    made.store.close()


@pytest.fixture
def few(tmp_path: Path, news: list[Entry]) -> Iterator[Site]:
    """Return a site of some of the news, where how many there are does not matter."""
    made = Site(tmp_path)
    publish(made.store, *news[-30:])
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which the first test that needs a built site leaves one for the others."""
    return tmp_path_factory.mktemp("built")


@pytest.fixture
def built(templates: Path, tmp_path: Path, news: list[Entry]) -> Iterator[Site]:
    """Return a site of the news that has been built, a copy of which costs less than building it."""
    if not (templates / "site").exists():
        first = Site(templates)
        publish(first.store, *news)
        first.build()
        first.store.close()
    shutil.copytree(templates, tmp_path, dirs_exist_ok=True)
    made = Site(tmp_path)
    yield made
    made.store.close()


def asked(name: str) -> str:
    """Return the address at which the application is asked for what a file holds."""
    path = quote(name.removesuffix("index.html").removesuffix("/"))
    if not name.startswith("api/"):
        return f"/{path}"
    listed = re.fullmatch(r"api/v1/articles((?:/(?:outlet|tag|author|section|language|month|lacks|page)/[^/]+)*)\.json", name)
    if listed:
        said = listed[1].split("/")[1:]
        return "/api/v1/articles?" + urlencode({"page": "1"} | dict(zip(said[::2], said[1::2], strict=True)) | {"page_size": 100})
    if name == "api/v1/stats/by/month.json":
        return "/api/v1/stats?by=month&limit=1000"
    if re.fullmatch(r"api/v1/[a-z]+\.json", name) and name != "api/v1/openapi.json":
        return f"/{path.removesuffix('.json')}?limit=1000"
    return f"/{path}" if name == "api/v1/openapi.json" else f"/{path.removesuffix('.json')}"


def links_in(name: str, body: bytes) -> set[str]:
    """Return the addresses within the site that a document leads to."""
    if name.endswith(".html"):
        found = {link for _, _, link, _ in html.fromstring(body).iterlinks()}
        found |= set(html.fromstring(body).xpath("//input[@readonly]/@value | //meta[@property='og:url']/@content"))
    elif name.endswith((".atom", ".rss", ".xml", ".opml", ".svg")):
        every = etree.fromstring(body).iter("*")
        found = {text for element in every for text in (*element.attrib.values(), (element.text or "").strip())}
    elif name.endswith(".json"):
        found = set(strings_in(json.loads(body)))
    else:
        found = set(re.findall(r"https?://\S+", body.decode()))
    return {link for link in found if link.startswith((HERE, "/")) and not re.search(r"\s", link)}


def strings_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings_in(each)


def test_each_file_holds_what_the_application_answers(site: Site) -> None:
    report = site.build()
    files, client = site.files(), site.client()
    assert report.written == len(files)
    assert {name for name in files if name.startswith(("_", "."))} == FOR_HOSTS
    for name in sorted(set(files) - FOR_HOSTS - {"404.html"}):
        answer = client.get(asked(name), base_url=HERE, buffered=True)
        assert (name, answer.status_code) == (name, 200)
        assert files[name].read_bytes() == answer.data, name
    missing = client.get("/404.html", headers={"Accept": "text/html"}, base_url=HERE)
    assert missing.status_code == 404
    assert files["404.html"].read_bytes() == missing.data
    kinds = {
        "index.html",
        "feeds/all.atom",
        "feeds.opml",
        "sitemap.xml",
        "robots.txt",
        "api/v1/openapi.json",
        "static/nashra.css",
    }
    assert kinds <= set(files)
    # What needs someone who answers is not promised.
    assert "opensearch.xml" not in files


def test_no_link_within_the_site_is_dead(built: Site) -> None:
    files = built.files()
    for name in set(files) - {"_headers", "_redirects", "api/v1/openapi.json"}:
        for link in links_in(name, files[name].read_bytes()):
            assert "?" not in link, (name, link)
            path = unquote(link.removeprefix(HERE).removeprefix("/nashra").partition("#")[0]).strip("/")
            assert path in files or f"{path}/index.html".lstrip("/") in files, (name, link)


def test_every_article_is_reached_from_each_beginning(built: Site) -> None:
    files = built.files()
    ids = {str(entry_id) for entry_id, _ in all_entries(built.store)}

    def walk(name: str | None, relation: str) -> Iterator[bytes]:
        while name:
            body = files[name].read_bytes()
            yield body
            if name.endswith(".html"):
                found = html.fromstring(body).xpath("//a[@rel='next']/@href")
            elif name.endswith(".json"):
                found = [link for link in (json.loads(body).get(relation),) if link]
            else:
                found = etree.fromstring(body).xpath(f"//*[local-name()='link'][@rel='{relation}']/@href")
            path = unquote(found[0].removeprefix(HERE).strip("/")) if found else ""
            name = path if path in files else f"{path}/index.html" if path else None

    for beginning, relation in (
        ("feeds/all.atom", "prev-archive"),
        ("feeds/all.rss", "prev-archive"),
        ("feeds/all.json", "next_url"),
        ("index.html", "next"),
        ("api/v1/articles.json", "next"),
    ):
        text = b"".join(walk(beginning, relation)).decode()
        assert {found for found in ids if found in text} == ids, beginning
    months = json.loads(files["api/v1/stats/by/month.json"].read_bytes())["items"]
    lists = [*(f"month/{month['value']}" for month in months), "lacks/date"]
    found = [
        item["id"]
        for each in lists
        for body in walk(f"api/v1/articles/{each}.json", "next")
        for item in json.loads(body)["items"]
    ]
    assert (len(found), set(found)) == (130, ids)


def all_entries(store: Store) -> list[tuple[Any, datetime]]:
    with store.reader() as reader:
        return [found for number in reader.ranges(100) for found in reader.range(number, 100)]


def test_the_coded_forms_hold_the_same(built: Site) -> None:
    for name, path in built.files().items():
        body = path.read_bytes()
        beside = [path.with_name(path.name + suffix) for suffix in (".gz", ".br", ".zst")]
        assert all(one.exists() for one in beside) == (len(body) >= 500 and name not in FOR_HOSTS)
        for suffix, decode in CODED.items():
            if (one := path.with_name(path.name + suffix)).exists():
                assert decode(one.read_bytes()) == body
                assert one.stat().st_mtime_ns == path.stat().st_mtime_ns


def test_a_second_build_writes_only_what_changed(built: Site, make_entry: MakeEntry, registry: Registry) -> None:
    before = built.times()
    again = built.build()
    assert (again.written, again.removed, again.parts_unchanged) == (0, 0, again.parts)
    assert built.times() == before
    new = make_entry(500, title="جديد", outlet=registry.by_key["hespress"], language="ar", published=Dated.of("2024-02-28"))
    publish(built.store, new, changed=NOON + timedelta(days=1))
    report = built.build()
    after = built.times()
    changed = {name for name in after if after[name] != before.get(name)}
    assert report.written == len(changed)
    assert {f"articles/{new.id}/index.html", "feeds/outlets/hespress.atom", "feeds/all.rss", "index.html"} <= changed
    untouched = (
        "feeds/outlets/lematin.atom",
        "outlets/lematin/index.html",
        "feeds/all/archives/2024-01.atom",
        "archives/2024-01/index.html",
    )
    assert not changed & set(untouched)
    assert not any(
        name.startswith(("authors/", "feeds/authors/", "feeds/tags/", "sections/")) and name.count("/") > 1 for name in changed
    )
    fresh = build(built.settings, built.folder.with_name("fresh"))
    assert fresh.written == len(after)
    assert all((built.folder.with_name("fresh") / name).read_bytes() == path.read_bytes() for name, path in built.files().items())


def test_what_is_withdrawn_is_gone_in_every_form(built: Site, make_entry: MakeEntry) -> None:
    gone = make_entry(7)
    named = {name for name in built.files() if str(gone.id) in name}
    assert len(named) == 4
    with built.store.writer() as writer:
        writer.withdraw([gone.id], NOON + timedelta(days=1), "curator")
    report = built.build()
    assert report.removed == 4
    assert not list(built.folder.rglob(f"*{gone.id}*"))
    telling = {name for name, path in built.files().items() if str(gone.id).encode() in path.read_bytes()}
    # Readers are told by the tombstone, and by nothing else.
    assert telling
    assert all(name.startswith("feeds/") and name.endswith(".atom") for name in telling)


def test_a_file_that_was_lost_or_spoilt_with_the_settings_is_made_anew(built: Site) -> None:
    before = built.times()
    (built.folder / "feeds" / "all.atom").unlink()
    assert built.build().written == 1
    assert built.times().keys() == before.keys()
    titled = replace(built.settings, config=replace(built.config, site_title="عنوان آخر"))
    assert build(titled, built.folder).written > 100
    assert "عنوان آخر" in (built.folder / "index.html").read_text(encoding="utf-8")
    # What does not show the title is as old as it was.
    names = ("api/v1/openapi.json", "static/nashra.css", "robots.txt")
    assert all(built.times()[name] == before[name] for name in names)


@pytest.mark.slow
def test_a_build_that_is_killed_goes_on_where_it_stopped(site: Site) -> None:
    command = [sys.executable, "-m", "service", "build", site.folder, "--base-url", HERE]
    environment = {**os.environ, "DATABASE_URL": site.url, "SITE_TITLE": site.config.site_title, "FEED_LENGTH": "5"}
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    end = time.monotonic() + PATIENCE
    while not (site.folder / "feeds" / "languages").exists():
        assert time.monotonic() < end
        time.sleep(0.01)
    process.kill()
    process.wait()
    before = site.times()
    report = site.build()
    assert report.written + len(before) == len(site.files())
    assert all(site.times()[name] == changed for name, changed in before.items())
    assert not list(site.folder.rglob("*.tmp"))
    assert report.parts_unchanged


def test_an_empty_site_has_its_pages(tmp_path: Path) -> None:
    empty = Site(tmp_path)
    report = empty.build()
    assert {"index.html", "feeds/all.atom", "api/v1/articles.json", "404.html"} <= set(empty.files())
    assert empty.build().written == 0 < report.written
    empty.store.close()


@pytest.mark.slow
def test_what_is_published_during_a_build_is_in_it(few: Site, make_entry: MakeEntry) -> None:
    site = few

    def newcomer() -> None:
        while not (site.folder / "feeds" / "all.atom").exists():
            time.sleep(0.01)
        publish(site.store, make_entry(700, title="أثناء البناء"), changed=NOON + timedelta(days=1))
        with site.store.writer() as writer:
            writer.withdraw([make_entry(130).id], NOON + timedelta(days=1), "curator")

    thread = threading.Thread(target=newcomer)
    thread.start()
    report = site.build()
    thread.join()
    assert report.is_current
    site.folder = site.folder.with_name("fresh")
    site.build()
    for name, path in site.files().items():
        assert site.folder.with_name("site").joinpath(name).read_bytes() == path.read_bytes(), name
    assert not list(site.folder.with_name("site").rglob(f"*{make_entry(130).id}*"))


def test_a_name_that_no_file_can_have_is_told(few: Site, make_entry: MakeEntry) -> None:
    publish(few.store, make_entry(900, tags=("漢" * 120,)))
    report = few.build()
    assert any("漢" in name for name in report.unnameable)
    assert "feeds/all.atom" in few.files()


@pytest.mark.slow
def test_both_engines_give_the_same_files(built: Site, news: list[Entry], postgres: str, tmp_path: Path) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("drop schema public cascade")
        connection.execute("create schema public")
    (tmp_path / "other").mkdir()
    other = Site(tmp_path / "other", postgres)
    publish(other.store, *news)
    other.build()
    ours, theirs = built.files(), other.files()
    assert ours.keys() == theirs.keys()
    assert not [name for name, path in ours.items() if path.read_bytes() != theirs[name].read_bytes()]
    again = other.build()
    assert (again.written, again.parts_unchanged) == (0, again.parts)
    other.store.close()


def test_several_processes_write_the_same(built: Site) -> None:
    there = built.folder.with_name("shared")
    report = build(replace(built.settings, jobs=2), there)
    files = built.files()
    assert report.written == len(files)
    assert all((there / name).read_bytes() == path.read_bytes() for name, path in files.items())


def test_a_folder_of_someone_else_is_left_alone(few: Site) -> None:
    few.folder.mkdir()
    (few.folder / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(BuildError, match=r"letter\.txt"):
        few.build()
    (few.folder / "letter.txt").rename(few.folder / "CNAME")
    (few.folder / ".git").mkdir()
    assert few.build().written
    assert (few.folder / "CNAME").read_text(encoding="utf-8") == "dear"


def test_hosts_are_told_types_and_old_addresses(built: Site) -> None:
    told = (built.folder / "_headers").read_text(encoding="utf-8")
    client = built.client()
    for form in ("atom", "rss", "json"):
        assert f"/feeds/*.{form}\n  Content-Type: {client.get(f'/feeds/all.{form}').content_type}\n" in told
    assert f"  Content-Security-Policy: {client.get('/').headers['Content-Security-Policy']}\n" in told
    moved = [line.split() for line in (built.folder / "_redirects").read_text(encoding="utf-8").splitlines()]
    assert ["/rss", f"{HERE}/feeds/all.rss", "301"] in moved
    assert all(Path(built.folder, where.removeprefix(f"{HERE}/")).exists() for _, where, _ in moved)


@contextmanager
def nginx(tmp_path: Path, name: str, changes: dict[str, str]) -> Iterator[str]:
    """Run nginx by a file that we ship; only places and ports are this machine's."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/bin") or tool("nginx")
    port = free_port()
    shipped = (ROOT / "deploy" / name).read_text(encoding="utf-8")
    for ours, here in {**changes, "listen 80;": f"listen 127.0.0.1:{port};"}.items():
        assert ours in shipped
        shipped = shipped.replace(ours, here)
    own = "".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    main = f"daemon off; pid {tmp_path}/pid; events {{}}\nhttp {{ access_log off; {own}\n{shipped}}}"
    file = tmp_path / "nginx.conf"
    file.write_text(f"user root;\n{main}" if os.geteuid() == 0 else main, encoding="utf-8")
    process = subprocess.Popen([program, "-p", tmp_path, "-c", file, "-e", tmp_path / "error.log"])
    url = f"http://127.0.0.1:{port}"
    end = time.monotonic() + PATIENCE
    while True:
        try:
            get(url + "/robots.txt")
            break
        except OSError:
            assert time.monotonic() < end, (tmp_path / "error.log").read_text()
            time.sleep(0.05)
    yield url
    process.terminate()
    process.wait()


@pytest.fixture
def hosted(site: Site, tmp_path: Path) -> Iterator[str]:
    """The files behind nginx, with no service."""
    build(replace(site.settings, config=replace(site.config, public_url="https://news.example.org")), site.folder)
    with nginx(tmp_path, "nginx-static.conf", {"root /var/www/nashra;": f"root {site.folder};"}) as url:
        yield url


@pytest.mark.slow
def test_nginx_serves_the_files_as_the_service_would(hosted: str, site: Site) -> None:
    client = create_app(replace(site.config, public_url="https://news.example.org"), site.store).test_client()
    for path in (
        "/",
        "/about",
        "/outlets/hespress",
        "/feeds",
        "/feeds/all.atom",
        "/feeds/all.rss",
        "/feeds/all.json",
        "/feeds.opml",
    ):
        status, headers, _ = get(hosted + path)
        assert (path, status, headers["Content-Type"]) == (path, 200, client.get(path, buffered=True).content_type)
    for path in ("/sitemap.xml", "/robots.txt", "/static/nashra.css", "/static/icon.svg", "/api/v1/openapi.json"):
        status, headers, _ = get(hosted + path)
        assert (path, status, headers["Content-Type"]) == (path, 200, client.get(path, buffered=True).content_type)
    status, headers, body = get(f"{hosted}/feeds/all.atom", Accept_Encoding="gzip")
    assert headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == (site.folder / "feeds" / "all.atom").read_bytes()
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert get(f"{hosted}/feeds/all.atom", If_None_Match=headers["ETag"], Accept_Encoding="gzip")[0] == 304
    assert get(f"{hosted}/nothing/here")[::2] == (404, (site.folder / "404.html").read_bytes())
    assert get(f"{hosted}/.nashra/manifest.db")[0] == get(f"{hosted}/_headers")[0] == 404
    listed = json.loads(get(f"{hosted}/api/v1/articles.json")[2])
    item = listed["items"][0]
    assert get(item["url"].replace("https://news.example.org", hosted))[0] == 200
    assert json.loads(get(item["evidence_url"].replace("https://news.example.org", hosted))[2])


@pytest.mark.slow
def test_a_reader_follows_a_feed_of_files(hosted: str) -> None:
    feed = feedparser.parse(f"{hosted}/feeds/tags/{quote('الماء-البييه')}.atom")
    known = feed if feed.entries else feedparser.parse(f"{hosted}/feeds/all.atom")
    assert not known.bozo
    assert len(known.entries) == 5
    ids, following = {entry.id for entry in known.entries}, known.feed.links
    while archive := next((link.href for link in following if link.rel == "prev-archive"), None):
        page = feedparser.parse(archive.replace("https://news.example.org", hosted))
        assert not page.bozo
        assert page.entries
        ids |= {entry.id for entry in page.entries}
        following = page.feed.links
    assert len(ids) == 130


@pytest.mark.slow
def test_beside_a_running_service_the_files_are_its_answers(tmp_path: Path) -> None:
    served, folder = start(tmp_path, PUBLIC_URL="https://news.example.org"), tmp_path / "site"
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/nashra.db", "PUBLIC_URL": "https://news.example.org"}
    command = [sys.executable, "-m", "service", "build", folder, "--beside", "--jobs", "2", "--coding", "gzip"]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    files = [path for path in folder.rglob("*") if path.is_file() and ".nashra" not in path.parts]
    named = {str(path.relative_to(folder)) for path in files if path.suffix != ".gz"} - FOR_HOSTS - {"404.html"}
    assert f"{len(named) + 4} documents written" in done.stdout
    assert "opensearch.xml" in named
    assert not [path for path in files if path.suffix == ".br"]
    for name in named:
        path = quote(name.removesuffix("index.html").removesuffix("/"))
        is_api = name.startswith("api/") and name != "api/v1/openapi.json"
        status, _, body = get(f"{served.url}/{path.removesuffix('.json') if is_api else path}")
        assert (name, status) == (name, 200)
        assert (folder / name).read_bytes() == body, name
    changes = {"root /var/www/nashra;": f"root {folder};", "http://127.0.0.1:8000": served.url}
    with nginx(tmp_path, "nginx-beside.conf", changes) as url:
        for path in ("/", "/outlets", "/feeds/all.json", "/api/v1/articles", "/api/v1/openapi.json"):
            status, headers, body = get(url + path)
            assert (status, body) == (200, get(served.url + path)[2])
            assert "X-Request-ID" not in headers
        for path, accept in (("/?language=fr", "*/*"), ("/api/v1/articles?limit=2", "*/*"), ("/api/v1/articles", "text/csv")):
            status, headers, body = get(url + path, Accept=accept)
            assert (status, body) == (200, get(served.url + path, Accept=accept)[2])
            assert "X-Request-ID" in {name.title().replace("Id", "ID") for name in headers}
        assert get(f"{url}/feeds/all.json?limit=1")[2] == get(f"{served.url}/feeds/all.json?limit=1")[2]
        assert get(f"{url}/nothing")[0] == 404
    assert stop(served) == 0


def test_a_site_is_published_and_built_by_one_command(tmp_path: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/nashra.db", "CORPUS_DIR": str(CORPUS)}
    command = [sys.executable, "-m", "service", "build", tmp_path / "site", "--ingest", "--base-url", HERE, "--coding", "none"]
    for said in (f"{len(list(CORPUS.iterdir()))} new", " 0 documents written"):
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
        assert said in done.stdout
        assert not done.stderr
    assert not list((tmp_path / "site").rglob("*.gz"))
