"""What documents say of an entry, rendered once for each revision and kept: bytes that only their maker understands.

A fragment is named by the revision of its entry, which no other change ever has, so that it is never out of date.
Whoever finds none, or one of another version, renders it anew.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import ARRAY, BigInteger, and_, any_, bindparam, delete, func, or_, select

from service.store.statements import Prepared
from service.store.tables import entries, fragments

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

_KEPT = select(fragments.c.revision, fragments.c.packed).where(
    fragments.c.kind == bindparam("kind"), fragments.c.version == bindparam("version")
)
# Many numbers go to the engine as one value, so that one statement does for all.
FIND = Prepared(
    _KEPT.where(fragments.c.revision.in_(select(func.json_each(bindparam("revisions")).table_valued("value").c.value)))
)
FIND_IN_ARRAY = Prepared(_KEPT.where(fragments.c.revision == any_(bindparam("revisions", type_=ARRAY(BigInteger)))))


def find(connection: Connection, kind: str, version: str, revisions: Sequence[int]) -> dict[int, bytes]:
    """Return what is kept for revisions, in this version."""
    if not revisions:
        return {}
    is_array = connection.dialect.name == "postgresql"
    given = list(revisions) if is_array else json.dumps(revisions)
    return dict((FIND_IN_ARRAY if is_array else FIND).run(connection, kind=kind, version=version, revisions=given))


def missing(connection: Connection, kind: str, version: str, after: int, limit: int) -> list[int]:
    """Return the sequences of entries changed after a revision of which nothing is kept in this version, by revision."""
    same = and_(fragments.c.kind == kind, fragments.c.revision == entries.c.revision)
    joined = select(entries.c.sequence).outerjoin(fragments, same)
    wanted = joined.where(entries.c.revision > after, or_(fragments.c.version.is_(None), fragments.c.version != version))
    return list(connection.execute(wanted.order_by(entries.c.revision).limit(limit)).scalars())


def keep(connection: Connection, kind: str, version: str, packed: Mapping[int, bytes]) -> None:
    """Keep fragments by revision; those of revisions that are gone by now are let go."""
    current = connection.execute(select(entries.c.revision).where(entries.c.revision.in_(list(packed)))).scalars().all()
    if not current:
        return
    connection.execute(delete(fragments).where(fragments.c.kind == kind, fragments.c.revision.in_(current)))
    values = [{"kind": kind, "revision": each, "version": version, "packed": packed[each]} for each in current]
    connection.execute(fragments.insert(), values)


def remove(connection: Connection, revisions: Sequence[int]) -> None:
    """Let go of the fragments of revisions, of every kind."""
    connection.execute(delete(fragments).where(fragments.c.revision.in_(revisions)))
