"""Hosts of the built files: what they are told, and that nginx answers as the service would, alone or beside it."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import feedparser
import pytest

from service import create_app
from service.build import build
from service.config import ROOT
from tests.conftest import tool
from tests.sites import FOR_HOSTS, HERE, Site
from tests.test_deploy import get
from tests.test_main_job import PATIENCE, start, stop
from tests.test_serving import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator


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
