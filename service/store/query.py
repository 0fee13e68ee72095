"""Which entries are asked for, and where in their order a page begins. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple, Self

from service.errors import CursorError

if TYPE_CHECKING:
    from datetime import date, tzinfo
    from uuid import UUID

    from service.article import Entry
    from service.store.facets import Term

VERSION = 2
LAYOUT = struct.Struct(">BBB4s4sqqq")
RESTART = "ask for the first page again, without a cursor"


class Order(IntEnum):
    """What entries are sorted by, newest first; undated ones come last, the latest seen first.

    By relevance, those with all the words sought in their title come before the others.
    """

    PUBLISHED = 0
    REVISION = 1
    RELEVANCE = 2


@dataclass(frozen=True, slots=True)
class Period:
    """A time from `since` up to, and not including, `until`; None leaves a side open. Both are aware.

    A date that names no zone is compared by its calendar: by what a clock in the zone of `since` and `until` shows.
    """

    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse naive times."""
        for moment in (self.since, self.until):
            if moment is not None and moment.tzinfo is None:
                message = f"a naive datetime ({moment.isoformat()}); give it a zone"
                raise ValueError(message)

    @classmethod
    def of_days(cls, first: date | None, last: date | None, zone: tzinfo = UTC) -> Self:
        """Return the days from `first` to `last`, both included, as a calendar in `zone` has them."""
        since = None if first is None else datetime.combine(first, time(), zone)
        until = None if last is None else datetime.combine(last + timedelta(days=1), time(), zone)
        return cls(since, until)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleQuery:
    """The entries wanted, their order, how many at once, and the cursor of the page (None for the first).

    Of `include` an entry has at least one term of each facet named, of `exclude` none. `text` is what a person
    types into a search box. `collapse` shows of each story only the earliest of the entries asked for. `offset`
    entries are passed over, at the cost of reading their places: lists of any length are walked by cursors.
    """

    include: frozenset[Term] = frozenset()
    exclude: frozenset[Term] = frozenset()
    published: Period | None = None
    modified: Period | None = None
    revised: Period | None = None
    first_seen: Period | None = None
    has_date: bool | None = None
    text: str | None = None
    collapse: bool = False
    order: Order = Order.PUBLISHED
    limit: int = 20
    offset: int = 0
    cursor: str | None = None

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the order is asked for."""
        return self != ArticleQuery(order=self.order, limit=self.limit, offset=self.offset, cursor=self.cursor)

    @property
    def fingerprint(self) -> bytes:
        """Four bytes that tell this list from others, whatever page of it is asked for."""
        filters = [sorted(self.include), sorted(self.exclude), self.published, self.modified, self.revised, self.first_seen]
        said = repr((filters, self.has_date, self.text, self.collapse))
        return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=4).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """A place in a list: next to the entry with `rank`, `key` and `sequence`, in the list as it began at `bound`.

    `bound` is the revision at the first page: entries first published later are not of this walk. `is_back` tells that
    the page ends there instead of beginning.
    """

    order: Order
    lineage: UUID
    fingerprint: bytes
    rank: int = 0
    key: int
    sequence: int
    bound: int
    is_back: bool = False

    def encode(self) -> str:
        """Return the cursor as text for a URL, opaque to clients."""
        flags = self.order << 1 | self.is_back
        place = self.rank, self.lineage.bytes[:4], self.fingerprint, self.key, self.sequence, self.bound
        return base64.urlsafe_b64encode(LAYOUT.pack(VERSION, flags, *place)).rstrip(b"=").decode("ascii")

    def turned(self) -> Self:
        """Return the cursor of the way back from a page that has lost its entries: the one it stands next to comes first."""
        beyond = self.sequence + (1 if self.is_back else -1)
        return replace(self, sequence=beyond, is_back=not self.is_back)

    @classmethod
    def decode(cls, text: str, query: ArticleQuery, lineage: UUID) -> Self:
        """Return the cursor that `text` holds; raises CursorError where it is damaged or of another list."""
        try:
            packed = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
            version, flags, rank, start, fingerprint, key, sequence, bound = LAYOUT.unpack(packed)
        except (ValueError, binascii.Error, struct.error) as error:
            message = f"the cursor is damaged; {RESTART}"
            raise CursorError(message) from error
        if version != VERSION or flags >> 1 != query.order or fingerprint != query.fingerprint:
            message = f"the cursor belongs to another list; {RESTART}"
            raise CursorError(message)
        if start != lineage.bytes[:4]:
            message = f"the collection was rebuilt since this cursor was given; {RESTART}"
            raise CursorError(message)
        return cls(
            order=query.order,
            lineage=lineage,
            fingerprint=fingerprint,
            rank=rank,
            key=key,
            sequence=sequence,
            bound=bound,
            is_back=bool(flags & 1),
        )


class Place(NamedTuple):
    """An entry by its sequence, and the revision of its last change."""

    sequence: int
    revision: int


@dataclass(frozen=True, slots=True)
class Places:
    """Where the entries of a page stand, in order, and the cursors of the pages around."""

    places: tuple[Place, ...]
    next: Cursor | None
    previous: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Entries in order, and the cursors of the pages around: None before the first and after the last."""

    entries: tuple[Entry, ...]
    next: str | None
    previous: str | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """How many entries there are; where `is_exact` is False there are more."""

    count: int
    is_exact: bool

    def __str__(self) -> str:
        """Return the number as people read it: `10000+` where there are more."""
        return f"{self.count}" if self.is_exact else f"{self.count}+"


@dataclass(frozen=True, slots=True)
class FacetCount:
    """How many of the entries asked for stand under one value of a facet."""

    value: str
    label: str
    count: int
