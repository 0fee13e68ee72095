"""What tells whether a set of entries changed, and how a change is added to it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

DIGEST_MODULUS = 2**128
NO_DIGEST = f"{0:032x}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What tells whether a set of entries changed: how many, the last revision, when it last changed, its digest.

    `digest` is the sum (mod 2^128) of hashes of (id, content hash, revised), as 32 hexadecimal digits: equal
    content gives equal digests, on any engine, in any order, after any rebuild. `changed` is None while the
    channel never had an entry. `lineage` names the history of the database, whose revisions mean nothing in another.
    `label` is the name shown for the channel. `withdrawn` is how many entries were ever withdrawn from it.
    """

    lineage: UUID
    label: str = ""
    count: int = 0
    revision: int = 0
    changed: datetime | None = None
    digest: str = NO_DIGEST
    withdrawn: int = 0

    @property
    def is_known(self) -> bool:
        """Whether it has, or once had, an entry."""
        return self.changed is not None


@dataclass(slots=True)
class Change:
    """What one transaction changes in a channel; `latest` is the latest `revised` of the entries written to it."""

    label: str
    count: int = 0
    digest: int = 0
    revision: int = 0
    withdrawn: int = 0
    latest: int | None = None

    def remove(self, digest: int, revision: int) -> None:
        """Count out an entry, by a change of this revision."""
        self.count -= 1
        self.digest -= digest
        self.revision = max(self.revision, revision)

    def add(self, digest: int, revision: int, revised: int) -> None:
        """Count in an entry as it is published now."""
        self.count += 1
        self.digest += digest
        self.revision = max(self.revision, revision)
        self.latest = revised if self.latest is None else max(self.latest, revised)

    def digest_after(self, before: str) -> str:
        """Return the digest of the channel whose digest was `before`."""
        return f"{(int(before, 16) + self.digest) % DIGEST_MODULUS:032x}"

    def changed_after(self, before: int | None, now: int | None) -> int:
        """Return when the channel changed last, in microseconds; `now` is None while a new database is filled.

        It changes with its latest entry, so that a rebuilt database says the same. An entry that comes late with
        an old date, or one that goes, is a change all the same: Last-Modified has to move, or a client that asks by
        it alone would never learn of it.
        """
        if self.latest is not None and (before is None or self.latest > before):
            return self.latest
        if now is None:
            return before or 0
        return now if before is None else max(now, before)
