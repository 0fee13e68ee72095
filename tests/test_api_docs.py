"""The way into the API: an index for programs, a page for people on which it can be tried."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from lxml import html
from playwright.sync_api import sync_playwright

from service.api.docs import ASSETS, VERSION
from tests.conftest import CORPUS, tool
from tests.test_main_job import CHROMIUM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from playwright.sync_api import Page

SITE = "https://news.example.org"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v1/"])
def test_programs_find_what_there_is_and_people_the_page(client: FlaskClient, path: str) -> None:
    for accept in ("", "*/*", "application/json"):
        response = client.get(path, headers={"Accept": accept} if accept else {})
        assert (response.status_code, response.content_type) == (200, "application/json")
        assert {"Accept", "Accept-Encoding"} <= set(response.vary)
        urls = [url for name, url in response.json.items() if name.endswith("_url")]
        assert len(urls) == 10
        for url in urls:
            assert client.get(url.removeprefix(SITE)).status_code == 200, url
    again = client.get(path, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
    sent_on = client.get(path, headers={"Accept": BROWSER})
    assert (sent_on.status_code, sent_on.headers["Location"]) == (302, f"{SITE}/api/docs")
    assert "Accept" in sent_on.vary


def test_the_page_alone_may_run_scripts_and_only_those_of_the_site(client: FlaskClient) -> None:
    response = client.get("/api/docs")
    assert response.content_type == "text/html; charset=utf-8"
    policy = dict(directive.split(" ", 1) for directive in response.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    # Where the page is opened at another address, what is tried goes to the public one.
    assert policy["connect-src"] == f"'self' {SITE}"
    root = html.fromstring(response.data.decode())
    assert root.findtext(".//title") == "API · نشرة الاختبار"
    assert root.xpath("//script[not(@src)]") == []
    loaded = root.xpath("//script/@src | //link[@rel='stylesheet' or @rel='icon']/@href")
    assert len(loaded) == 5
    for url in loaded:
        assert url.startswith("/")
        with client.get(url) as found:
            assert found.status_code == 200, url
    for path in ("/", "/api/v1/articles", "/about"):
        assert "script-src" not in client.get(path).headers["Content-Security-Policy"]


@pytest.mark.parametrize("coding", ["", "gzip", "br", "zstd"])
def test_what_the_page_loads_is_kept_by_browsers_for_good(client: FlaskClient, coding: str) -> None:
    for name in ASSETS:
        url = f"/api/docs/{VERSION}/{name}"
        response = client.get(url, headers={"Accept-Encoding": coding})
        assert response.headers.get("Content-Encoding", "") == coding
        assert "immutable" in response.headers["Cache-Control"]
        assert client.get(url, headers={"Accept-Encoding": coding, "If-None-Match": response.headers["ETag"]}).status_code == 304
    for url in ("/api/docs/v0/swagger-ui.css", f"/api/docs/{VERSION}/README.md", f"/api/docs/{VERSION}/..%2f__init__.py"):
        assert client.get(url).status_code == 404


@pytest.fixture
def browser_page(live: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tool("chromium"), args=list(CHROMIUM))
        yield browser.new_page(base_url=live, viewport={"width": 1200, "height": 1000})
        browser.close()


@pytest.mark.slow
def test_a_request_can_be_tried_and_nothing_comes_from_another_host(browser_page: Page) -> None:
    page, complaints, hosts = browser_page, [], set()
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.goto("/api/docs")
    operation = page.locator("#operations-articles-list_articles")
    operation.locator(".opblock-summary-control").click()
    operation.locator("button.execute").wait_for()
    shown = operation.locator("tr[data-param-name='q'] code")
    assert shown.inner_text() == "مراكش -مطار"
    # As the text it is: the exclusion stands to the left of what is sought.
    assert shown.evaluate("element => getComputedStyle(element).unicodeBidi") == "plaintext"
    operation.locator("tr[data-param-name='limit'] input").fill("500")
    operation.locator("button.execute").click()
    answer = operation.locator(".live-responses-table .response-col_description pre").first
    answer.wait_for()
    found = json.loads(answer.inner_text())
    assert len(found["items"]) == len(list(CORPUS.iterdir()))
    assert any("ا" in item["title"] for item in found["items"] if item["title"])
    assert operation.locator(".live-responses-table .response .response-col_status").first.inner_text().strip() == "200"
    assert not complaints
    assert hosts == {urlsplit(page.url).netloc}
