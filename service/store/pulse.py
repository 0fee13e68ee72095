"""What changed, asked at the cost of next to nothing: by every request, before anything else is read."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import select

from service.store.engine import can_write, connect_file, file_id, reading, unusable
from service.store.portions import channel_from_row
from service.store.reader import Reader
from service.store.tables import lineage

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from service.store.channels import Channel
    from service.store.facets import Term

# Seconds for which PostgreSQL is not asked again: a round trip for every request would cost more than most answers.
FRESH = 0.25
# And SQLite: a busy process answers some ten requests in that time, for each of which a look is a third of the work.
FRESH_FILE = 0.00025
# Channels remembered at once; whoever asks for thousands that do not exist must not fill the memory.
MOST_KNOWN = 4_000
STATE = "select id, revision from lineage"
CHANNEL = """
select lineage.id as lineage, channels.id, channels.label, channels.count, channels.revision, channels.changed,
channels.digest, channels.withdrawn from lineage left join channels on channels.facet = ? and channels.value = ?
"""


# The lineage, as the engine has it, and the revision: equal only where nothing changed.
State = tuple[object, int]


class Pulse(Protocol):
    """Tells the state of the collection and of its channels."""

    def __init__(self, engine: Engine) -> None:
        """Ask the database of an engine."""

    def state(self) -> State:
        """Return the lineage and the revision of the collection."""

    def channel(self, term: Term) -> Channel:
        """Return the state of a channel."""

    def forget(self) -> None:
        """Ask the database the next time, since this process wrote to it."""

    def close(self) -> None:
        """Give the connections back."""


class SqlitePulse:
    """Asks by a connection of the thread's own: SQLAlchemy's pool would cost fifty times the read."""

    def __init__(self, engine: Engine) -> None:
        """Ask the file of an engine; nothing is opened yet, as connections must not cross a fork."""
        self._engine = engine
        self._path = str(engine.url.database)
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        # With when it was read, in one object, as threads share it.
        self._known: tuple[float, State] | None = None
        # How often this process wrote.
        self._written = 0

    def state(self) -> State:
        """Return the lineage and the revision of the collection."""
        known, now, written = self._known, time.monotonic(), self._written
        if known is not None and now - known[0] < FRESH_FILE:
            return known[1]
        state: State = tuple(self._ask(STATE))
        # What was read while another thread wrote may be what was before.
        if written == self._written:
            self._known = now, state
        return state

    def channel(self, term: Term) -> Channel:
        """Return the state of a channel."""
        return channel_from_row(self._ask(CHANNEL, *term))

    def forget(self) -> None:
        """Ask the file the next time, since this process wrote to it."""
        self._written += 1
        self._known = None

    def close(self) -> None:
        """Close the connections of all threads."""
        for connection in self._opened:
            connection.close()
        self._opened.clear()
        self._local = threading.local()

    def _ask(self, statement: str, *values: str) -> Any:
        try:
            found = self._connection().execute(statement, values).fetchone()
        except sqlite3.Error as error:
            raise unusable(self._engine, error) from error
        if not self._local.is_kept:
            self._let_go()
        return found

    def _connection(self) -> sqlite3.Connection:
        local, place = self._local, (os.getpid(), file_id(self._path))
        if getattr(local, "place", None) != place:
            # What was opened before a fork, or in a file that another has replaced, is of no use any more.
            self._let_go()
            opened = connect_file(self._path)
            opened.row_factory = sqlite3.Row
            opened.execute("PRAGMA query_only = ON")
            self._opened.append(opened)
            # See service.store.engine: one that was opened on a read-only disk keeps others from writing later.
            local.connection, local.place, local.is_kept = opened, place, can_write(self._path)
        connection: sqlite3.Connection = local.connection
        return connection

    def _let_go(self) -> None:
        """Close the thread's connection, or the space of a deleted file would stay taken; another process's stays."""
        process, _ = self._local.__dict__.pop("place", (None, None))
        if process == os.getpid():
            self._opened.remove(self._local.connection)
            self._local.connection.close()


class PostgresqlPulse:
    """Asks for the revision at most every 250 ms, and for a channel once until the revision is another."""

    def __init__(self, engine: Engine) -> None:
        """Ask the database of an engine."""
        self._engine = engine
        self._asked = 0.0
        # With the lineage: a database that was restored from a copy can be at the same revision, and not the same.
        self._state: State | None = None
        # How often this process wrote.
        self._written = 0
        self._channels: dict[Term, Channel] = {}

    def state(self) -> State:
        """Return the lineage and the revision of the collection."""
        known, written = self._state, self._written
        if known is None or time.monotonic() - self._asked >= FRESH:
            with reading(self._engine) as connection:
                row = connection.execute(select(lineage.c.id, lineage.c.revision)).one()
            known = row.id, int(row.revision)
            # What was read while another thread wrote may be what was before.
            if written != self._written:
                return known
            if known != self._state:
                # A new dictionary, as another thread may be filling the old one with what it read before.
                self._channels = {}
                self._state = known
            self._asked = time.monotonic()
        return known

    def channel(self, term: Term) -> Channel:
        """Return the state of a channel."""
        self.state()
        known = self._channels
        found = known.get(term)
        if found is None:
            with reading(self._engine) as connection:
                found = Reader(connection).channel(term)
            if len(known) >= MOST_KNOWN:
                known.clear()
            known[term] = found
        return found

    def forget(self) -> None:
        """Ask the database the next time, since this process wrote to it."""
        self._written += 1
        self._state = None

    def close(self) -> None:
        """Nothing is held: connections are the engine's."""
