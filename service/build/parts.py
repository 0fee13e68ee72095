"""The parts of a site, each of which is made, or left as it is, on its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from service.links import COLLECTIONS
from service.store import EVERYTHING, Facet, Term

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.store import Store

# Sequences of articles in a part, and channels that are named at once.
ARTICLES, PORTION = 100, 1_000
SETTLED, WHOLE, CHANNEL, LIST, RANGE = "settled", "whole", "channel", "list", "range"


class Part(NamedTuple):
    """A part: what is decided by settings, by the whole collection, or by a channel; or a range of articles."""

    kind: str
    term: Term = EVERYTHING
    number: int = 0

    @property
    def name(self) -> str:
        """What the manifest calls it."""
        return f"{self.kind} {self.term.facet} {self.term.value} {self.number}"


def parts_of(store: Store) -> Iterator[Part]:
    """Yield the parts of a site, those that take longest first, without holding them all."""
    yield Part(SETTLED)
    yield Part(WHOLE)
    yield Part(CHANNEL)
    yield Part(LIST)
    after = 0
    while True:
        with store.reader() as reader:
            found = reader.terms_after(after, [*COLLECTIONS, Facet.MONTH], PORTION)
        yield from (Part(LIST if term.facet is Facet.MONTH else CHANNEL, term) for _, term in found)
        if len(found) < PORTION:
            break
        after = found[-1][0]
    with store.reader() as reader:
        numbers = reader.ranges(ARTICLES)
    yield from (Part(RANGE, number=number) for number in numbers)
