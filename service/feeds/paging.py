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
from typing import TYPE_CHECKING
from uuid import UUID

from service.errors import CursorError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from service.store import ArticleQuery, Reader

# Entries that a cursor names: as many can change during a walk without breaking it.
ANCHORS = 4
ANCHOR = struct.Struct(">16sI")
NEXT, PREVIOUS, LAST = b"\x01", b"\x02", b"\x03"
RESTART = "ask for the first page again, without a cursor"


def cursor_of(seen: Sequence[tuple[UUID, datetime]], *, is_back: bool = False) -> str:
    """Return the cursor of the page after the last entry of a page, or of the one before its first."""
    anchors = seen[:ANCHORS] if is_back else seen[: -ANCHORS - 1 : -1]
    packed = b"".join(ANCHOR.pack(entry_id.bytes, _stamp(revised)) for entry_id, revised in anchors)
    return _text((PREVIOUS if is_back else NEXT) + packed)


def cursor_of_last() -> str:
    """Return the cursor of the last page."""
    return _text(LAST)


def cursor_in(reader: Reader, query: ArticleQuery, text: str) -> str:
    """Return the store's own cursor for one made here; raises CursorError."""
    try:
        packed = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        kind, anchors = packed[:1], list(ANCHOR.iter_unpack(packed[1:]))
    except (ValueError, binascii.Error, struct.error) as error:
        message = f"the cursor is damaged; {RESTART}"
        raise CursorError(message) from error
    if kind == LAST and not anchors:
        return reader.cursor(query, reader.end, is_back=True)
    if kind not in (NEXT, PREVIOUS) or not 0 < len(anchors) <= ANCHORS:
        message = f"the cursor is damaged; {RESTART}"
        raise CursorError(message)
    found = reader.places_of([UUID(bytes=name) for name, _ in anchors])
    for name, stamp in anchors:
        place, revised = found.get(UUID(bytes=name), (None, None))
        if place and revised and _stamp(revised) == stamp:
            return reader.cursor(query, place, is_back=kind == PREVIOUS)
    message = f"all entries that the page begins after have changed since; {RESTART}"
    raise CursorError(message)


def _stamp(revised: datetime) -> int:
    return int(revised.timestamp() * 1_000_000) % 2**32


def _text(packed: bytes) -> str:
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode("ascii")
