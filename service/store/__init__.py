"""The store: what is published, kept in a relational database behind verbs of the domain."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self
from uuid import uuid4

from sqlalchemy import select

from service.errors import StoreError
from service.normalise import VERSION as NORMALISER
from service.store import backlog, fulltext, maintenance, migrations, reindexing
from service.store.access import Access, Answer, Claimed
from service.store.archives import Archive
from service.store.backlog import Backlog, Parcel, Run
from service.store.channels import Channel
from service.store.engine import database_url, open_engine, reading, writing
from service.store.facets import EVERYTHING, Facet, Term
from service.store.outbox import Outbox, Ping, left, waiting
from service.store.portions import Tombstone
from service.store.pulse import PostgresqlPulse, Pulse, SqlitePulse, State
from service.store.query import ArticleQuery, Cursor, FacetCount, Order, Page, Period, Place, Total
from service.store.reader import Reader
from service.store.tables import lineage
from service.store.writer import NO_FOLDER, Writer, pins_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Engine

    from service.article import Entry
    from service.search import Form

__all__ = [
    "EVERYTHING",
    "NO_FOLDER",
    "Access",
    "Answer",
    "Archive",
    "ArticleQuery",
    "Backlog",
    "Channel",
    "Claimed",
    "Cursor",
    "Facet",
    "FacetCount",
    "Order",
    "Outbox",
    "Page",
    "Parcel",
    "Period",
    "Ping",
    "Place",
    "Reader",
    "Run",
    "Store",
    "Term",
    "Tombstone",
    "Total",
    "Writer",
]

# Seconds that a replica may take to have what its primary has, and between two looks at it.
REPLICA_PATIENCE, REPLICA_PAUSE = 10.0, 0.05
# Seconds that the reads of one request may take: a search is the cheapest way to keep a server busy.
TIME_LIMIT = 0.25


@dataclass(frozen=True, slots=True)
class Store:
    """One database of entries. Reads may come from a replica; a page and its state always come from the same engine."""

    engine: Engine
    read_engine: Engine
    time_limit: float = TIME_LIMIT
    _pulse: Pulse = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Take the pulse where reads come from."""
        pulse = SqlitePulse if self.read_engine.dialect.name == "sqlite" else PostgresqlPulse
        object.__setattr__(self, "_pulse", pulse(self.read_engine))

    @classmethod
    def open(cls, url: str, read_url: str | None = None, *, time_limit: float = TIME_LIMIT) -> Self:
        """Return the store at `url` with its schema brought up to date; raises StoreError where that cannot be.

        `read_url` names a replica for reads. `time_limit` is how many seconds the reads of a query may take.
        """
        read_engine = engine = open_engine(database_url(url))
        try:
            if read_url:
                read_engine = open_engine(database_url(read_url, "DATABASE_READ_URL"))
            _bring_up_to_date(engine)
            if read_engine is not engine:
                _await_schema(read_engine)
        except StoreError:
            engine.dispose()
            read_engine.dispose()
            raise
        return cls(engine, read_engine, time_limit)

    def close(self) -> None:
        """Give every connection back."""
        self._pulse.close()
        self.engine.dispose()
        self.read_engine.dispose()

    @contextmanager
    def reader(self, at_least: int = 0, *, is_limited: bool = False) -> Iterator[Reader]:
        """Give reads of one state, which is not older than the revision `at_least`: a client sees what it wrote.

        Where it `is_limited`, a read that takes longer than a request may raises QueryTimeoutError.
        """
        engine = self.read_engine
        if at_least and engine is not self.engine and self._pulse.state()[1] < at_least:
            engine = self.engine
        with reading(engine, self.time_limit if is_limited else None) as connection:
            yield Reader(connection)

    @contextmanager
    def writer(self, *, is_durable: bool = False, folder: str | None = None) -> Iterator[Writer]:
        """Give the only writer; what it publishes is kept when the block ends well, else nothing of it is.

        `is_durable` waits until the disk has it, also on SQLite, where an ingest can as well be run again. `folder` is
        where the captures lie that are written.
        """
        with writing(self.engine, is_durable=is_durable) as connection:
            yield Writer(connection, NORMALISER, folder)
        self._pulse.forget()

    @contextmanager
    def access(self, *, is_writing: bool = False) -> Iterator[Access]:
        """Give the tokens and the kept answers; never from a replica, which may not know yet what was revoked."""
        with writing(self.engine) if is_writing else reading(self.engine) as connection:
            yield Access(connection)

    @property
    def form(self) -> Form:
        """How the full-text index takes a document."""
        return fulltext.form_of(self.engine.dialect)

    @contextmanager
    def outbox(self) -> Iterator[Outbox]:
        """Give the pings that hubs still have to get; what is done with them is kept when the block ends well."""
        with writing(self.engine) as connection:
            yield Outbox(connection)

    def waiting_hubs(self, hubs: Collection[str], now: datetime) -> set[str]:
        """Return those of the hubs that can be told something now."""
        with reading(self.engine) as connection:
            return waiting(connection, hubs, now)

    def pings_left(self) -> int:
        """Return how many pings hubs still have to get."""
        with reading(self.engine) as connection:
            return left(connection)

    @contextmanager
    def backlog(self) -> Iterator[Backlog]:
        """Give what workers still have to publish; what is done with it is kept when the block ends well."""
        with writing(self.engine) as connection:
            yield Backlog(connection)

    def runs(self) -> list[Run]:
        """Return the ingests that workers share and that have not ended, the oldest first."""
        with reading(self.engine) as connection:
            return backlog.all_runs(connection)

    def turn(self, run: int) -> int | None:
        """Return which parcel of a run is published next; None where it has ended."""
        with reading(self.engine) as connection:
            return backlog.turn_of(connection, run)

    def parcel(self, run: int, number: int) -> tuple[Run, Parcel] | None:
        """Return a parcel and its run; None where it was published, or its run was replaced."""
        with reading(self.engine) as connection:
            found, parcel = backlog.run_of(connection, run), backlog.parcel_of(connection, run, number)
        return (found, parcel) if found and parcel else None

    def revision(self) -> int:
        """Return the revision of the collection: a few microseconds, at most 250 ms old on PostgreSQL and 0.25 on SQLite."""
        return self._pulse.state()[1]

    def written(self) -> int:
        """Return the revision that was last written, which a replica may not have reached."""
        with reading(self.engine) as connection:
            return int(connection.execute(select(lineage.c.revision)).scalar_one())

    def state(self) -> State:
        """Return lineage and revision of the collection, at the same cost: equal only while nothing changes."""
        return self._pulse.state()

    def refresh(self) -> None:
        """Have the next look at the state be no older than this moment."""
        self._pulse.forget()

    def now(self) -> tuple[UUID, int]:
        """Return lineage and revision at this moment, as the primary has them."""
        with reading(self.engine) as connection:
            row = connection.execute(select(lineage.c.id, lineage.c.revision)).one()
        return row.id, int(row.revision)

    def channel(self, term: Term = EVERYTHING) -> Channel:
        """Return the state of a channel: one indexed read, at most 250 ms old on PostgreSQL."""
        return self._pulse.channel(term)

    def page(self, query: ArticleQuery) -> Page:
        """Return one page of entries; raises CursorError, SearchError, QueryTimeoutError."""
        with self.reader(is_limited=True) as reader:
            return reader.page(query)

    def total(self, query: ArticleQuery) -> Total:
        """Return how many entries a query has, counted up to a bound; raises SearchError, QueryTimeoutError."""
        with self.reader(is_limited=True) as reader:
            return reader.total(query)

    def facet(self, facet: Facet, query: ArticleQuery | None = None, limit: int = 100) -> list[FacetCount]:
        """Return the values of a facet with the most entries; raises SearchError, QueryTimeoutError."""
        with self.reader(is_limited=True) as reader:
            return reader.facet(facet, query, limit)

    def entry(self, entry_id: UUID) -> Entry:
        """Return one entry; raises EntryNotFoundError, or WithdrawnError where it was published once."""
        with self.reader() as reader:
            return reader.entry(entry_id)

    def pins(self) -> dict[str, dict[str, str]]:
        """Return the pinned fields by the key of their source (see service.identity)."""
        with reading(self.engine) as connection:
            return pins_of(connection)

    def problems(self) -> list[str]:
        """Return what does not agree with the entries, a line each: nothing where all is well."""
        with reading(self.engine) as connection:
            return list(maintenance.problems(connection))

    def rebuild(self, progress: Callable[[int], None] = lambda _count: None) -> None:
        """Make anew all that is derived from the entries, while others read and write; `progress` is told of each batch."""
        reindexing.rebuild(self.engine, progress)
        self._pulse.forget()


def _await_schema(replica: Engine) -> None:
    """Wait until a replica has the schema that its primary has by now; raises StoreError where it does not come.

    One that cannot be reached is no reason not to start: whoever reads from it is told so.
    """
    deadline = time.monotonic() + REPLICA_PATIENCE
    while True:
        try:
            with reading(replica) as connection:
                if migrations.is_current(connection):
                    return
        except StoreError:
            return
        if time.monotonic() >= deadline:
            message = (
                "DATABASE_READ_URL: this database has not the tables of DATABASE_URL; is it a replica of it, and does it follow?"
            )
            raise StoreError(message)
        time.sleep(REPLICA_PAUSE)


def _bring_up_to_date(engine: Engine) -> None:
    with reading(engine) as connection:
        if migrations.is_current(connection) and maintenance.is_derived(connection) and not reindexing.is_halfway(connection):
            return
    with writing(engine) as connection:
        migrations.upgrade(connection)
        if connection.execute(select(lineage.c.id)).first() is None:
            connection.execute(lineage.insert(), {"id": uuid4(), "revision": 0, "derived": maintenance.DERIVED})
            fulltext.create(connection)
    reindexing.complete(engine)
