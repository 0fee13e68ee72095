"""What is indexed of an article, as each engine takes it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.search.terms import terms

if TYPE_CHECKING:
    from collections.abc import Iterator

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


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexDocument:
    """The texts of an article by field: title and deck; the outlets' names; authors, section and tags; the body."""

    title: str = ""
    outlet: str = ""
    about: str = ""
    body: str = ""

    def fts5_row(self) -> tuple[str, str, str, str]:
        """Return the fields as terms with a space between, for a table with the tokenizer `ascii`."""
        columns: dict[str, list[str]] = {name: [] for name in FIELDS}
        for name, term, _ in self._indexed():
            columns[name].append(term)
        title, outlet, about, body = (" ".join(columns[name]) for name in FIELDS)
        return title, outlet, about, body

    def tsvector(self) -> str:
        """Return the literal of a `tsvector` whose weights A to D are the fields."""
        places: dict[str, list[str]] = {}
        for name, term, position in self._indexed():
            if term != FILLER:
                places.setdefault(term, []).append(f"{position}{WEIGHTS[name]}")
        return " ".join(f"'{term}':{','.join(at)}" for term, at in places.items())

    def _indexed(self) -> Iterator[tuple[str, str, int]]:
        counts: Counter[str] = Counter()
        position = 0
        for name in FIELDS:
            for term in terms(getattr(self, name)):
                position += 1
                if position > MOST_POSITIONS:
                    return
                counts[term] += 1
                yield name, term if counts[term] <= MOST_OF_A_TERM else FILLER, position
            position += GAP
