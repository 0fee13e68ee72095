"""What leads readers, browsers and search engines to what is here: OPML, OpenSearch, sitemaps, links in pages and headers."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from lxml import etree, html
from werkzeug.http import parse_options_header

from service import create_app
from service.article import Dated
from service.config import ROOT, Config
from service.links import COLLECTIONS, Links
from service.services import EXTENSION
from service.store import Facet, Store, Term
from tests.conftest import publish, tool

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from service.article import Entry
    from service.normalise import Registry

    MakeEntry = Callable[..., Entry]

HERE = "https://news.example.org"
LINKS = Links(HERE)
SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
OPENSEARCH = {"o": "http://a9.com/-/spec/opensearch/1.1/"}
MEDIA_TYPES = ("application/atom+xml", "application/rss+xml", "application/feed+json")


@pytest.fixture
def filled(app: Flask, make_entry: MakeEntry, registry: Registry) -> FlaskClient:
    publish(
        app.extensions[EXTENSION].store,
        make_entry(1, title="السدود", outlet=registry.by_key["hespress"], tags=("الماء & البيئة",), section="مجتمع"),
        make_entry(2, outlet=registry.by_key["lematin"], language="fr", authors=("Nadia B.",), published=Dated.of("2024-06-02")),
    )
    return app.test_client()


def outlines(client: FlaskClient, url: str) -> dict[str, list[str]]:
    """Return the feeds of each group of a list; the first has no group."""
    response = client.get(url)
    assert response.status_code == 200
    assert response.content_type == "text/x-opml; charset=utf-8"
    root = etree.fromstring(response.data)
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert [child.tag for child in root] == ["head", "body"]
    assert root.findtext("head/title")
    found: dict[str, list[str]] = {}
    for top in root.find("body"):
        assert top.get("text")
        leaves = [top] if top.get("xmlUrl") else list(top)
        assert all(leaf.get("type") == "rss" and leaf.get("text") and leaf.get("htmlUrl") for leaf in leaves)
        found["" if top.get("xmlUrl") else top.get("text")] = [leaf.get("xmlUrl").removeprefix(HERE) for leaf in leaves]
    return found


def test_all_channels_are_one_list_for_readers(filled: FlaskClient) -> None:
    listed = outlines(filled, "/feeds.opml")
    assert listed[""] == ["/feeds/all.atom"]
    assert listed["الناشرون"] == ["/feeds/outlets/hespress.atom", "/feeds/outlets/lematin.atom"]
    assert list(listed) == ["", "الناشرون", "الوسوم", "الكتّاب", "الأقسام", "اللغات"]
    assert all(filled.get(url).status_code == 200 for urls in listed.values() for url in urls)
    root = etree.fromstring(filled.get("/feeds.opml").data)
    assert parsedate_to_datetime(root.findtext("head/dateModified")) == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert root.xpath('//outline[@text="الفرنسية"]/@language') == ["fr"]
    assert root.xpath('//outline[@text="الماء & البيئة"]/@htmlUrl') == [LINKS.channel(Term.of(Facet.TAG, "الماء & البيئة"))]


def test_the_list_can_be_of_some_feeds_in_another_form(filled: FlaskClient) -> None:
    assert outlines(filled, "/feeds.opml?facet=outlet,language&format=rss") == {
        "": ["/feeds/all.rss"],
        "الناشرون": ["/feeds/outlets/hespress.rss", "/feeds/outlets/lematin.rss"],
        "اللغات": ["/feeds/languages/ar.rss", "/feeds/languages/fr.rss"],
    }
    assert outlines(filled, "/feeds.opml?facet=outlet&facet=author&language=fr&format=json") == {
        "": ["/feeds/search.json?language=fr"],
        "الناشرون": ["/feeds/outlets/lematin.json"],
        "الكتّاب": ["/feeds/authors/nadia-b.json"],
    }
    assert outlines(filled, f"/feeds.opml?q={quote('لا شيء من هذا')}") == {
        "": [f"/feeds/search.atom?q={quote('لا شيء من هذا').replace('%20', '+')}"]
    }


@pytest.mark.parametrize(
    ("parameters", "named"),
    [("facett=outlet", "facett"), ("facet=month", "facet"), ("format=xml", "format"), ("limit=3", "limit"), ("since=x", "since")],
)
def test_a_wrong_parameter_of_the_list_is_named(filled: FlaskClient, parameters: str, named: str) -> None:
    response = filled.get(f"/feeds.opml?{parameters}")
    assert (response.status_code, response.content_type) == (400, "application/problem+json")
    assert [error["parameter"] for error in json.loads(response.data)["errors"]] == [named]


def test_an_unchanged_list_is_not_sent_again(filled: FlaskClient, app: Flask, make_entry: MakeEntry) -> None:
    for url in ("/feeds.opml", "/feeds.opml?language=fr"):
        first = filled.get(url)
        assert filled.get(url, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
        assert filled.get(url, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304
    before = {url: filled.get(url).headers["ETag"] for url in ("/feeds.opml", "/feeds.opml?language=fr")}
    publish(app.extensions[EXTENSION].store, make_entry(3))
    assert filled.get("/feeds.opml").headers["ETag"] != before["/feeds.opml"]
    assert filled.get("/feeds.opml?language=fr").headers["ETag"] == before["/feeds.opml?language=fr"]


def test_an_empty_list_is_a_list(client: FlaskClient) -> None:
    assert outlines(client, "/feeds.opml") == {"": ["/feeds/all.atom"]}


@pytest.mark.slow
def test_newsboat_imports_the_list(filled: FlaskClient, tmp_path: Path) -> None:
    newsboat = tool("newsboat")
    (tmp_path / "feeds.opml").write_bytes(filled.get("/feeds.opml").data)
    (tmp_path / "urls").write_text("")
    place = [f"--url-file={tmp_path}/urls", f"--cache-file={tmp_path}/cache.db"]
    command = [newsboat, *place, "-i", f"{tmp_path}/feeds.opml"]
    environment = os.environ | {"HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    subprocess.run(command, env=environment, capture_output=True, timeout=60, check=True)
    imported = {line.split()[0] for line in (tmp_path / "urls").read_text().splitlines()}
    assert imported == {f"{HERE}{url}" for urls in outlines(filled, "/feeds.opml").values() for url in urls}


def test_browsers_and_readers_learn_how_to_search(filled: FlaskClient) -> None:
    response = filled.get("/opensearch.xml")
    assert response.content_type == "application/opensearchdescription+xml; charset=utf-8"
    root = etree.fromstring(response.data)
    assert root.tag == "{http://a9.com/-/spec/opensearch/1.1/}OpenSearchDescription"
    assert 0 < len(root.findtext("o:ShortName", namespaces=OPENSEARCH)) <= 16
    assert 0 < len(root.findtext("o:Description", namespaces=OPENSEARCH)) <= 1024
    templates = {url.get("type"): url.get("template") for url in root.iterfind("o:Url", OPENSEARCH)}
    assert templates.pop("application/opensearchdescription+xml") == f"{HERE}/opensearch.xml"
    assert set(templates) == {"text/html", "application/atom+xml", "application/rss+xml"}
    for media_type, template in templates.items():
        found = filled.get(template.replace("{searchTerms}", quote("السدود")))
        assert (found.status_code, found.mimetype) == (200, media_type)
        assert "السدود" in found.data.decode()


def test_a_long_title_is_cut_where_it_must_be_short(app: Flask) -> None:
    named = create_app(Config(site_title="Nouvelles de tout le Maghreb"), app.extensions[EXTENSION].store)
    root = etree.fromstring(named.test_client().get("/opensearch.xml").data)
    assert root.findtext("o:ShortName", namespaces=OPENSEARCH) == "Nouvelles de tou"


def pages_of(client: FlaskClient, url: str) -> list[str]:
    response = client.get(url)
    assert (response.status_code, response.content_type) == (200, "application/xml; charset=utf-8")
    return etree.fromstring(response.data).xpath("//s:loc/text()", namespaces=SITEMAP)


def test_search_engines_find_every_page(filled: FlaskClient) -> None:
    robots = filled.get("/robots.txt")
    assert robots.content_type == "text/plain; charset=utf-8"
    assert f"Sitemap: {HERE}/sitemap.xml" in robots.data.decode().splitlines()
    parts = pages_of(filled, "/sitemap.xml")
    listed = [url for part in parts for url in pages_of(filled, part)]
    assert len(listed) == len(set(listed))
    assert {f"{HERE}/", f"{HERE}/about", LINKS.channel(Term(Facet.OUTLET, "hespress"))} <= set(listed)
    assert sum("/articles/" in url for url in listed) == 2
    for url in listed:
        found = filled.get(url)
        assert found.status_code == 200
        assert html.fromstring(found.data.decode()).xpath('//link[@rel="canonical"]/@href') == [url]


def test_the_list_of_pages_is_cut_into_parts(filled: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.web.discovery.PART", 2)
    parts = pages_of(filled, "/sitemap.xml")
    assert parts == [f"{HERE}/sitemaps/{name}.xml" for name in ("pages", "articles-0", "articles-1")]
    assert [len(pages_of(filled, part)) for part in parts[1:]] == [1, 1]
    for number in ("2", "7000000000000000000000"):
        assert filled.get(f"/sitemaps/articles-{number}.xml").status_code == 404


def test_an_unchanged_sitemap_is_not_sent_again(filled: FlaskClient) -> None:
    for url in ("/sitemap.xml", "/sitemaps/pages.xml", "/sitemaps/articles-0.xml", "/opensearch.xml", "/robots.txt"):
        etag = filled.get(url).headers["ETag"]
        assert filled.get(url, headers={"If-None-Match": etag}).status_code == 304
        assert filled.get(f"{url}?x=1").status_code == 400


def test_ranges_of_entries_are_the_same_on_both_engines(store: Store, make_entry: MakeEntry) -> None:
    publish(store, *(make_entry(n) for n in range(1, 8)))
    with store.reader() as reader:
        assert reader.ranges(3) == [0, 1, 2]
        found = [reader.range(number, 3) for number in (0, 1, 2, 3)]
    assert [len(each) for each in found] == [2, 3, 2, 0]


def test_every_page_names_its_feeds_the_most_specific_first(filled: FlaskClient) -> None:
    everything = [LINKS.feed(form=form) for form in ("atom", "rss", "json")]
    article = pages_of(filled, "/sitemaps/articles-0.xml")[0]
    for url, term in (
        ("/", None),
        ("/about", None),
        ("/outlets", None),
        ("/outlets/hespress", Term(Facet.OUTLET, "hespress")),
        ("/languages/fr", Term(Facet.LANGUAGE, "fr")),
        (article, Term(Facet.OUTLET, "hespress")),
    ):
        own = [LINKS.feed(term, form) for form in ("atom", "rss", "json")] if term else []
        response = filled.get(url)
        root = html.fromstring(response.data.decode())
        links = [link for link in root.xpath('//link[@rel="alternate"]') if link.get("type") in MEDIA_TYPES]
        assert [link.get("href") for link in links] == own + everything
        assert [link.get("hreflang") for link in links[:3]] == ["fr" if url == "/languages/fr" else None] * 3
        said = [
            (target.strip("<> "), options) for target, options in map(parse_options_header, response.headers["Link"].split(", <"))
        ]
        assert [target for target, options in said if options["rel"] == "alternate"] == own + everything
        assert [target for target, options in said if options["rel"] == "search"] == [f"{HERE}/opensearch.xml"]
        assert [target for target, options in said if options["rel"] == "canonical"] == root.xpath(
            '//link[@rel="canonical"]/@href'
        )
        assert root.xpath('//link[@rel="search"]/@href') == [f"{HERE}/opensearch.xml"]
        assert root.xpath('//meta[@name="description"]/@content')[0]
        assert root.xpath('//meta[@property="og:title"]/@content')[0]


def test_an_article_says_its_facts_to_search_engines(app: Flask, make_entry: MakeEntry, registry: Registry) -> None:
    entry = make_entry(
        1, title="</script><script>alert(1)</script>", outlet=registry.by_key["hespress"], published=Dated.of("2024-03")
    )
    publish(app.extensions[EXTENSION].store, entry)
    response = app.test_client().get(f"/articles/{entry.id}")
    (script,) = html.fromstring(response.data.decode()).xpath("//script")
    assert script.get("type") == "application/ld+json"
    said = json.loads(script.text)
    assert (said["@type"], said["headline"], said["inLanguage"]) == ("NewsArticle", entry.article.title, "ar")
    # No more exact than the source.
    assert said["datePublished"] == "2024-03"
    assert said["publisher"] == {"@type": "NewsMediaOrganization", "name": "هسبريس", "url": "https://hespress.com/"}


def test_every_address_of_a_page_is_in_the_readme(app: Flask) -> None:
    said = (ROOT / "README.md").read_text(encoding="utf-8")
    rules = [rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("web.") or rule.rule == "/feeds.opml"]
    # What programs guess, or find in another document, need not be named.
    shown = [rule for rule in rules if not rule.startswith(("/sitemaps/", "/favicon"))]
    for rule in shown:
        collections = COLLECTIONS.values() if "collection" in rule else [""]
        for collection in collections:
            address = rule.replace(f"<any({', '.join(COLLECTIONS.values())}):collection>", collection)
            address = address.replace("<uuid:article_id>", "ID").replace("<said>", "KEY").replace("<name>", "MONTH")
            like = "/tags/KEY/archives/MONTH`, ..." if address.endswith("/MONTH") else "/tags/KEY`, ..."
            assert f"`{address}" in said or ("/KEY" in address and like in said), address


def test_the_icon_is_where_browsers_guess_it(client: FlaskClient) -> None:
    response = client.get("/favicon.ico")
    assert (response.status_code, response.headers["Location"]) == (301, f"{HERE}/static/icon.svg")
