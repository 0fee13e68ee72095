"""All entries cut into ranges of their sequence: lists of everything, in parts that stay what they are while others grow."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from service.store.rows import from_micros
from service.store.tables import entries

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection, Select


def occupied(connection: Connection, size: int) -> list[int]:
    """Return the numbers of the ranges that have an entry, by one probe of the index for each; the first is 0."""
    numbers, at = [], 0
    while (
        found := connection.execute(select(func.min(entries.c.sequence)).where(entries.c.sequence >= at)).scalar()
    ) is not None:
        numbers.append(found // size)
        at = (numbers[-1] + 1) * size
    return numbers


def read(connection: Connection, number: int, size: int) -> list[tuple[UUID, datetime]]:
    """Return id and time of revision of the entries of a range, in the order of first publication."""
    first = number * size
    wanted = select(entries.c.id, entries.c.revised).where(entries.c.sequence >= first, entries.c.sequence < first + size)
    return [(row.id, from_micros(row.revised)) for row in connection.execute(wanted.order_by(entries.c.sequence))]


def state(connection: Connection, whole: Select[Any], number: int, size: int) -> str:
    """Return what tells whether any page of an entry of a range changed: its row and outlet, and others of its story.

    `whole` selects entries with all that is said of them.
    """
    reach = entries.c.sequence.between(number * size, (number + 1) * size - 1)
    told = hashlib.blake2b(digest_size=16)
    for row in connection.execute(whole.where(reach).order_by(entries.c.sequence)):
        told.update(repr(tuple(row)).encode("utf-8", "surrogatepass"))
    stories = select(entries.c.cluster).where(reach)
    seen = select(entries.c.id, entries.c.content_hash, entries.c.revised).where(entries.c.cluster.in_(stories))
    for row in connection.execute(seen.order_by(entries.c.sequence)):
        told.update(repr(tuple(row)).encode())
    return told.hexdigest()
