"""Which entries are asked for, and where in their order a page begins."""

from __future__ import annotations

import base64
import binascii
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Self

from service.errors import CursorError

if TYPE_CHECKING:
    from uuid import UUID

    from service.article import Entry

VERSION = 1
LAYOUT = struct.Struct(">BB4sqqq")
RESTART = "ask for the first page again, without a cursor"


class Order(IntEnum):
    """What entries are sorted by, newest first."""

    PUBLISHED = 0
    REVISION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """A place in a list: right after the entry with `key` and `sequence`, in the list as it began at `bound`.

    `bound` is the revision at the first page: entries first published later are not of this walk.
    """

    order: Order
    lineage: UUID
    key: int
    sequence: int
    bound: int

    def encode(self) -> str:
        """Return the cursor as text for a URL, opaque to clients."""
        packed = LAYOUT.pack(VERSION, self.order, self.lineage.bytes[:4], self.key, self.sequence, self.bound)
        return base64.urlsafe_b64encode(packed).rstrip(b"=").decode("ascii")

    @classmethod
    def decode(cls, text: str, order: Order, lineage: UUID) -> Self:
        """Return the cursor that `text` holds; raises CursorError where it is damaged or of another list."""
        try:
            packed = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
            version, number, start, key, sequence, bound = LAYOUT.unpack(packed)
        except (ValueError, binascii.Error, struct.error) as error:
            message = f"the cursor is damaged; {RESTART}"
            raise CursorError(message) from error
        if version != VERSION or number != order:
            message = f"the cursor belongs to another list; {RESTART}"
            raise CursorError(message)
        if start != lineage.bytes[:4]:
            message = f"the collection was rebuilt since this cursor was given; {RESTART}"
            raise CursorError(message)
        return cls(order=order, lineage=lineage, key=key, sequence=sequence, bound=bound)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleQuery:
    """The entries wanted: their order, how many at once, and the cursor of the page (None for the first)."""

    order: Order = Order.PUBLISHED
    limit: int = 20
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Entries in order and the cursor of the next page, None after the last."""

    entries: tuple[Entry, ...]
    next: str | None
