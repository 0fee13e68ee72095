"""Where entries stand: the state of channels, and the pages of lists in every order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import BigInteger, Case, ColumnElement, and_, bindparam, case, literal, select, tuple_

from service import search
from service.store import engine, fulltext, rows, walks
from service.store.facets import EVERYTHING, Term
from service.store.matching import matching
from service.store.portions import channel_from_row
from service.store.query import Cursor, Order, Place, Places
from service.store.selection import Known, Selection, selection_of
from service.store.statements import Prepared
from service.store.tables import channels, entries, lineage
from service.store.walks import uuid_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection, Row

    from service.store.channels import Channel
    from service.store.query import ArticleQuery

NOW = Prepared(select(lineage.c.id, lineage.c.revision))
CHANNEL_COLUMNS = ("lineage", "now", *channels.c.keys())
CHANNEL = Prepared(
    select(lineage.c.id, lineage.c.revision, *channels.c).outerjoin(
        channels, and_(channels.c.facet == bindparam("facet"), channels.c.value == bindparam("value"))
    )
)


class Walker:
    """Finds places on one connection, in a transaction that sees one state."""

    _is_still: ClassVar[bool] = True
    """Whether what was read once is so until the end of the transaction; one that writes reads its own changes."""

    end = Place(0, 0)
    """Where the order of revision ends: before the first change of all."""

    def __init__(self, connection: Connection) -> None:
        """Read on `connection`, whose transaction the caller owns."""
        self._connection = connection
        self._known_now: tuple[UUID, int] | None = None
        self._known_channels: dict[Term, Mapping[str, Any]] = {}
        # Of entries by their sequences: the id as the driver gives it, when they were revised, to which others they refer.
        self._identities: dict[int, tuple[Any, int, str]] = {}

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
                self._known_now = uuid_of(known["lineage"]), known["now"]
        return known

    @property
    def lineage(self) -> UUID:
        """The history of the database: its revisions mean nothing in another."""
        return self.channel().lineage

    def _now(self) -> tuple[UUID, int]:
        """Return the lineage and the revision of the collection."""
        if self._known_now is None or not self._is_still:
            ((named, revision),) = NOW.run(self._connection)
            self._known_now = uuid_of(named), revision
        return self._known_now

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

        def at(place: Sequence[Any], *, back: bool) -> Cursor:
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
            )

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
            return self._places(chosen, (rank, chosen.key(query.order)), query, cursor)
        channel = None
        for term in query.include:
            channel = self._channel(term)["id"]
            if channel is None:
                return ()
        steps = walks.walk(self._connection, query, channel, cursor)
        if self._is_still:
            self._identities |= {sequence: (named, revised, related) for _, _, sequence, _, named, revised, related in steps}
        return steps

    def places_of(self, ids: Sequence[UUID]) -> dict[UUID, tuple[Place, datetime]]:
        """Return where entries stand in the order of revision, and when each was revised; unknown ids are passed over."""
        wanted = select(entries.c.id, entries.c.sequence, entries.c.revision, entries.c.revised).where(entries.c.id.in_(ids))
        found = self._connection.execute(wanted)
        return {row.id: (Place(row.sequence, row.revision), rows.from_micros(row.revised)) for row in found}

    def identities(self, places: Sequence[Place]) -> list[tuple[UUID, datetime]]:
        """Return id and time of revision of the entries at these places, in their order."""
        return [(uuid_of(named), rows.from_micros(revised)) for named, revised, _ in self._identified(places)]

    def revised(self, places: Sequence[Place]) -> list[datetime]:
        """Return when the entries at these places were revised, in their order."""
        return [rows.from_micros(revised) for _, revised, _ in self._identified(places)]

    def related(self, places: Sequence[Place]) -> list[list[UUID]]:
        """Return to which earlier reports of the same story the entries at these places refer, in their order."""
        return [rows.related_from_row(related) for _, _, related in self._identified(places)]

    def _identified(self, places: Sequence[Place]) -> list[tuple[Any, int, str]]:
        known = self._identities
        if unknown := [place.sequence for place in places if place.sequence not in known]:
            wanted = select(entries.c.sequence, entries.c.id, entries.c.revised, entries.c.related)
            found = self._connection.execute(wanted.where(entries.c.sequence.in_(unknown)))
            known = known | {row.sequence: (row.id, row.revised, row.related) for row in found}
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

    def _selection(self, query: ArticleQuery, bound: int | None = None) -> tuple[Selection, ColumnElement[int]]:
        """Return the rows of a query and their rank.

        A text is sought in two steps: matches are counted up to a bound; few are taken and sorted, of many the
        first ones are met soon enough by walking the order and probing each row.
        """
        terms = query.include | query.exclude
        unranked = literal(0)
        if query.text is None:
            return selection_of(self._connection, query, Known.of(self._connection, terms), bound=bound), unranked
        known = Known.of(self._connection, terms | {EVERYTHING})
        wanted = search.parse(query.text)
        found = matching(self._connection, wanted, query, self.channel().count)
        chosen = selection_of(self._connection, query, known, wanted=wanted, matched=found, bound=bound)
        if found is None or query.order is not Order.RELEVANCE:
            return chosen, unranked
        titled = fulltext.matches(self._connection, wanted.in_title())
        return chosen, case((chosen.walked.c.revision.in_(titled), 1), else_=0)

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
