"""The main job over the real interfaces: `nashra serve --ingest`, a feed reader, a browser."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING

import feedparser
import pytest
from playwright.sync_api import sync_playwright

from service.config import ROOT
from tests.conftest import CORPUS, tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.slow

PATIENCE = 20
CHROMIUM = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@dataclass(frozen=True)
class Served:
    """A running service."""

    url: str
    process: subprocess.Popen[str]
    said: str


def start(folder: Path, **settings: str) -> Served:
    """Start the service on a free port and wait until it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = {name: value for name, value in os.environ.items() if name not in ("PUBLIC_URL", "CORPUS_DIR")}
    environment |= {"PORT": str(port), "DATABASE_URL": f"sqlite:///{folder}/nashra.db", "LOG_FORMAT": "text"} | settings
    log = folder / f"{port}.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "service", "serve", "--ingest"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=PATIENCE).close()
            return Served(url, process, log.read_text(encoding="utf-8"))
        except OSError:
            time.sleep(0.05)
    process.kill()
    pytest.fail(log.read_text(encoding="utf-8"))


def stop(served: Served) -> int:
    """Ask the service to end and return its exit status."""
    served.process.send_signal(signal.SIGTERM)
    return served.process.wait(PATIENCE)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    running = start(tmp_path_factory.mktemp("served"), WEB_CONCURRENCY="2")
    yield running
    assert stop(running) == 0


@pytest.fixture(scope="module")
def page(served: Served) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tool("chromium"), args=list(CHROMIUM))
        yield browser.new_page(base_url=served.url)
        browser.close()


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=PATIENCE) as response:
        return bytes(response.read())


def test_the_urls_to_open_are_printed_and_work(served: Served) -> None:
    urls = [word for word in served.said.split() if word.startswith("http")]
    assert urls == [f"{served.url}/", f"{served.url}/feeds/all.atom", f"{served.url}/api/v1/articles"]
    assert all(fetch(url) for url in urls)


def test_feedparser_reads_every_capture(served: Served) -> None:
    feed = feedparser.parse(fetch(f"{served.url}/feeds/all.atom"))
    assert not feed.bozo
    assert len(feed.entries) == len(list(CORPUS.iterdir()))
    report = next(entry for entry in feed.entries if entry.get("author") == "كود" and "published" in entry)
    assert report.published[:4] in ("2022", "2023")


def test_the_same_bytes_come_after_a_restart_and_a_rebuild(served: Served, tmp_path: Path) -> None:
    first = fetch(f"{served.url}/feeds/all.atom")
    rebuilt = start(tmp_path, PUBLIC_URL=served.url)
    again = fetch(f"{rebuilt.url}/feeds/all.atom")
    assert stop(rebuilt) == 0
    restarted = start(tmp_path, PUBLIC_URL=served.url)
    assert "0 new, 0 changed" in restarted.said
    assert fetch(f"{restarted.url}/feeds/all.atom") == again == first
    assert stop(restarted) == 0


