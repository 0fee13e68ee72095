"""What workers still have to publish: ingests of folders that they share (runs), cut into parcels of captures.

The parcels of a run are published one after the other, each in the transaction that also counts what became of it, lets
it go and moves the run's turn on. So whatever dies, and however often a parcel is tried, it is published once. A folder
has one run: a new one takes the place of what is left of the one before, whose captures are older readings.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import and_, delete, func, select, update

from service.errors import RunReplacedError
from service.packing import pack, unpack
from service.store import rows
from service.store.tables import entries, lineage, parcels, runs

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from service.article import Capture

# An error may quote what it stumbled over.
LONGEST_REASON = 500
# What stands in a row as a run has it.
NAMES = ("id", "folder", "reached", "is_filling", "prune", "turn", "parcels", "failures", "reason")
# With the parcel whose turn it is, which may not have been added yet.
RUNS = select(runs, func.coalesce(parcels.c.failures, 0).label("failures"), parcels.c.reason).outerjoin(
    parcels, and_(parcels.c.run == runs.c.id, parcels.c.number == runs.c.turn)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """An ingest of a folder that workers share.

    `reached` is the revision at which it began, `turn` the number of the parcel that is published next. `parcels` is how
    many there are, None while the folder is being read; `failures` and `reason` tell how often the one whose turn it is
    could not be published, and why. `content` is the report of what was done so far; `gone` has the ids of the entries
    whose files are no longer there, by the names of those.
    """

    id: int
    folder: str
    began: datetime
    reached: int
    is_filling: bool
    prune: bool
    turn: int
    parcels: int | None
    failures: int
    reason: str | None
    content: dict[str, Any]
    gone: dict[str, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Captures that are published together, and how often that failed, at last for what reason.

    `gone` names the sources whose files are no longer there: a capture of the same content is one of them, moved.
    """

    captures: tuple[Capture, ...]
    gone: frozenset[str]
    failures: int
    reason: str | None


class Backlog:
    """Puts ingests into the backlog and takes them out, in one transaction of the only writer."""

    def __init__(self, connection: Connection) -> None:
        """Work on `connection`, whose transaction the caller owns."""
        self._connection = connection

    @property
    def driver(self) -> Any:
        """The driver's connection, for jobs that are queued in the same transaction."""
        return self._connection.connection.driver_connection

    def begin(self, folder: str, now: datetime, content: Mapping[str, Any], *, prune: bool) -> int:
        """Begin a run of a folder, in the place of what is left of the one before; returns its id."""
        for run in self._connection.execute(select(runs.c.id).where(runs.c.folder == folder)).scalars().all():
            self.end(run)
        row = {
            "folder": folder,
            "began": rows.to_micros(now),
            "reached": self._connection.execute(select(lineage.c.revision)).scalar_one(),
            "is_filling": self._connection.execute(select(entries.c.sequence).limit(1)).first() is None,
            "prune": prune,
            "turn": 0,
            "content": json.dumps(content),
            "gone": "{}",
        }
        return int(self._connection.execute(runs.insert().values(row).returning(runs.c.id)).scalar_one())

    def add(self, run: int, number: int, captures: Sequence[Capture], gone: Collection[str]) -> None:
        """Add a parcel to a run; raises RunReplacedError where another took its place."""
        self._require(run)
        packed = _packed(captures, gone)
        values = {"run": run, "number": number, "captures": len(captures), "failures": 0, "packed": packed}
        self._connection.execute(parcels.insert().values(values))

    def close(self, run: int, count: int, refused: Sequence[Any], gone: Mapping[str, UUID]) -> None:
        """Note that a folder was read to its end: how many parcels it gave, what was refused, and what it lost.

        Raises RunReplacedError.
        """
        content = self._require(run).content | {"refused": list(refused)}
        lost = json.dumps({name: str(id_) for name, id_ in gone.items()})
        values = {"parcels": count, "content": json.dumps(content), "gone": lost}
        self._connection.execute(update(runs).where(runs.c.id == run).values(values))

    def run(self, run: int) -> Run | None:
        """Return a run; None where it has ended or another took its place."""
        return run_of(self._connection, run)

    def settle(self, run: int, content: Mapping[str, Any]) -> None:
        """Let go of the parcel whose turn it is, with what was done so far, and have it be the next one's turn."""
        turn = self._connection.execute(select(runs.c.turn).where(runs.c.id == run)).scalar_one()
        self._connection.execute(delete(parcels).where(parcels.c.run == run, parcels.c.number == turn))
        values = {"turn": turn + 1, "content": json.dumps(content)}
        self._connection.execute(update(runs).where(runs.c.id == run).values(values))

    def fail(self, run: int, number: int, reason: str) -> None:
        """Note that a parcel could not be published, if it is still there."""
        here = parcels.c.run == run, parcels.c.number == number
        values = {"failures": parcels.c.failures + 1, "reason": reason[:LONGEST_REASON]}
        self._connection.execute(update(parcels).where(*here).values(values))

    def end(self, run: int) -> None:
        """Forget a run with all that is left of it."""
        self._connection.execute(delete(parcels).where(parcels.c.run == run))
        self._connection.execute(delete(runs).where(runs.c.id == run))

    def _require(self, run: int) -> Run:
        if found := self.run(run):
            return found
        raise RunReplacedError


