"""The edge in front of the application: codings, conditions, what it keeps and for how long."""

from __future__ import annotations

import gzip
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import brotli
import pytest
import zstandard

from service import create_app
from service.config import Config
from service.edge import EDGE
from service.edge.codings import coding_for
from service.services import EXTENSION
from service.store import Store
from tests.conftest import publish

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from service.article import Entry

    MakeEntry = Callable[..., Entry]

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DECODERS = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": zstandard.decompress}


@pytest.fixture
def filled(app: Flask, make_entry: MakeEntry) -> FlaskClient:
    publish(app.extensions[EXTENSION].store, *(make_entry(n) for n in range(1, 4)))
    return app.test_client()


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, br", "br"),
        ("br;q=0.2, gzip;q=0.8", "gzip"),
        ("gzip;q=0", ""),
        ("gzip;q=0, *", "zstd"),
        ("*;q=0", ""),
        ("identity", ""),
        ("identity;q=1, gzip;q=0.5", ""),
        ("gzip;q=abc, , ;", ""),
        ("deflate", ""),
    ],
)
def test_the_client_chooses_the_coding(accepted: str, coding: str) -> None:
    assert coding_for(accepted) == coding


@pytest.mark.parametrize("coding", DECODERS)
def test_every_coding_is_the_same_document_with_a_validator_of_its_own(filled: FlaskClient, coding: str) -> None:
    plain = filled.get("/feeds/all.atom")
    coded = filled.get("/feeds/all.atom", headers={"Accept-Encoding": coding})
    assert coded.headers["Content-Encoding"] == coding
    assert int(coded.headers["Content-Length"]) == len(coded.data) < len(plain.data)
    assert DECODERS[coding](coded.data) == plain.data
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert coded.headers["ETag"] not in (plain.headers["ETag"], f"W/{plain.headers['ETag']}")
    for etag in (coded.headers["ETag"], plain.headers["ETag"]):
        same = filled.get("/feeds/all.atom", headers={"Accept-Encoding": coding, "If-None-Match": etag})
        assert (same.status_code, same.data) == (304, b"")
        # What a cache has to update (RFC 9110, section 15.4.5).
        assert same.headers["ETag"] == coded.headers["ETag"]
        for name in ("Cache-Control", "Vary", "Last-Modified", "Access-Control-Allow-Origin"):
            assert same.headers[name] == coded.headers[name]
        assert "Content-Encoding" not in same.headers


def test_head_is_get_without_the_body(filled: FlaskClient) -> None:
    for headers in ({}, {"Accept-Encoding": "gzip"}):
        whole, head = (filled.open("/feeds/all.rss", method=method, headers=headers) for method in ("GET", "HEAD"))
        assert head.data == b""
        assert {**head.headers, "X-Request-ID": ""} == {**whole.headers, "X-Request-ID": ""}


