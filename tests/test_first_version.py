"""A database of the first version is brought up to date with all that it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from alembic import command
from sqlalchemy import MetaData

from service.article import Dated
from service.store import Facet, Store, migrations, rows
from service.store.engine import database_url as parse_url
from service.store.engine import open_engine, writing
from tests.conftest import NOON, publish, walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.article import Entry
    from service.normalise import Registry

    MakeEntry = Callable[..., Entry]

pytestmark = pytest.mark.slow


def write_as_the_first_version(url: str, old: list[Entry]) -> UUID:
    """Make a database by the first migration alone, with rows as that version wrote them; returns its lineage."""
    lineage = uuid4()
    engine = open_engine(parse_url(url))
    with writing(engine) as connection:
        command.upgrade(migrations.settings(connection), "0001")
        was = MetaData()
        was.reflect(connection)

        def insert(table: str, values: list[dict[str, Any]]) -> None:
            names = was.tables[table].columns.keys()
            plain = [{name: row[name] for name in names} for row in values]
            if connection.dialect.name == "sqlite":
                # What is reflected there is text: the 32 digits of an id.
                plain = [{n: v.hex if isinstance(v, UUID) else v for n, v in row.items()} for row in plain]
            connection.execute(was.tables[table].insert(), plain)

        insert("lineage", [{"id": lineage, "revision": old[-1].revision}])
        named = {entry.article.outlet.key: entry.article.outlet for entry in old if entry.article.outlet}
        insert("outlets", [rows.outlet_to_row(outlet) for outlet in named.values()])
        values = [rows.entry_to_row(entry) for entry in old]
        insert("entries", values)
        insert("captures", [{"sequence": e.sequence, "captured": None, "raw": e.article.source.encode()} for e in old])
        digest = sum(rows.entry_digest({**row, "related": rows.NONE_RELATED}) for row in values) % 2**128
        everything = {"facet": "all", "value": "", "count": len(old), "revision": old[-1].revision}
        insert("channels", [everything | {"changed": rows.to_micros(NOON), "digest": f"{digest:032x}"}])
    engine.dispose()
    return lineage


def test_a_database_of_the_first_version_is_brought_up_to_date(
    database_url: str, make_entry: MakeEntry, registry: Registry
) -> None:
    outlet = registry.by_key["hespress"]
    dated = [
        make_entry(n, outlet=outlet, tags=("سياسة",), published=Dated.of(f"2024-{(n + 27) // 28:02}-{(n - 1) % 28 + 1:02}"))
        for n in range(1, 41)
    ]
    old = [*dated, make_entry(41, published=None, title="بلا تاريخ")]
    lineage = write_as_the_first_version(database_url, old)
    store = Store.open(database_url)
    assert [store.entry(entry.id) for entry in old] == old
    assert store.problems() == []
    assert (store.channel().lineage, store.channel().revision, store.channel().count) == (lineage, 41, 41)
    assert walk(store, 7) == [entry.article.source for entry in reversed(dated)] + ["41.txt"]
    assert [(found.value, found.count) for found in store.facet(Facet.OUTLET)] == [("hespress", 40)]
    publish(store, make_entry(42))
    assert (store.problems(), store.channel().count) == ([], 42)
    store.close()
