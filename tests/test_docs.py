"""What the documentation names exists, and the other way round: addresses, parameters, members, bounds."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from schemas import articles, changes, collections, queries
from schemas.articles import ArticleListQuery
from schemas.feeds import ArchiveQuery, SearchFeedQuery
from schemas.problem import ProblemBody
from service.config import ROOT
from service.ingest import ingest
from service.search.parsing import MOST_CLAUSES
from service.services import EXTENSION
from service.store import TIME_LIMIT
from service.store.matching import MOST_COUNTED
from tests.conftest import CORPUS

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from service.normalise import Registry

API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
FEEDS = (ROOT / "docs" / "feeds.md").read_text(encoding="utf-8")
ADDRESSES = sorted(set(re.findall(r"`(/[a-z][^`\s]*)`", FEEDS)))


@pytest.fixture
def served(app: Flask, registry: Registry) -> FlaskClient:
    """What the project ships, published."""
    ingest(CORPUS, registry, app.extensions[EXTENSION].store, lambda: datetime.now(UTC))
    return app.test_client()


def test_each_address_of_a_feed_that_is_named_answers(served: FlaskClient) -> None:
    assert len(ADDRESSES) > 10
    for url in ADDRESSES:
        response = served.get(url)
        if response.status_code == 301:
            response = served.get(response.headers["Location"].removeprefix("https://news.example.org"))
        assert (url, response.status_code) == (url, 200)


def test_each_parameter_of_feeds_is_named_and_no_other() -> None:
    section = FEEDS.partition("## Parameters")[2].partition("## ")[0]
    named = {word for word in re.findall(r"`([a-z_]+)`", section) if word not in ("full", "summary", "not_")}
    known = set(SearchFeedQuery().fields) | set(ArchiveQuery().fields)
    assert named == {name for name in known if not name.startswith("not_")}


def test_each_address_of_the_api_is_named_and_no_other(client: FlaskClient) -> None:
    table = API.partition("| address |")[2].partition("\n\n")[0]
    named = re.findall(r"`(/api/v1/[^`]*)`", table)
    described = client.get("/api/v1/openapi.json").json["paths"]
    assert sorted(named) == sorted(re.sub(r"\{\w*id\}", "ID", path).replace("{key}", "KEY") for path in described)


def test_each_address_that_the_guide_or_the_readme_gives_answers(served: FlaskClient) -> None:
    pages = API + (ROOT / "README.md").read_text(encoding="utf-8")
    article = served.get("/api/v1/articles?limit=1").json["items"][0]["id"]
    urls = {url.removeprefix("http://127.0.0.1:8000") for url in re.findall(r"http://127\.0\.0\.1:8000/[^'\"`<>\s]*", pages)}
    urls |= set(re.findall(r"`(/[a-z][^`\s]*)`", pages))
    urls = {url.replace("ID", article).replace("KEY", "goud") for url in urls if not url.endswith(".xml")}
    # What is promised for later; a key that only outlets have; what is only written to; a month by its name.
    passed = re.compile(r"/api/v2$|/(tags|authors|sections|languages)/goud\b|/(captures|normalise)$|/MONTH$")
    urls = {url for url in urls if not passed.search(url)}
    assert len(urls) > 30
    for url in urls:
        with served.get(url) as response:
            assert (url, response.status_code) == (url, 200)


def test_each_parameter_of_lists_is_named() -> None:
    named = set(re.findall(r"\b([a-z_]+)\b", " ".join(re.findall(r"`([^`]*)`", API))))
    known = {field.data_key or name for name, field in ArticleListQuery().fields.items()}
    # Cursors are in the addresses to follow.
    assert {name for name in known if not name.startswith("not_")} <= named | {"cursor"}


def test_each_member_of_a_problem_is_named_and_no_other() -> None:
    table = API.partition("## Errors")[2].partition("| member |")[2].partition("\n\n")[0]
    named = {word for row in table.splitlines() for word in re.findall(r"`([a-z_]+)`", row.partition(" | ")[0])}
    assert named == set(ProblemBody().fields)


def test_bounds_are_those_that_hold() -> None:
    table = API.partition("## Limits")[2].partition("\n\n## ")[0]
    bounds = (
        *(articles.MOST_ITEMS, articles.MOST_NUMBERED, collections.MOST_VALUES, changes.MOST_CHANGES),
        *(queries.MOST_VALUES, queries.LONGEST_VALUE, queries.LONGEST_SEARCH, MOST_CLAUSES, MOST_COUNTED, int(TIME_LIMIT * 1000)),
    )
    assert {int(number.replace(",", "")) for number in re.findall(r"\b[\d,]*\d\b", table)} == {503, *bounds}
