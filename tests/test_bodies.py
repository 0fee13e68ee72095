"""Bodies of requests: which are read, which are refused and by what word, and that the description says the same."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from service import create_app
from service.api import bodies
from service.errors import BodyError
from tests.writing import BODY, RECORD, URL, lines, problem, store_of, unlimited

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from service.config import Config
    from tests.writing import Send

config = unlimited


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


# Records


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
