"""What is asked of a database by those who look after it, and not by readers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import distinct, func, select

from service.store import migrations
from service.store.engine import reading
from service.store.tables import captures, pins, tokens, tombstones

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Irreplaceable:
    """How much a database holds that no ingest of the corpus brings back."""

    pins: int
    withdrawals: int
    uploads: int
    tokens: int

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.pins or self.withdrawals or self.uploads or self.tokens)

    def __str__(self) -> str:
        """Return the counts as people read them."""
        said = f"{self.pins} pinned articles, {self.withdrawals} withdrawn by hand, {self.uploads} uploaded"
        return f"{said}, {self.tokens} tokens" if self.tokens else said


def is_current(engine: Engine) -> bool:
    """Tell whether a database has the schema of this version; raises StoreError where it cannot be asked."""
    with reading(engine) as connection:
        return migrations.is_current(connection)


def irreplaceable(engine: Engine, by_ingest: str) -> Irreplaceable:
    """Return what would be lost with a database whose corpus stays; what was withdrawn `by_ingest` would not."""

    def count(column: ColumnElement[object], *where: ColumnElement[bool]) -> int:
        return int(connection.execute(select(func.count(column)).where(*where)).scalar_one())

    with reading(engine) as connection:
        return Irreplaceable(
            pins=count(distinct(pins.c.key)),
            withdrawals=count(tombstones.c.id, tombstones.c.by != by_ingest),
            uploads=count(captures.c.sequence, captures.c.folder.is_(None)),
            tokens=count(tokens.c.id, tokens.c.revoked.is_(None)),
        )


def damage(engine: Engine) -> str | None:
    """Return the first thing that is wrong with the pages of an SQLite file; a server sees to its own."""
    if engine.dialect.name != "sqlite":
        return None
    with reading(engine) as connection:
        found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
    return None if found == "ok" else found
