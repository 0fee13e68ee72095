"""The store: what is published, kept in a relational database behind verbs of the domain."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from sqlalchemy import BigInteger, Connection, Engine, Select, Table, and_, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from service.errors import EntryNotFoundError, StoreError
from service.store import migrations, rows
from service.store.engine import database_url, open_engine, reading, writing
from service.store.query import ArticleQuery, Cursor, Order, Page
from service.store.tables import captures, channels, entries, lineage, outlets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from service.article import Capture, Entry

__all__ = ["ArticleQuery", "Channel", "Cursor", "Order", "Page", "Store", "Writer"]

ALL = {"facet": "all", "value": ""}
DIGEST_MODULUS = 2**128


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What tells whether a set of entries changed: how many, the last revision, when it last changed, its digest.

    `digest` is the sum (mod 2^128) of hashes of (id, content hash, revised), as 32 hexadecimal digits: equal
    content gives equal digests, on any engine, in any order, after any rebuild. `changed` is None while the
    channel is empty. `lineage` names the history of the database, whose revisions mean nothing in another.
    """

    lineage: UUID
    count: int = 0
    revision: int = 0
    changed: datetime | None = None
    digest: str = f"{0:032x}"


@dataclass(frozen=True, slots=True)
class Store:
    """One database of entries."""

    engine: Engine

    @classmethod
    def open(cls, url: str) -> Self:
        """Return the store at `url` with its schema brought up to date; raises StoreError where that cannot be."""
        engine = open_engine(database_url(url))
        try:
            _bring_up_to_date(engine)
        except StoreError:
            engine.dispose()
            raise
        return cls(engine)

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()

    def channel(self) -> Channel:
        """Return the state of the channel of all entries, by one indexed read."""
        with reading(self.engine) as connection:
            return _channel(connection)

    def page(self, query: ArticleQuery) -> Page:
        """Return one page of entries; raises CursorError where the query's cursor does not belong to it."""
        key = entries.c.sort_at if query.order is Order.PUBLISHED else entries.c.revision
        statement = _select_entries().order_by(key.desc(), entries.c.sequence.desc()).limit(query.limit + 1)
        with reading(self.engine) as connection:
            now = connection.execute(select(lineage)).one()
            bound = now.revision
            if query.cursor is not None:
                cursor = Cursor.decode(query.cursor, query.order, now.id)
                bound = cursor.bound
                place = tuple_(literal(cursor.key, BigInteger), literal(cursor.sequence, BigInteger))
                statement = statement.where(tuple_(key, entries.c.sequence) < place, entries.c.sequence <= bound)
            found = connection.execute(statement).mappings().all()
        page = tuple(map(rows.entry_from_row, found[: query.limit]))
        if len(found) <= query.limit:
            return Page(page, None)
        last = found[query.limit - 1]
        after = Cursor(order=query.order, lineage=now.id, key=last[key.name], sequence=last["sequence"], bound=bound)
        return Page(page, after.encode())

    def entry(self, entry_id: UUID) -> Entry:
        """Return one entry; raises EntryNotFoundError."""
        with reading(self.engine) as connection:
            row = connection.execute(_select_entries().where(entries.c.id == entry_id)).mappings().first()
        if row is None:
            raise EntryNotFoundError(entry_id)
        return rows.entry_from_row(row)

    @contextmanager
    def writer(self) -> Iterator[Writer]:
        """Give the only writer; what it publishes is kept when the block ends well, else nothing of it is."""
        with writing(self.engine) as connection:
            yield Writer(connection)


class Writer:
    """Writes one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Write on `connection`, whose transaction the caller owns."""
        self._connection = connection
        self._insert = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert

    def channel(self) -> Channel:
        """Return the state of the channel of all entries."""
        return _channel(self._connection)

    def next_revision(self) -> int:
        """Return the first revision that no published change has."""
        return int(self._connection.execute(select(lineage.c.revision)).scalar_one()) + 1

    def known(self, sources: Sequence[str]) -> dict[str, Entry]:
        """Return the published entries of these source keys."""
        found = self._connection.execute(_select_entries().where(entries.c.source.in_(sources))).mappings()
        return {row["source"]: rows.entry_from_row(row) for row in found}

    def keep(self, written: Sequence[tuple[Capture, Entry]]) -> None:
        """Write entries as they are, with their captures and outlets; what stands there already is not touched."""
        named = [outlet for _, entry in written for outlet in (entry.article.outlet, entry.article.via) if outlet]
        outlet_rows = {outlet.key: rows.outlet_to_row(outlet) for outlet in named}
        self._upsert(outlets, list(outlet_rows.values()))
        self._upsert(entries, [rows.entry_to_row(entry) for _, entry in written])
        self._upsert(captures, [rows.capture_to_row(capture, entry.sequence) for capture, entry in written])

    def publish(self, written: Sequence[tuple[Capture, Entry]], changed: datetime) -> None:
        """Write entries, new or changed, under their revisions; their channel last changed at `changed`."""
        if not written:
            return
        sources = [entry.article.source for _, entry in written]
        before = self._connection.execute(select(entries).where(entries.c.source.in_(sources))).mappings().all()
        channel = self.channel()
        self.keep(written)
        digest = int(channel.digest, 16) - sum(map(rows.entry_digest, before))
        digest += sum(rows.entry_digest(rows.entry_to_row(entry)) for _, entry in written)
        revision = max(entry.revision for _, entry in written)
        state = {
            "count": channel.count + len(written) - len(before),
            "revision": revision,
            "changed": rows.to_micros(changed),
            "digest": f"{digest % DIGEST_MODULUS:032x}",
        }
        self._upsert(channels, [ALL | state])
        self._connection.execute(lineage.update().values(revision=revision))

    def _upsert(self, table: Table, values: list[dict[str, Any]]) -> None:
        """Insert rows; where one with the same primary key stands, write what differs from it."""
        if not values:
            return
        insert = self._insert(table)
        keys = [column.name for column in table.primary_key]
        changes = {column.name: insert.excluded[column.name] for column in table.columns if column.name not in keys}
        differs = [table.c[name].is_distinct_from(new) for name, new in changes.items()]
        statement = insert.on_conflict_do_update(index_elements=keys, set_=changes, where=or_(*differs))
        self._connection.execute(statement, values)


def _bring_up_to_date(engine: Engine) -> None:
    with reading(engine) as connection:
        if migrations.is_current(connection):
            return
    with writing(engine) as connection:
        migrations.upgrade(connection)
        if connection.execute(select(lineage)).first() is None:
            connection.execute(lineage.insert(), {"id": uuid4(), "revision": 0})


def _select_entries() -> Select[Any]:
    """Return the select of entries, each with its outlet and the aggregator it came through."""
    via = outlets.alias("via")
    outlet_columns = [column.label(rows.OUTLET_PREFIX + column.name) for column in outlets.columns]
    via_columns = [column.label(rows.VIA_PREFIX + column.name) for column in via.columns]
    joined = entries.outerjoin(outlets, entries.c.outlet == outlets.c.key).outerjoin(via, entries.c.via == via.c.key)
    return select(*entries.columns, *outlet_columns, *via_columns).select_from(joined)


def _channel(connection: Connection) -> Channel:
    here = and_(*(channels.c[name] == value for name, value in ALL.items()))
    row = connection.execute(select(lineage.c.id, *channels.columns).outerjoin(channels, here)).mappings().one()
    if row["facet"] is None:
        return Channel(lineage=row["id"])
    return Channel(
        lineage=row["id"],
        count=row["count"],
        revision=row["revision"],
        changed=rows.from_micros(row["changed"]),
        digest=row["digest"],
    )
