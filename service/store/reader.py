"""Reads of one state of the database: pages, single entries, counts, archives, the log of changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import select

from service.errors import EntryNotFoundError, WithdrawnError
from service.store import archives, fragments, ranges, rows
from service.store.counting import CountingReader
from service.store.facets import Facet, Term
from service.store.portions import Tombstone, select_entries, tombstone_from_row
from service.store.query import Page, Place
from service.store.recall import RecallingReader
from service.store.tables import captures, channels, entries, outlets, tombstones

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from service.article import Capture, Entry, Outlet
    from service.store.archives import Archive, ArchivedPlaces
    from service.store.query import ArticleQuery

# Withdrawals are rare; whoever withdraws more at once leaves the rest for readers to learn from the log of changes.
MOST_LOOKED_THROUGH = 1_000


class Reader(CountingReader, RecallingReader):
    """Reads on one connection, in a transaction that sees one state."""

    def page(self, query: ArticleQuery) -> Page:
        """Return one page of entries.

        Raises CursorError where the query's cursor does not belong to it, SearchError where its text cannot be sought.
        """
        chosen = self.places(query)
        found = self.entries([place.sequence for place in chosen.places])
        around = (None if cursor is None else cursor.encode() for cursor in (chosen.next, chosen.previous))
        return Page(tuple(found[place.sequence] for place in chosen.places), *around)

    def outlets(self, keys: Sequence[str]) -> dict[str, Outlet]:
        """Return outlets by their keys, as they were when last published under."""
        found = self._connection.execute(select(outlets).where(outlets.c.key.in_(keys))).mappings()
        return {row["key"]: rows.outlet_from_row(row) for row in found}

    def entry(self, entry_id: UUID) -> Entry:
        """Return one entry; raises EntryNotFoundError, or WithdrawnError where it was published once."""
        row = self._connection.execute(select_entries().where(entries.c.id == entry_id)).mappings().first()
        if row is None:
            withdrawn = self._connection.execute(select(tombstones.c.id).where(tombstones.c.id == entry_id)).first()
            raise WithdrawnError(entry_id) if withdrawn else EntryNotFoundError(entry_id)
        return rows.entry_from_row(row)

    def capture(self, entry_id: UUID) -> Capture:
        """Return the capture from which an entry was read; raises EntryNotFoundError, WithdrawnError."""
        joined = select(*captures.c, entries.c.source).join_from(captures, entries, captures.c.sequence == entries.c.sequence)
        row = self._connection.execute(joined.where(entries.c.id == entry_id)).mappings().first()
        if row is None:
            self.entry(entry_id)
            raise EntryNotFoundError(entry_id)
        return rows.capture_from_row(row)

    def cluster(self, entry_id: UUID, limit: int = 100) -> list[Entry]:
        """Return other entries of the same story, the earliest published first."""
        mine = select(entries.c.cluster).where(entries.c.id == entry_id).scalar_subquery()
        others = select_entries().where(entries.c.cluster == mine, entries.c.id != entry_id)
        ordered = others.order_by(entries.c.sort_at, entries.c.sequence).limit(limit)
        return [rows.entry_from_row(row) for row in self._connection.execute(ordered).mappings()]

    def changes(self, since: int, limit: int) -> list[Entry | Tombstone]:
        """Return what changed after the revision `since`: entries as they are now and tombstones, oldest change first."""
        edited = select_entries().where(entries.c.revision > since).order_by(entries.c.revision).limit(limit)
        gone = select(tombstones).where(tombstones.c.revision > since).order_by(tombstones.c.revision).limit(limit)
        found: list[Entry | Tombstone] = [rows.entry_from_row(row) for row in self._connection.execute(edited).mappings()]
        found += (tombstone_from_row(row) for row in self._connection.execute(gone))
        return sorted(found, key=lambda change: change.revision)[:limit]

    def tombstones(self, term: Term, since: int, limit: int) -> list[Tombstone]:
        """Return what was withdrawn from a channel after the revision `since`, the latest first.

        Of the whole collection at most a thousand withdrawals are looked through.
        """
        here = (channels.c.facet == term.facet) & (channels.c.value == term.value)
        channel = self._connection.execute(select(channels.c.id).where(here)).scalar()
        recent = select(tombstones).where(tombstones.c.revision > since).order_by(tombstones.c.revision.desc())
        found = self._connection.execute(recent.limit(MOST_LOOKED_THROUGH))
        return [tombstone_from_row(row) for row in found if channel in json.loads(row.members)][:limit]

    def archive(self, term: Term, archive: Archive) -> ArchivedPlaces:
        """Return what an archive of a channel holds; raises ValueError where its month is none."""
        return archives.read(self._connection, self._channel(term)["id"], archive)

    def last_archive(self, term: Term) -> Archive | None:
        """Return the last archive of a channel."""
        return archives.last(self._connection, self._channel(term)["id"])

    def months(self, term: Term) -> list[Archive]:
        """Return the last part of each month of which a channel has archives, the last month first."""
        return archives.months(self._connection, self._channel(term)["id"])

    def ranges(self, size: int) -> list[int]:
        """Return the numbers of the ranges of so many sequences that have an entry."""
        return ranges.occupied(self._connection, size)

    def range(self, number: int, size: int) -> list[tuple[UUID, datetime]]:
        """Return id and time of revision of the entries of a range, in the order of first publication."""
        return ranges.read(self._connection, number, size)

    def range_state(self, number: int, size: int) -> str:
        """Return what tells whether any page of an entry of a range changed."""
        return ranges.state(self._connection, select_entries(), number, size)

    def terms_after(self, after: int, wanted: Sequence[Facet], limit: int) -> list[tuple[int, Term]]:
        """Return the channels of some facets beyond the number `after`, each with its own, in the order in which they came."""
        columns = channels.c.id, channels.c.facet, channels.c.value
        found = select(*columns).where(channels.c.id > after, channels.c.facet.in_(wanted)).order_by(channels.c.id).limit(limit)
        return [(row.id, Term(Facet(row.facet), row.value)) for row in self._connection.execute(found)]

    def fragments(self, kind: str, version: str, revisions: Sequence[int]) -> dict[int, bytes]:
        """Return what is kept of a kind of document for revisions (see service.store.fragments)."""
        return fragments.find(self._connection, kind, version, revisions)

    def without_fragments(self, kind: str, version: str, after: int, limit: int) -> list[Entry]:
        """Return entries changed after a revision of which no fragment of this kind and version is kept, by revision."""
        found = self.entries(fragments.missing(self._connection, kind, version, after, limit))
        return sorted(found.values(), key=lambda entry: entry.revision)

    def changed(self, since: int, limit: int) -> list[Place | Tombstone]:
        """Return where entries stand that changed after the revision `since`, and tombstones, oldest change first."""
        edited = select(entries.c.sequence, entries.c.revision).where(entries.c.revision > since)
        gone = select(tombstones).where(tombstones.c.revision > since).order_by(tombstones.c.revision).limit(limit)
        ordered = self._connection.execute(edited.order_by(entries.c.revision).limit(limit))
        found: list[Place | Tombstone] = [Place(row.sequence, row.revision) for row in ordered]
        found += (tombstone_from_row(row) for row in self._connection.execute(gone))
        return sorted(found, key=lambda change: change.revision)[:limit]
