"""Reads of one state of the database: pages, single entries, counts, the log of changes."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Case,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    select,
    tuple_,
)

from service import search
from service.errors import EntryNotFoundError, WithdrawnError
from service.identity import content_key, source_key
from service.store import archives, bulk, engine, fragments, fulltext, ranges, rows, walks
from service.store.channels import Channel
from service.store.facets import EVERYTHING, Facet, Term
from service.store.matching import MOST_COUNTED, counted, matching
from service.store.query import Cursor, FacetCount, Order, Page, Place, Places, Total
from service.store.selection import Known, Selection, selection_of
from service.store.statements import Prepared
from service.store.tables import aliases, captures, channels, entries, lineage, outlets, reports, tombstones
from service.store.walks import uuid_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection, Row

    from service.article import Capture, Entry, Outlet
    from service.store.archives import Archive, ArchivedPlaces
    from service.store.query import ArticleQuery

# Databases bound the values in one statement; SQLite's bound is 32,766.
MOST_VALUES = 10_000
# Microseconds in a day.
DAY = literal_column("86400000000", BigInteger)
EPOCH_DAY = date(1970, 1, 1)
# Rows that a long read takes from the server at once.
PORTION = 5_000
# Withdrawals are rare; whoever withdraws more at once leaves the rest for readers to learn from the log of changes.
MOST_LOOKED_THROUGH = 1_000
NOW = Prepared(select(lineage.c.id, lineage.c.revision))
CHANNEL_COLUMNS = ("lineage", *channels.c.keys())
CHANNEL = Prepared(
    select(lineage.c.id, *channels.c).outerjoin(
        channels, and_(channels.c.facet == bindparam("facet"), channels.c.value == bindparam("value"))
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """What is left of an entry that was withdrawn, at the revision of that change."""

    id: UUID
    source: str
    revision: int
    withdrawn: datetime
    by: str


class Reader:
    """Reads on one connection, in a transaction that sees one state."""

    _is_still: ClassVar[bool] = True
    """Whether what was read once is so until the end of the transaction; one that writes reads its own changes."""

    def __init__(self, connection: Connection) -> None:
        """Read on `connection`, whose transaction the caller owns."""
        self._connection = connection
        self._known_channels: dict[Term, Mapping[str, Any]] = {}
        # Of entries by their sequences: the id as the driver gives it, and when they were revised.
        self._identities: dict[int, tuple[Any, int]] = {}

    def channel(self, term: Term = EVERYTHING) -> Channel:
        """Return the state of a channel, by one indexed read; one that has no entry yet is empty."""
        return channel_from_row(self._channel(term))

    def _channel(self, term: Term) -> Mapping[str, Any]:
        known = self._known_channels.get(term)
        if known is None:
            (row,) = CHANNEL.run(self._connection, facet=term.facet.value, value=term.value)
            known = dict(zip(CHANNEL_COLUMNS, row, strict=True))
            if self._is_still:
                self._known_channels[term] = known
        return known

    @property
    def lineage(self) -> UUID:
        """The history of the database: its revisions mean nothing in another."""
        return self.channel().lineage

    def _now(self) -> tuple[UUID, int]:
        """Return the lineage and the revision of the collection."""
        ((named, revision),) = NOW.run(self._connection)
        return uuid_of(named), revision

    def page(self, query: ArticleQuery) -> Page:
        """Return one page of entries.

        Raises CursorError where the query's cursor does not belong to it, SearchError where its text cannot be sought.
        """
        chosen = self.places(query)
        found = self.entries([place.sequence for place in chosen.places])
        return Page(tuple(found[place.sequence] for place in chosen.places), chosen.next, chosen.previous)

    def places(self, query: ArticleQuery, bound: int | None = None) -> Places:
        """Return where the entries of one page stand, without a look at them; raises as `page` does.

        A walk that begins here meets no entry first published after the revision `bound`, by default the last one: it
        may be the revision of a channel that holds all entries of the query.
        """
        lineage, revision = self._now()
        cursor = None if query.cursor is None else Cursor.decode(query.cursor, query, lineage)
        bound = cursor.bound if cursor else revision if bound is None else bound
        places = self._walked(query, cursor)
        is_back = cursor is not None and cursor.is_back
        has_more = len(places) > query.limit
        shown = places[: query.limit][:: -1 if is_back else 1]

        def at(place: Sequence[Any], *, back: bool) -> str:
            rank, key, sequence = place[:3]
            return Cursor(
                order=query.order,
                lineage=lineage,
                fingerprint=query.fingerprint,
                rank=rank,
                key=key,
                sequence=sequence,
                bound=bound,
                is_back=back,
            ).encode()

        following = at(shown[-1], back=False) if shown and (has_more or is_back) else None
        previous = at(shown[0], back=True) if shown and cursor is not None and (has_more or not is_back) else None
        if cursor is not None and not shown:
            following, previous = (cursor.turned(), None) if is_back else (None, cursor.turned())
        return Places(tuple(Place(sequence, revision) for _, _, sequence, revision, *_ in shown), following, previous)

    def take_time(self) -> None:
        """Let the reads that follow take their time: what is sought was found, and how much of it is left is bounded."""
        engine.lift_limit(self._connection)

    def _walked(self, query: ArticleQuery, cursor: Cursor | None) -> Sequence[Sequence[Any]]:
        """Return, first of all, rank, key, sequence and revision of the rows of a page and one more, in the order walked."""
        if not walks.is_plain(query):
            chosen, rank = self._selection(query, bound=None if cursor is None else cursor.bound)
            key = chosen.walked.c.revision if query.order is Order.REVISION else chosen.walked.c.sort_at
            return self._places(chosen, (rank, key), query, cursor)
        channel = None
        for term in query.include:
            channel = self._channel(term)["id"]
            if channel is None:
                return ()
        steps = walks.walk(self._connection, query, channel, cursor)
        if self._is_still:
            self._identities |= {sequence: (named, revised) for _, _, sequence, _, named, revised in steps}
        return steps

    def total(self, query: ArticleQuery) -> Total:
        """Return how many entries a query has, counted up to a bound."""
        if not query.is_filtered:
            return Total(self.channel().count, is_exact=True)
        chosen, _ = self._selection(query)
        count = counted(self._connection, chosen.select(literal_column("1")), MOST_COUNTED + 1)
        return Total(min(count, MOST_COUNTED), is_exact=count <= MOST_COUNTED)

    def facet(self, facet: Facet, query: ArticleQuery | None = None, limit: int = 100) -> list[FacetCount]:
        """Return the values of a facet with the most entries, the most first.

        Of a query that has more than 10,000 entries the first 10,000 in its order are counted.
        """
        columns = channels.c.id, channels.c.value, channels.c.label
        by_count = channels.c["count"].desc(), channels.c.value
        if query is None or not query.is_filtered:
            wanted = channels.c.facet == facet, channels.c["count"] > 0
            found = select(*columns, channels.c["count"]).where(*wanted).order_by(*by_count).limit(limit)
            return [FacetCount(row.value, row.label, row[3]) for row in self._connection.execute(found)]
        return self._ranked([facet], self._members(query), limit)[facet]

    def facets(self, wanted: Sequence[Facet], query: ArticleQuery, limit: int = 100) -> dict[Facet, list[FacetCount]]:
        """Return for each of several facets what `facet` does; the entries of the query are read once."""
        if not query.is_filtered:
            return {facet: self.facet(facet, None, limit) for facet in wanted}
        return self._ranked(wanted, self._members(query), limit)

    def days(self, query: ArticleQuery) -> list[tuple[date, int]]:
        """Return how many entries of a query were published on each day, the earliest first; undated ones on none."""
        chosen, _ = self._selection(query)
        # Both engines divide whole numbers towards zero.
        day = case((entries.c.published_at >= 0, entries.c.published_at // DAY), else_=(entries.c.published_at - DAY + 1) // DAY)
        joined = select(day.label("day"), func.count()).where(
            entries.c.sequence.in_(chosen.select(chosen.walked.c.sequence)), entries.c.published_at.is_not(None)
        )
        found = self._connection.execute(joined.group_by("day").order_by("day"))
        return [(EPOCH_DAY + timedelta(days=number), count) for number, count in found]

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

    end = Place(0, 0)
    """Where the order of revision ends: before the first change of all."""

    def places_of(self, ids: Sequence[UUID]) -> dict[UUID, tuple[Place, datetime]]:
        """Return where entries stand in the order of revision, and when each was revised; unknown ids are passed over."""
        wanted = select(entries.c.id, entries.c.sequence, entries.c.revision, entries.c.revised).where(entries.c.id.in_(ids))
        found = self._connection.execute(wanted)
        return {row.id: (Place(row.sequence, row.revision), rows.from_micros(row.revised)) for row in found}

    def identities(self, places: Sequence[Place]) -> list[tuple[UUID, datetime]]:
        """Return id and time of revision of the entries at these places, in their order."""
        return [(uuid_of(named), rows.from_micros(revised)) for named, revised in self._identified(places)]

    def revised(self, places: Sequence[Place]) -> list[datetime]:
        """Return when the entries at these places were revised, in their order."""
        return [rows.from_micros(revised) for _, revised in self._identified(places)]

    def _identified(self, places: Sequence[Place]) -> list[tuple[Any, int]]:
        known = self._identities
        if unknown := [place.sequence for place in places if place.sequence not in known]:
            wanted = select(entries.c.sequence, entries.c.id, entries.c.revised)
            found = self._connection.execute(wanted.where(entries.c.sequence.in_(unknown)))
            known = known | {row.sequence: (row.id, row.revised) for row in found}
        return [known[place.sequence] for place in places]

    def cursor(self, query: ArticleQuery, place: Place, *, is_back: bool = False) -> str:
        """Return the cursor of the page of `query`, in order of revision, that follows a place, or that ends before it."""
        lineage, revision = self._now()
        made = Cursor(
            order=Order.REVISION,
            lineage=lineage,
            fingerprint=query.fingerprint,
            key=place.revision,
            sequence=place.sequence,
            bound=revision,
            is_back=is_back,
        )
        return made.encode()

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

    def _selection(self, query: ArticleQuery, bound: int | None = None) -> tuple[Selection, ColumnElement[int]]:
        """Return the rows of a query and their rank.

        A text is sought in two steps: matches are counted up to a bound; few are taken and sorted, of many the
        first ones are met soon enough by walking the order and probing each row.
        """
        known = Known.of(self._connection, query.include | query.exclude)
        unranked = literal(0)
        if query.text is None:
            return selection_of(self._connection, query, known, bound=bound), unranked
        wanted = search.parse(query.text)
        found = matching(self._connection, wanted, query, self.channel().count)
        if found is None:
            return selection_of(self._connection, query, known, wanted=wanted, bound=bound), unranked
        chosen = selection_of(self._connection, query, known, wanted=wanted, walked_by=found, bound=bound)
        if query.order is not Order.RELEVANCE:
            return chosen, unranked
        titled = fulltext.matches(self._connection, wanted.in_title())
        return chosen, case((next(iter(found.c)).in_(titled), 1), else_=0)

    def _places(
        self, chosen: Selection, place: tuple[ColumnElement[Any], ...], query: ArticleQuery, cursor: Cursor | None
    ) -> Sequence[Row[Any]]:
        """Return rank, key, sequence and revision of the rows of a page and one more, in the order walked."""
        rank, key = place
        sequence = chosen.walked.c.sequence
        # A rank that is the same for all would only keep the engine from walking its index.
        ordered = (*place, sequence) if isinstance(rank, Case) else (key, sequence)
        is_back = cursor is not None and cursor.is_back
        columns = rank.label("rank"), key.label("key"), sequence.label("sequence"), chosen.walked.c.revision.label("revision")
        found = chosen.select(*columns).order_by(*(part.asc() if is_back else part.desc() for part in ordered))
        if cursor is not None:
            values = (cursor.rank, cursor.key, cursor.sequence)[-len(ordered) :]
            here, there = tuple_(*ordered), tuple_(*(literal(value, BigInteger) for value in values))
            found = found.where(here > there if is_back else here < there)
        return self._connection.execute(found.offset(query.offset or None).limit(query.limit + 1)).all()

    def entries(self, sequences: Sequence[int]) -> dict[int, Entry]:
        """Return entries by their sequences."""
        if not sequences:
            return {}
        found = self._connection.execute(select_entries().where(entries.c.sequence.in_(sequences))).mappings()
        return {row["sequence"]: rows.entry_from_row(row) for row in found}

    def _ranked(self, wanted: Sequence[Facet], counts: Mapping[int, int], limit: int) -> dict[Facet, list[FacetCount]]:
        """Return the values of each facet among the channels counted, those with the most entries first."""
        columns = channels.c.id, channels.c.facet, channels.c.value, channels.c.label
        of_facets = select(*columns).where(channels.c.facet.in_(wanted))
        found: dict[Facet, list[FacetCount]] = {facet: [] for facet in wanted}
        for some in portions(list(counts)):
            for row in self._connection.execute(of_facets.where(channels.c.id.in_(some))):
                found[Facet(row.facet)].append(FacetCount(row.value, row.label, counts[row.id]))
        return {facet: sorted(values, key=lambda one: (-one.count, one.value))[:limit] for facet, values in found.items()}

    def _members(self, query: ArticleQuery) -> Counter[int]:
        """Return in how many of the entries of a query each channel is, of 10,000 at most."""
        chosen, _ = self._selection(query)
        first = chosen.select(chosen.walked.c.sequence).order_by(chosen.walked.c.sort_at.desc()).limit(MOST_COUNTED)
        members = select(entries.c.members).where(entries.c.sequence.in_(first))
        counts: Counter[int] = Counter()
        for packed in self._connection.execute(members).scalars():
            counts.update(json.loads(packed))
        return counts


def portions(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield values in portions that fit into one statement."""
    return (values[start : start + MOST_VALUES] for start in range(0, len(values), MOST_VALUES))


