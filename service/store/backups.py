"""Copies of an SQLite database that is in use: taken whole, checked, and put back whole.

PostgreSQL has tools of its own for this. Copying the file instead would miss what its `-wal` holds.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import update

from service.errors import StoreError
from service.store import Store
from service.store.engine import connect_file, queued, writing
from service.store.tables import lineage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Milliseconds to wait for another who holds the file for a moment.
PATIENCE = 10_000
# Seconds after which a draft that nobody has written to belongs to nobody.
ABANDONED = 3600


def back_up(database: Path, copy: Path) -> None:
    """Make `copy` a sound copy of the database as it is now, while others read and write it; it replaces an older one at once.

    Raises StoreError where the database cannot be read, is damaged, or the copy cannot be written.
    """
    if copy.exists() and copy.samefile(database):
        message = f"{copy}: that is the database itself; name another file"
        raise StoreError(message)
    with _told(database, copy), _draft(copy) as draft:
        with closing(connect_file(str(database))) as source, closing(connect_file(str(draft))) as target:
            source.backup(target)
            # One file, without the two that go with a database in use.
            target.execute("PRAGMA journal_mode = DELETE")
            _require_sound(target, database)
        _to_disk(draft)
        draft.replace(copy)
        _to_disk(copy.parent)


def restore(copy: Path, database: Path) -> int:
    """Put the content of `copy` in the place of what `database` holds, in one transaction; returns how many entries it has.

    Who reads meanwhile sees the old state to the end and the new one after it. The schema becomes this version's, and
    the database a history of its own: what it publishes next is nothing that clients can have seen under the same number.
    Raises StoreError, and leaves the database as it was, where the copy is damaged or none of ours.
    """
    with _told(copy, database), _draft(database) as draft:
        with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)) as source:
            _require_sound(source, copy)
            if source.execute("select 1 from sqlite_master where name = 'lineage'").fetchone() is None:
                message = f"{copy}: that is no database of Nashra"
                raise StoreError(message)
            with closing(connect_file(str(draft))) as target:
                source.backup(target)
        count = _made_current(draft)
        with queued(str(database)), closing(connect_file(str(draft))) as source, closing(connect_file(str(database))) as target:
            target.execute(f"PRAGMA busy_timeout = {PATIENCE}")
            source.backup(target)
            _require_sound(target, database)
    return count


def _made_current(draft: Path) -> int:
    """Bring a copy to the schema of this version and give it a lineage of its own; returns how many entries it has."""
    store = Store.open(f"sqlite:///{draft}")
    try:
        with writing(store.engine, is_durable=True) as connection:
            connection.execute(update(lineage).values(id=uuid4()))
        return store.channel().count
    finally:
        store.close()


@contextmanager
def _draft(beside: Path) -> Iterator[Path]:
    """Give an empty file beside another, which only its owner may read; whatever becomes of it, nothing is left behind."""
    for left in beside.parent.glob(f".{beside.name}.*.part*"):
        # What a copy left that was killed; one that is under way is younger.
        if left.stat().st_mtime < time.time() - ABANDONED:
            left.unlink()
    draft = beside.with_name(f".{beside.name}.{os.getpid()}.part")
    try:
        draft.touch(mode=0o600, exist_ok=False)
        yield draft
    finally:
        for left in draft.parent.glob(f"{draft.name}*"):
            left.unlink()


@contextmanager
def _told(source: Path, target: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        message = f"{source} cannot be copied to {target}: {getattr(error, 'strerror', None) or error}"
        raise StoreError(message) from error


def _require_sound(connection: sqlite3.Connection, named: Path) -> None:
    (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        message = f"{named} is damaged: {found}"
        raise StoreError(message)


def _to_disk(path: Path) -> None:
    """Wait until the disk has a file, or the names in a folder."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
