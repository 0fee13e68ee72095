"""The entries of a channel by month and in parts of a fixed length: where archives begin, end and follow each other.

A month's parts fill up from its first day, so that a part that is full changes only when an entry of that month is
added late, edited or withdrawn.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from sqlalchemy import BigInteger, Integer, bindparam, func, select

from service.store.query import Place
from service.store.rows import UNDATED, from_micros, to_micros
from service.store.statements import Prepared
from service.store.tables import memberships

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Entries in one part of a month.
PART = 50
# The month of entries without a date: it lies before all others.
NO_MONTH = "undated"
DATED = UNDATED // 2
LAST_MONTH = 12
NAME = re.compile(rf"(\d{{4}}-\d\d|{NO_MONTH})(?:-part-([2-9]|[1-9]\d{{1,8}}))?", re.ASCII)

_SORT_AT, _SEQUENCE = memberships.c.sort_at, memberships.c.sequence
_OF_CHANNEL = memberships.c.channel == bindparam("channel", type_=BigInteger)
_SINCE = bindparam("since", type_=BigInteger) <= _SORT_AT
_UNTIL = bindparam("until", type_=BigInteger) > _SORT_AT
LATEST = Prepared(select(_SORT_AT).where(_OF_CHANNEL, _UNTIL).order_by(_SORT_AT.desc()).limit(1))
EARLIEST = Prepared(select(_SORT_AT).where(_OF_CHANNEL, _SINCE).order_by(_SORT_AT).limit(1))
COUNT = Prepared(select(func.count()).select_from(memberships).where(_OF_CHANNEL, _SINCE, _UNTIL))
WITHIN = Prepared(
    select(_SEQUENCE, memberships.c.revision)
    .where(_OF_CHANNEL, _SINCE, _UNTIL)
    .order_by(_SORT_AT, _SEQUENCE)
    .offset(bindparam("passed", type_=Integer))
    .limit(bindparam("most", type_=Integer))
)


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
        year, month = map(int, self.month.split("-"))
        begin = datetime(year, month, 1, tzinfo=UTC)
        is_last = begin.month == LAST_MONTH
        end = begin.replace(year=begin.year + is_last, month=1 if is_last else begin.month + 1)
        return to_micros(begin), to_micros(end)


@dataclass(frozen=True, slots=True)
class ArchivedPlaces:
    """Where the entries of an archive stand, the oldest first, and the archives around it."""

    places: tuple[Place, ...]
    previous: Archive | None
    next: Archive | None


def read(connection: Connection, channel: int | None, archive: Archive) -> ArchivedPlaces:
    """Return what an archive of a channel holds: nothing where there is no such part."""
    since, until = archive.reach
    first = (archive.part - 1) * PART
    found = WITHIN.run(connection, channel=channel, since=since, until=until, passed=first, most=PART + 1)
    places = tuple(Place(sequence, revision) for sequence, revision in found[:PART])
    if archive.part > 1:
        previous: Archive | None = Archive(archive.month, archive.part - 1)
    else:
        previous = last(connection, channel, since)
    following = Archive(archive.month, archive.part + 1) if len(found) > PART else _first(connection, channel, until)
    return ArchivedPlaces(places, previous, following)


def last(connection: Connection, channel: int | None, before: int = -UNDATED) -> Archive | None:
    """Return the last archive of a channel of which all months lie before a sort key."""
    found = LATEST.run(connection, channel=channel, until=before)
    if not found:
        return None
    month = _month_of(found[0][0])
    since, until = Archive(month).reach
    ((count,),) = COUNT.run(connection, channel=channel, since=since, until=until)
    return Archive(month, -(-count // PART))


def months(connection: Connection, channel: int | None) -> list[Archive]:
    """Return the last part of each month of which a channel has archives, the last month first."""
    found: list[Archive] = []
    while (archive := last(connection, channel, *(one.reach[0] for one in found[-1:]))) is not None:
        found.append(archive)
    return found


def _first(connection: Connection, channel: int | None, since: int) -> Archive | None:
    found = EARLIEST.run(connection, channel=channel, since=since)
    return Archive(_month_of(found[0][0])) if found else None


def _month_of(sort_at: int) -> str:
    return NO_MONTH if sort_at < DATED else f"{from_micros(sort_at):%Y-%m}"
