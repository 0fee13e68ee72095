"""The API over HTTP."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from openapi_spec_validator import validate

from service.api.changes import token_of
from service.arguments import MOST_HINTS
from service.article import Confidence, Dated, Evidence, Issue, ZoneSource
from service.config import ROOT
from service.services import EXTENSION
from tests.conftest import publish

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from service.article import Entry
    from service.normalise import Registry

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PROBLEM = "application/problem+json"


@pytest.fixture
def first(make_entry: Callable[..., Entry], registry: Registry) -> Entry:
    return make_entry(
        1,
        outlet=registry.by_key["hespress"],
        url="https://www.hespress.com/1",
        published=Dated.of("2026-02-26T12:30+01:00", ZoneSource.OUTLET),
        evidence=(Evidence(field="title", raw="مقال", span=(3, 7), rule="headline", confidence=Confidence.LIKELY),),
        issues=(Issue(code="no-body", field="body", message="nothing"),),
    )


@pytest.fixture
def filled(app: Flask, first: Entry, make_entry: Callable[..., Entry]) -> FlaskClient:
    others = [make_entry(n, published=Dated.of(f"2024-01-{n:02}")) for n in range(2, 8)]
    publish(app.extensions[EXTENSION].store, first, *others, make_entry(8, published=None))
    return app.test_client()


def test_a_list_shows_the_latest_first_with_their_values(filled: FlaskClient, first: Entry) -> None:
    response = filled.get("/api/v1/articles?limit=1")
    (item,) = response.json["items"]
    base = f"https://news.example.org/api/v1/articles/{first.id}"
    assert item == {
        "id": str(first.id),
        "url": base,
        "page_url": f"https://news.example.org/articles/{first.id}",
        "evidence_url": f"{base}/evidence",
        "source": "1.txt",
        "source_url": "https://www.hespress.com/1",
        "title": "مقال 1",
        "subtitle": None,
        "summary": "فقرة أولى.",
        "authors": [],
        "agency": None,
        "section": None,
        "tags": [],
        "outlet": {"key": "hespress", "name": "هسبريس", "name_ar": "هسبريس", "name_latin": "Hespress", "country": "MA"},
        "via": None,
        "published": {
            "edtf": "2026-02-26T12:30+01:00",
            "precision": "minute",
            "starts": "2026-02-26T11:30:00+00:00",
            "zone_source": "outlet",
        },
        "modified": None,
        "language": "ar",
        "direction": "rtl",
        "first_seen": "2026-03-01T12:00:00+00:00",
        "revised": "2026-03-01T12:00:00+00:00",
        "revision": 1,
    }


def test_arabic_travels_as_utf_8_and_keys_keep_their_order(filled: FlaskClient) -> None:
    response = filled.get("/api/v1/articles")
    assert "مقال 1".encode() in response.data
    assert list(response.json) == ["items", "next", "prev", "first"]
    assert list(response.json["items"][0])[:2] == ["id", "url"]


@pytest.mark.parametrize("limit", [1, 3, 8])
def test_next_leads_through_all_articles_once(filled: FlaskClient, limit: int) -> None:
    seen: list[str] = []
    url = f"/api/v1/articles?limit={limit}"
    while url:
        response = filled.get(url)
        seen += [item["source"] for item in response.json["items"]]
        url = response.json["next"]
        links = dict(re.findall(r'<([^>]+)>; rel="(\w+)"', response.headers["Link"]))
        expected = {f"https://news.example.org/api/v1/articles?limit={limit}": "first"}
        around = {response.json[name]: name for name in ("next", "prev") if response.json[name]}
        assert links == expected | around
    assert seen == ["1.txt", *(f"{n}.txt" for n in range(7, 1, -1)), "8.txt"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limitt=5", "limitt"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=five", "limit"),
        ("limit=1_0", "limit"),
        ("limit=٣", "limit"),
        ("limit=", "limit"),
        ("limit=-1", "limit"),
        ("limit=1&limit=2", "limit"),
        ("cursor=", "cursor"),
        ("cursor=" + "A" * 300, "cursor"),
        ("page=0", "page"),
        ("sort=title", "sort"),
        ("fields=id,nothing", "fields"),
        ("expand=all", "expand"),
        ("format=xml", "format"),
        ("bom=yes", "bom"),
        ("has=body", "has"),
        ("date_field=seen", "date_field"),
        ("since=01/02/2024", "since"),
        ("since=2024-02-30", "since"),
        ("since=٢٠٢٤-٠١-٠١", "since"),
        ("q=", "q"),
        ("q=a%00b", "q"),
        ("outlet=", "outlet"),
        ("outlet=" + ",".join(["x"] * 51), "outlet"),
        ("&".join(["outlet=x"] * 51), "outlet"),
        ("utm_source=x", "utm_source"),
    ],
)
def test_a_wrong_parameter_is_named_in_a_problem(filled: FlaskClient, query: str, parameter: str) -> None:
    response = filled.get(f"/api/v1/articles?{query}")
    assert (response.status_code, response.content_type) == (400, PROBLEM)
    problem = json.loads(response.data)
    assert (problem["status"], problem["title"]) == (400, "Bad Request")
    assert [error["parameter"] for error in problem["errors"]] == [parameter]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/api/v1/articles?limitt=5", "Unknown parameter; did you mean limit?"),
        ("/api/v1/articles?LANGUAGE=ar", "Unknown parameter; did you mean language?"),
        ("/api/v1/articles?field=id", "Unknown parameter; did you mean fields?"),
        ("/feeds/all.atom?published_from=2024", "Unknown parameter; known are content, limit, cursor."),
        ("/about?x=1", "Unknown parameter; this address takes none."),
    ],
)
def test_of_an_unknown_parameter_it_is_said_which_was_meant(filled: FlaskClient, address: str, said: str) -> None:
    response = filled.get(address, headers={"Accept": "application/json"})
    assert response.status_code == 400
    assert [error["detail"] for error in response.json["errors"]] == [said]


def test_many_unknown_parameters_are_all_named(filled: FlaskClient) -> None:
    wrong = {f"x{number}" for number in range(100)}
    response = filled.get("/api/v1/articles", query_string=dict.fromkeys(sorted(wrong), "1"))
    assert {error["parameter"] for error in response.json["errors"]} == wrong
    assert response.get_data(as_text=True).count("known are") <= 2 * MOST_HINTS


@pytest.mark.parametrize(
    ("query", "status", "parameter"),
    [
        # Well formed, and naming what is not there.
        ("cursor=garbage", 404, "cursor"),
        ("cursor=%00", 404, "cursor"),
        ("page=21&page_size=500", 404, "page"),
        ("tz=Mars/Base", 404, "tz"),
        ("tz=../etc", 404, "tz"),
        ("tz=Africa", 404, "tz"),
        ("q=%22", 404, "q"),
        # Each right, and together meaning nothing.
        ("has=date&lacks=date", 409, "lacks"),
        ("since=2024-02-02&until=2024-02-01", 409, "until"),
        ("not_tag=" + ",".join(["x"] * 26) + "&not_tag=" + ",".join(["x"] * 25), 409, "not_tag"),
        ("tag=a,b&" + "&".join(["tag=x"] * 49), 409, "tag"),
        ("sort=relevance", 409, "sort"),
        ("page=2&limit=2", 409, "limit"),
        ("cursor=x&page=2", 409, "cursor"),
        ("page_size=2", 409, "page_size"),
    ],
)
def test_parameters_that_lead_nowhere_are_named_too(filled: FlaskClient, query: str, status: int, parameter: str) -> None:
    response = filled.get(f"/api/v1/articles?{query}")
    assert (response.status_code, response.content_type) == (status, PROBLEM)
    assert [error["parameter"] for error in response.json["errors"]] == [parameter]


@pytest.mark.parametrize("token", ["x", "A" * 35, "A" * 37, "é" * 36, "A" * 35 + "%00", ""])
def test_a_token_of_changes_that_is_none_is_named(filled: FlaskClient, token: str) -> None:
    response = filled.get(f"/api/v1/changes?since={token}")
    assert (response.status_code, response.content_type) == (400, PROBLEM)
    assert [error["parameter"] for error in response.json["errors"]] == ["since"]
    # One that has the form of a token and was never given is damaged, and no reason to start again.
    damaged = filled.get(f"/api/v1/changes?since={'A' * 36}")
    assert (damaged.status_code, damaged.json["errors"][0]["parameter"]) == (404, "since")
    assert filled.get(f"/api/v1/changes?since={token_of(uuid4(), 3)}").status_code == 410


@pytest.mark.parametrize("query", ["since=0001-01-01&until=9999-12-31&tz=Pacific/Kiritimati", "until=9999-12-31T23:59-12:00"])
def test_the_ends_of_the_calendar_are_dates_too(filled: FlaskClient, query: str) -> None:
    for field in ("published", "modified", "revised", "first_seen"):
        assert filled.get(f"/api/v1/articles?{query}&date_field={field}").status_code == 200


def test_one_article_has_all_its_text(filled: FlaskClient, first: Entry) -> None:
    body = filled.get(f"/api/v1/articles/{first.id}").json
    assert body["body"] == ["فقرة أولى.", "فقرة ثانية."]
    assert body["issues"] == [{"code": "no-body", "field": "body", "raw": None, "message": "nothing"}]


def test_evidence_says_why(filled: FlaskClient, first: Entry) -> None:
    body = filled.get(f"/api/v1/articles/{first.id}/evidence").json
    assert body["evidence"] == [{"field": "title", "raw": "مقال", "span": [3, 7], "rule": "headline", "confidence": "likely"}]
    assert UUID(body["id"]) == first.id


@pytest.mark.parametrize(
    "path", ["/api/v1/articles/{id}", "/api/v1/articles/{id}/evidence", "/api/v1/nothing", "/api/v1/articles/x"]
)
def test_what_is_not_there_is_a_problem(filled: FlaskClient, path: str) -> None:
    response = filled.get(path.format(id=uuid4()))
    assert (response.status_code, response.content_type) == (404, PROBLEM)
    assert json.loads(response.data)["instance"] == response.request.path


def test_what_was_withdrawn_is_gone(filled: FlaskClient, first: Entry, app: Flask) -> None:
    with app.extensions["nashra"].store.writer() as writer:
        writer.withdraw([first.id], NOON, "curator")
    for path in (f"/api/v1/articles/{first.id}", f"/api/v1/articles/{first.id}/evidence", f"/articles/{first.id}"):
        assert filled.get(path).status_code == 410
    assert "was withdrawn" in filled.get(f"/api/v1/articles/{first.id}").json["detail"]


def test_a_wrong_method_is_a_problem_that_says_which_are_allowed(filled: FlaskClient) -> None:
    response = filled.post("/api/v1/articles", json={})
    assert (response.status_code, response.content_type) == (405, PROBLEM)
    assert "GET" in response.headers["Allow"]


@pytest.mark.parametrize("path", ["/api/v1/articles?limit=2", "/api/v1/articles/{id}", "/api/v1/articles/{id}/evidence"])
def test_what_is_unchanged_is_not_sent_again(filled: FlaskClient, first: Entry, path: str) -> None:
    url = path.format(id=first.id)
    response = filled.get(url)
    again = filled.get(url, headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert filled.head(url).headers["Content-Length"] == str(len(response.data))


def test_an_edit_changes_the_validators(filled: FlaskClient, app: Flask, first: Entry, make_entry: Callable[..., Entry]) -> None:
    urls = ["/api/v1/articles", f"/api/v1/articles/{first.id}"]
    before = [filled.get(url).headers["ETag"] for url in urls]
    publish(app.extensions[EXTENSION].store, make_entry(1, title="آخر"))
    after = [filled.get(url, headers={"If-None-Match": etag}) for url, etag in zip(urls, before, strict=True)]
    assert [response.status_code for response in after] == [200, 200]


def test_the_description_is_valid_openapi_and_the_committed_one(client: FlaskClient) -> None:
    description = client.get("/api/v1/openapi.json").json
    validate(description)
    assert description["openapi"] == "3.1.0"
    committed = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    assert description == committed | {"servers": description["servers"]}
    errors = description["paths"]["/api/v1/articles"]["get"]["responses"]
    assert errors["400"]["content"].keys() == {PROBLEM}


def test_a_database_that_is_gone_is_a_503_that_leaks_nothing(filled: FlaskClient, app: Flask) -> None:
    store = app.extensions[EXTENSION].store
    store.engine.dispose()
    path = store.engine.url.database
    for suffix in ("", "-wal", "-shm"):
        (ROOT.__class__(path + suffix)).unlink(missing_ok=True)
    response = filled.get("/api/v1/articles")
    assert (response.status_code, response.content_type) == (503, PROBLEM)
    assert response.headers["Retry-After"]
    assert path not in response.text
    assert "select" not in response.text.lower()
