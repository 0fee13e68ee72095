"""The site as files: each holds what the application answers, and links lead to files."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode

import brotli
import psycopg
import pytest
from lxml import etree, html

from service.build import build
from service.config import ROOT
from service.errors import BuildError
from tests.conftest import CORPUS, publish
from tests.sites import FOR_HOSTS, HERE, Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from service.article import Entry
    from service.store import Store

    MakeEntry = Callable[..., Entry]

CODED = {".gz": gzip.decompress, ".br": brotli.decompress}


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


def test_an_empty_site_has_its_pages(tmp_path: Path) -> None:
    empty = Site(tmp_path)
    report = empty.build()
    assert {"index.html", "feeds/all.atom", "api/v1/articles.json", "404.html"} <= set(empty.files())
    assert empty.build().written == 0 < report.written
    empty.store.close()


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


def test_a_site_is_published_and_built_by_one_command(tmp_path: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/nashra.db", "CORPUS_DIR": str(CORPUS)}
    command = [sys.executable, "-m", "service", "build", tmp_path / "site", "--ingest", "--base-url", HERE, "--coding", "none"]
    for said in (f"{len(list(CORPUS.iterdir()))} new", " 0 documents written"):
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
        assert said in done.stdout
        assert not done.stderr
    assert not list((tmp_path / "site").rglob("*.gz"))
