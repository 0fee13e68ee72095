"""What matches a text: all of it, where that is worth while, to be sorted; else nothing, and the order is walked.

Matches are counted up to a bound. Few are taken and sorted; of many the first ones are met soon enough by walking the
order and probing each row.
"""

from __future__ import annotations

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
# Below this many matches it is never worth while to walk an index instead of sorting them.
FEWEST_WALKED = 1_000
# Matches worth sorting grow with the root of the collection: beyond, walking in order meets them sooner. Measured.
SORTED_SHARE = {"sqlite": 720, "postgresql": 40}


def matching(connection: Connection, wanted: SearchQuery, query: ArticleQuery, count: int) -> FromClause | None:
    """Return the revisions that match, None where walking a collection of so many meets a page of them sooner."""
    most = _most_sorted(connection, wanted, query, count)
    matches = fulltext.matches(connection, wanted)
    if connection.dialect.name == "sqlite" and wanted.is_plain:
        # Words are matched again in less time than their matches take from here to there.
        return matches.cte("matching") if counted(connection, matches, most + 1) <= most else None
    revisions = connection.execute(matches.limit(most + 1)).scalars().all()
    return fulltext.listed(connection, revisions) if len(revisions) <= most else None


def counted(connection: Connection, wanted: Select[Any], most: int) -> int:
    """Return how many rows there are, of `most` that are counted."""
    return int(connection.execute(select(func.count()).select_from(wanted.limit(most).subquery())).scalar_one())


def _most_sorted(connection: Connection, wanted: SearchQuery, query: ArticleQuery, count: int) -> int:
    """Return how many matches are worth sorting."""
    most = max(FEWEST_WALKED, int(sqrt(SORTED_SHARE[connection.dialect.name] * count)))
    if connection.dialect.name == "sqlite" or wanted.is_plain or query.order is Order.RELEVANCE:
        return most
    # PostgreSQL's index knows no places: every document that has the words is unpacked to look for their order, as is
    # every one that is walked. Where a walk unpacks fewer of them for a page, not all matches are looked for.
    candidates = counted(connection, fulltext.matches(connection, wanted.loosely()), MOST_COUNTED)
    return most if candidates <= most else min(most, (query.limit + 1) * count // candidates)
