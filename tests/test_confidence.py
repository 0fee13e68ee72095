"""`min_confidence`: which articles are trusted so far, wherever articles are asked for, and how a change of that is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from service import create_app
from service.article import Confidence, Entry, Evidence
from service.cli import main
from service.content import hash_content
from service.ingest.decide import Outcome, Prepared, decide
from service.normalise import normalise
from service.store import ArticleQuery, Store, Term
from service.store.engine import writing
from service.store.facets import Facet
from tests.conftest import NOON, capture_of, publish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from flask.testing import FlaskClient

    from service.article import Article, Capture
    from service.config import Config
    from service.normalise import Registry

    MakeEntry = Callable[..., Entry]

# What is known of the outlet and of the date of each article, and how far both are to be trusted.
LIBRARY = {
    1: ({"outlet": "certain", "published": "certain"}, "certain"),
    2: ({"outlet": "certain", "published": "likely"}, "likely"),
    3: ({"outlet": "weak", "published": "certain"}, "weak"),
    4: ({"outlet": "certain", "published": "certain", "title": "weak"}, "certain"),
    5: ({"outlet": "certain"}, None),
    6: ({"published": "certain"}, None),
    7: ({}, None),
}
FLOORS = {"certain": [4, 1], "likely": [4, 2, 1], "weak": [4, 3, 2, 1]}


def evidence(known: dict[str, str]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(field=name, raw="x", span=(0, 1), rule="test", confidence=Confidence(said)) for name, said in known.items()
    )


def made(make_entry: MakeEntry, registry: Registry, number: int, known: dict[str, str]) -> Entry:
    outlet = registry.by_key["hespress"] if "outlet" in known else None
    published = make_entry().article.published if "published" in known else None
    return make_entry(number, outlet=outlet, published=published, evidence=evidence(known))


@pytest.fixture
def library(store: Store, make_entry: MakeEntry, registry: Registry) -> Store:
    publish(store, *(made(make_entry, registry, number, known) for number, (known, _) in LIBRARY.items()))
    return store


@pytest.fixture
def site(library: Store, config: Config) -> FlaskClient:
    return create_app(config, library).test_client()


def numbers(sources: Iterable[str]) -> list[int]:
    return [int(source.removesuffix(".txt")) for source in sources]


@pytest.mark.parametrize("number", LIBRARY)
def test_an_article_is_trusted_as_far_as_the_lower_of_outlet_and_date(
    make_entry: MakeEntry, registry: Registry, number: int
) -> None:
    known, expected = LIBRARY[number]
    assert made(make_entry, registry, number, known).article.confidence == expected


@pytest.mark.parametrize("floor", FLOORS)
def test_lists_feeds_counts_and_pages_keep_what_is_trusted_so_far(site: FlaskClient, floor: str) -> None:
    asked, expected = f"min_confidence={floor}", FLOORS[floor]
    seen, url = [], f"/api/v1/articles?{asked}&limit=1&sort=published"
    while url:
        page = site.get(url).json
        seen += numbers(item["source"] for item in page["items"])
        url = page["next"]
    assert seen == expected
    assert site.get(f"/api/v1/articles?page=1&{asked}").json["total"] == {"count": len(expected), "is_exact": True}
    assert site.get(f"/api/v1/stats?by=outlet&{asked}").json["items"][0]["count"] == len(expected)
    assert site.get(f"/api/v1/outlets?{asked}").json["items"][0]["count"] == len(expected)
    assert site.get(f"/feeds/search.atom?{asked}").data.count(b"<entry ") == len(expected)
    assert len(site.get(f"/feeds/search.json?{asked}&outlet=hespress").json["items"]) == len(expected)
    page = site.get(f"/?{asked}&outlet=hespress").text
    assert page.count("<article") == len(expected)
    assert {"certain": "مؤكد", "likely": "مرجّح", "weak": "ضعيف"}[floor] in page


@pytest.mark.parametrize("floor", FLOORS)
def test_the_command_that_searches_takes_it(
    library: Store, database_url: str, floor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    result = CliRunner().invoke(main, ["search", "--min-confidence", floor, "--outlet", "hespress"])
    assert f"{len(FLOORS[floor])} of {len(FLOORS[floor])} articles" in result.output
    assert library.problems() == []


@pytest.mark.parametrize(
    ("asked", "status", "parameter"),
    [
        ("min_confidence=sure", 400, "min_confidence"),
        ("min_confidence=", 400, "min_confidence"),
        ("min_confidence=Certain", 400, "min_confidence"),
        ("min_confidence=weak&min_confidence=likely", 400, "min_confidence"),
        ("min_confidence=weak&lacks=date", 409, "min_confidence"),
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/articles", "/api/v1/stats", "/feeds/search.rss"])
def test_what_no_article_can_have_is_refused(site: FlaskClient, path: str, asked: str, status: int, parameter: str) -> None:
    response = site.get(f"{path}?{asked}")
    assert (response.status_code, response.content_type) == (status, "application/problem+json")
    assert [error["parameter"] for error in response.json["errors"]] == [parameter]


def test_a_cursor_belongs_to_its_class_of_trust(site: FlaskClient) -> None:
    following = site.get("/api/v1/articles?min_confidence=likely&limit=1").json["next"]
    assert site.get(following.replace("likely", "certain")).status_code == 404


def test_another_trust_is_a_change_of_the_article_and_of_what_its_filter_finds(library: Store, site: FlaskClient) -> None:
    feed = "/feeds/search.json?min_confidence=certain"
    tag = site.get(feed).headers["ETag"]
    with library.reader() as reader:
        known = reader.known(["2.txt"])["2.txt"]
    article = replace(known.article, evidence=evidence({"outlet": "certain", "published": "certain"}))
    decision = decide(Prepared(capture_of(known), article, hash_content(article)), known, NOON + timedelta(days=1))
    assert decision.outcome is Outcome.CHANGED
    assert [name for name, *_ in decision.differences()] == ["confidence"]
    publish(library, replace(known, article=article, content_hash=decision.content_hash, revised=decision.revised))
    answer = site.get(feed, headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert [item["_nashra"]["published"]["confidence"] for item in answer.json["items"]] == ["certain"] * 3
    # A better explanation of anything else is none.
    explained = replace(article, evidence=(*article.evidence, *evidence({"title": "likely", "language": "weak"})))
    assert hash_content(explained) == hash_content(article)


def test_a_database_of_an_older_version_learns_it_and_nothing_is_published_again(library: Store, database_url: str) -> None:
    older = (
        "update entries set content_hash = '00' where sequence < 5",
        "delete from memberships where channel in (select id from channels where facet = 'confidence')",
        "delete from channels where facet = 'confidence'",
        "update lineage set derived = '1'",
    )
    with writing(library.engine) as connection:
        for statement in older:
            connection.execute(text(statement))
    before = library.revision()
    opened = Store.open(database_url)
    assert opened.problems() == []
    assert opened.revision() == before
    for floor, expected in FLOORS.items():
        page = opened.page(ArticleQuery(include=frozenset({Term(Facet.CONFIDENCE, floor)})))
        assert numbers(entry.article.source for entry in page.entries) == expected
        assert all(entry.content_hash == hash_content(entry.article) for entry in page.entries)
        assert opened.channel(Term(Facet.CONFIDENCE, floor)).count == len(expected)
    opened.close()


def test_what_a_person_declares_is_certain(make_capture: Callable[..., Capture], registry: Registry) -> None:
    page = "قال الوزير إن الأمطار غزيرة هذا العام في كل الأقاليم.\n"

    def read(declared: dict[str, str]) -> Article:
        return normalise(make_capture(page, declared=declared), registry)

    assert read({"outlet": "hespress", "published": "2024-05-01"}).confidence == "certain"
    assert read({"published": "2024-05-01"}).confidence is None
