"""Writing over HTTP: who may, what becomes of captures and corrections, what is refused and how it is told."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from service import create_app
from service.api import bodies
from service.errors import BodyError
from service.services import EXTENSION
from service.tokens import Made, Scope

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from service.config import Config
    from service.store import Store

    Send = Callable[..., TestResponse]

PROBLEM = "application/problem+json"
URL = "https://www.hespress.com/1.html"
BODY = "أعلنت وزارة الفلاحة أن موسم الزيتون سيبدأ هذا الأسبوع في أقاليم الجهة الشرقية، وأن الإنتاج سيفوق إنتاج السنة الماضية."
RECORD = {"url": URL, "title": "الفلاحون ينتظرون موسم الزيتون", "text": BODY, "captured": "2024-01-02T08:00:00Z"}


def problem(response: TestResponse, status: int, kind: str | None = None) -> dict[str, Any]:
    assert (response.status_code, response.content_type) == (status, PROBLEM), response.text
    body = response.get_json(force=True)
    assert body["status"] == status
    assert body["request_id"] == response.headers["X-Request-ID"]
    assert body["type"] == (f"https://news.example.org/problems/{kind}" if kind else "about:blank")
    return body


def token_for(store: Store, *scopes: Scope, **lifetime: timedelta) -> dict[str, str]:
    made = Made.of("test", scopes, datetime.now(UTC), **lifetime)
    with store.access(is_writing=True) as access:
        access.add(made.token)
    return {"Authorization": f"Bearer {made.text}"}


def store_of(app: Flask) -> Store:
    return app.extensions[EXTENSION].store


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, rate_limit_writes=None, rate_limit_normalise=None, access_log=False)


@pytest.fixture
def writer(app: Flask) -> dict[str, str]:
    return token_for(store_of(app), Scope.WRITE)


@pytest.fixture
def curator(app: Flask) -> dict[str, str]:
    return token_for(store_of(app), Scope.WRITE, Scope.CURATE)


@pytest.fixture
def post(client: FlaskClient, writer: dict[str, str]) -> Send:
    def send(record: object = RECORD, **headers: str) -> TestResponse:
        return client.post("/api/v1/captures", json=record, headers=writer | headers)

    return send


@pytest.fixture
def put(client: FlaskClient, writer: dict[str, str]) -> Send:
    def send(record: object = RECORD, source: str = URL, headers: dict[str, str] | None = None) -> TestResponse:
        return client.put("/api/v1/captures", query_string={"source": source}, json=record, headers=writer | (headers or {}))

    return send


@pytest.fixture
def patch(client: FlaskClient, curator: dict[str, str], post: Send) -> Send:
    address = post().headers["Location"].removeprefix("https://news.example.org")

    def send(change: object, **headers: str) -> TestResponse:
        sent = json.dumps(change, ensure_ascii=False).encode()
        return client.patch(address, data=sent, content_type=bodies.MERGE_PATCH, headers=curator | headers)

    return send


def lines(client: FlaskClient, headers: dict[str, str], *records: object) -> TestResponse:
    sent = b"\n".join(each if isinstance(each, bytes) else json.dumps(each).encode() for each in records)
    return client.post("/api/v1/captures", data=sent, content_type=bodies.NDJSON, headers=headers)


# Who may


def test_without_any_token_writing_is_off_and_says_how_it_goes_on(client: FlaskClient) -> None:
    for response in (
        client.post("/api/v1/captures", json=RECORD),
        client.put("/api/v1/captures?source=x", json=RECORD, headers={"Authorization": "Bearer x"}),
        client.delete("/api/v1/captures?source=x"),
        client.patch("/api/v1/articles/00000000-0000-4000-8000-000000000000", json={}),
    ):
        assert "nashra token create" in problem(response, 403, "writing-off")["detail"]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (None, ""),
        ("Basic eDp5", ""),
        ("Bearer", ""),
        ("Bearer wrong", "invalid_token"),
        (f"Bearer nashra_00000000_{'0' * 48}", "invalid_token"),
    ],
)
@pytest.mark.usefixtures("writer")
def test_who_has_no_good_token_is_asked_for_one(client: FlaskClient, given: str | None, error: str) -> None:
    response = client.post("/api/v1/captures", json=RECORD, headers={"Authorization": given} if given else {})
    problem(response, 401, "bad-token")
    challenge = response.headers["WWW-Authenticate"]
    assert challenge.startswith('Bearer realm="nashra"')
    assert (f'error="{error}"' in challenge) if error else ("error" not in challenge)


def test_a_token_is_good_until_it_expires_or_is_revoked_and_only_for_its_scopes(
    app: Flask, client: FlaskClient, writer: dict[str, str]
) -> None:
    old = token_for(store_of(app), Scope.WRITE, lifetime=timedelta(microseconds=1))
    assert "expired" in problem(client.post("/api/v1/captures", json=RECORD, headers=old), 401, "bad-token")["detail"]
    curating = token_for(store_of(app), Scope.CURATE)
    refused = client.post("/api/v1/captures", json=RECORD, headers=curating)
    problem(refused, 403, "missing-scope")
    assert 'error="insufficient_scope", scope="write"' in refused.headers["WWW-Authenticate"]
    assert client.post("/api/v1/captures", json=RECORD, headers=writer).status_code == 201
    with store_of(app).access(is_writing=True) as access:
        (used,) = [token for token in access.tokens() if token.used]
        access.revoke(used.id, datetime.now(UTC))
    assert "revoked" in problem(client.post("/api/v1/captures", json=RECORD, headers=writer), 401, "bad-token")["detail"]


def test_a_token_is_never_logged(
    app: Flask,
    config: Config,
    writer: dict[str, str],
    log: Callable[[], list[dict[str, object]]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    logging = create_app(replace(config, access_log=True), store_of(app)).test_client()
    logging.post("/api/v1/captures", json=RECORD, headers=writer)
    logging.post("/api/v1/captures", data="{", content_type="application/json", headers=writer)
    said = json.dumps(log())
    assert "/api/v1/captures" in said
    assert writer["Authorization"].rsplit("_", 1)[1] not in said + "".join(capsys.readouterr())


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


@pytest.mark.parametrize(
    ("record", "code", "pointer"),
    [
        ([1, 2], "no-object", ""),
        ("text", "no-object", ""),
        ({}, "empty", "/text"),
        ({"text": "  ", "title": "x"}, "empty", "/text"),
        ({"text": BODY, "url": "ftp://x.org"}, "bad-url", "/url"),
        ({"text": BODY, "url": 5}, "bad-type", "/url"),
        ({"text": [BODY]}, "bad-type", "/text"),
        ({"html": 5}, "bad-type", "/html"),
        ({"text": BODY, "headline": True}, "bad-type", "/headline"),
        ({"text": BODY, "title": ["a", "b"]}, "bad-type", "/title"),
        ({"text": BODY, "authors": ["a", 5]}, "bad-type", "/authors"),
        ({"text": BODY, "tags": {"label": "a"}}, "bad-type", "/tags"),
        ({"text": BODY, "link": "https://x.org/" + "ا" * 1900}, "bad-url", "/link"),
        ({"text": "ا" * 2_000_000}, "too-large", "/text"),
    ],
)
def test_a_record_that_cannot_be_used_names_its_member(post: Send, record: object, code: str, pointer: str) -> None:
    (error,) = problem(post(record), 422, "unusable-record")["errors"]
    assert (error["code"], error["pointer"]) == (code, pointer)


@pytest.mark.parametrize(
    ("record", "is_usable"),
    [
        ({"text": BODY}, True),
        ({"body": BODY}, True),
        ({"content": BODY}, True),
        ({"html": f"<p>{BODY}</p>"}, True),
        ({"text": None, "html": f"<p>{BODY}</p>"}, True),
        ({"text": " ", "body": BODY}, True),
        ({}, False),
        ({"title": "عنوان", "url": URL}, False),
        ({"text": "", "html": " \n"}, False),
        ({"text": None, "body": None, "content": None, "html": None}, False),
        ({"text": [BODY]}, False),
        ([{"text": BODY}], False),
    ],
)
def test_what_a_record_must_have_is_described_as_it_is_asked_for(
    client: FlaskClient, post: Send, put: Send, record: object, *, is_usable: bool
) -> None:
    description = client.get("/api/v1/openapi.json").json
    statuses = {
        ("/api/v1/captures", "post"): post(record).status_code,
        ("/api/v1/captures", "put"): put(record).status_code,
        ("/api/v1/normalise", "post"): client.post("/api/v1/normalise", json=record).status_code,
    }
    for (path, method), status in statuses.items():
        sent = description["paths"][path][method]["requestBody"]
        described = Draft202012Validator(
            sent["content"]["application/json"]["schema"] | {"components": description["components"]}
        )
        assert sent["required"]
        assert described.is_valid(record) == is_usable
        assert (status in (200, 201)) == is_usable
        assert described.is_valid(sent["content"]["application/json"]["example"])


@pytest.mark.parametrize(
    ("change", "is_usable"),
    [({}, True), ({"title": None}, True), ({"title": "عنوان"}, True), ({"body": "x"}, False), ([], False)],
)
def test_what_a_correction_may_have_is_described_as_it_is_taken(
    client: FlaskClient, patch: Send, change: object, *, is_usable: bool
) -> None:
    description = client.get("/api/v1/openapi.json").json
    sent = description["paths"]["/api/v1/articles/{article_id}"]["patch"]["requestBody"]
    schema = sent["content"][bodies.MERGE_PATCH]["schema"] | {"components": description["components"]}
    assert sent["required"]
    assert Draft202012Validator(schema).is_valid(change) == is_usable
    assert (patch(change).status_code == 200) == is_usable


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


# Bodies


HOSTILE = {
    b"": "nothing in it",
    b" \n": "nothing in it",
    b'{"a":': "not JSON",
    b'{"a":1} x': "not JSON",
    b'{"text": "\xff\xfe"}': "no UTF-8",
    b"\xef\xbb\xbf{}": "byte order mark",
    "{}".encode("utf-16"): "byte order mark",
    b'{"text": NaN}': "NaN is no JSON",
    b'{"text": -Infinity}': "-Infinity is no JSON",
    b'{"zz":1,"zz":2}': "'zz' is there twice",
    b'{"a":{"b":1,"b":1}}': "'b' is there twice",
    b'{"title": 1' + b"0" * 5000 + b"}": "too many digits",
    b"[" * 100_000 + b"]" * 100_000: "nested too deeply",
    b'{"a":' + b"[" * 64 + b"]" * 64 + b"}": "nested too deeply",
    b'{"text": "a\nb"}': "not JSON",
}


@pytest.mark.parametrize("sent", HOSTILE, ids=lambda sent: repr(sent[:20]))
def test_hostile_json_is_told_in_a_word(client: FlaskClient, writer: dict[str, str], sent: bytes) -> None:
    response = client.post("/api/v1/captures", data=sent, content_type="application/json", headers=writer)
    assert HOSTILE[sent] in problem(response, 400, "bad-body")["detail"]


@pytest.mark.parametrize("text", ["1e999", '"\\ud800"', "[" * 64 + "]" * 64, '"\\u0000"', "null", "-0"])
def test_what_is_json_is_read(text: str) -> None:
    bodies.parsed(text.encode())


@pytest.mark.parametrize(
    ("media", "coding"),
    [
        (None, None),
        ("text/plain", None),
        ("application/json; charset=utf-16", None),
        ("application/xml", None),
        ("application/json", "gzip"),
    ],
)
def test_what_is_not_read_here_says_what_is(
    client: FlaskClient, writer: dict[str, str], media: str | None, coding: str | None
) -> None:
    headers = writer | ({"Content-Encoding": coding} if coding else {})
    response = client.post("/api/v1/captures", data=b"{}", content_type=media, headers=headers)
    problem(response, 415)
    if coding:
        assert response.headers["Accept-Encoding"] == "identity"
    else:
        assert response.headers["Accept-Post"] == "application/json, application/x-ndjson"


def test_bodies_are_bounded(app: Flask, config: Config, writer: dict[str, str]) -> None:
    small = create_app(replace(config, write_bytes=100_000, write_lines=2), store_of(app)).test_client()
    problem(small.post("/api/v1/captures", json={"text": "x" * 100_001}, headers=writer), 413)
    assert "send 2 at once" in problem(lines(small, writer, RECORD, RECORD, RECORD), 413)["detail"]
    chunked = {"Transfer-Encoding": "chunked", "Content-Type": "application/json"}
    problem(small.post("/api/v1/captures", headers=writer | chunked), 411)
    # As a server hands over a body whose end it finds itself: what was cut off would be a good record.
    whole = json.dumps(RECORD).encode() + b"\n" * 100_000
    endless = {"wsgi.input_terminated": True, "wsgi.input": BytesIO(whole), "CONTENT_LENGTH": ""}
    cut = small.post("/api/v1/captures", headers=writer | chunked, environ_overrides=endless)
    assert "100,000 bytes" in problem(cut, 413)["detail"]


def test_no_body_makes_the_reader_fail_otherwise() -> None:
    for sent in HOSTILE:
        with pytest.raises(BodyError):
            bodies.parsed(sent)


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
        ("a\nb", {"text": BODY}, "bad-source"),
    ],
)
def test_a_record_names_no_other_source_than_its_request(put: Send, source: str, record: object, code: str) -> None:
    assert problem(put(record, source), 422, "unusable-record")["errors"][0]["code"] == code


@pytest.mark.parametrize(
    "query", ["", "source=", "source=a%00b", "source=a&source=b", "source=a&sauce=b", "source=" + "x" * 2001]
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


def test_conditions_hold(client: FlaskClient, put: Send, writer: dict[str, str]) -> None:
    problem(put(headers={"If-Match": "*"}), 412, "precondition-failed")
    etag = put(headers={"If-None-Match": "*"}).headers["ETag"]
    problem(put(headers={"If-None-Match": "*"}), 412, "precondition-failed")
    problem(put(headers={"If-Match": '"other"'}), 412, "precondition-failed")
    problem(put(headers={"If-Match": f"W/{etag}"}), 412, "precondition-failed")
    zipped = etag[:-1] + '-br"'
    changed = put(RECORD | {"title": "آخر"}, headers={"If-Match": f'"x", {zipped}'})
    assert changed.json["status"] == "changed"
    deleting = {"query_string": {"source": URL}}
    problem(client.delete("/api/v1/captures", headers=writer | {"If-Match": etag}, **deleting), 412, "precondition-failed")
    assert (
        client.delete("/api/v1/captures", headers=writer | {"If-Match": changed.headers["ETag"]}, **deleting).status_code == 204
    )


@pytest.mark.parametrize("given", ["", "abc", '"a" "b"', '"a",', "*, *", 'w/"a"', '"é', "W/*"])
def test_a_condition_that_is_none_is_no_condition_met(put: Send, given: str) -> None:
    for header in ("If-Match", "If-None-Match"):
        assert header in problem(put(headers={header: given}), 400)["detail"]


@pytest.mark.parametrize("given", ['""', '"B", ""', 'W/""', '"a" ,\t"b"', '"é"'])
def test_any_etag_may_be_named(put: Send, given: str) -> None:
    assert put(headers={"If-None-Match": given}).status_code == 201
    problem(put(headers={"If-Match": given}), 412, "precondition-failed")


@pytest.fixture
def both(config: Config, store: Store) -> tuple[Flask, dict[str, str]]:
    return create_app(config, store), token_for(store, Scope.WRITE, Scope.CURATE)


def test_of_two_writers_with_one_etag_one_is_told(both: tuple[Flask, dict[str, str]], store: Store) -> None:
    app, bearer = both
    for number in range(4):
        etag = app.test_client().put(f"/api/v1/captures?source=s{number}", json={"text": BODY}, headers=bearer).headers["ETag"]

        def write(text: str, number: int = number, etag: str = etag) -> int:
            headers = bearer | {"If-Match": etag}
            client = app.test_client()
            return client.put(f"/api/v1/captures?source=s{number}", json={"text": text}, headers=headers).status_code

        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(write, (BODY + " أ", BODY + " ب"))) == [200, 412]
    assert store.problems() == []


def test_a_request_sent_twice_at_once_is_done_once(both: tuple[Flask, dict[str, str]], store: Store) -> None:
    app, bearer = both

    def send(_number: int) -> int:
        headers = bearer | {"Idempotency-Key": "one"}
        return app.test_client().post("/api/v1/captures", json=RECORD, headers=headers).status_code

    with ThreadPoolExecutor(4) as threads:
        statuses = list(threads.map(send, range(4)))
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    assert store.revision() == 1


def test_the_longest_values_are_no_fault_of_the_database(both: tuple[Flask, dict[str, str]], store: Store) -> None:
    app, bearer = both
    long = "ا" * 1500 + " b" * 1500
    record = dict.fromkeys(("title", "subtitle", "section", "agency", "outlet", "author", "tags"), long)
    record |= {"text": BODY, "language": "aa" + "-bbbbbbbb" * 20, "published": "2023-11-01T12:30+01:00"}
    response = app.test_client().post("/api/v1/captures", json=record, headers=bearer)
    assert response.status_code == 201, response.text
    assert store.problems() == []


# Sent again


def test_a_request_that_is_sent_again_is_answered_again(post: Send, client: FlaskClient) -> None:
    first = post(**{"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"})
    again = post(**{"Idempotency-Key": '"8e03978e-40d5-43dd-bc93-6894a57f9324"'})
    assert (again.status_code, again.data) == (first.status_code, first.data) == (201, first.data)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert (again.headers["Location"], again.headers["ETag"]) == (first.headers["Location"], first.headers["ETag"])
    other = post(RECORD | {"title": "x"}, **{"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"})
    problem(other, 422, "key-reused")
    assert client.get("/api/v1/changes").json["items"][0]["revision"] == 1


def test_refusals_are_answers_too_and_another_token_has_its_own_keys(app: Flask, client: FlaskClient, post: Send) -> None:
    refused = post({}, **{"Idempotency-Key": "k"})
    again = post({}, **{"Idempotency-Key": "k"})
    assert (again.status_code, again.data, again.headers["Idempotency-Replayed"]) == (422, refused.data, "true")
    mine = token_for(store_of(app), Scope.WRITE) | {"Idempotency-Key": "k"}
    assert client.post("/api/v1/captures", json=RECORD, headers=mine).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "é"])
def test_a_wrong_key_is_told(post: Send, key: str) -> None:
    assert "Idempotency-Key" in problem(post(**{"Idempotency-Key": key}), 400)["detail"]


# Corrections


def test_a_correction_is_pinned_and_let_go(client: FlaskClient, patch: Send, post: Send) -> None:
    changed = patch({"published": "2024-05", "title": "عنوان صححه المحرر", "authors": ["أمينة", "عمر"], "tags": "فلاحة"})
    assert changed.status_code == 200
    body = changed.json
    assert (body["published"]["edtf"], body["title"], body["authors"], body["tags"]) == (
        "2024-05",
        "عنوان صححه المحرر",
        ["أمينة", "عمر"],
        ["فلاحة"],
    )
    shown = client.get(f"/api/v1/articles/{body['id']}")
    assert (shown.data, shown.headers["ETag"]) == (changed.data, changed.headers["ETag"])
    assert post(RECORD | {"title": "آخر"}).json["status"] == "unchanged"
    back = patch({"title": None, "published": None})
    assert (back.json["title"], back.json["published"], back.json["authors"]) == ("آخر", None, ["أمينة", "عمر"])
    assert patch({}).json["revision"] == back.json["revision"]


def test_a_correction_depends_on_what_was_seen(patch: Send, client: FlaskClient, curator: dict[str, str]) -> None:
    etag = patch({}).headers["ETag"]
    assert patch({"section": "اقتصاد"}, **{"If-Match": etag}).status_code == 200
    problem(patch({"section": "رياضة"}, **{"If-Match": etag}), 412, "precondition-failed")
    missing = "/api/v1/articles/00000000-0000-4000-8000-000000000000"
    problem(client.patch(missing, data=b"{}", content_type=bodies.MERGE_PATCH, headers=curator), 404)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ([], ""),
        ({"body": "x"}, "/body"),
        ({"a/b~": "x"}, "/a~1b~0"),
        ({"author": "x"}, "/author"),
        ({"title": ""}, "/title"),
        ({"title": ["x"]}, "/title"),
        ({"title": 5}, "/title"),
        ({"title": "x" * 2001}, "/title"),
        ({"authors": []}, "/authors"),
        ({"authors": ["x", None]}, "/authors"),
        ({"published": "01/05/2024"}, "/published"),
        ({"published": "2024-13"}, "/published"),
        ({"language": "arabic!"}, "/language"),
        ({"outlet": "no such outlet"}, "/outlet"),
    ],
)
def test_a_wrong_correction_names_its_member_and_changes_nothing(patch: Send, change: object, pointer: str) -> None:
    before = patch({}).json["revision"]
    assert problem(patch(change), 422, "unusable-record")["errors"][0]["pointer"] == pointer
    assert patch({}).json["revision"] == before


def test_a_correction_says_what_it_is(client: FlaskClient, patch: Send, curator: dict[str, str]) -> None:
    address = f"/api/v1/articles/{patch({}).json['id']}"
    response = client.patch(address, json={}, headers=curator)
    problem(response, 415)
    assert response.headers["Accept-Patch"] == bodies.MERGE_PATCH


# Normalising


def test_normalising_is_open_and_stores_nothing(app: Flask, client: FlaskClient) -> None:
    body = client.post("/api/v1/normalise", json=RECORD).json
    assert (body["article"]["title"], body["article"]["outlet"]["key"]) == (RECORD["title"], "hespress")
    assert {"title", "outlet", "body"} <= {why["field"] for why in body["evidence"]}
    assert "no-date" in {issue["code"] for issue in body["issues"]}
    assert not {"id", "revision", "first_seen"} & body["article"].keys()
    assert store_of(app).channel().count == 0
    problem(client.post("/api/v1/normalise", json={"text": "x" * 1_000_001}), 413)
    problem(client.post("/api/v1/normalise", json={}), 422, "unusable-record")
    problem(client.post("/api/v1/normalise", data=b"x", content_type="text/plain"), 415)


# How often


def test_writing_and_normalising_have_limits_of_their_own(app: Flask, config: Config, writer: dict[str, str]) -> None:
    limited = create_app(replace(config, rate_limit_writes="2/hour", rate_limit_normalise="1/hour"), store_of(app)).test_client()
    first = limited.post("/api/v1/captures", json=RECORD, headers=writer)
    assert [first.headers[f"RateLimit-{name}"] for name in ("Limit", "Remaining", "Policy")] == ["2", "1", "2;w=3600"]
    assert 0 < int(first.headers["RateLimit-Reset"]) <= 3601
    assert "Retry-After" not in first.headers
    limited.delete("/api/v1/captures?source=x", headers=writer)
    refused = limited.put("/api/v1/captures?source=x", json=RECORD, headers=writer)
    assert "2 per 1 hour" in problem(refused, 429, "rate-limited")["detail"]
    assert refused.headers["Retry-After"] == refused.headers["RateLimit-Reset"]
    other = token_for(store_of(app), Scope.WRITE)
    assert limited.post("/api/v1/captures", json=RECORD, headers=other).status_code == 200
    assert limited.post("/api/v1/normalise", json=RECORD).status_code == 200
    problem(limited.post("/api/v1/normalise", json=RECORD), 429, "rate-limited")
    assert limited.get("/api/v1/articles").status_code == 200


def test_reads_have_a_limit_where_one_is_set(app: Flask, config: Config) -> None:
    proxied = create_app(replace(config, rate_limit_reads="1/hour", trusted_proxies=1), store_of(app)).test_client()
    ada, bob = ({"X-Forwarded-For": address} for address in ("203.0.113.1", "203.0.113.2"))
    assert proxied.get("/api/v1/articles?limit=1", headers=ada).status_code == 200
    problem(proxied.get("/api/v1/articles?limit=2", headers=ada), 429, "rate-limited")
    assert proxied.get("/api/v1/articles?limit=2", headers=bob).status_code == 200
    assert {proxied.get("/healthz", headers=ada).status_code for _ in range(3)} == {200}


def test_counts_go_on_while_their_storage_is_away(app: Flask, config: Config, writer: dict[str, str]) -> None:
    away = replace(config, rate_limit_writes="1/hour", rate_limit_storage="redis://127.0.0.1:9/0")
    client = create_app(away, store_of(app)).test_client()
    assert client.post("/api/v1/captures", json=RECORD, headers=writer).status_code == 201
    problem(client.post("/api/v1/captures", json=RECORD, headers=writer), 429, "rate-limited")


# Problems


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/captures", 405),
        ("POST", "/api/v1/articles", 405),
        ("PUT", "/feeds/all.atom", 405),
        ("PATCH", "/api/v1/none", 404),
    ],
)
def test_what_is_not_there_is_a_problem_under_every_path_for_programs(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    response = client.open(path, method=method)
    problem(response, status)
    assert ("Allow" in response.headers) == (status == 405)
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_elsewhere_an_error_is_a_page_unless_json_is_asked_for(client: FlaskClient) -> None:
    for accept in ("", "*/*", "text/html,application/xhtml+xml,*/*;q=0.8"):
        assert client.get("/none", headers={"Accept": accept}).content_type == "text/html; charset=utf-8"
    for accept in ("application/json", "application/problem+json, text/html;q=0.5"):
        problem(client.get("/none", headers={"Accept": accept}), 404)


def test_every_kind_of_problem_has_a_page(client: FlaskClient) -> None:
    from service.kinds import KINDS
    from service.problems import KIND_OF_STATUS, MEANINGS

    named = {meaning.kind for meaning in MEANINGS.values()} | set(KIND_OF_STATUS.values())
    assert named - {None} == set(KINDS)
    whole = client.get("/problems").text
    for name, kind in KINDS.items():
        assert kind.title in client.get(f"/problems/{name}").text
        assert f'id="{name}"' in whole
    assert client.get("/problems/none").status_code == 404


def test_scripts_of_other_sites_may_write_with_a_token(client: FlaskClient, post: Send) -> None:
    asked = client.options("/api/v1/captures", headers={"Origin": "https://x.org", "Access-Control-Request-Method": "PUT"})
    assert {"PUT", "DELETE"} <= set(asked.headers["Access-Control-Allow-Methods"].split(", "))
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    made = post()
    assert made.headers["Access-Control-Allow-Origin"] == "*"
    assert "Location" in made.headers["Access-Control-Expose-Headers"]
    assert made.headers["Cache-Control"] == "no-store"
