"""The entries of a channel by month and in parts of a fixed length: where archives begin, end and follow each other.

A month's parts fill up from its first day, so that a part that is full changes only when an entry of that month is
added late, edited or withdrawn.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from sqlalchemy import BigInteger, bindparam, func, select

from service.store.query import Place
from service.store.rows import UNDATED, from_micros, to_micros
from service.store.tables import channels, memberships

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from service.store.facets import Term

# Entries in one part of a month.
PART = 50
# The month of entries without a date: it lies before all others.
NO_MONTH = "undated"
DATED = UNDATED // 2
LAST_MONTH = 12
NAME = re.compile(rf"(\d{{4}}-\d\d|{NO_MONTH})(?:-part-([2-9]|[1-9]\d{{1,8}}))?", re.ASCII)

# Put together once: a walk through archives asks for thousands.
CHANNEL = select(channels.c.id).where(channels.c.facet == bindparam("facet"), channels.c.value == bindparam("value"))
IS_MEMBER = memberships.c.channel == CHANNEL.scalar_subquery()
FROM = memberships.c.sort_at >= bindparam("since", type_=BigInteger)
BEFORE = memberships.c.sort_at < bindparam("until", type_=BigInteger)
PLACES = (
    select(memberships.c.sequence, memberships.c.revision)
    .where(IS_MEMBER, FROM, BEFORE)
    .order_by(memberships.c.sort_at, memberships.c.sequence)
    .offset(bindparam("first", type_=BigInteger))
    .limit(PART + 1)
)
COUNT = select(func.count()).select_from(memberships).where(IS_MEMBER, FROM, BEFORE)
LATEST = select(memberships.c.sort_at).where(IS_MEMBER, BEFORE).order_by(memberships.c.sort_at.desc()).limit(1)
EARLIEST = select(memberships.c.sort_at).where(IS_MEMBER, FROM).order_by(memberships.c.sort_at).limit(1)


@dataclass(frozen=True, slots=True)
class Archive:
    """A part of a month of a channel, counted from 1; `month` is `2023-11`, or `undated`."""

    month: str
    part: int = 1

    @classmethod
    def named(cls, name: str) -> Self:
        """Return the archive of a name; raises ValueError where it is none."""
        found = NAME.fullmatch(name)
        if found is None:
            message = f"no archive is named {name!r}"
            raise ValueError(message)
        return cls(found[1], int(found[2] or 1))

    @property
    def name(self) -> str:
        """What it is called in addresses: `2023-11`, and `2023-11-part-2`."""
        return self.month if self.part == 1 else f"{self.month}-part-{self.part}"

    @property
    def reach(self) -> tuple[int, int]:
        """The sort keys of the month: from the first up to, and not including, the second. ValueError if it is no month."""
        if self.month == NO_MONTH:
            return 2 * UNDATED, DATED
        begin = datetime.strptime(self.month, "%Y-%m").replace(tzinfo=UTC)
        is_last = begin.month == LAST_MONTH
        end = begin.replace(year=begin.year + is_last, month=1 if is_last else begin.month + 1)
        return to_micros(begin), to_micros(end)


@dataclass(frozen=True, slots=True)
class ArchivedPlaces:
    """Where the entries of an archive stand, the oldest first, and the archives around it."""

    places: tuple[Place, ...]
    previous: Archive | None
    next: Archive | None


def read(connection: Connection, term: Term, archive: Archive) -> ArchivedPlaces:
    """Return what an archive holds: nothing where there is no such part."""
    since, until = archive.reach
    first = (archive.part - 1) * PART
    found = connection.execute(PLACES, _said(term, since=since, until=until, first=first)).all()
    places = tuple(Place(row.sequence, row.revision) for row in found[:PART])
    if archive.part > 1:
        previous: Archive | None = Archive(archive.month, archive.part - 1)
    else:
        previous = last(connection, term, since)
    following = Archive(archive.month, archive.part + 1) if len(found) > PART else _first(connection, term, until)
    return ArchivedPlaces(places, previous, following)


def last(connection: Connection, term: Term, before: int = -UNDATED) -> Archive | None:
    """Return the last archive of a channel of which all months lie before a sort key."""
    found = connection.execute(LATEST, _said(term, until=before)).scalar()
    if found is None:
        return None
    month = _month_of(found)
    since, until = Archive(month).reach
    count = connection.execute(COUNT, _said(term, since=since, until=until)).scalar_one()
    return Archive(month, -(-count // PART))


def months(connection: Connection, term: Term) -> list[Archive]:
    """Return the last part of each month of which a channel has archives, the last month first."""
    found: list[Archive] = []
    while (archive := last(connection, term, *(one.reach[0] for one in found[-1:]))) is not None:
        found.append(archive)
    return found


def _first(connection: Connection, term: Term, since: int) -> Archive | None:
    found = connection.execute(EARLIEST, _said(term, since=since)).scalar()
    return None if found is None else Archive(_month_of(found))


def _month_of(sort_at: int) -> str:
    return NO_MONTH if sort_at < DATED else f"{from_micros(sort_at):%Y-%m}"


def _said(term: Term, **more: int) -> dict[str, str | int]:
    return {"facet": term.facet, "value": term.value, **more}
