"""The feeds over HTTP: channels, formats, pages, archives, validators."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import feedparser
import pytest
from lxml import etree

from service import create_app
from service.article import Dated
from service.config import Config
from service.services import EXTENSION
from service.store import Store
from tests.conftest import publish
from tests.writing import store_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from service.article import Entry
    from service.normalise import Registry

    MakeEntry = Callable[..., Entry]

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HERE = "https://news.example.org"
ATOM = {"a": "http://www.w3.org/2005/Atom", "at": "http://purl.org/atompub/tombstones/1.0"}
FORMATS = ("atom", "rss", "json")


def titles(client: FlaskClient, url: str) -> list[str]:
    response = client.get(url)
    assert response.status_code == 200, response.data
    if response.content_type.startswith("application/feed+json"):
        return [item["title"] for item in json.loads(response.data)["items"]]
    feed = feedparser.parse(response.data)
    assert not feed.bozo, feed.get("bozo_exception")
    return [entry.title for entry in feed.entries]


def link(client: FlaskClient, url: str, relation: str) -> str | None:
    response = client.get(url)
    if response.content_type.startswith("application/feed+json"):
        found = json.loads(response.data).get("next_url")
    else:
        links = etree.fromstring(response.data).iter("{http://www.w3.org/2005/Atom}link")
        found = next((each.get("href") for each in links if each.get("rel") == relation), None)
    return found and found.removeprefix(HERE)


def walk(client: FlaskClient, url: str, relation: str = "next") -> list[list[str]]:
    pages, at = [], url
    while at:
        pages.append(titles(client, at))
        at = link(client, at, relation)
    return pages


def edited(entry: Entry) -> Entry:
    return replace(entry, revised=entry.revised + timedelta(hours=1))


@pytest.fixture
def filled(app: Flask, make_entry: MakeEntry, registry: Registry) -> FlaskClient:
    publish(
        store_of(app),
        make_entry(1, outlet=registry.by_key["hespress"], tags=("الإرهاب", "ماء"), section="سياسة"),
        make_entry(2, outlet=registry.by_key["lematin"], language="fr", authors=("Nadia B.",), published=Dated.of("2024-06-02")),
        make_entry(3, outlet=registry.by_key["hespress"], tags=("ماء",), published=None),
    )
    return app.test_client()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("all", ["مقال 3", "مقال 2", "مقال 1"]),
        ("outlets/hespress", ["مقال 3", "مقال 1"]),
        (f"tags/{quote('ماء')}", ["مقال 3", "مقال 1"]),
        (f"tags/{quote('الارهاب')}", ["مقال 1"]),
        (f"sections/{quote('سياسه')}", ["مقال 1"]),
        ("authors/nadia-b", ["مقال 2"]),
        ("languages/fr", ["مقال 2"]),
    ],
)
def test_every_channel_has_every_format(filled: FlaskClient, channel: str, form: str, expected: list[str]) -> None:
    response = filled.get(f"/feeds/{channel}.{form}")
    assert titles(filled, f"/feeds/{channel}.{form}") == expected
    media = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}[form]
    assert response.content_type == f"{media}; charset=utf-8"
    assert f'<{HERE}/feeds/{channel}.{form}>; rel="self"' in response.headers["Link"]
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("outlet=hespress", ["مقال 3", "مقال 1"]),
        ("outlet=hespress,lematin&not_tag=الارهاب", ["مقال 3", "مقال 2"]),
        ("outlet=hespress&outlet=lematin&language=fr", ["مقال 2"]),
        ("since=2024-06-01&until=2024-06-02", ["مقال 2"]),
        ("lacks=date", ["مقال 3"]),
        ("q=مقال&not_outlet=lematin", ["مقال 3", "مقال 1"]),
        ("tag=nothing-has-it", []),
    ],
)
def test_any_query_is_a_feed(filled: FlaskClient, parameters: str, expected: list[str]) -> None:
    for form in FORMATS:
        assert titles(filled, f"/feeds/search.{form}?{parameters}") == expected


@pytest.mark.parametrize(
    ("url", "parameter"),
    [
        ("/feeds/search.atom?outlett=hespress", "outlett"),
        ("/feeds/all.rss?page=2", "page"),
        ("/feeds/all.rss?limit=0", "limit"),
        ("/feeds/all.rss?limit=2&limit=3", "limit"),
        ("/feeds/all.json?content=none", "content"),
        ("/feeds/search.atom?since=yesterday", "since"),
        ("/feeds/search.atom?q=a%00b", "q"),
    ],
)
def test_a_wrong_parameter_is_named(filled: FlaskClient, url: str, parameter: str) -> None:
    response = filled.get(url)
    assert (response.status_code, response.content_type) == (400, "application/problem+json")
    assert [error["parameter"] for error in response.json["errors"]] == [parameter]


@pytest.mark.parametrize(
    ("url", "status", "parameter"),
    [
        ("/feeds/all.atom?cursor=x", 404, "cursor"),
        ("/feeds/all.atom?cursor=AQ", 404, "cursor"),
        ("/feeds/search.atom?tz=Africa", 404, "tz"),
        ("/feeds/search.atom?q=%22", 404, "q"),
        ("/feeds/search.atom?since=2024-02-01&until=2024-01-01", 409, "until"),
    ],
)
def test_a_parameter_that_leads_nowhere_is_named(filled: FlaskClient, url: str, status: int, parameter: str) -> None:
    response = filled.get(url)
    assert (response.status_code, response.content_type) == (status, "application/problem+json")
    assert [error["parameter"] for error in response.json["errors"]] == [parameter]


def test_what_people_append_to_an_address_they_share_is_passed_over(filled: FlaskClient) -> None:
    assert filled.get("/feeds/all.atom?utm_source=mail&fbclid=1").data == filled.get("/feeds/all.atom").data


@pytest.mark.parametrize("url", ["/feeds/tags/nothing.atom", "/feeds/outlets/nobody.json", "/feeds/tags/-.rss", "/feeds/all.xyz"])
def test_an_unknown_channel_is_a_problem(filled: FlaskClient, url: str) -> None:
    response = filled.get(url)
    assert (response.status_code, response.content_type) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/feed", "/feeds/all.atom"),
        ("/rss.xml?limit=2", "/feeds/all.rss?limit=2"),
        ("/feeds/outlets/Hespress.atom", "/feeds/outlets/hespress.atom"),
        (f"/feeds/tags/{quote('الإرهاب')}.rss?content=summary", f"/feeds/tags/{quote('الارهاب')}.rss?content=summary"),
        (f"/feeds/tags/{quote('الإرهاب')}/archives/2024-05.rss", f"/feeds/tags/{quote('الارهاب')}/archives/2024-05.rss"),
    ],
)
def test_other_spellings_lead_to_the_one_address(filled: FlaskClient, old: str, new: str) -> None:
    response = filled.get(old)
    assert (response.status_code, response.headers["Location"]) == (301, HERE + new)


def test_only_reads_are_allowed(filled: FlaskClient) -> None:
    for method in ("POST", "PUT", "DELETE"):
        refused = filled.open("/feeds/all.atom", method=method)
        assert (refused.status_code, sorted(refused.headers["Allow"].split(", "))) == (405, ["GET", "HEAD", "OPTIONS"])
    asked = filled.options("/feeds/all.atom", headers={"Origin": "https://reader.example"})
    assert "If-None-Match" in asked.headers["Access-Control-Allow-Headers"]


def test_summaries_are_shorter_and_the_choice_stays_on_the_way(filled: FlaskClient) -> None:
    for form in FORMATS:
        full, short = (
            filled.get(f"/feeds/all.{form}?content={content}&limit=2").data.decode() for content in ("full", "summary")
        )
        assert "فقرة ثانية" in full
        assert "فقرة ثانية" not in short
        assert "فقرة أولى" in short
        assert "content=summary" in (link(filled, f"/feeds/all.{form}?content=summary&limit=2", "next") or "")


@pytest.mark.parametrize("form", FORMATS)
def test_a_walk_sees_each_untouched_entry_once_whatever_is_written_meanwhile(
    app: Flask, make_entry: MakeEntry, form: str
) -> None:
    client, store = app.test_client(), store_of(app)
    publish(store, *(make_entry(n) for n in range(1, 13)))
    first = f"/feeds/all.{form}?limit=4"
    seen = titles(client, first)
    following = link(client, first, "next")
    # The last entry of the page is edited, the one before it is withdrawn, and another is added.
    publish(store, edited(make_entry(9, title="مقال 9 معدل")), make_entry(13))
    with store.writer() as writer:
        writer.withdraw([make_entry(10).id], NOON, "curator")
    assert following
    rest = [title for page in walk(client, following) for title in page]
    assert seen == ["مقال 12", "مقال 11", "مقال 10", "مقال 9"]
    assert rest == [f"مقال {n}" for n in range(8, 0, -1)]


def test_pages_lead_both_ways_and_to_both_ends(app: Flask, make_entry: MakeEntry) -> None:
    client = app.test_client()
    publish(store_of(app), *(make_entry(n) for n in range(1, 8)))
    first = "/feeds/all.atom?limit=3"
    second = link(client, first, "next")
    assert second
    assert titles(client, second) == ["مقال 4", "مقال 3", "مقال 2"]
    # Each page has one address, whichever way one comes to it.
    third = link(client, second, "next")
    assert third
    assert titles(client, third) == ["مقال 1"]
    assert (link(client, second, "previous"), link(client, third, "previous")) == (first, second)
    assert {link(client, page, "last") for page in (first, second, third)} == {third}
    assert {link(client, page, "first") for page in (first, second, third)} == {first}
    assert link(client, third, "next") is None


def test_a_cursor_whose_entries_all_changed_says_so(app: Flask, make_entry: MakeEntry) -> None:
    client, store = app.test_client(), store_of(app)
    publish(store, *(make_entry(n) for n in range(1, 8)))
    following = link(client, "/feeds/all.atom?limit=2", "next")
    publish(store, edited(make_entry(7, title="غير")))
    with store.writer() as writer:
        writer.withdraw([make_entry(6).id], NOON, "curator")
    gone = client.get(following or "")
    assert gone.status_code == 404
    assert "ask for the first page again" in gone.json["detail"]


def test_archives_hold_every_entry_once_by_month(app: Flask, make_entry: MakeEntry) -> None:
    client, store = app.test_client(), store_of(app)
    dates = [f"2024-0{1 + n % 2}-{1 + n // 10:02}" for n in range(120)]
    publish(store, *(make_entry(n + 1, published=Dated.of(date)) for n, date in enumerate(dates)))
    publish(store, make_entry(200, published=None))
    newest = link(client, "/feeds/all.atom", "prev-archive")
    assert newest == "/feeds/all/archives/2024-02-part-2.atom"
    pages = walk(client, newest, "prev-archive")
    assert [len(page) for page in pages] == [10, 50, 10, 50, 1]
    assert len({title for page in pages for title in page}) == 121
    root = etree.fromstring(client.get(newest).data)
    assert root.find("{http://purl.org/syndication/history/1.0}archive") is not None
    assert link(client, "/feeds/all/archives/2024-01-part-2.atom", "next-archive") == "/feeds/all/archives/2024-02.atom"
    assert link(client, newest, "next-archive") is None
    assert link(client, newest, "current") == "/feeds/all.atom"


def test_a_closed_month_stays_as_it_is_when_others_change(app: Flask, make_entry: MakeEntry) -> None:
    client, store = app.test_client(), store_of(app)
    publish(store, make_entry(1, published=Dated.of("2024-01-05")), make_entry(2, published=Dated.of("2024-02-05")))
    before = client.get("/feeds/all/archives/2024-01.atom")
    publish(store, make_entry(3, published=Dated.of("2024-02-06")), changed=NOON + timedelta(days=1))
    after = client.get("/feeds/all/archives/2024-01.atom", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 304
    assert client.get("/feeds/all/archives/2024-01.atom").data == before.data


@pytest.mark.parametrize(
    "month", ["2023-01", "2024-5", "2024-13", "0000-01", "x", "2024-05-part-2", "2024-05-part-1", "2024-05-part-02"]
)
def test_an_archive_that_is_not_there_is_a_problem(filled: FlaskClient, month: str) -> None:
    assert filled.get(f"/feeds/all/archives/{month}.atom").status_code == 404
    assert filled.get(f"/archives/{month}").status_code == 404


def test_readers_learn_what_was_withdrawn_from_their_channel_alone(app: Flask, make_entry: MakeEntry, registry: Registry) -> None:
    client, store = app.test_client(), store_of(app)
    outlets = [registry.by_key[key] for key in ("hespress", "lematin")]
    publish(store, *(make_entry(n, outlet=outlets[n % 2]) for n in range(4)))
    before = {key: client.get(f"/feeds/outlets/{key}.atom") for key in ("hespress", "lematin")}
    with store.writer() as writer:
        writer.withdraw([make_entry(1).id], NOON + timedelta(days=1), "curator")
    after = client.get("/feeds/outlets/lematin.atom")
    (gone,) = etree.fromstring(after.data).findall("at:deleted-entry", ATOM)
    assert (gone.get("ref"), gone.get("when")) == (make_entry(1).id.urn, "2026-03-02T12:00:00+00:00")
    assert after.headers["ETag"] != before["lematin"].headers["ETag"]
    same = client.get("/feeds/outlets/hespress.atom", headers={"If-None-Match": before["hespress"].headers["ETag"]})
    assert same.status_code == 304
    assert client.get("/feeds/outlets/hespress.atom").data == before["hespress"].data


@pytest.mark.parametrize("form", FORMATS)
def test_a_feed_stays_within_its_bytes(tmp_path: Path, make_entry: MakeEntry, form: str) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/large.db")
    publish(store, *(make_entry(n, body=("كلمة " * (200 * n),), summary="كلمة " * 30) for n in range(1, 31)))
    client = create_app(Config(public_url=HERE, feed_bytes=60_000), store).test_client()
    body = client.get(f"/feeds/all.{form}").data
    assert len(body) <= 60_000
    # The longest fall back to their summaries first, and what still does not fit is on the next page.
    assert body.decode().count("كلمة") > 31 * 30
    assert sorted(title for page in walk(client, f"/feeds/all.{form}") for title in page) == sorted(
        f"مقال {n}" for n in range(1, 31)
    )
    store.close()


def test_a_client_that_asks_for_it_gets_only_what_is_new(app: Flask, make_entry: MakeEntry) -> None:
    client, store = app.test_client(), store_of(app)
    publish(store, *(make_entry(n) for n in range(1, 6)))
    etag = client.get("/feeds/all.atom").headers["ETag"]
    publish(store, make_entry(2, title="مقال 2 معدل"), make_entry(6), changed=NOON + timedelta(hours=1))
    new = client.get("/feeds/all.atom", headers={"If-None-Match": etag, "A-IM": "feed"})
    assert (new.status_code, new.headers["IM"]) == (226, "feed")
    assert [entry.title for entry in feedparser.parse(new.data).entries] == ["مقال 6", "مقال 2 معدل"]
    assert new.headers["ETag"] == client.get("/feeds/all.atom").headers["ETag"]
    assert "no-store" in new.headers["Cache-Control"]
    assert client.get("/feeds/all.atom", headers={"If-None-Match": new.headers["ETag"], "A-IM": "feed"}).status_code == 304
    assert client.get("/feeds/all.atom", headers={"If-None-Match": '"other"', "A-IM": "feed"}).status_code == 200


def test_validators_come_before_articles_are_read(filled: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    response = filled.get("/feeds/all.atom")
    cold = create_app(app.extensions[EXTENSION].config, store_of(app)).test_client()
    monkeypatch.setattr("service.store.Store.reader", lambda *_, **__: pytest.fail("an article was read"))
    for headers in (
        {"If-None-Match": response.headers["ETag"]},
        {"If-Modified-Since": response.headers["Last-Modified"]},
        {"If-None-Match": response.headers["ETag"], "If-Modified-Since": response.headers["Last-Modified"]},
    ):
        assert cold.get("/feeds/all.atom", headers=headers).status_code == 304


def test_a_channel_changes_its_validators_with_its_entries_only(
    filled: FlaskClient, app: Flask, make_entry: MakeEntry, registry: Registry
) -> None:
    before = {url: filled.get(url) for url in ("/feeds/outlets/hespress.rss", "/feeds/outlets/lematin.rss", "/feeds/all.rss")}
    publish(store_of(app), make_entry(4, outlet=registry.by_key["lematin"]), changed=NOON + timedelta(hours=1))
    statuses = {url: filled.get(url, headers={"If-None-Match": r.headers["ETag"]}).status_code for url, r in before.items()}
    assert statuses == {"/feeds/outlets/hespress.rss": 304, "/feeds/outlets/lematin.rss": 200, "/feeds/all.rss": 200}
    assert filled.get("/feeds/outlets/hespress.rss").data == before["/feeds/outlets/hespress.rss"].data


def test_fragments_that_are_kept_give_the_bytes_of_those_rendered_now(filled: FlaskClient, app: Flask) -> None:
    from service.publication import render

    urls = [f"/feeds/{channel}.{form}" for channel in ("all", "languages/fr") for form in FORMATS]
    config, store = app.extensions[EXTENSION].config, store_of(app)
    before = [filled.get(url).data for url in urls]
    assert render(store) == 2 * 3
    assert render(store) == 0
    kept = create_app(config, store).test_client()
    assert [kept.get(url).data for url in urls] == before


def test_addresses_never_come_from_the_request(filled: FlaskClient) -> None:
    plain = filled.get("/feeds/all.atom")
    forged = filled.get("/feeds/all.atom", headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    assert forged.data == plain.data
    assert b"evil.example" not in filled.get("/", headers={"Host": "evil.example"}).data
    assert b"evil.example" not in filled.get("/api/v1/articles", headers={"Host": "evil.example"}).data
    assert "evil.example" not in filled.get("/feed", headers={"Host": "evil.example"}).headers["Location"]


@pytest.mark.parametrize("form", FORMATS)
def test_an_empty_collection_has_a_valid_feed(client: FlaskClient, form: str) -> None:
    assert titles(client, f"/feeds/all.{form}") == []
