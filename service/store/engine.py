"""Opens the database so that transactions are what they say, on SQLite and on PostgreSQL.

SQLite needs three things said. The driver must not begin transactions by itself, or two statements of one
transaction see different states: `begin` is ours, IMMEDIATE for writers. Writers queue on a file lock across
processes, because SQLite's own waiting is unfair, and before 3.51.3 concurrent checkpoints can lose commits.
And connections are opened after a fork, never before: an engine is made where it is used.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from service.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

BUSY_SECONDS = 10
LOCK_SECONDS = 600
# The advisory lock that PostgreSQL's writers queue on; any number, the same in every process.
ADVISORY_LOCK = 0x6E617368


def database_url(text_url: str) -> URL:
    """Return where the database is: `sqlite:///path`, `postgres://...` or `postgresql://...`.

    Raises StoreError with what to write instead for anything else.
    """
    try:
        url = make_url(text_url)
    except ArgumentError as error:
        message = "DATABASE_URL: write sqlite:///path/to/file.db or postgresql://user:password@host/name"
        raise StoreError(message) from error
    backend = url.get_backend_name()
    if backend in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        message = f"DATABASE_URL: {backend} is not supported; use sqlite:/// or postgresql://"
        raise StoreError(message)
    if url.database in (None, "", ":memory:"):
        message = "DATABASE_URL: name a file, such as sqlite:///nashra.db; several processes share the database"
        raise StoreError(message)
    return url


def open_engine(url: URL) -> Engine:
    """Return an engine for `url`; nothing is connected yet."""
    if url.get_backend_name() == "postgresql":
        return create_engine(url, pool_pre_ping=True)
    folder = Path(str(url.database)).absolute().parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"DATABASE_URL: the folder {folder} cannot be made: {error.strerror}"
        raise StoreError(message) from error
    engine = create_engine(url)
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection on which all reads see one state."""
    with _translated(), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give the connection of the only writer; all is written when the block ends well, else nothing."""
    with _translated():
        if engine.dialect.name == "postgresql":
            with engine.begin() as connection:
                connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
                yield connection
            return
        lock = FileLock(f"{Path(str(engine.url.database)).absolute()}.lock", timeout=LOCK_SECONDS)
        with lock, engine.connect().execution_options(nashra_write=True) as connection, connection.begin():
            yield connection


@contextmanager
def _translated() -> Iterator[None]:
    """Say in one line what a driver's error means for the person who runs the service."""
    try:
        yield
    except (DBAPIError, OSError) as error:
        reason = str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines()
        message = f"the database cannot be used: {reason[0] if reason else type(error).__name__}"
        raise StoreError(message) from error


def _configure(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    # The wait comes first: switching to WAL takes a lock too.
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("nashra_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
