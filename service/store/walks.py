"""The walk of nearly every page: all entries, or those of one channel, along one order, from its end or from a cursor.

Any other query goes by service.store.selection, which makes a statement of its own for it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import BigInteger, Integer, bindparam, literal_column, select, tuple_

from service.store.query import ArticleQuery, Order
from service.store.statements import Prepared
from service.store.tables import entries, memberships

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from service.store.query import Cursor


def is_plain(query: ArticleQuery) -> bool:
    """Tell whether a query has all entries, or all of one channel."""
    alone = ArticleQuery(include=query.include, order=query.order, limit=query.limit, offset=query.offset, cursor=query.cursor)
    return len(query.include) <= 1 and query.order is not Order.RELEVANCE and query == alone


def walk(connection: Connection, query: ArticleQuery, channel: int | None, cursor: Cursor | None) -> Sequence[tuple[Any, ...]]:
    """Return what a page of a plain query shows, and one more, in the order walked; of all entries without a channel.

    That is of each entry rank, key, sequence and revision, its id as the driver gives it, when it was revised, and to which
    others it refers.
    """
    is_back = cursor is not None and cursor.is_back
    prepared = _prepared(query.order, is_of_channel=channel is not None, is_further=cursor is not None, is_back=is_back)
    values: dict[str, Any] = {"channel": channel, "most": query.limit + 1, "passed": query.offset}
    if cursor is not None:
        values |= {"bound": cursor.bound, "after_key": cursor.key, "after_sequence": cursor.sequence}
    return prepared.run(connection, **values)


def uuid_of(value: UUID | str) -> UUID:
    """Return an id as the drivers give it: SQLite has no type for it."""
    return value if isinstance(value, UUID) else _read_before(value)


# The lineage, and the entries of the first pages, are met with each request.
_read_before = lru_cache(maxsize=4096)(UUID)


@lru_cache
def _prepared(order: Order, *, is_of_channel: bool, is_further: bool, is_back: bool) -> Prepared:
    rows = entries.alias("e")
    walked: Any = memberships.alias("m") if is_of_channel else rows
    source = walked.join(rows, rows.c.sequence == walked.c.sequence) if is_of_channel else rows
    key, sequence = walked.c.revision if order is Order.REVISION else walked.c.sort_at, walked.c.sequence
    identity = rows.c.id, rows.c.revised, rows.c.related
    found = select(literal_column("0"), key, sequence, walked.c.revision, *identity).select_from(source)
    if is_of_channel:
        found = found.where(walked.c.channel == bindparam("channel", type_=BigInteger))
    if is_further:
        here = tuple_(key, sequence)
        there = tuple_(bindparam("after_key", type_=BigInteger), bindparam("after_sequence", type_=BigInteger))
        found = found.where(sequence <= bindparam("bound", type_=BigInteger), here > there if is_back else here < there)
    ordered = [part.asc() if is_back else part.desc() for part in (key, sequence)]
    most, passed = bindparam("most", type_=Integer), bindparam("passed", type_=Integer)
    return Prepared(found.order_by(*ordered).limit(most).offset(passed))
