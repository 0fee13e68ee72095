"""A request that is sent again, with its key, is done once and answered as it was."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from service.tokens import Scope
from tests.writing import RECORD, problem, store_of, token_for, unlimited

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from service.store import Store
    from tests.writing import Send

config = unlimited


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


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "é"])
def test_a_wrong_key_is_told(post: Send, key: str) -> None:
    assert "Idempotency-Key" in problem(post(**{"Idempotency-Key": key}), 400)["detail"]
