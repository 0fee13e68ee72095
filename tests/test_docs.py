"""What the documentation names exists: addresses and parameters of feeds."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from schemas.feeds import ArchiveQuery, SearchFeedQuery
from service.config import ROOT
from service.ingest import ingest
from service.services import EXTENSION
from tests.conftest import CORPUS

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from service.normalise import Registry

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
