"""Who may write over HTTP and how often: tokens and their scopes, other sites' scripts, limits."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from service import create_app
from service.tokens import Scope
from tests.writing import RECORD, problem, store_of, token_for, unlimited

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from service.config import Config
    from tests.writing import Send

config = unlimited


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


def test_scripts_of_other_sites_may_write_with_a_token(client: FlaskClient, post: Send) -> None:
    asked = client.options("/api/v1/captures", headers={"Origin": "https://x.org", "Access-Control-Request-Method": "PUT"})
    assert {"PUT", "DELETE"} <= set(asked.headers["Access-Control-Allow-Methods"].split(", "))
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    made = post()
    assert made.headers["Access-Control-Allow-Origin"] == "*"
    assert "Location" in made.headers["Access-Control-Expose-Headers"]
    assert made.headers["Cache-Control"] == "no-store"


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
