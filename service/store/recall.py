"""What is known of captures: by their sources, their content, the folders that gave them, and what ingests did."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from service.identity import content_key, source_key
from service.store import bulk, rows
from service.store.portions import PORTION, Tombstone, select_entries, tombstone_from_row
from service.store.tables import aliases, captures, entries, reports, tombstones
from service.store.walker import Walker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from service.article import Capture, Entry


class RecallingReader(Walker):
    """Recalls what was published of which capture."""

    def known(self, sources: Sequence[str]) -> dict[str, Entry]:
        """Return the published entries of these sources, under whatever spelling each was published."""
        return self._published(self._ids({source: source_key(source) for source in sources}))

    def hashes(self, sources: Sequence[str]) -> dict[str, str]:
        """Return the content hashes of the published entries of these sources."""
        ids = self._ids({source: source_key(source) for source in sources})
        here = bulk.is_among(self._connection, entries.c.id, set(ids.values()))
        known = {
            row.id: row.content_hash for row in self._connection.execute(select(entries.c.id, entries.c.content_hash).where(here))
        }
        return {source: known[id_] for source, id_ in ids.items() if id_ in known}

    def met(self, sources: Sequence[str]) -> tuple[dict[str, Entry], dict[str, Tombstone]]:
        """Return the published entries of these sources, and the tombstones of those that were withdrawn."""
        ids = self._ids({source: source_key(source) for source in sources})
        return self._published(ids), self._withdrawn(ids)

    def known_content(self, captured: Sequence[Capture]) -> dict[str, Entry]:
        """Return, by the names of files that are not published, the entries whose files had the very same content."""
        keys = {capture.name: key for capture in captured if (key := content_key(capture))}
        return self._published(self._ids(keys))

    def withdrawn(self, sources: Sequence[str]) -> dict[str, Tombstone]:
        """Return the tombstones of these sources."""
        return self._withdrawn(self._ids({source: source_key(source) for source in sources}))

    def taken(self, ids: Sequence[UUID]) -> set[UUID]:
        """Return those of the ids that published entries have."""
        return set(
            self._connection.execute(select(entries.c.id).where(bulk.is_among(self._connection, entries.c.id, ids))).scalars()
        )

    def captured_in(self, folder: str) -> Iterator[tuple[int, str, UUID]]:
        """Yield sequence, name and id of all that an ingest of this folder published; a million are never held at once."""
        joined = select(captures.c.sequence, captures.c.name, entries.c.id).join_from(
            captures, entries, captures.c.sequence == entries.c.sequence
        )
        wanted = joined.where(captures.c.folder == folder).execution_options(yield_per=PORTION)
        yield from (tuple(row) for row in self._connection.execute(wanted))

    def captures_after(self, sequence: int, limit: int) -> list[tuple[int, Capture]]:
        """Return the captures that follow a sequence, in the order of first publication."""
        joined = select(*captures.c, entries.c.source).join_from(captures, entries, captures.c.sequence == entries.c.sequence)
        wanted = joined.where(captures.c.sequence > sequence).order_by(captures.c.sequence).limit(limit)
        found = self._connection.execute(wanted).mappings()
        return [(row["sequence"], rows.capture_from_row(row)) for row in found]

    def report(self, number: int | None = None) -> dict[str, Any] | None:
        """Return what an ingest did, the last one where no number is given; None where there is none."""
        wanted = select(reports).order_by(reports.c.id.desc()).limit(1)
        if number is not None:
            wanted = wanted.where(reports.c.id == number)
        row = self._connection.execute(wanted).first()
        if row is None:
            return None
        began, ended = rows.from_micros(row.began), rows.from_micros(row.ended)
        return {"id": row.id, "folder": row.folder, "began": began, "ended": ended, **json.loads(row.content)}

    def _ids(self, keys: dict[str, str]) -> dict[str, UUID]:
        if not keys:
            return {}
        found = self._connection.execute(select(aliases).where(aliases.c.key.in_(set(keys.values()))))
        by_key = {row.key: row.id for row in found}
        return {name: by_key[key] for name, key in keys.items() if key in by_key}

    def _published(self, ids: dict[str, UUID]) -> dict[str, Entry]:
        if not ids:
            return {}
        found = self._connection.execute(select_entries().where(entries.c.id.in_(set(ids.values())))).mappings()
        by_id = {row["id"]: rows.entry_from_row(row) for row in found}
        return {name: by_id[id_] for name, id_ in ids.items() if id_ in by_id}

    def _withdrawn(self, ids: dict[str, UUID]) -> dict[str, Tombstone]:
        if not ids:
            return {}
        found = self._connection.execute(select(tombstones).where(tombstones.c.id.in_(set(ids.values()))))
        by_id = {row.id: tombstone_from_row(row) for row in found}
        return {source: by_id[id_] for source, id_ in ids.items() if id_ in by_id}

    def entries(self, sequences: Sequence[int]) -> dict[int, Entry]:
        """Return entries by their sequences."""
        if not sequences:
            return {}
        found = self._connection.execute(select_entries().where(entries.c.sequence.in_(sequences))).mappings()
        return {row["sequence"]: rows.entry_from_row(row) for row in found}
