"""What the API says of an entry, dumped once for each of its revisions by the schemas, and kept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from schemas.articles import ArticleHeadBody, ArticleTailBody, ArticleTextBody, OutletBody, OutletDetailBody
from service.links import ANYWHERE
from service.packing import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.article import Entry
    from service.links import Links
    from service.store import Place, Reader

# Raise it when the same entries are written differently.
VERSION = "1"
KIND = "api"
HEAD, TAIL, TEXT, OUTLET, OUTLET_DETAIL = (
    ArticleHeadBody(),
    ArticleTailBody(),
    ArticleTextBody(),
    OutletBody(),
    OutletDetailBody(),
)


class Fragment(NamedTuple):
    """The members of an article as JSON, without the braces: each part ends with a comma but `text` and `tail`."""

    head: bytes
    outlet: bytes
    outlet_detail: bytes
    tail: bytes
    text: bytes

    def item(self, expand: Sequence[str]) -> bytes:
        """Return the members that a list shows, without the braces."""
        outlet = self.outlet_detail if "outlet" in expand else self.outlet
        members = self.head + outlet + self.tail
        return members + b"," + self.text if "body" in expand else members


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """An entry with its addresses, as the schemas dump it."""

    entry: Entry
    url: str
    page_url: str
    evidence_url: str

    @classmethod
    def of(cls, entry: Entry, links: Links) -> Resource:
        """Return an entry with its addresses at a site."""
        return cls(
            entry=entry,
            url=links.api_article(entry.id),
            page_url=links.article(entry.id),
            evidence_url=links.api_evidence(entry.id),
        )


def fragment(entry: Entry) -> Fragment:
    """Return what the API says of an entry; equal entries give equal bytes."""
    resource, outlet = Resource.of(entry, ANYWHERE), entry.article.outlet
    return Fragment(
        _members(HEAD.dump(resource)) + b",",
        b'"outlet":' + dump(outlet and OUTLET.dump(outlet)) + b",",
        b'"outlet":' + dump(outlet and OUTLET_DETAIL.dump(outlet)) + b",",
        _members(TAIL.dump(resource)),
        _members(TEXT.dump(resource)),
    )


def packed(entry: Entry) -> bytes:
    """Return an entry as it is kept."""
    return pack(fragment(entry))


def read(reader: Reader, places: Sequence[Place]) -> list[Fragment]:
    """Return the entries at these places, still with the addresses of ANYWHERE; what is not kept is rendered now."""
    kept = reader.fragments(KIND, VERSION, [place.revision for place in places])
    missing = reader.entries([place.sequence for place in places if place.revision not in kept])
    found = []
    for place in places:
        stored = kept.get(place.revision)
        parts = unpack(stored, len(Fragment._fields)) if stored else fragment(missing[place.sequence])
        found.append(Fragment(*parts))
    return found


def dump(value: Any) -> bytes:
    """Return a value as the JSON of this API: compact, in UTF-8, in the order of the schemas."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _members(body: dict[str, Any]) -> bytes:
    return dump(body)[1:-1]
