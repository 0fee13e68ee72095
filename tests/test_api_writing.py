"""Writing over HTTP: what becomes of captures, sent one by one, many at once and by their source."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from service.services import EXTENSION
from tests.writing import BODY, RECORD, URL, lines, problem, store_of, unlimited

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from service.store import Store
    from tests.writing import Send

config = unlimited


# One capture


def test_a_capture_is_published_once_and_changed_when_it_says_something_else(client: FlaskClient, post: Send) -> None:
    new = post()
    assert (new.status_code, new.json["status"], new.json["revision"], new.json["source"]) == (201, "new", 1, URL)
    assert new.headers["Location"] == new.json["url"]
    article = client.get(f"/api/v1/articles/{new.json['id']}")
    assert (article.json["title"], article.json["outlet"]["key"]) == (RECORD["title"], "hespress")
    assert article.headers["ETag"] == new.headers["ETag"]
    again = post()
    assert (again.status_code, again.json["status"], again.json["revision"]) == (200, "unchanged", 1)
    assert "Location" not in again.headers
    changed = post(RECORD | {"title": "عنوان آخر"})
    assert (changed.status_code, changed.json["status"], changed.json["revision"]) == (200, "changed", 2)
    assert client.get("/api/v1/articles").json["items"][0]["title"] == "عنوان آخر"


def test_a_file_and_a_request_mean_the_same(client: FlaskClient, post: Send, tmp_path: Path, app: Flask) -> None:
    from service.ingest import ingest

    mine = post().json
    folder = tmp_path / "captures"
    folder.mkdir()
    (folder / "x.json").write_text(json.dumps(RECORD), encoding="utf-8")
    services = app.extensions[EXTENSION]
    report = ingest(folder, services.rules().registry, services.store, lambda: datetime.now(UTC))
    assert {outcome: count for outcome, count in report.outcomes.items() if count} == {"unchanged": 1}
    assert client.get("/api/v1/articles").json["items"][0]["id"] == mine["id"]


def test_no_ingest_prunes_what_came_over_http(client: FlaskClient, put: Send, post: Send, tmp_path: Path, app: Flask) -> None:
    from service.ingest import Options, ingest

    services, folder = app.extensions[EXTENSION], tmp_path / "captures"
    folder.mkdir()
    for name in ("kept", "replaced", "removed"):
        (folder / f"{name}.txt").write_text(f"{name}\n\n{BODY}", encoding="utf-8")

    def run() -> list[str]:
        options = Options(prune=True)
        return ingest(folder, services.rules().registry, services.store, lambda: datetime.now(UTC), options=options).removed

    assert run() == []
    post()
    put({"text": BODY + BODY}, "replaced.txt")
    for name in ("replaced", "removed"):
        (folder / f"{name}.txt").unlink()
    assert run() == ["removed.txt"]
    listed = {item["source"] for item in client.get("/api/v1/articles").json["items"]}
    assert listed == {"kept.txt", "replaced.txt", URL}
    assert services.store.problems() == []


def test_a_text_without_an_address_is_the_same_article_each_time(post: Send) -> None:
    first, again, other = (post({"text": text}).json for text in (BODY, BODY, BODY + BODY))
    assert (first["status"], again["status"], other["status"]) == ("new", "unchanged", "new")
    assert first["id"] == again["id"] != other["id"]


def test_what_is_published_is_rendered_at_once(app: Flask, post: Send) -> None:
    from service.publication import KINDS, render

    post()
    with store_of(app).reader() as reader:
        assert all(reader.fragments(kind.KIND, kind.VERSION, [1]) for kind in KINDS)
    assert render(store_of(app)) == 0
    assert store_of(app).problems() == []


def test_odd_values_are_findings_and_no_refusal(post: Send) -> None:
    record = {
        "text": BODY,
        "url": URL,
        "title": None,
        "section": "",
        "published": "soon",
        "author": {"name": "أمينة"},
        "more": [1],
    }
    found = post(record).json
    assert found["status"] == "new"
    assert "bad-declared-date" in {issue["code"] for issue in found["issues"]}


def test_the_longest_values_are_no_fault_of_the_database(both: tuple[Flask, dict[str, str]], store: Store) -> None:
    app, bearer = both
    long = "ا" * 1500 + " b" * 1500
    record = dict.fromkeys(("title", "subtitle", "section", "agency", "outlet", "author", "tags"), long)
    record |= {"text": BODY, "language": "aa" + "-bbbbbbbb" * 20, "published": "2023-11-01T12:30+01:00"}
    response = app.test_client().post("/api/v1/captures", json=record, headers=bearer)
    assert response.status_code == 201, response.text
    assert store.problems() == []


# Many captures


def test_each_line_is_answered_whatever_becomes_of_the_others(client: FlaskClient, writer: dict[str, str], post: Send) -> None:
    post()
    others = [{"url": f"https://www.hespress.com/{number}.html", "text": f"{BODY} {number}"} for number in range(2, 4)]
    response = lines(client, writer, RECORD, b"{", b"", others[0], RECORD | {"title": "x"}, b'{"text": NaN}', others[1], [1])
    assert response.status_code == 200
    items = response.json["items"]
    assert [(item["line"], item["status"]) for item in items] == [
        (1, "unchanged"),
        (2, "refused"),
        (4, "new"),
        (5, "refused"),
        (6, "refused"),
        (7, "new"),
        (8, "refused"),
    ]
    assert response.json["counts"] == {"new": 2, "changed": 0, "unchanged": 1, "withdrawn": 0, "refused": 4}
    refused = {item["line"]: item["problem"] for item in items if "problem" in item}
    assert {line: said["status"] for line, said in refused.items()} == {2: 400, 5: 422, 6: 400, 8: 422}
    assert "line 1" in refused[5]["detail"]
    assert [item["source"] for item in items if item["status"] == "new"] == [other["url"] for other in others]
    listed = {item["source"]: item["id"] for item in client.get("/api/v1/articles").json["items"]}
    assert listed == {item["source"]: item["id"] for item in items if item["source"]}


def test_more_lines_than_a_transaction_takes_are_all_published(app: Flask, client: FlaskClient, writer: dict[str, str]) -> None:
    records = [
        {"url": f"https://x.org/{number}", "text": f"{BODY} {number}", "captured": "2024-01-02T08:00:00Z"}
        for number in range(520)
    ]
    response = lines(client, writer, *records)
    assert response.json["counts"]["new"] == 520
    assert store_of(app).channel().count == 520
    assert store_of(app).problems() == []
    assert lines(client, writer, *records).json["counts"]["unchanged"] == 520


def test_a_body_of_blank_lines_is_none(client: FlaskClient, writer: dict[str, str]) -> None:
    problem(lines(client, writer, b"", b"  "), 400, "bad-body")


# By source


def test_put_makes_and_replaces_by_source(client: FlaskClient, put: Send) -> None:
    new = put({"text": BODY}, "http://m.hespress.com/1.html?utm_source=x")
    assert (new.status_code, new.json["status"]) == (201, "new")
    again = put(RECORD)
    assert (again.status_code, again.json["status"], again.json["id"]) == (200, "changed", new.json["id"])
    named = put({"text": BODY}, "مذكرة 1")
    assert (named.status_code, named.json["source"]) == (201, "مذكرة 1")
    assert client.get(named.json["url"].removeprefix("https://news.example.org")).json["source_url"] is None


@pytest.mark.parametrize(
    ("source", "record", "code"),
    [
        ("https://other.org/", RECORD, "other-source"),
        ("a name", RECORD, "other-source"),
        ("https://x .org", {"text": BODY}, "bad-source"),
    ],
)
def test_a_record_names_no_other_source_than_its_request(put: Send, source: str, record: object, code: str) -> None:
    assert problem(put(record, source), 422, "unusable-record")["errors"][0]["code"] == code


@pytest.mark.parametrize(
    "query", ["", "source=", "source=a%00b", "source=a%0Ab", "source=a&source=b", "source=a&sauce=b", "source=" + "x" * 2001]
)
def test_a_wrong_source_is_named(client: FlaskClient, writer: dict[str, str], query: str) -> None:
    for response in (
        client.put(f"/api/v1/captures?{query}", json=RECORD, headers=writer),
        client.delete(f"/api/v1/captures?{query}", headers=writer),
    ):
        assert problem(response, 400)["errors"][0]["parameter"] in ("source", "sauce")


def test_delete_withdraws_for_good(
    client: FlaskClient, put: Send, post: Send, writer: dict[str, str], curator: dict[str, str]
) -> None:
    made = put()
    gone = client.delete("/api/v1/captures", query_string={"source": URL}, headers=writer)
    assert (gone.status_code, gone.data, "Content-Type" in gone.headers) == (204, b"", False)
    problem(client.get(f"/api/v1/articles/{made.json['id']}"), 410, "withdrawn")
    problem(client.delete("/api/v1/captures", query_string={"source": URL}, headers=writer), 410, "withdrawn")
    problem(client.delete("/api/v1/captures", query_string={"source": "never"}, headers=writer), 404)
    problem(post(), 409, "curated")
    problem(put(), 409, "curated")
    assert lines(client, writer, RECORD).json["counts"]["withdrawn"] == 1
    back = put(headers=curator)
    assert (back.status_code, back.json["status"], back.json["id"]) == (201, "new", made.json["id"])
