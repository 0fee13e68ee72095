"""The pages, as a person meets them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from lxml import html

from service import create_app
from service.article import Confidence, Dated, Evidence, Issue, ZoneSource
from service.config import Config
from service.services import EXTENSION
from service.web.days import clock, day
from service.web.words import WORDS
from tests.test_store import publish

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from lxml.html import HtmlElement

    from service.article import Entry
    from service.normalise import Registry


@pytest.fixture
def first(make_entry: Callable[..., Entry], registry: Registry) -> Entry:
    raw = "نشر في 1 ماي 2024"
    return make_entry(
        1,
        outlet=registry.by_key["hespress"],
        url="https://www.hespress.com/1",
        published=Dated.of("2024-05-01T12:30+01:00", ZoneSource.OUTLET),
        modified=Dated.of("2024-05-02"),
        evidence=(
            Evidence(field="published", raw=raw, span=(3, 9), rule="published-label", confidence=Confidence.CERTAIN),
            Evidence(field="outlet", raw="hespress", span=None, rule="declared", confidence=Confidence.CERTAIN),
        ),
        issues=(Issue(code="ambiguous-date-order", message="could be month first"),),
    )


@pytest.fixture
def filled(app: Flask, first: Entry, make_entry: Callable[..., Entry]) -> FlaskClient:
    hostile = make_entry(2, title='<script>alert(1)</script> & "x"', language="fr", published=None)
    publish(app.extensions[EXTENSION].store, first, hostile, *(make_entry(n) for n in range(3, 30)))
    return app.test_client()


def page(client: FlaskClient, url: str) -> HtmlElement:
    response = client.get(url)
    assert response.status_code == 200
    assert response.content_type == "text/html; charset=utf-8"
    return html.fromstring(response.data.decode())


def test_the_bulletin_is_right_to_left_and_so_is_each_arabic_article(filled: FlaskClient) -> None:
    root = page(filled, "/")
    assert (root.get("lang"), root.get("dir")) == ("ar", "rtl")
    article = root.xpath("//article")[0]
    assert (article.get("lang"), article.get("dir")) == ("ar", "rtl")
    assert len(root.xpath("//article")) == 20


def test_a_french_article_on_an_arabic_page_is_left_to_right_and_escaped(filled: FlaskClient) -> None:
    last = page(filled, page(filled, "/").xpath('//a[@rel="next"]/@href')[0]).xpath("//article")[-1]
    assert (last.get("lang"), last.get("dir")) == ("fr", "ltr")
    assert last.xpath(".//h2")[0].text_content() == '<script>alert(1)</script> & "x"'
    assert "بلا تاريخ معلن" in last.text_content()


def test_readers_find_the_feed(filled: FlaskClient) -> None:
    links = page(filled, "/").xpath('//link[@rel="alternate"]')
    assert [(link.get("type"), link.get("href")) for link in links] == [
        ("application/atom+xml", "https://news.example.org/feeds/all.atom"),
        ("application/rss+xml", "https://news.example.org/feeds/all.rss"),
        ("application/feed+json", "https://news.example.org/feeds/all.json"),
    ]
    assert all(link.get("title") for link in links)


def test_older_articles_are_a_click_away(filled: FlaskClient) -> None:
    titles: list[str] = []
    url = "/"
    while url:
        root = page(filled, url)
        titles += root.xpath("//article//h2//text()")
        url = next(iter(root.xpath('//a[@rel="next"]/@href')), "")
    assert len(titles) == len(set(titles)) == 29


def test_an_article_shows_its_facts_and_leads_to_their_reasons(filled: FlaskClient, first: Entry) -> None:
    root = page(filled, f"/articles/{first.id}")
    assert root.xpath("//h1")[0].text_content() == "مقال 1"
    assert root.xpath("//time/@datetime") == ["2024-05-01T12:30+01:00", "2024-05-02"]
    assert "هسبريس" in root.xpath('//*[@class="facts"]')[0].text_content()
    assert [p.text_content() for p in root.xpath("//article/p")][1:] == ["فقرة أولى.", "فقرة ثانية."]
    why = root.xpath("//a[contains(@href, '/evidence')]/@href")[0]
    reasons = page(filled, why).text_content()
    assert "نشر في 1 ماي 2024" in reasons
    assert "published-label" in reasons
    assert "could be month first" in reasons


def test_an_article_shows_who_wrote_it_and_where_it_came_from(
    app: Flask, make_entry: Callable[..., Entry], registry: Registry
) -> None:
    read = [
        Evidence(field=field, raw="x", span=(0, 1), rule="r", confidence=Confidence.LIKELY)
        for field in ("subtitle", "authors", "section", "tags", "via", "agency")
    ]
    known = {"subtitle": "عنوان فرعي", "authors": ("نجاة", "A. B."), "section": "سياسة", "tags": ("سد",), "agency": "map"}
    entry = make_entry(1, via=registry.by_key["maghress"], evidence=tuple(read), **known)
    publish(app.extensions[EXTENSION].store, entry)
    for url in (f"/articles/{entry.id}", f"/articles/{entry.id}/evidence"):
        shown = page(app.test_client(), url).text_content()
        assert all(text in shown for text in ("عنوان فرعي", "نجاة، A. B.", "سياسة", "سد", "مغرس"))


def test_a_page_that_is_not_there_is_a_page(filled: FlaskClient) -> None:
    for url in ("/nowhere", f"/articles/{uuid4()}"):
        response = filled.get(url, headers={"Accept": "text/html,*/*;q=0.8"})
        assert response.status_code == 404
        assert response.content_type.startswith("text/html")
        assert filled.get(url, headers={"Accept": "application/json"}).content_type == "application/problem+json"
    assert filled.get("/?cursor=damaged").status_code == 404


def test_an_unchanged_page_is_not_sent_again(filled: FlaskClient, first: Entry) -> None:
    for url in ("/", f"/articles/{first.id}", f"/articles/{first.id}/evidence"):
        etag = filled.get(url).headers["ETag"]
        assert filled.get(url, headers={"If-None-Match": etag}).status_code == 304


def test_pages_load_nothing_from_elsewhere(filled: FlaskClient) -> None:
    response = filled.get("/")
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    root = html.fromstring(response.data.decode())
    loaded = root.xpath("//script/@src | //img/@src | //link[@rel='stylesheet' or @rel='icon']/@href")
    assert all(url.startswith("/static/") for url in loaded)
    for url in loaded:
        with filled.get(url) as static:
            assert static.status_code == 200


def test_an_empty_bulletin_says_what_to_do(client: FlaskClient) -> None:
    assert "nashra ingest" in page(client, "/").text_content()


@pytest.mark.parametrize(
    ("language", "direction", "word"),
    [("fr", "ltr", "S’abonner"), ("en-GB", "ltr", "Subscribe"), ("de", "ltr", "Subscribe"), ("ar-MA", "rtl", "اشترك")],
)
def test_the_pages_speak_the_language_of_the_site(app: Flask, language: str, direction: str, word: str) -> None:
    store = app.extensions[EXTENSION].store
    root = page(create_app(Config(site_language=language), store).test_client(), "/")
    assert root.get("dir") == direction
    assert word in root.text_content()


def test_every_language_has_every_word() -> None:
    assert len({frozenset(words) for words in WORDS.values()}) == 1


@pytest.mark.parametrize(
    ("edtf", "language", "country", "shown", "time"),
    [
        ("2022-08-17T18:40+01:00", "ar", "MA", "17 غشت 2022", "18:40 +01:00"),
        ("2022-08-17T18:40", "ar", "LB", "17 آب 2022", "18:40"),
        ("2022-08-17", "ar", "EG", "17 أغسطس 2022", None),
        ("2022-08", "ar", "TN", "أوت 2022", None),
        ("2022", "ar", None, "2022", None),
        ("2022-08-17", "fr", "MA", "17 août 2022", None),
        ("2022-08-17", "en", "XX", "August 17, 2022", None),
    ],
)
def test_a_date_is_shown_no_more_exactly_than_it_is_known(
    edtf: str, language: str, country: str | None, shown: str, time: str | None
) -> None:
    dated = Dated.of(edtf)
    assert (day(dated, language, country), clock(dated)) == (shown, time)
