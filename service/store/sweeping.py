"""Takes out what belongs to no entry, and sets counters right, while others read and write."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import BigInteger, literal, select, tuple_, update

from service.similar import Signature
from service.store import bulk, rows
from service.store.channels import DIGEST_MODULUS
from service.store.engine import reading, writing
from service.store.portions import PORTION, portions
from service.store.tables import bands, channels, entries, memberships

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Engine, Row, Table, TableClause

    Place = tuple[int, ...]


def sweep(engine: Engine) -> None:
    """Delete the memberships and bands that no entry has."""
    _sweep(engine, memberships, ("members", "sort_at", "revision"), _is_misplaced)
    _sweep(engine, bands, ("signature",), _is_unsigned)


def count_again(engine: Engine, progress: TableClause) -> bool:
    """Set the counters of channels right, as they are at one moment; False where another process began after this one.

    What is wrong is found without a lock, and added to whatever the counters are by then: changes meanwhile are added
    to the same numbers. `progress` holds the mark of the process that does so, or two would add it twice.
    """
    mark = uuid4().hex
    with writing(engine) as connection:
        connection.execute(update(progress).values(stage=mark))
    with reading(engine) as connection:
        wrong = _wrong(connection)
    with writing(engine) as connection:
        if connection.execute(select(progress.c.stage)).scalar_one() != mark:
            return False
        for some in portions(list(wrong)):
            now = connection.execute(select(channels).where(channels.c.id.in_(some))).mappings()
            mended = [
                {
                    "id": row["id"],
                    "count": row["count"] + wrong[row["id"]][0],
                    "digest": f"{(int(row['digest'], 16) + wrong[row['id']][1]) % DIGEST_MODULUS:032x}",
                }
                for row in now
            ]
            bulk.change(connection, channels, "id", mended)
    return True


def _wrong(connection: Connection) -> dict[int, tuple[int, int]]:
    """Return by how much the count and the digest of channels differ from what their entries sum up to."""
    counts: defaultdict[int, int] = defaultdict(int)
    digests: defaultdict[int, int] = defaultdict(int)
    seen = select(entries.c.id, entries.c.content_hash, entries.c.revised, entries.c.members, entries.c.related)
    for row in connection.execute(seen.execution_options(yield_per=PORTION)).mappings():
        digest = rows.entry_digest(row)
        for channel in json.loads(row["members"]):
            counts[channel] += 1
            digests[channel] += digest
    wrong = {}
    for row in connection.execute(select(channels)).mappings():
        count = counts[row["id"]] - row["count"]
        digest = (digests[row["id"]] - int(row["digest"], 16)) % DIGEST_MODULUS
        if count or digest:
            wrong[row["id"]] = count, digest
    return wrong


def _sweep(engine: Engine, table: Table, told: Sequence[str], is_ghost: Callable[[Row[Any]], bool]) -> None:
    """Delete the rows of a table that do not belong to their entry, by the columns of it that tell."""
    after: Place | None = None
    while True:
        with reading(engine) as connection:
            portion = _portion(connection, table, told, after)
        if not portion:
            return
        if any(map(is_ghost, portion)):
            with writing(engine) as connection:
                # Looked at once more under the lock: an edit may have made it right.
                ghosts = filter(is_ghost, _portion(connection, table, told, after))
                names = [column.name for column in table.primary_key]
                bulk.remove(connection, table, [dict(zip(names, row, strict=False)) for row in ghosts])
        after = tuple(portion[-1][: len(table.primary_key.columns)])


def _portion(connection: Connection, table: Table, told: Sequence[str], after: Place | None) -> Sequence[Row[Any]]:
    """Return the rows that follow a place in the order of their key, with the columns of their entries."""
    key = list(table.primary_key)
    wanted = select(
        *key, *(column for column in table.c if column not in key), *(entries.c[name].label(f"its_{name}") for name in told)
    )
    wanted = wanted.select_from(table.outerjoin(entries, entries.c.sequence == table.c.sequence)).order_by(*key).limit(PORTION)
    if after is not None:
        wanted = wanted.where(tuple_(*key) > tuple_(*(literal(value, BigInteger) for value in after)))
    return connection.execute(wanted).all()


def _is_misplaced(row: Row[Any]) -> bool:
    if row.its_members is None or (row.sort_at, row.revision) != (row.its_sort_at, row.its_revision):
        return True
    return row.channel not in json.loads(row.its_members)


def _is_unsigned(row: Row[Any]) -> bool:
    return row.its_signature is None or row.band not in Signature.from_bytes(row.its_signature).bands()
