"""One write transaction: entries with all that is derived from them, channels, tombstones, pins and reports."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from service.identity import content_key, source_key
from service.store import bulk, clusters, fragments, fulltext, rows
from service.store.backlog import Backlog
from service.store.channels import NO_DIGEST, Change
from service.store.derived import Derived
from service.store.facets import Facet, Term
from service.store.portions import Tombstone, portions
from service.store.reader import Reader
from service.store.tables import aliases, captures, channels, entries, lineage, memberships, outlets, pins, reports, tombstones

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection

    from service.article import Article, Capture, Entry

# Of each folder; a report names every refused file, and a folder that is watched has one for each change.
KEPT_REPORTS = 100
# Captures that came over HTTP lie in no folder, whatever gave their source before.
NO_FOLDER = ""
# Rows of channels have a method of the name `count`.
COUNT = list(channels.c).index(channels.c["count"])


class Writer(Reader):
    """Writes in one transaction, and reads what it wrote."""

    _is_still = False

    def __init__(self, connection: Connection, normaliser: str, folder: str | None = None) -> None:
        """Write on `connection`, whose transaction the caller owns, what this version of the normaliser read.

        `folder` is where the captures lie, NO_FOLDER where they lie nowhere; None keeps what is known of that.
        """
        super().__init__(connection)
        self._normaliser = normaliser
        self._folder = folder

    @property
    def backlog(self) -> Backlog:
        """What workers still have to publish, in the same transaction."""
        return Backlog(self._connection)

    def next_revision(self) -> int:
        """Return the first revision that no published change has."""
        return int(self._connection.execute(select(lineage.c.revision)).scalar_one()) + 1

    def keep(self, written: Sequence[tuple[Capture, Entry]]) -> None:
        """Write entries whose content is what is published: new sources, evidence and captures, under old revisions."""
        if not written:
            return
        self._keep_outlets(entry for _, entry in written)
        values = [rows.entry_to_row(entry) for _, entry in written]
        bulk.change(
            self._connection,
            entries,
            "sequence",
            [{name: row[name] for name in ("sequence", "source", "evidence", "issues")} for row in values],
        )
        self._keep_captures(written)
        self._keep_aliases(written)

    def publish(
        self, written: Sequence[tuple[Capture, Entry]], now: datetime | None, derived: Sequence[Derived] | None = None
    ) -> None:
        """Write entries, new or changed, under their revisions; `now` is None while an empty database is filled.

        `derived` is what was derived from each of them beforehand, so that it costs no time here.
        """
        if not written:
            return
        changed = [entry for _, entry in written]
        if derived is None:
            derived = [self.derive(entry.article) for entry in changed]
        tally: defaultdict[Term, Change] = defaultdict(lambda: Change(label=""))
        before = self._take_out([entry.id for entry in changed], tally, {entry.id: entry.revision for entry in changed})
        values = [rows.entry_to_row(entry, one.row) for entry, one in zip(changed, derived, strict=True)]
        terms = [one.terms for one in derived]
        stood = {row["sequence"]: row["cluster"] for row in before}
        reports = [clusters.Report(row, one.signature, stood) for row, one in zip(values, derived, strict=True)]
        stories, later = clusters.assign(self._connection, reports)
        later |= clusters.referring(self._connection, before)
        for row, story in zip(values, stories, strict=True):
            row.update(story.columns)
        ids = self.count_in(values, terms, tally, now)
        self._keep_outlets(changed)
        members = [sorted(ids[term] for term in named) for named in terms]
        for row, channels_of in zip(values, members, strict=True):
            row["members"] = json.dumps(channels_of)
        bulk.insert(self._connection, entries, values)
        self.keep_members(values, members)
        self._keep_captures(written)
        fulltext.add(self._connection, [(entry.revision, *one.document) for entry, one in zip(changed, derived, strict=True)])
        self._keep_aliases(written)
        revisions = [entry.revision for entry in changed]
        back = select(entries.c.id).where(entries.c.revision.between(min(revisions), max(revisions)))
        self._connection.execute(delete(tombstones).where(tombstones.c.id.in_(back)))
        self.relate(later, max(revisions), now)
        self._reach(max(revisions))

    def derive(self, article: Article) -> Derived:
        """Return what is derived from an article, for the engine written to."""
        return Derived.of(article, fulltext.form_of(self._connection.dialect))

    def keep_fragments(self, kind: str, version: str, packed: Mapping[int, bytes]) -> None:
        """Keep what a kind of document says of entries, by revision (see service.store.fragments)."""
        fragments.keep(self._connection, kind, version, packed)

    def drop_fragments(self, revisions: Sequence[int]) -> None:
        """Let what documents say of entries be rendered anew, where something that is no part of their content changed."""
        fragments.remove(self._connection, revisions)

    def withdraw(self, ids: Sequence[UUID], now: datetime, by: str) -> list[Tombstone]:
        """Take entries out of what is published, each as a change of its own; unknown ids are passed over."""
        found = self._connection.execute(select(entries.c.id, entries.c.source, entries.c.sequence).where(entries.c.id.in_(ids)))
        gone = sorted(found.all(), key=lambda row: row.sequence)
        if not gone:
            return []
        revisions = {row.id: revision for revision, row in enumerate(gone, start=self.next_revision())}
        tally: defaultdict[Term, Change] = defaultdict(lambda: Change(label=""))
        before = self._take_out(list(revisions), tally, revisions)
        members = {row["id"]: row["members"] for row in before}
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
        self.relate(clusters.referring(self._connection, before), max(revisions.values()), now)
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
        bulk.upsert(
            self._connection,
            pins,
            [{"key": source_key(source), "field": f, "value": v, "pinned": pinned} for f, v in fields.items()],
        )

    def unpin(self, source: str, fields: Collection[str]) -> int:
        """Let fields of a source be read again; returns how many were pinned."""
        here = pins.c.key == source_key(source), pins.c.field.in_(fields)
        return self._connection.execute(delete(pins).where(*here)).rowcount

    def pinned(self, source: str) -> dict[str, str]:
        """Return the fields that are pinned for a source."""
        found = self._connection.execute(select(pins.c.field, pins.c.value).where(pins.c.key == source_key(source)))
        return {row.field: row.value for row in found}

    def keep_report(self, folder: str, began: datetime, ended: datetime, content: dict[str, Any]) -> int:
        """Keep what an ingest did, and forget all but the last 100 of its folder; returns its number."""
        row = {
            "folder": folder,
            "began": rows.to_micros(began),
            "ended": rows.to_micros(ended),
            "content": json.dumps(content, ensure_ascii=True),
        }
        number = int(self._connection.execute(reports.insert().values(row).returning(reports.c.id)).scalar_one())
        of_folder = reports.c.folder == folder
        last = select(reports.c.id).where(of_folder).order_by(reports.c.id.desc()).limit(KEPT_REPORTS)
        self._connection.execute(delete(reports).where(of_folder, reports.c.id.not_in(last)))
        return number

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

    def relate(self, sequences: Collection[int], revision: int, now: datetime | None, until: int | None = None) -> None:
        """Set right to which earlier reports entries refer, as a change of their channels at `revision`, not of their own.

        `until` leaves out reports that have a later revision.
        """
        if not sequences:
            return
        columns = (entries.c[name] for name in ("sequence", "id", "content_hash", "revised", "signature", "members", "related"))
        found = select(*columns).where(bulk.is_among(self._connection, entries.c.sequence, sequences))
        before = self._connection.execute(found).mappings().all()
        changed = [
            (row, {**row, "related": related})
            for row, related in zip(before, clusters.related(self._connection, before, until), strict=True)
            if related != row["related"]
        ]
        members = {row["sequence"]: json.loads(row["members"]) for row, _ in changed}
        terms = self.terms({channel for each in members.values() for channel in each})
        tally: defaultdict[Term, Change] = defaultdict(lambda: Change(label=""))
        for old, new in changed:
            for channel in terms.keys() & members[old["sequence"]]:
                tally[terms[channel]].remove(rows.entry_digest(old), revision)
                tally[terms[channel]].add(rows.entry_digest(new), revision, new["revised"])
        self._change_channels(tally, now)
        written = [{"sequence": new["sequence"], "related": new["related"]} for _, new in changed]
        bulk.change(self._connection, entries, "sequence", written)

    def keep_own_aliases(self, found: Iterable[Entry]) -> None:
        """Let entries be known by their own sources."""
        bulk.upsert(self._connection, aliases, [{"key": source_key(entry.article.source), "id": entry.id} for entry in found])

    def _take_out(self, ids: Sequence[UUID], tally: dict[Term, Change], revisions: dict[UUID, int]) -> Sequence[Any]:
        """Delete the rows of entries with what is derived from them, and count them out of their channels."""
        found = select(entries).where(bulk.is_among(self._connection, entries.c.id, ids))
        before = self._connection.execute(found).mappings().all()
        if not before:
            return before
        members = {row["sequence"]: json.loads(row["members"]) for row in before}
        terms = self.terms({channel for each in members.values() for channel in each})
        for row in before:
            digest = rows.entry_digest(row)
            for channel in members[row["sequence"]]:
                tally[terms[channel]].remove(digest, revisions[row["id"]])
        places = [
            {"channel": channel, "sort_at": row["sort_at"], "sequence": row["sequence"]}
            for row in before
            for channel in members[row["sequence"]]
        ]
        bulk.remove(self._connection, memberships, places)
        sequences = list(members)
        clusters.take_out(self._connection, before)
        self._connection.execute(delete(entries).where(entries.c.sequence.in_(sequences)))
        fulltext.remove(self._connection, [row["revision"] for row in before])
        fragments.remove(self._connection, [row["revision"] for row in before])
        return before

    def terms(self, ids: Collection[int]) -> dict[int, Term]:
        """Return the terms of channels by their ids."""
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
                "id": row.id,
                "count": row[COUNT] + change.count,
                "revision": max(row.revision, change.revision),
                "changed": change.changed_after(row.changed, at),
                "digest": change.digest_after(row.digest),
                "withdrawn": row.withdrawn + change.withdrawn,
            }
            for term, change in tally.items()
            if (row := found.get(term))
        ]
        bulk.insert(self._connection, channels, fresh)
        bulk.change(self._connection, channels, "id", changed)
        made = self._channels([term for term in tally if term not in found])
        return {term: row.id for term, row in (found | made).items()}

    def _channels(self, terms: Iterable[Term]) -> dict[Term, Any]:
        by_facet: defaultdict[Facet, list[str]] = defaultdict(list)
        for term in terms:
            by_facet[term.facet].append(term.value)
        found: dict[Term, Any] = {}
        for facet, values in by_facet.items():
            for some in portions(values):
                wanted = select(channels).where(channels.c.facet == facet, channels.c.value.in_(some))
                found |= {Term(facet, row.value): row for row in self._connection.execute(wanted)}
        return found

    def keep_members(self, values: Sequence[dict[str, Any]], members: Sequence[Sequence[int]]) -> None:
        """Note which channels rows of entries stand in."""
        places = [
            (channel, row["sort_at"], row["sequence"], row["revision"])
            for row, ids in zip(values, members, strict=True)
            for channel in ids
        ]
        # In the order of their key, which SQLite keeps them in.
        bulk.insert_values(self._connection, memberships, ("channel", "sort_at", "sequence", "revision"), sorted(places))

    def _keep_outlets(self, changed: Iterable[Entry]) -> None:
        named = [outlet for entry in changed for outlet in (entry.article.outlet, entry.article.via) if outlet]
        bulk.upsert(self._connection, outlets, list({outlet.key: rows.outlet_to_row(outlet) for outlet in named}.values()))

    def _keep_captures(self, written: Iterable[tuple[Capture, Entry]]) -> None:
        values = [rows.capture_to_row(capture, entry.sequence, self._normaliser) for capture, entry in written]
        if self._folder is not None:
            for row in values:
                row["folder"] = self._folder or None
        bulk.upsert(self._connection, captures, values)

    def _keep_aliases(self, written: Sequence[tuple[Capture, Entry]]) -> None:
        keys = {key: entry.id for capture, entry in written if (key := content_key(capture))}
        keys |= {source_key(name): entry.id for capture, entry in written for name in (entry.article.source, capture.source)}
        bulk.upsert(self._connection, aliases, [{"key": key, "id": entry_id} for key, entry_id in keys.items()])

    def _reach(self, revision: int) -> None:
        self._connection.execute(update(lineage).values(revision=revision))


def pins_of(connection: Connection) -> dict[str, dict[str, str]]:
    """Return the pinned fields by the key of their source."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(select(pins)):
        found[row.key][row.field] = row.value
    return dict(found)
