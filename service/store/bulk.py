"""Writes many rows by the driver: SQLAlchemy makes the statement, and would then look at every value of each row."""

from __future__ import annotations

import json
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import ARRAY, LargeBinary, any_, bindparam, delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from service.store.statements import placed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Dialect, Table
    from sqlalchemy.sql.compiler import SQLCompiler

    Rows = Sequence[Mapping[str, Any]]
    Names = tuple[str, ...]
    # A statement of the driver, the names of its values in order, and what makes a driver's value of ours, by place.
    Statement = tuple[str, Names, Sequence[tuple[int, Callable[[Any], Any]]]]


def insert(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows, which have the same columns."""
    if rows:
        _run(connection, _inserting(connection.dialect, table, tuple(rows[0])), rows)


def insert_values(connection: Connection, table: Table, names: Names, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows given as the values of the columns `names`, which are such as the driver takes."""
    if rows:
        text, _, _ = _inserting(connection.dialect, table, names)
        connection.exec_driver_sql(text, rows)


def upsert(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows; where one with the same primary key stands, write what differs from it."""
    if rows:
        _run(connection, _upserting(connection.dialect, table, tuple(rows[0])), rows)


def change(connection: Connection, table: Table, key: str, rows: Rows) -> None:
    """Write the columns of rows into those that stand under the same key, where one differs."""
    if rows:
        _run(connection, _changing(connection.dialect, table, key, tuple(rows[0])), rows)


def remove(connection: Connection, table: Table, rows: Rows) -> None:
    """Delete the rows that have these values in these columns."""
    if rows:
        _run(connection, _removing(connection.dialect, table, tuple(rows[0])), rows)


def is_among(connection: Connection, column: ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Return the condition that a column has one of many numbers or ids, which go to the engine as one value."""
    if connection.dialect.name == "postgresql":
        return column == any_(literal(list(values), ARRAY(column.type)))
    process = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    given = json.dumps([process(value) for value in values] if process else list(values))
    return column.in_(select(func.json_each(given).table_valued("value").c.value))


def _run(connection: Connection, statement: Statement, rows: Rows) -> None:
    text, names, processors = statement
    given: list[Any] = list(map(itemgetter(*names), rows))
    if processors:
        columns = list(zip(*given, strict=True))
        for place, process in processors:
            columns[place] = tuple(map(process, columns[place]))
        given = list(zip(*columns, strict=True))
    connection.exec_driver_sql(text, given)


@lru_cache(maxsize=64)
def _inserting(dialect: Dialect, table: Table, names: Names) -> Statement:
    statement = (postgresql_insert if dialect.name == "postgresql" else sqlite_insert)(table)
    if all(table.c[name].primary_key for name in names):
        # A row that is nothing but its key says the same wherever it stands already.
        statement = statement.on_conflict_do_nothing()
    return _statement(dialect, statement.compile(dialect=dialect, column_keys=list(names)))


@lru_cache(maxsize=64)
def _upserting(dialect: Dialect, table: Table, names: Names) -> Statement:
    statement = (postgresql_insert if dialect.name == "postgresql" else sqlite_insert)(table)
    keys = [column.name for column in table.primary_key]
    changes = {name: statement.excluded[name] for name in names if name not in keys}
    differs = [table.c[name].is_distinct_from(new) for name, new in changes.items()]
    statement = statement.on_conflict_do_update(index_elements=keys, set_=changes, where=or_(*differs))
    return _statement(dialect, statement.compile(dialect=dialect, column_keys=list(names)))


@lru_cache(maxsize=64)
def _changing(dialect: Dialect, table: Table, key: str, names: Names) -> Statement:
    new = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names if name != key}
    here = table.c[key] == bindparam(f"new_{key}", type_=table.c[key].type)
    differs = or_(*(table.c[name].is_distinct_from(value) for name, value in new.items()))
    return _statement(dialect, update(table).where(here, differs).values(new).compile(dialect=dialect))


@lru_cache(maxsize=64)
def _removing(dialect: Dialect, table: Table, names: Names) -> Statement:
    here = [table.c[name] == bindparam(f"new_{name}", type_=table.c[name].type) for name in names]
    return _statement(dialect, delete(table).where(*here).compile(dialect=dialect))


def _statement(dialect: Dialect, compiled: SQLCompiler) -> Statement:
    text, names = placed(compiled)
    processors = [
        (place, process)
        for place, name in enumerate(names)
        # Bytes are what the drivers take.
        if not isinstance(kind := compiled.binds[name].type, LargeBinary)
        and (process := kind.dialect_impl(dialect).bind_processor(dialect))
    ]
    return text, tuple(name.removeprefix("new_") for name in names), processors
