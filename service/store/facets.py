"""By what entries are gathered: the facets, their values, and which of them an article has. Pure."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from service.normalise.text import clean, collapse, fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.article import Article

WORD = re.compile(r"\w+")
# PostgreSQL indexes values of up to 2,700 bytes; no name is as long.
LONGEST_KEY = 120


class Facet(StrEnum):
    """A property by which entries are filtered, counted and subscribed to."""

    ALL = "all"
    OUTLET = "outlet"
    VIA = "via"
    AUTHOR = "author"
    SECTION = "section"
    TAG = "tag"
    LANGUAGE = "language"
    AGENCY = "agency"
    MONTH = "month"
    CONFIDENCE = "confidence"


# These hold names as printed; the others hold keys already.
PRINTED = frozenset({Facet.AUTHOR, Facet.SECTION, Facet.TAG})


class Term(NamedTuple):
    """One value of a facet, by its key."""

    facet: Facet
    value: str

    @classmethod
    def of(cls, facet: Facet, said: str) -> Term:
        """Return the term that a person means by `said`: a key, or a name in any spelling that folds alike."""
        return cls(facet, key_of(said) if facet in PRINTED else said)


EVERYTHING = Term(Facet.ALL, "")


# The same names come again and again: folding them anew took most of the time that an entry's terms took.
@lru_cache(maxsize=10_000)
def key_of(name: str) -> str:
    """Return the key of a printed name: its folded words joined by hyphens, empty where it has none."""
    return "-".join(WORD.findall(fold(name)))[:LONGEST_KEY]


def terms_of(article: Article) -> dict[Term, str]:
    """Return the terms under which an article stands, each with the name that is shown for it."""
    terms: dict[Term, str] = {EVERYTHING: ""}
    for facet, value, label in _named(article):
        if value:
            terms.setdefault(Term(facet, value), label)
    return terms


def _named(article: Article) -> Iterator[tuple[Facet, str, str]]:
    for facet, outlet in ((Facet.OUTLET, article.outlet), (Facet.VIA, article.via)):
        if outlet:
            yield facet, outlet.key, outlet.name
    yield Facet.LANGUAGE, article.language, article.language
    if article.agency:
        yield Facet.AGENCY, article.agency, article.agency
    if article.published:
        # A year alone is its own value: it names no month.
        yield Facet.MONTH, article.published.edtf[:7], article.published.edtf[:7]
    # Under each class that it reaches, so that whoever asks for one walks one channel.
    for reached in article.confidence.reached if article.confidence else ():
        yield Facet.CONFIDENCE, reached.value, reached.value
    printed = [(Facet.AUTHOR, name) for name in article.authors] + [(Facet.TAG, tag) for tag in article.tags]
    if article.section:
        printed.append((Facet.SECTION, article.section))
    for facet, name in printed:
        yield facet, key_of(name), _label_of(name)


@lru_cache(maxsize=10_000)
def _label_of(name: str) -> str:
    return collapse(clean(name))