def run_of(connection: Connection, run: int) -> Run | None:
    """Return a run by its id; None where there is none."""
    row = connection.execute(RUNS.where(runs.c.id == run)).mappings().first()
    return None if row is None else _run_from_row(row)


def all_runs(connection: Connection) -> list[Run]:
    """Return the runs that are under way, the oldest first."""
    return [_run_from_row(row) for row in connection.execute(RUNS.order_by(runs.c.id)).mappings()]


def turn_of(connection: Connection, run: int) -> int | None:
    """Return which parcel of a run is published next; None where it has ended."""
    found = connection.execute(select(runs.c.turn).where(runs.c.id == run)).scalar()
    return None if found is None else int(found)


def parcel_of(connection: Connection, run: int, number: int) -> Parcel | None:
    """Return a parcel; None where it was let go of."""
    row = connection.execute(select(parcels).where(parcels.c.run == run, parcels.c.number == number)).first()
    if row is None:
        return None
    captures, gone = _unpacked(row.packed, row.captures)
    return Parcel(captures=captures, gone=gone, failures=row.failures, reason=row.reason)


def _packed(captures: Sequence[Capture], gone: Collection[str]) -> bytes:
    told = []
    parts = []
    for capture in captures:
        row = rows.capture_to_row(capture, 0, "") | {"source": capture.source}
        told.append({name: value for name, value in row.items() if name not in ("raw", "text")})
        # Beside each other, as mostly one is in the other: the second costs next to nothing then.
        parts += [capture.raw, capture.text.encode("utf-8", "surrogatepass")]
    return pack([json.dumps({"captures": told, "gone": sorted(gone)}).encode(), *parts])


def _unpacked(packed: bytes, count: int) -> tuple[tuple[Capture, ...], frozenset[str]]:
    head, *parts = unpack(packed, 1 + 2 * count)
    told = json.loads(head)
    texts = (json.dumps(text.decode("utf-8", "surrogatepass")) for text in parts[1::2])
    captures = (
        rows.capture_from_row(row | {"raw": raw, "text": text})
        for row, raw, text in zip(told["captures"], parts[::2], texts, strict=True)
    )
    return tuple(captures), frozenset(told["gone"])


def _run_from_row(row: Mapping[Any, Any]) -> Run:
    values = {name: row[name] for name in NAMES}
    gone = {name: UUID(id_) for name, id_ in json.loads(row["gone"]).items()}
    return Run(**values, began=rows.from_micros(row["began"]), content=json.loads(row["content"]), gone=gone)
