"""What feeds say of an entry, rendered once for each of its revisions and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.feeds import atom, jsonfeed, rss
from service.feeds.feed import Fragment
from service.packing import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from service.article import Entry
    from service.store import Place, Reader

# Raise it when the same entries are written differently, in any format.
VERSION = "5"
KIND = "feed"
FORMATS: dict[str, ModuleType] = {"atom": atom, "rss": rss, "json": jsonfeed}
PARTS = len(Fragment._fields)


def packed(entry: Entry) -> bytes:
    """Return an entry in every format, as it is kept."""
    return pack([part for form in FORMATS.values() for part in form.fragment(entry)])


def read(reader: Reader, places: Sequence[Place], form: str) -> list[Fragment]:
    """Return the entries at these places in a format; what is not kept is rendered now."""
    kept = reader.fragments(KIND, VERSION, [place.revision for place in places])
    missing = reader.entries([place.sequence for place in places if place.revision not in kept])
    first = list(FORMATS).index(form) * PARTS
    fragments = []
    for place in places:
        if stored := kept.get(place.revision):
            fragments.append(Fragment(*unpack(stored, len(FORMATS) * PARTS)[first : first + PARTS]))
        else:
            fragments.append(FORMATS[form].fragment(missing[place.sequence]))
    return fragments
