"""Writes the rows of a store by the driver alone: what publishing is compared with."""

from __future__ import annotations

import json
import sqlite3
from time import perf_counter
from typing import TYPE_CHECKING, Any

from service import similar
from service.store.tables import aliases, bands, captures, entries, memberships, outlets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Table

    from service.ingest.decide import Decision


class Bare:
    """Writes rows that stand in one database into another, by the driver alone."""

    def __init__(self, connect: Callable[[str], Any], source: str, target: str, mark: str) -> None:
        """Read from `source` and write to `target`, whose tables stand; `mark` is the driver's placeholder."""
        self._source, self._target, self._mark = connect(source), connect(target), mark
        self._is_sqlite = mark == "?"

    def close(self) -> None:
        """Close both databases."""
        self._source.close()
        self._target.close()

    def copy(self, written: Sequence[Decision]) -> float:
        """Write a batch as it stands in the source; returns the seconds that writing took."""
        documents = {decision.article.source: decision.derived.document for decision in written if decision.derived}
        last = max(row[0] for row in self._source.execute("select revision from lineage").fetchall())
        first = last - len(written) + 1
        between = f"where sequence between {first} and {last}"
        found = self._rows(entries, between)
        at = {column.name: index for index, column in enumerate(entries.columns)}
        places = [("sort_at", "sequence", "revision")]
        members = [
            (channel, *(row[at[name]] for name in places[0])) for row in found for channel in json.loads(row[at["members"]])
        ]
        signed = [(row[at["signature"]], row[at["sequence"]]) for row in found if row[at["signature"]]]
        banded = [(band, seq) for raw, seq in signed for band in sorted(set(similar.Signature.from_bytes(raw).bands()))]
        named = self._rows(aliases, f"where id in (select id from entries {between})")  # noqa: S608 - two numbers
        kept = self._rows(captures, between)
        tokens = [(row[at["revision"]], *documents[row[at["source"]]]) for row in found]
        shared = self._rows(outlets, "")
        self._source.rollback()
        self._insert(_named(outlets), shared, " on conflict do nothing")
        self._target.commit()
        start = perf_counter()
        for table, rows in ((entries, found), (memberships, members), (captures, kept), (aliases, named), (bands, banded)):
            self._insert(_named(table), rows)
        self._insert("fulltext " + ("(rowid, title, outlet, about, body)" if self._is_sqlite else "(revision, tokens)"), tokens)
        self._target.commit()
        return perf_counter() - start

    def _rows(self, table: Table, where: str) -> list[Any]:
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        found: list[Any] = self._source.execute(f"select {names} from {table.name} {where}").fetchall()  # noqa: S608 - our own names
        return found

    def _insert(self, into: str, rows: Sequence[Any], behind: str = "") -> None:
        if rows:
            marks = ", ".join([self._mark] * len(rows[0]))
            self._target.cursor().executemany(f"insert into {into} values ({marks}){behind}", rows)  # noqa: S608 - our own names


def _named(table: Table) -> str:
    """Return a table with its columns in our order, which need not be the order in which they were made."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    return f"{table.name} ({names})"


def sqlite_connection(url: str) -> sqlite3.Connection:
    """Return a connection of the driver, set as the store sets its own."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection
