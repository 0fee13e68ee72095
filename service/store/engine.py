"""Opens the database so that transactions are what they say, on SQLite and on PostgreSQL.

SQLite needs three things said. The driver must not begin transactions by itself, or two statements of one
transaction see different states: `begin` is ours, IMMEDIATE for writers. Writers queue on a file lock across
processes, because SQLite's own waiting is unfair, and before 3.51.3 concurrent checkpoints can lose commits.
And connections are opened after a fork, never before: an engine is made where it is used.

A connection to a file that was deleted or replaced would go on with what no name leads to any more, and a new one
would make an empty file in its place: so a file is made when the store is opened, and only then, and a connection
is used as long as its file is the one that stands there. One that was opened while the disk was read-only can never
write, and keeps the others of its process from it, so it is closed after use.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from service.errors import QueryTimeoutError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.pool import ConnectionPoolEntry

BUSY_SECONDS = 10
BUSY_PAUSE = 0.01
# Steps of SQLite's machine between two looks at the clock: some hundred microseconds.
STEPS = 10_000
LOCK_SECONDS = 600
# Seconds between two tries for the lock: much longer than a small write, and one busy writer starves the others.
LOCK_PAUSE = 0.005
# Seconds to wait for a PostgreSQL server that does not answer; the system would wait for minutes.
CONNECT_SECONDS = 5
# Milliseconds after which what was sent and nobody took is lost: a network that swallows packets would hold a process up
# for a quarter of an hour.
UNHEARD = 5_000
# The advisory lock that PostgreSQL's writers queue on; any number, the same in every process.
ADVISORY_LOCK = 0x6E617368
REINDEX_LOCK = ADVISORY_LOCK + 1


def database_url(text_url: str, setting: str = "DATABASE_URL") -> URL:
    """Return where the database is: `sqlite:///path`, `postgres://...` or `postgresql://...`.

    Raises StoreError with what to write instead into the `setting` for anything else.
    """
    try:
        url = make_url(text_url)
    except ArgumentError as error:
        message = f"{setting}: write sqlite:///path/to/file.db or postgresql://user:password@host/name"
        raise StoreError(message) from error
    backend = url.get_backend_name()
    if backend in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        message = f"{setting}: {backend} is not supported; use sqlite:/// or postgresql://"
        raise StoreError(message)
    if url.database in (None, "", ":memory:"):
        message = f"{setting}: name a file, such as sqlite:///nashra.db; several processes share the database"
        raise StoreError(message)
    return url


def open_engine(url: URL) -> Engine:
    """Return an engine for `url`; nothing is connected yet."""
    if url.get_backend_name() == "postgresql":
        limits = {"connect_timeout": str(CONNECT_SECONDS), "tcp_user_timeout": str(UNHEARD)}
        patient = url.set(query={**limits, **url.query})
        return create_engine(patient, pool_pre_ping=True)
    path = Path(str(url.database)).absolute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o644)
    except OSError as error:
        message = f"DATABASE_URL: {path} cannot be made: {error.strerror}"
        raise StoreError(message) from error
    engine = create_engine(url.set(database=str(path)), creator=lambda: connect_file(str(path)))
    event.listen(engine, "connect", _configure)
    event.listen(engine, "checkout", _require_same_file)
    event.listen(engine, "checkin", _keep_none_that_cannot_write)
    event.listen(engine, "begin", _begin)
    return engine


def driver_arguments(engine: Engine) -> dict[str, Any]:
    """Return what the driver of an engine is given to connect, for those who need connections of their own."""
    _, arguments = engine.dialect.create_connect_args(engine.url)
    return dict(arguments)


def connect_file(path: str) -> sqlite3.Connection:
    """Return a connection to a file that is there; raises sqlite3.OperationalError where there is none."""
    # Threads take turns with it, which the pool sees to.
    return sqlite3.connect(f"{Path(path).as_uri()}?mode=rw", uri=True, isolation_level=None, check_same_thread=False)


def file_id(path: str) -> tuple[int, int] | None:
    """Return what tells a file from any other that comes to stand at the same path; None where none can be seen."""
    try:
        found = os.stat(path)  # noqa: PTH116 - asked by every request, and Path costs more than the call.
    except OSError:
        return None
    return found.st_dev, found.st_ino


def can_write(path: str) -> bool:
    """Tell whether a file, and the disk that it is on, can be written."""
    return os.access(path, os.W_OK)


@contextmanager
def reading(engine: Engine, seconds: float | None = None) -> Iterator[Connection]:
    """Give a connection on which all reads see one state; raises QueryTimeoutError where they take longer than allowed."""
    with _translated(engine), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin(), _limited(connection, seconds):
            yield connection


@contextmanager
def writing(engine: Engine, *, is_durable: bool = False) -> Iterator[Connection]:
    """Give the connection of the only writer; all is written when the block ends well, else nothing."""
    with _translated(engine):
        if engine.dialect.name == "postgresql":
            with engine.begin() as connection:
                connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
                yield connection
            return
        options = {"nashra_write": True, "nashra_durable": is_durable}
        with queued(str(engine.url.database)), engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection


@contextmanager
def alone(engine: Engine, *, waits: bool) -> Iterator[bool]:
    """Be the only process that makes the index anew, without keeping others from writing; False where another is at it.

    `waits` until that one has ended. The lock ends with its process.
    """
    with _translated(engine):
        if engine.dialect.name == "postgresql":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                take = "pg_advisory_lock" if waits else "pg_try_advisory_lock"
                is_ours = connection.execute(text(f"select {take}(:key)"), {"key": REINDEX_LOCK}).scalar_one() is not False
                try:
                    yield is_ours
                finally:
                    if is_ours:
                        connection.execute(text("select pg_advisory_unlock(:key)"), {"key": REINDEX_LOCK})
            return
        lock = FileLock(f"{engine.url.database}.reindex.lock")
        try:
            lock.acquire(timeout=-1 if waits else 0, poll_interval=LOCK_PAUSE)
        except Timeout:
            yield False
            return
        except OSError as error:
            raise unusable(engine, error) from error
        try:
            yield True
        finally:
            lock.release()


@contextmanager
def queued(path: str) -> Iterator[None]:
    """Hold the lock that the writers of a file queue on, across threads and processes; it ends with its process."""
    lock = FileLock(f"{path}.lock", timeout=LOCK_SECONDS, poll_interval=LOCK_PAUSE)
    try:
        # Only this is the database's fault: an OSError of what is done under the lock is not.
        lock.acquire()
    except OSError as error:
        message = f"the database cannot be used: its lock {path}.lock cannot be taken: {error.strerror or error}"
        raise StoreError(message) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _limited(connection: Connection, seconds: float | None) -> Iterator[None]:
    """Stop the statements of a transaction once they took too long together (SQLite), or one by one (PostgreSQL)."""
    if seconds is None:
        yield
    elif connection.dialect.name == "postgresql":
        # The planner takes a match for cheap, as it does not count unpacking the tokens: it would read the whole table.
        settings = "select set_config('statement_timeout', :limit, true), set_config('enable_seqscan', 'off', true)"
        connection.execute(text(settings), {"limit": str(max(1, int(seconds * 1000)))})
        yield
    else:
        driver: Any = connection.connection.driver_connection
        end = time.monotonic() + seconds
        driver.set_progress_handler(lambda: time.monotonic() > end, STEPS)
        try:
            yield
        finally:
            driver.set_progress_handler(None, STEPS)


def lift_limit(connection: Connection) -> None:
    """Let what a limited transaction still reads take its time."""
    # On PostgreSQL each statement has the limit to itself, which one that reads by keys never reaches.
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(None, STEPS)


@contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    """Say in one line what a driver's error means for the person who runs the service."""
    # The driver's own come from statements that it runs by itself (see service.store.statements).
    errors: tuple[type[Exception], ...] = (DBAPIError, PoolTimeoutError, engine.dialect.loaded_dbapi.Error)
    try:
        yield
    except errors as error:
        if _is_timeout(error):
            message = "the query would take too long; ask for less: fewer or longer words, more filters"
            raise QueryTimeoutError(message) from error
        raise unusable(engine, error.orig if isinstance(error, DBAPIError) else error) from error


