"""Lists as streams: NDJSON and CSV of any length, in memory that does not grow with it.

Each portion is a page by a cursor, read in a transaction of its own: a long export holds nothing back, and sees each
entry that stays untouched exactly once, whatever is written meanwhile.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from service.api import listing
from service.errors import ContradictionError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.api.listing import Asked
    from service.links import Links
    from service.store import Store

PORTION = 500
BOM = "\ufeff"
# Plain columns, and what is taken out of objects: name, then the path to it.
COLUMNS = {
    "id": ("id",),
    "title": ("title",),
    "outlet": ("outlet", "key"),
    "outlet_name": ("outlet", "name"),
    "authors": ("authors",),
    "published": ("published", "edtf"),
    "precision": ("published", "precision"),
    "modified": ("modified", "edtf"),
    "section": ("section",),
    "tags": ("tags",),
    "language": ("language",),
    "agency": ("agency",),
    "via": ("via", "key"),
    "summary": ("summary",),
    "source": ("source",),
    "source_url": ("source_url",),
    "page_url": ("page_url",),
    "url": ("url",),
    "first_seen": ("first_seen",),
    "revised": ("revised",),
    "revision": ("revision",),
    "word_count": ("word_count",),
    "body": ("body",),
}
ALWAYS = frozenset(COLUMNS) - {"word_count", "body"}
# A spreadsheet takes a cell that begins so for a formula, and runs it; some take the wide forms of these signs as well.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Between the values of a cell that has several.
SEPARATORS = {"body": "\n\n"}


def portions(store: Store, asked: Asked, links: Links, most: int | None) -> Iterator[Sequence[bytes]]:
    """Yield the articles as JSON objects, some at once: all of the list from the cursor on, or the first `most`."""
    at, left = asked.query, most
    while True:
        wanted = replace(at, limit=PORTION if left is None else min(left, PORTION))
        with store.reader(is_limited=True) as reader:
            found = reader.places(wanted)
            # What was begun is not broken off because a busy machine takes longer for a portion.
            reader.take_time()
            items = listing.items_of(reader, asked, links, found.places)
        yield items
        left = None if left is None else left - len(items)
        if found.next is None or left == 0:
            return
        at = replace(at, cursor=found.next.encode(), offset=0)


def ndjson(parts: Iterator[Sequence[bytes]]) -> Iterator[bytes]:
    """Yield the articles as lines of JSON."""
    for items in parts:
        if items:
            yield b"\n".join(items) + b"\n"


def table(parts: Iterator[Sequence[bytes]], asked: Asked, *, has_bom: bool) -> Iterator[bytes]:
    """Return the articles as CSV (RFC 4180), beginning with the names of the columns.

    Raises ContradictionError where nothing that is asked for has a column.
    """
    names = [name for name in COLUMNS if _is_wanted(name, asked)]
    if not names:
        raise ContradictionError("fields", f"none of these has a column in CSV; it has {', '.join(COLUMNS)}")
    return _table(parts, names, has_bom=has_bom)


def _table(parts: Iterator[Sequence[bytes]], names: Sequence[str], *, has_bom: bool) -> Iterator[bytes]:
    if has_bom:
        yield BOM.encode()
    yield _lines([names])
    for items in parts:
        if items:
            yield _lines([[_cell(json.loads(item), COLUMNS[name]) for name in names] for item in items])


def _is_wanted(name: str, asked: Asked) -> bool:
    if asked.fields:
        return COLUMNS[name][0] in asked.fields
    return name in ALWAYS or "body" in asked.expand


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()


def _cell(item: dict[str, Any], path: Sequence[str]) -> str:
    value: Any = item
    for name in path:
        value = value.get(name) if value else None
    if value is None:
        return ""
    text = SEPARATORS.get(path[-1], "; ").join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
