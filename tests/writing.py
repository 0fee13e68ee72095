"""Writing over HTTP, for tests of it: who writes, what is sent, and what a refusal looks like."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from service import create_app
from service.api import bodies
from service.services import EXTENSION
from service.tokens import Made, Scope

if TYPE_CHECKING:
    from collections.abc import Callable

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
    """Return the problem that a response has to be."""
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


def lines(client: FlaskClient, headers: dict[str, str], *records: object) -> TestResponse:
    sent = b"\n".join(each if isinstance(each, bytes) else json.dumps(each).encode() for each in records)
    return client.post("/api/v1/captures", data=sent, content_type=bodies.NDJSON, headers=headers)


@pytest.fixture
def unlimited(config: Config) -> Config:
    """The settings of `config` without limits and a log; a module that writes says `config = unlimited`."""
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


@pytest.fixture
def both(config: Config, store: Store) -> tuple[Flask, dict[str, str]]:
    return create_app(config, store), token_for(store, Scope.WRITE, Scope.CURATE)