def test_a_document_that_is_kept_needs_no_view(filled: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    before = filled.get("/feeds/all.atom")
    monkeypatch.setattr("service.feeds._page", lambda *_: pytest.fail("a view was asked"))
    assert filled.get("/feeds/all.atom").data == before.data
    assert filled.get("/feeds/all.atom", headers={"If-Modified-Since": before.headers["Last-Modified"]}).status_code == 304


def test_who_has_a_document_is_told_so_without_a_view_though_nobody_asked_for_the_document_itself(
    app: Flask, filled: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, before = "/feeds/all.atom", filled.get("/feeds/all.atom")
    # As after a restart, or where other documents took its place.
    anew = create_app(app.extensions[EXTENSION].config, app.extensions[EXTENSION].store)
    client, known = anew.test_client(), {"If-None-Match": before.headers["ETag"]}
    assert client.get(url, headers=known).status_code == 304
    with monkeypatch.context() as without:
        without.setattr("service.feeds._page", lambda *_: pytest.fail("a view was asked"))
        again = client.get(url, headers=known)
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", before.headers["ETag"])
        assert client.get(url, headers={"If-Modified-Since": before.headers["Last-Modified"]}).status_code == 304
    for _ in range(2):
        assert client.get(url).data == before.data
        assert client.get(url, headers={"If-None-Match": '"another"'}).status_code == 200
        assert client.get(url, headers=known).status_code == 304


def test_a_change_is_seen_at_once(filled: FlaskClient, app: Flask, make_entry: MakeEntry) -> None:
    before = filled.get("/feeds/all.atom")
    publish(app.extensions[EXTENSION].store, make_entry(4), changed=NOON + timedelta(hours=1))
    after = filled.get("/feeds/all.atom", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.headers["ETag"] != before.headers["ETag"]
    since = before.headers["Last-Modified"]
    assert filled.get("/feeds/all.atom", headers={"If-Modified-Since": since}).status_code == 200


@pytest.mark.parametrize("coding", ["", "gzip"])
@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_person_who_opens_a_feed_gets_what_browsers_show(filled: FlaskClient, form: str, coding: str) -> None:
    url, accepted = f"/feeds/all.{form}", {"Accept-Encoding": coding}
    for _ in range(2):
        opened = filled.get(url, headers=accepted | {"Sec-Fetch-Dest": "document"})
        for destination in ({}, {"Sec-Fetch-Dest": "empty"}):
            read = filled.get(url, headers=accepted | destination)
            assert read.content_type == f"application/{form}+xml; charset=utf-8"
            assert read.headers["Vary"] == opened.headers["Vary"] == "Accept-Encoding, Sec-Fetch-Dest"
            assert (read.data, read.headers["ETag"]) == (opened.data, opened.headers["ETag"])
        assert opened.content_type == "application/xml; charset=utf-8"
    unchanged = filled.get(url, headers={"Sec-Fetch-Dest": "document", "If-None-Match": opened.headers["ETag"]})
    assert (unchanged.status_code, unchanged.headers["Vary"]) == (304, opened.headers["Vary"])
    assert filled.get("/feeds/all.json").headers["Vary"] == "Accept-Encoding"


def test_errors_and_redirects_are_passed_through(filled: FlaskClient) -> None:
    assert filled.get("/feeds/tags/x.atom").content_type == "application/problem+json"
    assert filled.get("/feed").status_code == 301
    assert filled.post("/feeds/all.atom").status_code == 405


def test_while_the_database_is_away_what_is_kept_is_still_answered(filled: FlaskClient, app: Flask, tmp_path: Path) -> None:
    before = filled.get("/feeds/all.atom")
    app.extensions[EXTENSION].store.close()
    Path(tmp_path / "app.db").rename(tmp_path / "away.db")
    assert filled.get("/feeds/all.atom").data == before.data
    assert filled.get("/feeds/all.rss").status_code == 503
    Path(tmp_path / "away.db").rename(tmp_path / "app.db")
    assert filled.get("/feeds/all.rss").status_code == 200


def test_what_is_kept_stays_within_its_bound(app: Flask, make_entry: MakeEntry) -> None:
    store = app.extensions[EXTENSION].store
    publish(store, *(make_entry(n, tags=(f"وسم {n}",), body=("كلمة " * 900,)) for n in range(1, 301)))
    bounded = create_app(Config(public_url="https://news.example.org", cache_mb=1), store)
    client, shelf = bounded.test_client(), bounded.extensions[EDGE].shelf
    for n in range(1, 301):
        for form in ("atom", "rss", "json"):
            url = f"/feeds/tags/وسم-{n}.{form}"
            assert client.get(url, headers={"Accept-Encoding": "gzip"}).status_code == 200
            assert client.get(url).status_code == 200
            assert shelf.size <= 1_000_000
    assert 20 < len(shelf) < 900
    # The last ones asked for are those that are kept.
    assert shelf.get(("/feeds/tags/وسم-300.json".encode().decode("latin-1"), "", ())) is not None


def test_a_crowd_that_asks_at_once_lets_one_render(app: Flask, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    from service.feeds.documents import Press

    publish(app.extensions[EXTENSION].store, *(make_entry(n) for n in range(1, 30)))
    rendered, page = [], Press.page
    monkeypatch.setattr(Press, "page", lambda *args: rendered.append(1) or page(*args))
    together = threading.Barrier(8)
    bodies = []

    def ask() -> None:
        together.wait()
        bodies.append(app.test_client().get("/feeds/all.json").data)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(bodies)) == 1
    assert len(rendered) == 1


def test_both_engines_and_a_new_process_give_the_same_bytes(database_url: str, tmp_path: Path, make_entry: MakeEntry) -> None:
    entries = [make_entry(n, tags=("ماء",)) for n in range(1, 40)]
    urls = [f"/feeds/{name}.{form}" for name in ("all", "tags/ماء", "all/archives/2024-05") for form in ("atom", "rss", "json")]
    answers = []
    for url in (database_url, f"sqlite:///{tmp_path}/other.db"):
        store = Store.open(url)
        publish(store, *entries)
        for _ in range(2):
            client = create_app(Config(public_url="https://news.example.org"), store).test_client()
            got = [client.get(each) for each in urls]
            answers.append([(r.status_code, r.data, r.headers["ETag"], r.headers["Last-Modified"]) for r in got])
        store.close()
    assert all(each == answers[0] for each in answers)
    assert all(status == 200 for status, *_ in answers[0])