def unusable(engine: Engine, error: BaseException | None) -> StoreError:
    """Return what to raise where the database of an engine failed: the first line of why, and for a file which."""
    reason = str(error).strip().splitlines()
    where = f" ({engine.url.database})" if engine.dialect.name == "sqlite" else ""
    return StoreError(f"the database cannot be used: {reason[0] if reason else type(error).__name__}{where}")


def _is_timeout(error: Exception) -> bool:
    cause = getattr(error, "orig", error)
    # 57014 is PostgreSQL's query_canceled.
    return getattr(cause, "sqlstate", None) == "57014" or (isinstance(cause, sqlite3.Error) and str(cause) == "interrupted")


def _configure(connection: Any, record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    # The wait comes first: switching to WAL takes a lock too.
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    _use_wal(cursor)
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    record.info["path"] = cursor.execute("select file from pragma_database_list where name = 'main'").fetchone()[0]
    record.info["file"] = file_id(record.info["path"])
    record.info["can_write"] = can_write(record.info["path"])
    cursor.close()


def _use_wal(cursor: Any) -> None:
    """Switch a file to WAL, which stays; SQLite does not wait where two connections switch a new file at once."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(BUSY_PAUSE)
        else:
            return


def _require_same_file(_connection: object, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Have the pool open a connection anew where another file, or none, stands where its file stood."""
    if record.info["file"] != file_id(record.info["path"]):
        raise DisconnectionError


def _keep_none_that_cannot_write(connection: object | None, record: ConnectionPoolEntry) -> None:
    if connection is not None and not record.info["can_write"]:
        record.invalidate()


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("nashra_write", False):
        # Said for each transaction, since connections are used again; it has to be said before it begins.
        connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if options.get('nashra_durable') else 'NORMAL'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        # By the driver: every page that is read begins so.
        driver: Any = connection.connection.driver_connection
        driver.execute("BEGIN")
