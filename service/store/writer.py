"""One write transaction: entries with all that is derived from them, channels, tombstones, pins and reports."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from service.identity import content_key, source_key
from service.store import clusters, fragments, fulltext, rows
from service.store.channels import NO_DIGEST, Change
from service.store.facets import Facet, Term, terms_of
from service.store.reader import Reader, Tombstone, portions
from service.store.tables import aliases, captures, channels, entries, lineage, memberships, outlets, pins, reports, tombstones

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection, Table

    from service.article import Capture, Entry


class Writer(Reader):
    """Writes in one transaction, and reads what it wrote."""

    def __init__(self, connection: Connection, normaliser: str, folder: str | None = None) -> None:
        """Write on `connection`, whose transaction the caller owns, what this version of the normaliser read.

        `folder` is where the captures lie; None keeps what is known of that.
        """
        super().__init__(connection)
        self._normaliser = normaliser
        self._folder = folder
        self._insert = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert

    def next_revision(self) -> int:
        """Return the first revision that no published change has."""
        return int(self._connection.execute(select(lineage.c.revision)).scalar_one()) + 1

    def keep(self, written: Sequence[tuple[Capture, Entry]]) -> None:
        """Write entries whose content is what is published: new sources, evidence and captures, under old revisions."""
        if not written:
            return
        self._keep_outlets(entry for _, entry in written)
        values = [rows.entry_to_row(entry) for _, entry in written]
        same = ("source", "evidence", "issues")
        differs = or_(*(entries.c[name].is_distinct_from(bindparam(f"new_{name}", type_=entries.c[name].type)) for name in same))
        statement = update(entries).where(entries.c.sequence == bindparam("at"), differs)
        statement = statement.values({name: bindparam(f"new_{name}", type_=entries.c[name].type) for name in same})
        given = [{"at": row["sequence"], **{f"new_{name}": row[name] for name in same}} for row in values]
        self._connection.execute(statement, given)
        self._keep_captures(written)
        self._keep_aliases(written)

    def publish(self, written: Sequence[tuple[Capture, Entry]], now: datetime | None) -> None:
        """Write entries, new or changed, under their revisions; `now` is None while an empty database is filled."""
        if not written:
            return
        changed = [entry for _, entry in written]
        tally: defaultdict[Term, Change] = defaultdict(lambda: Change(label=""))
        before = self._take_out([entry.id for entry in changed], tally, {entry.id: entry.revision for entry in changed})
        values = [rows.entry_to_row(entry) for entry in changed]
        terms = [terms_of(entry.article) for entry in changed]
        ids = self.count_in(values, terms, tally, now)
        self._keep_outlets(changed)
        drawn = clusters.assign(self._connection, changed, {row["sequence"]: row["cluster"] for row in before})
        for row, named, story in zip(values, terms, drawn, strict=True):
            row |= {
                "members": json.dumps(sorted(ids[term] for term in named)),
                "cluster": story.cluster,
                "signature": story.signature,
            }
        self._connection.execute(entries.insert(), values)
        self.keep_members(values, [[ids[term] for term in named] for named in terms])
        self._keep_captures(written)
        fulltext.add(self._connection, [(entry.revision, entry.article) for entry in changed])
        self._keep_aliases(written)
        self._connection.execute(delete(tombstones).where(tombstones.c.id.in_([entry.id for entry in changed])))
        self._reach(max(entry.revision for entry in changed))

    def keep_fragments(self, kind: str, version: str, packed: Mapping[int, bytes]) -> None:
        """Keep what a kind of document says of entries, by revision (see service.store.fragments)."""
        fragments.keep(self._connection, kind, version, packed)

    def withdraw(self, ids: Sequence[UUID], now: datetime, by: str) -> list[Tombstone]:
        """Take entries out of what is published, each as a change of its own; unknown ids are passed over."""
        found = self._connection.execute(select(entries.c.id, entries.c.source, entries.c.sequence).where(entries.c.id.in_(ids)))
        gone = sorted(found.all(), key=lambda row: row.sequence)
        if not gone:
            return []
        revisions = {row.id: revision for revision, row in enumerate(gone, start=self.next_revision())}
        tally: defaultdict[Term, Change] = defaultdict(lambda: Change(label=""))
        members = {row["id"]: row["members"] for row in self._take_out(list(revisions), tally, revisions)}
        for change in tally.values():
            change.withdrawn = -change.count
        self._change_channels(tally, now)
        values = [
            {
                "id": row.id,
                "source": row.source,
                "sequence": row.sequence,
                "revision": revisions[row.id],
                "withdrawn": rows.to_micros(now),
                "by": by,
                "members": members[row.id],
            }
            for row in gone
        ]
        self._connection.execute(tombstones.insert(), values)
        self._connection.execute(delete(captures).where(captures.c.sequence.in_([row.sequence for row in gone])))
        self._reach(max(revisions.values()))
        return [Tombstone(id=v["id"], source=v["source"], revision=v["revision"], withdrawn=now, by=by) for v in values]

    def forget(self, names: Iterable[str]) -> None:
        """Let go of the names of files that were moved: another page may come to stand there."""
        self._connection.execute(delete(aliases).where(aliases.c.key.in_([source_key(name) for name in names])))

    def restore(self, entry_id: UUID) -> None:
        """Let a source that was withdrawn be published again by the next ingest."""
        self._connection.execute(update(tombstones).where(tombstones.c.id == entry_id).values(by="restored"))

    def pin(self, source: str, fields: dict[str, str], now: datetime) -> None:
        """Pin fields of a source."""
        pinned = rows.to_micros(now)
        self._upsert(pins, [{"key": source_key(source), "field": f, "value": v, "pinned": pinned} for f, v in fields.items()])

    def unpin(self, source: str, fields: Collection[str]) -> int:
        """Let fields of a source be read again; returns how many were pinned."""
        here = pins.c.key == source_key(source), pins.c.field.in_(fields)
        return self._connection.execute(delete(pins).where(*here)).rowcount

    def keep_report(self, folder: str, began: datetime, ended: datetime, content: dict[str, Any]) -> int:
        """Keep what an ingest did; returns its number."""
        row = {
            "folder": folder,
            "began": rows.to_micros(began),
            "ended": rows.to_micros(ended),
            "content": json.dumps(content, ensure_ascii=True),
        }
        return int(self._connection.execute(reports.insert().values(row).returning(reports.c.id)).scalar_one())

    def count_in(
        self,
        values: Sequence[dict[str, Any]],
        terms: Sequence[dict[Term, str]],
        tally: defaultdict[Term, Change] | None = None,
        now: datetime | None = None,
    ) -> dict[Term, int]:
        """Count rows of entries into the channels of their terms, with what `tally` holds; returns the channels' ids."""
        tally = defaultdict(lambda: Change(label="")) if tally is None else tally
        for row, named in zip(values, terms, strict=True):
            digest = rows.entry_digest(row)
            for term, label in named.items():
                change = tally[term]
                change.label = change.label or label
                change.add(digest, row["revision"], row["revised"])
        return self._change_channels(tally, now)

    def keep_own_aliases(self, found: Iterable[Entry]) -> None:
        """Let entries be known by their own sources."""
        self._upsert(aliases, [{"key": source_key(entry.article.source), "id": entry.id} for entry in found])

    def _take_out(self, ids: Sequence[UUID], tally: dict[Term, Change], revisions: dict[UUID, int]) -> Sequence[Any]:
        """Delete the rows of entries with what is derived from them, and count them out of their channels."""
        before = self._connection.execute(select(entries).where(entries.c.id.in_(ids))).mappings().all()
        if not before:
            return before
        members = {row["sequence"]: json.loads(row["members"]) for row in before}
        terms = self._terms({channel for each in members.values() for channel in each})
        for row in before:
            digest = rows.entry_digest(row)
            for channel in members[row["sequence"]]:
                tally[terms[channel]].remove(digest, revisions[row["id"]])
        here = [(memberships.c[name] == bindparam(f"at_{name}")) for name in ("channel", "sort_at", "sequence")]
        places = [
            {"at_channel": channel, "at_sort_at": row["sort_at"], "at_sequence": row["sequence"]}
            for row in before
            for channel in members[row["sequence"]]
        ]
        self._connection.execute(delete(memberships).where(*here), places)
        sequences = list(members)
        clusters.take_out(self._connection, before)
        self._connection.execute(delete(entries).where(entries.c.sequence.in_(sequences)))
        fulltext.remove(self._connection, [row["revision"] for row in before])
        fragments.remove(self._connection, [row["revision"] for row in before])
        return before

    def _terms(self, ids: Collection[int]) -> dict[int, Term]:
        terms: dict[int, Term] = {}
        for some in portions(sorted(ids)):
            found = self._connection.execute(
                select(channels.c.id, channels.c.facet, channels.c.value).where(channels.c.id.in_(some))
            )
            terms |= {row.id: Term(Facet(row.facet), row.value) for row in found}
        return terms

    def _change_channels(self, tally: dict[Term, Change], now: datetime | None) -> dict[Term, int]:
        """Bring the channels up to date; returns the id of each."""
        at = None if now is None else rows.to_micros(now)
        found = self._channels(tally)
        fresh = [
            {
                "facet": term.facet,
                "value": term.value,
                "label": change.label,
                "count": change.count,
                "revision": change.revision,
                "changed": change.changed_after(None, at),
                "digest": change.digest_after(NO_DIGEST),
                "withdrawn": change.withdrawn,
            }
            for term, change in tally.items()
            if term not in found
        ]
        changed = [
            {
                "at": row["id"],
                "new_count": row["count"] + change.count,
                "new_revision": max(row["revision"], change.revision),
                "new_changed": change.changed_after(row["changed"], at),
                "new_digest": change.digest_after(row["digest"]),
                "new_withdrawn": row["withdrawn"] + change.withdrawn,
            }
            for term, change in tally.items()
            if (row := found.get(term))
        ]
        if fresh:
            self._connection.execute(channels.insert(), fresh)
        if changed:
            names = ("count", "revision", "changed", "digest", "withdrawn")
            new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
            self._connection.execute(update(channels).where(channels.c.id == bindparam("at")).values(new), changed)
        made = self._channels([term for term in tally if term not in found])
        return {term: row["id"] for term, row in (found | made).items()}

    def _channels(self, terms: Iterable[Term]) -> dict[Term, Any]:
        by_facet: defaultdict[str, list[str]] = defaultdict(list)
        for term in terms:
            by_facet[term.facet].append(term.value)
        found: dict[Term, Any] = {}
        for facet, values in by_facet.items():
            for some in portions(values):
                wanted = select(channels).where(channels.c.facet == facet, channels.c.value.in_(some))
                found |= {Term(Facet(row["facet"]), row["value"]): row for row in self._connection.execute(wanted).mappings()}
        return found

    def keep_members(self, values: Sequence[dict[str, Any]], members: Sequence[Sequence[int]]) -> None:
        """Note which channels rows of entries stand in."""
        # By the driver: there are several for each entry, all integers, and SQLAlchemy would look at every value of each.
        statement = memberships.insert().compile(dialect=self._connection.dialect)
        noted = [
            {"channel": channel, "sort_at": row["sort_at"], "sequence": row["sequence"], "revision": row["revision"]}
            for row, ids in zip(values, members, strict=True)
            for channel in ids
        ]
        given = [tuple(row.values()) for row in noted] if statement.positional else noted
        if noted:
            self._connection.exec_driver_sql(str(statement), given)

    def _keep_outlets(self, changed: Iterable[Entry]) -> None:
        named = [outlet for entry in changed for outlet in (entry.article.outlet, entry.article.via) if outlet]
        self._upsert(outlets, list({outlet.key: rows.outlet_to_row(outlet) for outlet in named}.values()))

    def _keep_captures(self, written: Iterable[tuple[Capture, Entry]]) -> None:
        values = [rows.capture_to_row(capture, entry.sequence, self._normaliser) for capture, entry in written]
        if self._folder is not None:
            values = [row | {"folder": self._folder} for row in values]
        self._upsert(captures, values)

    def _keep_aliases(self, written: Sequence[tuple[Capture, Entry]]) -> None:
        keys = {key: entry.id for capture, entry in written if (key := content_key(capture))}
        keys |= {source_key(name): entry.id for capture, entry in written for name in (entry.article.source, capture.source)}
        self._upsert(aliases, [{"key": key, "id": entry_id} for key, entry_id in keys.items()])

    def _reach(self, revision: int) -> None:
        self._connection.execute(update(lineage).values(revision=revision))

    def _upsert(self, table: Table, values: list[dict[str, Any]]) -> None:
        """Insert rows; where one with the same primary key stands, write what differs from it."""
        if not values:
            return
        insert = self._insert(table)
        keys = [column.name for column in table.primary_key]
        changes = {name: insert.excluded[name] for name in values[0] if name not in keys}
        differs = [table.c[name].is_distinct_from(new) for name, new in changes.items()]
        statement = insert.on_conflict_do_update(index_elements=keys, set_=changes, where=or_(*differs))
        self._connection.execute(statement, values)


def pins_of(connection: Connection) -> dict[str, dict[str, str]]:
    """Return the pinned fields by the key of their source."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(select(pins)):
        found[row.key][row.field] = row.value
    return dict(found)
