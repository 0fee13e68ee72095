"""Statements that are compiled once for each kind of database and then run by its driver.

To make a statement by SQLAlchemy, and to run it by its cursors, costs ten times what the reads of one page do.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Dialect, Select
    from sqlalchemy.sql.compiler import SQLCompiler

NAMED = re.compile(r"%\((\w+)\)s")


class Prepared:
    """A select whose values are given when it is run, by the names of its parameters."""

    __slots__ = ("_compiled", "_statement")

    def __init__(self, statement: Select[Any]) -> None:
        """Prepare a statement; nothing is compiled yet."""
        self._statement = statement
        self._compiled: dict[str, tuple[str, Sequence[tuple[str, Any]]]] = {}

    def run(self, connection: Connection, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows as the driver gives them; `values` are such as it takes."""
        dialect = connection.dialect
        text, places = self._compiled.get(dialect.name) or self._compile(dialect)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(text, tuple(values.get(name, default) for name, default in places))
            return cursor.fetchall()  # type: ignore[return-value]
        finally:
            cursor.close()

    def _compile(self, dialect: Dialect) -> tuple[str, Sequence[tuple[str, Any]]]:
        compiled = self._statement.compile(dialect=dialect)
        text, names = placed(compiled)
        self._compiled[dialect.name] = made = text, [(name, compiled.params[name]) for name in names]
        return made


def placed(compiled: SQLCompiler) -> tuple[str, Sequence[str]]:
    """Return a statement that takes its values by place, and their names in that order.

    PostgreSQL's driver takes them by name or by place; by place they need no dictionary.
    """
    text = str(compiled)
    return NAMED.sub("%s", text), compiled.positiontup or NAMED.findall(text)
