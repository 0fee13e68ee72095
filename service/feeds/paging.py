"""Where a page of a feed begins, said so that a rebuilt database and another engine understand it.

Feeds are in the order of revision, and revisions are numbers of one database only. A cursor therefore names the last
entries seen, each with the time it was revised: the page goes on after the last of them that has not changed since. An
entry that was edited meanwhile has moved to the top, and new ones are never further down, so that a walk meets each
entry that stays untouched exactly once.
"""

from __future__ import annotations

import base64
import binascii
import struct
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from service.errors import CursorError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from service.store import ArticleQuery, Place, Reader

# Entries that a cursor names: as many can change during a walk without breaking it.
ANCHORS = 4
ANCHOR = struct.Struct(">16sI")
VERSION = b"\x01"
RESTART = "ask for the first page again, without a cursor"


def cursor_of(seen: Sequence[tuple[UUID, datetime]]) -> str:
    """Return the cursor of the page that follows these entries; only the last of them are named."""
    packed = b"".join(ANCHOR.pack(entry_id.bytes, _stamp(revised)) for entry_id, revised in seen[: -ANCHORS - 1 : -1])
    return base64.urlsafe_b64encode(VERSION + packed).rstrip(b"=").decode("ascii")


def cursor_in(reader: Reader, query: ArticleQuery, text: str) -> str:
    """Return the store's own cursor for one made here; raises CursorError."""
    try:
        packed = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        version, anchors = packed[:1], list(ANCHOR.iter_unpack(packed[1:]))
    except (ValueError, binascii.Error, struct.error) as error:
        raise CursorError(f"the cursor is damaged; {RESTART}") from error
    if version != VERSION or not 0 < len(anchors) <= ANCHORS:
        raise CursorError(f"the cursor is damaged; {RESTART}")
    found = reader.places_of([UUID(bytes=name) for name, _ in anchors])
    for name, stamp in anchors:
        place, revised = found.get(UUID(bytes=name), (None, None))
        if place and revised and _stamp(revised) == stamp:
            return reader.cursor(query, place)
    raise CursorError(f"all entries that the page begins after have changed since; {RESTART}")


def before(reader: Reader, query: ArticleQuery, first: Place) -> Sequence[Place] | None:
    """Return what precedes the page before the one that begins with `first`; None where that is the first of all."""
    back = replace(query, limit=query.limit + min(ANCHORS, query.limit), cursor=reader.cursor(query, first, is_back=True))
    found = reader.places(back).places
    return found[: len(found) - query.limit] or None if len(found) > query.limit else None


def before_last(reader: Reader, query: ArticleQuery, count: int) -> Sequence[Place] | None:
    """Return what precedes the last page of a query that has so many entries; None where that is the first of all."""
    if count <= query.limit:
        return None
    on_last = (count - 1) % query.limit + 1
    end = reader.cursor(query, reader.end, is_back=True)
    back = replace(query, limit=min(ANCHORS, query.limit), offset=on_last, cursor=end)
    return reader.places(back).places


def _stamp(revised: datetime) -> int:
    return int(revised.timestamp() * 1_000_000) % 2**32
