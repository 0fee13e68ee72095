"""What a feed document says of itself, in any format, and what it keeps of an entry. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from service.links import Links
    from service.store import Tombstone


class Fragment(NamedTuple):
    """An entry as a format writes it: `head`, then `full` or `short` content, then `tail`."""

    head: bytes
    full: bytes
    short: bytes
    tail: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What a document says of its channel.

    `id` is the address of the channel's Atom feed, `url` that of this document, `page` the channel for people.
    `relations` are links to other documents by their IANA relation (`next`, `prev-archive`, ...), all of this
    format. `ttl` is for how many minutes readers need not ask again.
    """

    links: Links
    id: str
    url: str
    page: str
    title: str
    description: str
    language: str
    changed: datetime | None
    ttl: int
    relations: Mapping[str, str] = field(default_factory=dict)
    hubs: Sequence[str] = ()
    deleted: Sequence[Tombstone] = ()
    is_archive: bool = False


class Envelope(NamedTuple):
    """The bytes of a document around its entries, and those between two of them."""

    before: bytes
    after: bytes
    between: bytes = b""

    def around(self, entries: Sequence[bytes]) -> bytes:
        """Return the document with these entries."""
        return b"".join((self.before, self.between.join(entries), self.after))
