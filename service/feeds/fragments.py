"""What feeds say of an entry, rendered once for each of its revisions and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.feeds import atom, jsonfeed, rss
from service.feeds.feed import Fragment
from service.feeds.recent import Recent
from service.packing import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import ModuleType

    from service.article import Entry
    from service.links import Links
    from service.store import Place, Reader

# Raise it when the same entries are written differently, in any format.
VERSION = "6"
KIND = "feed"
FORMATS: dict[str, ModuleType] = {"atom": atom, "rss": rss, "json": jsonfeed}
PARTS = len(Fragment._fields)
# Some hundred entries of usual length, besides what CACHE_MB bounds.
MOST_RECENT = 4_000_000

_recent = Recent(MOST_RECENT)


def packed(entry: Entry) -> bytes:
    """Return an entry in every format, as it is kept."""
    return pack([part for form in FORMATS.values() for part in form.fragment(entry)])


def read(reader: Reader, places: Sequence[Place], form: str, links: Links) -> list[Fragment]:
    """Return the entries at these places in a format, with the addresses of a site; what is not kept is rendered now."""
    lineage = reader.lineage
    keys = {place: (lineage, place.revision, form, links.public_url) for place in places}
    found = {place: fragment for place in places if (fragment := _recent.get(keys[place]))}
    for place, parts in _read(reader, [place for place in places if place not in found], form):
        found[place] = settled = Fragment(*map(links.settle, parts))
        _recent.put(keys[place], settled)
    read = [found[place] for place in places]
    if form != "atom":
        return read
    # What else was published may change to what an entry refers, and its revision tells nothing of that.
    referred = zip(read, reader.related(places), strict=True)
    return [atom.referring(fragment, [links.article(one) for one in ids]) if ids else fragment for fragment, ids in referred]


def _read(reader: Reader, places: Sequence[Place], form: str) -> Iterator[tuple[Place, Sequence[bytes]]]:
    kept = reader.fragments(KIND, VERSION, [place.revision for place in places])
    missing = reader.entries([place.sequence for place in places if place.revision not in kept])
    first = list(FORMATS).index(form) * PARTS
    for place in places:
        if stored := kept.get(place.revision):
            yield place, unpack(stored, len(FORMATS) * PARTS)[first : first + PARTS]
        else:
            yield place, FORMATS[form].fragment(missing[place.sequence])
