"""What the API answers is what its description says: every member, its type and its format, and no member beside them."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from schemas.articles import ArticleDetailBody, ArticleItemBody
from schemas.changes import ChangedArticleBody
from service.article import Dated
from service.ingest import ingest
from service.services import EXTENSION
from tests.conftest import CORPUS, NOON, publish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from service.article import Entry
    from service.normalise import Registry

SITE = "https://news.example.org"
ID = "00000000-0000-5000-8000-000000000000"


@pytest.fixture
def filled(app: Flask, registry: Registry, make_entry: Callable[..., Entry]) -> FlaskClient:
    """What the project ships; one article of which nothing is known; one that is withdrawn."""
    store = app.extensions[EXTENSION].store
    ingest(CORPUS, registry, store, lambda: NOON)
    bare = make_entry(1, title=None, summary=None, body=(), published=None, language="und")
    withdrawn = make_entry(2, published=Dated.of("2024"))
    publish(store, bare, withdrawn)
    with store.writer() as writer:
        writer.withdraw([withdrawn.id], NOON, "curator")
    return app.test_client()


@pytest.fixture
def description(client: FlaskClient) -> dict[str, Any]:
    """The description of the API, with each object as closed as its author means it."""
    found = copy.deepcopy(client.get("/api/v1/openapi.json").json)
    for each in _objects(found["components"]["schemas"]):
        each.setdefault("additionalProperties", False)
    return found


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if "properties" in node and node.get("type") == "object":
            yield node
        for value in node.values():
            yield from _objects(value)


def answers(client: FlaskClient) -> Iterator[tuple[str, str]]:
    """Yield the described path and the address of answers of every kind."""
    lists = (
        "",
        "limit=500&expand=body,outlet,evidence",
        "q=المغرب&sort=published",
        "fields=id,published",
        "page=1",
        "tag=nowhere",
    )
    yield from (("/api/v1/articles", f"/api/v1/articles?{query}") for query in lists)
    for item in client.get("/api/v1/articles?limit=500").json["items"]:
        url = item["url"].removeprefix(SITE)
        for name in ("", "/evidence", "/capture"):
            yield f"/api/v1/articles/{{article_id}}{name}", url + name
    for name in ("outlets", "tags", "authors", "sections", "languages"):
        yield f"/api/v1/{name}", f"/api/v1/{name}?limit=1000"
        for item in client.get(f"/api/v1/{name}?limit=3").json["items"]:
            yield f"/api/v1/{name}/{{key}}", item["url"].removeprefix(SITE)
    yield from (("/api/v1/stats", f"/api/v1/stats?by={by}") for by in ("month", "outlet", "language"))
    yield from (("/api/v1/stats", url) for url in ("/api/v1/stats?by=day&since=2024-01-01&until=2024-12-30",))
    yield from (("/api/v1/changes", url) for url in ("/api/v1/changes", "/api/v1/changes?limit=500"))
    yield from (
        ("/api/v1/articles", f"/api/v1/articles?{wrong}") for wrong in ("limitt=1", "cursor=x", "page=2&limit=2", "format=csvv")
    )
    yield "/api/v1/articles/{article_id}", f"/api/v1/articles/{ID}"
    yield "/api/v1/tags/{key}", "/api/v1/tags/nowhere"
    yield "/api/v1/changes", f"/api/v1/changes?since={'A' * 32}"


@pytest.mark.slow
def test_every_answer_is_as_it_is_described(filled: FlaskClient, description: dict[str, Any]) -> None:
    checker, seen = FormatChecker(), set()
    for path, url in answers(filled):
        answer = filled.get(url)
        responses = description["paths"][path]["get"]["responses"]
        described = responses[str(answer.status_code)]["content"][answer.content_type]["schema"]
        whole = described | {"components": description["components"]}
        errors = [f"{url}: {error.json_path}: {error.message}" for error in _errors(whole, answer.json, checker)]
        assert errors == []
        seen.add((path, answer.status_code))
    assert {path for path, status in seen if status == 200} == {p for p, item in description["paths"].items() if "get" in item}


def _errors(schema: dict[str, Any], found: Any, checker: FormatChecker) -> Iterator[Any]:
    return Draft202012Validator(schema, format_checker=checker).iter_errors(found)


def test_all_that_is_described_of_an_article_is_told_in_its_order(filled: FlaskClient) -> None:
    item = filled.get("/api/v1/articles?q=المغرب&expand=body,outlet,evidence&limit=1").json["items"][0]
    assert set(item) == set(ArticleItemBody().fields)
    one = filled.get(item["url"].removeprefix(SITE)).json
    assert set(one) == set(ArticleDetailBody().fields)
    changed = filled.get("/api/v1/changes?limit=500").json["items"]
    assert {frozenset(change["article"]) for change in changed if change["kind"] == "published"} == {
        frozenset(ChangedArticleBody().fields)
    }
    # However an article is asked for, it is the same.
    told = next(change["article"] for change in changed if change["id"] == item["id"])
    assert told == {name: one[name] for name in told} == {name: item[name] for name in told}


def test_whatever_may_be_null_is_said_to_be(filled: FlaskClient, description: dict[str, Any]) -> None:
    bare = next(item for item in filled.get("/api/v1/articles?limit=500").json["items"] if item["source"] == "1.txt")
    said = description["components"]["schemas"]["ArticleItemBody"]["properties"]
    assert {name for name, value in bare.items() if value is None} == {
        *("source_url", "title", "subtitle", "summary", "agency", "section", "outlet", "via", "published", "modified")
    }
    for name, value in bare.items():
        if value is None:
            assert re.search(r"'null'", str(said[name])), name
