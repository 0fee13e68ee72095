"""What matches a text: all of it, where that is worth while; else nothing, and the order is walked, each row probed.

Matches are counted up to a bound. Few are sorted. Of more, where the engine probes a list of numbers sooner than its
index of texts, the order is walked and each row looked up among them. Of many the first ones are met soon enough by
walking and asking the index of texts about each row.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from service.store import fulltext
from service.store.query import Order

if TYPE_CHECKING:
    from sqlalchemy import Connection, FromClause, Select

    from service.search import SearchQuery
    from service.store.query import ArticleQuery

# Up to here entries are counted one by one; a list that is longer says so.
MOST_COUNTED = 10_000
# Of so many matches more, entries that were edited or withdrawn since may have some.
MOST_STALE = 2_000
# Below this many matches it is never worth while to walk an index instead of sorting them.
FEWEST_WALKED = 1_000
# Matches worth sorting, worth sorting by relevance or having a phrase looked for, and worth a list that a walk probes, grow
# with the root of the collection: beyond, walking in order meets them sooner. Measured.
SORTED_SHARE = {"sqlite": 19, "postgresql": 40}
RANKED_SHARE = {"sqlite": 720, "postgresql": 40}
LISTED_SHARE = 10_000


@dataclass(frozen=True, slots=True)
class Matching:
    """The revisions that match, as a statement; whether they are few, so that they are sorted and no order is walked."""

    revisions: Select[Any]
    is_few: bool

    def joined(self) -> FromClause:
        """Return them as a table, for an engine that joins them as well as it looks them up."""
        return self.revisions.cte("matching")


def matching(connection: Connection, wanted: SearchQuery, query: ArticleQuery, count: int) -> Matching | None:
    """Return the revisions that match, None where walking a collection of so many meets a page of them sooner."""
    engine = connection.dialect.name
    few, most = _most(SORTED_SHARE[engine], count), _most_matched(connection, wanted, query, count)
    matches = fulltext.matches(connection, wanted)
    if engine == "sqlite" and wanted.is_plain:
        # Words are matched again in less time than their matches take from here to there.
        found = counted(connection, matches, most + 1)
    else:
        revisions = connection.execute(matches.limit(most + 1)).scalars().all()
        matches, found = fulltext.listed(connection, revisions[:most]), len(revisions)
    return Matching(matches, found <= few or query.order is Order.RELEVANCE) if found <= most else None


def all_matching(connection: Connection, wanted: SearchQuery, most: int | None) -> Matching | None:
    """Return `most` revisions that match, or all, for more than a page; None where walking meets as many sooner."""
    if connection.dialect.name != "sqlite" or not (most or wanted.is_plain):
        return None
    matches = fulltext.matches(connection, wanted)
    return Matching(matches.limit(most) if most else matches, is_few=False)


def counted(connection: Connection, wanted: Select[Any], most: int) -> int:
    """Return how many rows there are, of `most` that are counted."""
    return int(connection.execute(select(func.count()).select_from(wanted.limit(most).subquery())).scalar_one())


def _most(share: int, count: int) -> int:
    return max(FEWEST_WALKED, int(sqrt(share * count)))


def _most_matched(connection: Connection, wanted: SearchQuery, query: ArticleQuery, count: int) -> int:
    """Return how many matches are worth having all of."""
    engine = connection.dialect.name
    if engine == "sqlite":
        is_ranked = query.order is Order.RELEVANCE or not wanted.is_plain
        return _most(RANKED_SHARE[engine] if is_ranked else LISTED_SHARE, count)
    most = _most(RANKED_SHARE[engine], count)
    if wanted.is_plain or query.order is Order.RELEVANCE:
        return most
    # PostgreSQL's index knows no places: every document that has the words is unpacked to look for their order, as is
    # every one that is walked. Where a walk unpacks fewer of them for a page, not all matches are looked for.
    candidates = counted(connection, fulltext.matches(connection, wanted.loosely()), MOST_COUNTED)
    return most if candidates <= most else min(most, (query.limit + 1) * count // candidates)