def test_newsboat_subscribes_and_shows_every_item(served: Served, tmp_path: Path) -> None:
    newsboat = tool("newsboat")
    (tmp_path / "urls").write_text(f"{served.url}/feeds/all.atom\n")
    (tmp_path / "config").write_text("")
    place = [f"--url-file={tmp_path}/urls", f"--cache-file={tmp_path}/cache.db", f"--config-file={tmp_path}/config"]
    environment = os.environ | {"HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    for command in ("reload", "print-unread"):
        done = subprocess.run(
            [newsboat, *place, "-x", command], env=environment, capture_output=True, text=True, timeout=60, check=True
        )
    assert done.stdout.split()[0] == str(len(list(CORPUS.iterdir())))


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_fit_their_window_and_need_no_script(served: Served, page: Page, width: int) -> None:
    browser = page.context.browser
    assert browser
    bare = browser.new_context(base_url=served.url, viewport={"width": width, "height": 800}, java_script_enabled=False)
    wide = browser.new_context(base_url=served.url, viewport={"width": width, "height": 800})
    complaints: list[str] = []
    shown, measured = bare.new_page(), wide.new_page()
    measured.on("console", lambda message: complaints.append(message.text))
    shown.goto("/")
    article = shown.locator("article h2 a").first.get_attribute("href")
    assert article
    for url in ("/", "/?q=المغرب&language=ar", "/outlets", "/feeds", "/about", "/outlets/goud", article, f"{article}/evidence"):
        measured.goto(url)
        assert measured.evaluate("document.documentElement.scrollWidth") <= width, url
        shown.goto(url)
        shown.locator("details.subscribe summary").click()
        assert shown.locator("details.subscribe input").first.is_visible()
    shown.goto("/")
    shown.get_by_role("searchbox").fill("المغرب")
    shown.keyboard.press("Enter")
    shown.locator("mark").first.wait_for()
    shown.locator(".chosen a").first.click()
    assert shown.url == f"{served.url}/"
    # Who goes by keyboard meets the way past the menu first.
    shown.keyboard.press("Tab")
    skip = shown.locator("a.skip")
    assert skip.evaluate("element => element === document.activeElement")
    assert skip.is_visible()
    assert not complaints
    bare.close()
    wide.close()


@pytest.mark.parametrize(("form", "entry"), [("atom", "entry"), ("rss", "item")])
def test_a_browser_shows_a_feed_as_words(page: Page, form: str, entry: str) -> None:
    page.goto(f"/feeds/all.{form}")
    first = page.locator(entry).first
    assert first.locator("title").first.is_visible()
    assert all(not first.locator(technical).first.is_visible() for technical in ("id, guid", "link", "published, pubDate"))
    styles = "element => { const of = getComputedStyle(element); return [of.textAlign, of.unicodeBidi] }"
    assert first.locator("title").first.evaluate(styles) == ["start", "plaintext"]
    said = page.evaluate("getComputedStyle(document.documentElement, '::before').content")
    assert all(words in said for words in ("قارئ الخلاصات", "lecteur de flux", "feed reader"))


def test_a_browser_shows_the_bulletin_right_to_left_and_finds_the_feed(served: Served, page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 800})
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.goto("/")
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    title = page.locator('article[lang="ar"] h2').first
    box, viewport = title.bounding_box(), page.viewport_size
    assert box
    assert viewport
    assert title.evaluate("node => getComputedStyle(node).textAlign") == "start"
    french = page.locator('article[lang="fr"] h2').first
    assert french.evaluate("node => getComputedStyle(node).direction") == "ltr"
    page.get_by_text("اشترك").first.click()
    assert page.locator("details.subscribe input").first.input_value() == f"{served.url}/feeds/all.atom"
    assert refused == []


def test_a_click_leads_to_the_words_that_say_when(page: Page) -> None:
    page.goto("/")
    page.locator("article h2 a").first.click()
    page.get_by_text("لماذا هذه القيم؟").click()
    row = page.locator("tr", has=page.get_by_text("published", exact=True))
    assert row.locator("q").inner_text().strip()


def test_a_folder_that_does_not_exist_is_one_clear_line(tmp_path: Path) -> None:
    environment = os.environ | {"CORPUS_DIR": str(tmp_path / "none"), "DATABASE_URL": f"sqlite:///{tmp_path}/x.db"}
    done = subprocess.run(
        [sys.executable, "-m", "service", "serve", "--ingest"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == f"nashra: {tmp_path}/none: no such folder; name the folder of captures, or set CORPUS_DIR\n"


def test_a_port_that_is_taken_is_one_clear_line(served: Served, tmp_path: Path) -> None:
    port = served.url.rpartition(":")[2]
    environment = os.environ | {"PORT": port, "DATABASE_URL": f"sqlite:///{tmp_path}/x.db"}
    done = subprocess.run(
        [sys.executable, "-m", "service", "serve"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"nashra: PORT={port}: Address already in use")


def test_the_api_walks_all_articles(served: Served) -> None:
    url, seen = f"{served.url}/api/v1/articles?limit=5", []
    while url:
        body = json.loads(fetch(url))
        seen += [item["id"] for item in body["items"]]
        url = body["next"]
    assert len(seen) == len(set(seen)) == len(list(CORPUS.iterdir()))
