"""Corrections over HTTP: what they change, when they are let go, and which are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from service.api import bodies
from tests.writing import RECORD, problem, unlimited

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.writing import Send

config = unlimited


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


def test_a_correction_says_what_it_is(client: FlaskClient, patch: Send, curator: dict[str, str]) -> None:
    address = f"/api/v1/articles/{patch({}).json['id']}"
    response = client.patch(address, json={}, headers=curator)
    problem(response, 415)
    assert response.headers["Accept-Patch"] == bodies.MERGE_PATCH
