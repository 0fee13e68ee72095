"""The full-text index: the token stream of `service.search`, indexed by SQLite's FTS5 or PostgreSQL's GIN.

A document is named by the revision of its entry, and never changed: what an edit or a withdrawal leaves behind belongs
to no entry and is passed over. That way nothing depends on deleting from a contentless FTS5 table, which needs the
very tokens that went in (SQLite before 3.43 has no other way).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, cast, column, func, literal, literal_column, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY

from service import search
from service.search import Form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Dialect, FromClause

    from service.search import SearchQuery

NAME, NEXT = "fulltext", "fulltext_next"
# Without columns that matter to SQL: only `rowid`/`revision` is asked for, and the match.
COLUMNS = "title, outlet, about, body"


def create(connection: Connection, name: str = NAME) -> None:
    """Make an empty index in place of any that stands there."""
    connection.execute(text(f"drop table if exists {name}"))
    if _is_postgresql(connection):
        connection.execute(
            text(f"create table {name} (revision bigint constraint {name}_pkey primary key, tokens tsvector not null)")
        )
        connection.execute(text(f"create index ix_{name}_tokens on {name} using gin (tokens) with (fastupdate = on)"))
    else:
        connection.execute(text(f"create virtual table {name} using fts5({COLUMNS}, content='', tokenize='ascii')"))


def take_over(connection: Connection) -> None:
    """Have the index that was made beside the one in use take its place."""
    connection.execute(text(f"drop table if exists {NAME}"))
    connection.execute(text(f"alter table {NEXT} rename to {NAME}"))
    if _is_postgresql(connection):
        connection.execute(text(f"alter index {NEXT}_pkey rename to {NAME}_pkey"))
        connection.execute(text(f"alter index ix_{NEXT}_tokens rename to ix_{NAME}_tokens"))
        # What was edited or withdrawn meanwhile.
        stale = f"delete from {NAME} where not exists (select 1 from entries where entries.revision = {NAME}.revision)"  # noqa: S608
        connection.execute(text(stale))


def form_of(dialect: Dialect) -> Form:
    """Return how the index of an engine takes a document."""
    return Form.TSVECTOR if dialect.name == "postgresql" else Form.FTS5


def add(connection: Connection, documents: Sequence[tuple[int, *tuple[str, ...]]], name: str = NAME) -> None:
    """Index documents in the form of the engine, each behind the revision of its entry."""
    if _is_postgresql(connection):
        statement = f"insert into {name} (revision, tokens) values (%s, %s)"  # noqa: S608 - our own name
    else:
        statement = f"insert into {name} (rowid, {COLUMNS}) values (?, ?, ?, ?, ?)"  # noqa: S608 - our own name
    if documents:
        # By the driver: SQLAlchemy would look at every value of each.
        connection.exec_driver_sql(statement, documents)


def remove(connection: Connection, revisions: Sequence[int]) -> None:
    """Forget documents where the engine can; elsewhere they wait for the next reindexing."""
    if revisions and _is_postgresql(connection):
        connection.execute(text(f"delete from {NAME} where revision = any(:revisions)"), {"revisions": list(revisions)})  # noqa: S608


def revisions(connection: Connection) -> set[int]:
    """Return the revisions that are indexed."""
    key = "revision" if _is_postgresql(connection) else "rowid"
    return set(connection.execute(text(f"select {key} from {NAME}")).scalars())  # noqa: S608


def matches(connection: Connection, wanted: SearchQuery) -> Select[Any]:
    """Return the select of the revisions that match, in no order."""
    source, key, condition = _match(connection, wanted)
    return select(key).select_from(source).where(condition)


def is_match(connection: Connection, wanted: SearchQuery, revision: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that the document of one revision matches: a probe for each row that is walked."""
    source, key, condition = _match(connection, wanted)
    probe: Select[Any] = select(literal_column("1")).select_from(source).where(condition, key == revision)
    # PostgreSQL's planner would make a join of it, and read every document where it takes matches for rare.
    return (probe.offset(0) if _is_postgresql(connection) else probe).exists()


def listed(connection: Connection, revisions: Sequence[int]) -> Select[Any]:
    """Return the select of revisions that are known by now."""
    if _is_postgresql(connection):
        return select(func.unnest(literal(list(revisions), ARRAY(BigInteger))).label("revision"))
    return select(func.json_each(json.dumps(list(revisions))).table_valued("value").c.value.label("revision"))


def _match(connection: Connection, wanted: SearchQuery) -> tuple[FromClause, ColumnElement[int], ColumnElement[bool]]:
    if _is_postgresql(connection):
        source = table(NAME, column("revision", BigInteger), column("tokens"))
        tsquery = cast(search.to_tsquery(wanted), TSQUERY)
        return source, source.c.revision, source.c.tokens.op("@@", is_comparison=True)(tsquery)
    source = table(NAME, column("rowid", BigInteger))
    return source, source.c.rowid, literal_column(NAME).op("match", is_comparison=True)(search.to_fts5(wanted))


def _is_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"
