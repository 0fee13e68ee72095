"""What reads have in common: how much is taken at once, and rows that become values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select

from service.store import rows
from service.store.channels import Channel
from service.store.tables import entries, outlets
from service.store.walks import uuid_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Row


# Databases bound the values in one statement; SQLite's bound is 32,766.
MOST_VALUES = 10_000
# Rows that a long read takes from the server at once.
PORTION = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """What is left of an entry that was withdrawn, at the revision of that change."""

    id: UUID
    source: str
    revision: int
    withdrawn: datetime
    by: str


def portions(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield values in portions that fit into one statement."""
    return (values[start : start + MOST_VALUES] for start in range(0, len(values), MOST_VALUES))


# Made once: so many columns take longer to put together than an entry takes to be read.
@cache
def select_entries() -> Select[Any]:
    """Return the select of entries, each with its outlet and the aggregator it came through."""
    via = outlets.alias("via")
    outlet_columns = [column.label(rows.OUTLET_PREFIX + column.name) for column in outlets.columns]
    via_columns = [column.label(rows.VIA_PREFIX + column.name) for column in via.columns]
    joined = entries.outerjoin(outlets, entries.c.outlet == outlets.c.key).outerjoin(via, entries.c.via == via.c.key)
    return select(*entries.columns, *outlet_columns, *via_columns).select_from(joined)


def channel_from_row(row: Mapping[Any, Any]) -> Channel:
    """Return the channel of a row of `channels` joined with the id of the lineage; an empty one where there is none."""
    named = uuid_of(row["lineage"])
    if row["id"] is None:
        return Channel(lineage=named)
    return Channel(
        lineage=named,
        label=row["label"],
        count=row["count"],
        revision=row["revision"],
        changed=rows.from_micros(row["changed"]),
        digest=row["digest"],
        withdrawn=row["withdrawn"],
    )


def tombstone_from_row(row: Row[Any]) -> Tombstone:
    """Return the tombstone of a row of `tombstones`."""
    return Tombstone(id=row.id, source=row.source, revision=row.revision, withdrawn=rows.from_micros(row.withdrawn), by=row.by)
