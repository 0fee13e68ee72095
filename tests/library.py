"""A library of twelve entries, and what a query finds, for tests of the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.article import Dated, Entry
from service.store import ArticleQuery, Facet, Store, Term
from tests.conftest import publish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from service.normalise import Registry

    MakeEntry = Callable[..., Entry]

SPORT, OTHER = Term(Facet.SECTION, "رياضه"), Term(Facet.SECTION, "اقتصاد")


def sources(entries: Iterable[Entry]) -> list[int]:
    return [int(entry.article.source.removesuffix(".txt")) for entry in entries]


def found(store: Store, **asked: object) -> list[int]:
    return sources(store.page(ArticleQuery(limit=500, **asked)).entries)


@pytest.fixture
def library(store: Store, make_entry: MakeEntry, registry: Registry) -> Store:
    """Twelve entries: three outlets, two sections, tags, days in a row; the last two undated."""
    outlets = [registry.by_key[key] for key in ("hespress", "aljazeera", "lematin")]
    made = [
        make_entry(
            number,
            outlet=outlets[number % 3],
            section=("رياضة", "اقتصاد")[number % 2],
            tags=("المغرب", "Économie") if number % 4 == 0 else ("المغرب",),
            authors=("أحمد العلوي",) if number < 4 else (),
            agency="map" if number == 5 else None,
            language="fr" if number % 3 == 2 else "ar",
            published=None if number > 10 else Dated.of(f"2024-01-{number:02}"),
        )
        for number in range(1, 13)
    ]
    publish(store, *made)
    return store
