"""Writing on conditions: what was seen before is what is overwritten, and of two writers one is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.writing import BODY, RECORD, URL, problem, unlimited

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from service.store import Store
    from tests.writing import Send

config = unlimited


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
