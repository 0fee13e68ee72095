"""From a query to SQL: which rows belong to it, walked along an index in its order.

The rows come from one index: that of the rarest channel asked for, else that of all entries. Everything else is a
condition, probed for each row walked. Both engines get the same statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, and_, literal, not_, or_, select, tuple_

from service.store import fulltext
from service.store.facets import EVERYTHING
from service.store.query import Order, Period
from service.store.rows import MICROSECOND, UNDATED, to_micros
from service.store.tables import IS_AHEAD, channels, entries, memberships

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from service.search import SearchQuery
    from service.store.facets import Term
    from service.store.matching import Matching
    from service.store.query import ArticleQuery

# No zone is further from Greenwich: a date without one lies within this of its instant.
WIDEST_OFFSET = timedelta(hours=15)
NEVER = literal(value=False)


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows of a query: `walked` has the columns `sort_at`, `sequence`, `revision`; `conditions` choose among them.

    Where it `is_few`, the rows are sorted, and no index is walked for their order.
    """

    walked: Any
    source: FromClause
    conditions: tuple[ColumnElement[bool], ...]
    is_few: bool = False

    def key(self, order: Order) -> ColumnElement[int]:
        """Return what the rows are sorted by."""
        key: ColumnElement[int] = self.walked.c.revision if order is Order.REVISION else self.walked.c.sort_at
        # A sum is in no index, so that an engine that does not know how few they are walks none.
        return key + 0 if self.is_few else key

    def select(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """Return the select of columns of the rows, in no order."""
        return select(*columns).select_from(self.source).where(*self.conditions)


@dataclass(frozen=True, slots=True)
class Known:
    """The channels that a query names, as they are now: ids and counts of each term."""

    ids: dict[Term, int]
    counts: dict[int, int]

    @classmethod
    def of(cls, connection: Connection, terms: Iterable[Term]) -> Known:
        """Return what the database has of `terms`."""
        ids, counts = {}, {}
        by_facet = groupby(sorted(set(terms)), key=lambda term: term.facet)
        for facet, group in by_facet:
            wanted = {term.value: term for term in group}
            found = select(channels.c.id, channels.c.value, channels.c["count"]).where(
                channels.c.facet == facet, channels.c.value.in_(wanted)
            )
            for row in connection.execute(found).mappings():
                ids[wanted[row["value"]]] = row["id"]
                counts[row["id"]] = row["count"]
        return cls(ids, counts)


def selection_of(
    connection: Connection,
    query: ArticleQuery,
    known: Known,
    *,
    wanted: SearchQuery | None = None,
    matched: Matching | None = None,
    bound: int | None = None,
) -> Selection:
    """Return the rows of a query, of those first published up to the revision `bound`.

    Of a text they are those that are `matched`, else they are walked and probed for the text `wanted`.
    """
    rows = entries.alias("e")
    groups = _groups(query, known)
    alone = [group[0] for group in groups if len(group) == 1]
    # PostgreSQL joins matches; SQLite looks each row up among them, and its rows of a channel are the slimmest there are.
    is_joined = matched is not None and connection.dialect.name == "postgresql"
    driver = None if is_joined else min(alone, key=lambda channel: known.counts[channel], default=known.ids.get(EVERYTHING))
    walked: Any = rows
    source: FromClause = rows
    conditions: list[ColumnElement[bool]] = []
    if driver is not None:
        walked = memberships.alias("m")
        # Rows are thick: they are looked at only where something of theirs is asked.
        source = walked.join(rows, rows.c.sequence == walked.c.sequence) if _asks_rows(query) else walked
        conditions.append(walked.c.channel == driver)
        if [driver] in groups:
            groups.remove([driver])
    if matched is not None and is_joined:
        found = matched.joined()
        source = found.join(rows, rows.c.revision == next(iter(found.c)))
    elif matched is not None:
        conditions.append(walked.c.revision.in_(matched.revisions))
    if bound is not None:
        conditions.append(walked.c.sequence <= literal(bound, BigInteger))
    conditions += _conditions(connection, query, known, walked, rows, groups)
    if wanted is not None and matched is None:
        conditions.append(fulltext.is_match(connection, wanted, walked.c.revision))
    if query.collapse:
        conditions.append(not_(_has_earlier(connection, query, known, rows, wanted, bound)))
    return Selection(walked, source, tuple(conditions), is_few=matched is not None and not is_joined and matched.is_few)


def _asks_rows(query: ArticleQuery) -> bool:
    """Tell whether a query asks for more of a row than where it stands."""
    periods = query.published, query.modified, query.revised, query.first_seen
    return any(periods) or query.has_date is not None or query.collapse


def _groups(query: ArticleQuery, known: Known) -> list[list[int]]:
    """Return the channels asked for: of each inner list an entry stands in one."""
    by_facet = groupby(sorted(query.include), key=lambda term: term.facet)
    return [[known.ids[term] for term in group if term in known.ids] for _, group in by_facet]


def _has_earlier(
    connection: Connection, query: ArticleQuery, known: Known, rows: Any, wanted: SearchQuery | None, bound: int | None
) -> ColumnElement[bool]:
    """Return the condition that the query has an earlier entry of the same story; undated ones count as latest."""
    other = entries.alias("earlier")
    is_dated, is_other_dated = rows.c.sort_at > UNDATED // 2, other.c.sort_at > UNDATED // 2
    is_before = tuple_(other.c.sort_at, other.c.sequence) < tuple_(rows.c.sort_at, rows.c.sequence)
    conditions = [
        other.c.cluster == rows.c.cluster,
        other.c.sequence != rows.c.sequence,
        or_(and_(is_other_dated, not_(is_dated)), and_(is_other_dated == is_dated, is_before)),
        *_conditions(connection, query, known, other, other, _groups(query, known)),
    ]
    if bound is not None:
        conditions.append(other.c.sequence <= literal(bound, BigInteger))
    if wanted is not None:
        conditions.append(fulltext.is_match(connection, wanted, other.c.revision))
    return select(literal(1)).where(*conditions).correlate(rows).exists()


def _conditions(
    connection: Connection, query: ArticleQuery, known: Known, walked: Any, rows: Any, groups: Sequence[Sequence[int]]
) -> list[ColumnElement[bool]]:
    conditions = [_stands_in(walked, group) for group in groups]
    if excluded := [known.ids[term] for term in sorted(query.exclude) if term in known.ids]:
        conditions.append(not_(_stands_in(walked, excluded)))
    if query.published:
        conditions += _published(connection, query.published, walked, rows)
    for period, moment in (
        (query.modified, rows.c.modified_at),
        (query.revised, rows.c.revised),
        (query.first_seen, rows.c.first_seen),
    ):
        if period:
            conditions.append(_within(moment, *_instants(period)))
    if query.has_date is not None:
        conditions.append(rows.c.published_at.is_not(None) if query.has_date else rows.c.published_at.is_(None))
    return conditions


def _stands_in(walked: Any, group: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition that a row stands in one of these channels; in none of none."""
    if not group:
        return NEVER
    other = memberships.alias()
    place = and_(other.c.sort_at == walked.c.sort_at, other.c.sequence == walked.c.sequence)
    return select(literal(1)).where(other.c.channel.in_(group), place).correlate(walked).exists()


def _published(connection: Connection, period: Period, walked: Any, rows: Any) -> list[ColumnElement[bool]]:
    """Return the conditions for a publication date: exact ones, and a range of the order that holds all of them."""
    instants, calendar = _instants(period), _calendar(period)
    exact = or_(
        and_(rows.c.published_floats.is_(False), _within(rows.c.published_at, *instants)),
        and_(rows.c.published_floats.is_(True), _within(rows.c.published_at, *calendar)),
    )
    widest = WIDEST_OFFSET // MICROSECOND
    since, until = instants
    if since is not None and _has_ahead(connection, since - widest):
        # A date ahead of its capture is ordered as of the capture: the lower bound would cut it off.
        since = None
    reach = _within(walked.c.sort_at, None if since is None else since - widest, None if until is None else until + widest)
    return [exact, rows.c.published_at.is_not(None), reach]


def _has_ahead(connection: Connection, since: int) -> bool:
    ahead = select(literal(1)).where(IS_AHEAD, entries.c.published_at >= since).limit(1)
    return connection.execute(ahead).first() is not None


def _instants(period: Period) -> tuple[int | None, int | None]:
    since, until = period.since, period.until
    return None if since is None else to_micros(since), None if until is None else to_micros(until)


def _calendar(period: Period) -> tuple[int | None, int | None]:
    return _instants(Period(*(moment and moment.replace(tzinfo=UTC) for moment in (period.since, period.until))))


def _within(moment: Any, since: int | None, until: int | None) -> ColumnElement[bool]:
    bounds: list[ColumnElement[bool]] = []
    if since is not None:
        bounds.append(moment >= literal(since, BigInteger))
    if until is not None:
        bounds.append(moment < literal(until, BigInteger))
    return and_(moment.is_not(None), *bounds)
