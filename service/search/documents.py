"""What is indexed of an article, as each engine takes it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, Self

from service.search.terms import terms

if TYPE_CHECKING:
    from service.article import Article

FIELDS = ("title", "outlet", "about", "body")
WEIGHTS = dict(zip(FIELDS, "ABCD", strict=True))
# PostgreSQL counts positions up to 16,383 and keeps 256 of a term; no engine is told of more. Words beyond are not
# sought in any, so that all give the same answers.
MOST_POSITIONS = 16_000
MOST_OF_A_TERM = 255
# No phrase reaches from one field into the next.
GAP = 8
# Stands for an occurrence that is not indexed: no query can hold it, as it is no letter.
FILLER = "\u00a7"


class Form(StrEnum):
    """How an engine takes a document."""

    FTS5 = "fts5"
    TSVECTOR = "tsvector"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexDocument:
    """The texts of an article by field: title and deck; the outlets' names; authors, section and tags; the body."""

    title: str = ""
    outlet: str = ""
    about: str = ""
    body: str = ""

    @classmethod
    def of(cls, article: Article) -> Self:
        """Return what is searched of an article."""
        names = [name for outlet in (article.outlet, article.via) if outlet for name in (outlet.name_ar, outlet.name_latin)]
        about = [*article.authors, *([article.section] if article.section else []), *article.tags]
        return cls(
            title="\n".join(filter(None, (article.title, article.subtitle))),
            outlet="\n".join(dict.fromkeys(names)),
            about="\n".join(about),
            body="\n".join(article.body),
        )

    def rendered(self, form: Form) -> tuple[str, ...]:
        """Return the columns of a row of an index."""
        return self.fts5_row() if form is Form.FTS5 else (self.tsvector(),)

    def fts5_row(self) -> tuple[str, str, str, str]:
        """Return the fields as terms with a space between, for a table with the tokenizer `ascii`."""
        title, outlet, about, body = (" ".join(found) for found in self._indexed())
        return title, outlet, about, body

    def tsvector(self) -> str:
        """Return the literal of a `tsvector` whose weights A to D are the fields."""
        places: dict[str, list[str]] = {}
        position = 1
        for found, weight in zip(self._indexed(), WEIGHTS.values(), strict=True):
            for at, term in enumerate(found, start=position):
                places.setdefault(term, []).append(f"{at}{weight}")
            position += len(found) + GAP
        places.pop(FILLER, None)
        return " ".join(f"'{term}':{','.join(at)}" for term, at in places.items())

    def _indexed(self) -> list[list[str]]:
        """Return the terms of each field that are indexed, in their places."""
        fields: list[list[str]] = []
        left = MOST_POSITIONS
        for name in FIELDS:
            fields.append(terms(getattr(self, name))[: max(0, left)])
            left -= len(fields[-1]) + GAP
        if sum(map(len, fields)) > MOST_OF_A_TERM:
            counts = Counter(chain.from_iterable(fields))
            if max(counts.values()) > MOST_OF_A_TERM:
                return _without_the_most_frequent(fields)
        return fields


def _without_the_most_frequent(fields: list[list[str]]) -> list[list[str]]:
    """Return the terms of fields, each no oftener than is indexed: what goes beyond leaves its place empty."""
    counts: Counter[str] = Counter()
    kept: list[list[str]] = []
    for found in fields:
        kept.append([])
        for term in found:
            counts[term] += 1
            kept[-1].append(term if counts[term] <= MOST_OF_A_TERM else FILLER)
    return kept