# Made once: so many columns take longer to put together than an entry takes to be read.
@cache
def select_entries() -> Select[Any]:
    """Return the select of entries, each with its outlet and the aggregator it came through."""
    via = outlets.alias("via")
    outlet_columns = [column.label(rows.OUTLET_PREFIX + column.name) for column in outlets.columns]
    via_columns = [column.label(rows.VIA_PREFIX + column.name) for column in via.columns]
    joined = entries.outerjoin(outlets, entries.c.outlet == outlets.c.key).outerjoin(via, entries.c.via == via.c.key)
    return select(*entries.columns, *outlet_columns, *via_columns).select_from(joined)


def channel_from_row(row: Mapping[Any, Any]) -> Channel:
    """Return the channel of a row of `channels` joined with the id of the lineage; an empty one where there is none."""
    named = uuid_of(row["lineage"])
    if row["id"] is None:
        return Channel(lineage=named)
    return Channel(
        lineage=named,
        label=row["label"],
        count=row["count"],
        revision=row["revision"],
        changed=rows.from_micros(row["changed"]),
        digest=row["digest"],
        withdrawn=row["withdrawn"],
    )


def tombstone_from_row(row: Row[Any]) -> Tombstone:
    """Return the tombstone of a row of `tombstones`."""
    return Tombstone(id=row.id, source=row.source, revision=row.revision, withdrawn=rows.from_micros(row.withdrawn), by=row.by)
