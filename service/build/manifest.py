"""What the last build wrote: each file with the part of the site it belongs to and what tells whether it changed.

It is a database of its own, as a site may have millions of files and memory has to stay flat.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, NamedTuple, Self

from service.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from service.build.press import Done

# What is lost with the power is only that some files need not be asked for again.
SCHEMA = """
pragma synchronous = off;
create table if not exists stamp (value text not null);
create table if not exists parts (name text primary key, state text not null) without rowid;
create table if not exists documents (
    file text primary key, part text not null, state text not null, etag text, pass integer not null
) without rowid;
create index if not exists ix_documents_part on documents (part);
create index if not exists ix_documents_pass on documents (pass);
"""


class Row(NamedTuple):
    """A file, the state in which it was written, where that is known before it is made, and its validator."""

    file: str
    state: str
    etag: str | None


class Known(NamedTuple):
    """What the last build wrote of a part, and the state that this was in; None where all of it has to be made anew."""

    state: str | None
    rows: Mapping[str, Row]


class Manifest:
    """The manifest of a folder; a build by other settings, or another version, begins with nothing known."""

    def __init__(self, file: Path, stamp: str) -> None:
        """Open the manifest in `file`, of a build by `stamp`."""
        try:
            self._database = sqlite3.connect(file)
            self._database.executescript(SCHEMA)
            self._take(stamp)
            self._pass = self._database.execute("select coalesce(max(pass), 0) from documents").fetchone()[0]
        except sqlite3.Error as error:
            message = f"{file} cannot be used ({error}); remove it, and the next build writes all files anew"
            raise BuildError(message) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.commit()
        self._database.close()

    def begin(self) -> None:
        """Begin a pass over the whole site."""
        self._pass += 1

    def known(self, part: str) -> Known:
        """Return what is known of a part."""
        state = self._database.execute("select state from parts where name = ?", (part,)).fetchone()
        found = self._database.execute("select file, state, etag from documents where part = ?", (part,))
        return Known(state and state[0], {row[0]: Row(*row) for row in found})

    def keep(self, part: str) -> int:
        """Note that a part is as it was; return how many files it has."""
        done = self._database.execute("update documents set pass = ? where part = ?", (self._pass, part))
        return done.rowcount

    def put(self, part: str, done: Done) -> None:
        """Note what was written of a part; kept at once, so that a build that is stopped goes on from there."""
        rows = [(row.file, part, row.state, row.etag, self._pass) for row in done.rows or ()]
        self._database.executemany("insert or replace into documents values (?, ?, ?, ?, ?)", rows)
        self._database.execute("insert or replace into parts values (?, ?)", (part, done.state))
        self._database.commit()

    def gone(self) -> Iterator[str]:
        """Yield the files that no part of this pass has."""
        for (name,) in self._database.execute("select file from documents where pass < ?", (self._pass,)):
            yield name

    def forget(self, files: Sequence[str]) -> None:
        """Drop files that were removed."""
        self._database.executemany("delete from documents where file = ?", [(file,) for file in files])
        self._database.commit()

    def end(self) -> None:
        """Note that the pass was over the whole site."""
        self._database.execute("delete from parts where name not in (select part from documents)")
        self._database.commit()

    def _take(self, stamp: str) -> None:
        """Forget in which state everything is where that was written by another stamp; the files are still ours."""
        if self._database.execute("select value from stamp").fetchone() != (stamp,):
            self._database.execute("delete from parts")
            self._database.execute("update documents set state = '', etag = null")
            self._database.execute("delete from stamp")
            self._database.execute("insert into stamp values (?)", (stamp,))
            self._database.commit()
