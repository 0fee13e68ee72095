"""Which entries tell one story: found by the bands of their signatures, at the moment they are published.

An entry refers to the reports of its story that are earlier than itself. Which those are depends on what is published
alone, and not on the order in which it came: whatever is written or goes, the later ones are looked at again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from service import similar
from service.store import bulk
from service.store.rows import related_to_row
from service.store.tables import bands, entries

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from service.similar import Age, Candidate, Signature

# A story with more reprints than this is known by these: boilerplate must not make an ingest quadratic.
MOST_CANDIDATES = 50


@dataclass(frozen=True, slots=True)
class Report:
    """An entry that is written, by its row and its signature; `stood` are the clusters in which sequences were before."""

    row: Mapping[str, Any]
    signature: Signature | None
    stood: Mapping[int, int]

    @property
    def sequence(self) -> int:
        """Its sequence."""
        return int(self.row["sequence"])

    @property
    def cluster(self) -> int:
        """The cluster in which it was, its own where it was in none."""
        return self.stood.get(self.sequence, self.sequence)

    @property
    def age(self) -> Age:
        """What makes it earlier than another report."""
        return _age(self.row)


@dataclass(slots=True)
class Story:
    """The cluster of an entry, the signature by which it was found, and the ages of reports that are earlier."""

    cluster: int
    signature: bytes | None
    age: Age
    earlier: list[Age] = field(default_factory=list)

    @property
    def columns(self) -> dict[str, Any]:
        """What the row of the entry has to say of it."""
        related = related_to_row(similar.related(self.age, self.earlier))
        return {"cluster": self.cluster, "signature": self.signature, "related": related}


def assign(connection: Connection, changed: Sequence[Report], until: int | None = None) -> tuple[list[Story], set[int]]:
    """Return the story of each report, and the sequences of stored entries that are later reports; bands are noted.

    `until` leaves out what has a later revision.
    """
    placed = [() if report.signature is None else report.signature.bands() for report in changed]
    met = Counter(chain.from_iterable(placed))
    candidates = _stored(connection, set(met), until)
    # Hardly any band is met twice: only those are looked at for each entry.
    shared = {band for band, times in met.items() if times > 1} | candidates.keys()
    stories: dict[int, Story] = {}
    later: set[int] = set()
    for report, its_bands in zip(changed, placed, strict=True):
        found = []
        if report.signature is not None and not shared.isdisjoint(its_bands):
            found = similar.reprints(report.signature, _near(candidates, its_bands))
        packed = None if report.signature is None else report.signature.to_bytes()
        story = Story(similar.cluster_of(found) or report.cluster, packed, report.age)
        for other in (reprint.candidate for reprint in found):
            if other.age < story.age:
                story.earlier.append(other.age)
            elif other.sequence in stories:
                stories[other.sequence].earlier.append(story.age)
            else:
                later.add(other.sequence)
        stories[report.sequence] = story
        if report.signature is not None:
            own = similar.Candidate(sequence=report.sequence, cluster=story.cluster, age=story.age, signature=report.signature)
            for band in shared.intersection(its_bands):
                candidates.setdefault(band, []).append(own)
    # In the order of their key, which SQLite keeps them in.
    places = sorted((band, report.sequence) for report, each in zip(changed, placed, strict=True) for band in set(each))
    bulk.insert_values(connection, bands, ("band", "sequence"), places)
    return list(stories.values()), later


def take_out(connection: Connection, gone: Sequence[Any]) -> None:
    """Forget the bands of rows of `entries`."""
    places = [
        {"band": band, "sequence": row["sequence"]}
        for row in gone
        if row["signature"]
        for band in set(similar.Signature.from_bytes(row["signature"]).bands())
    ]
    bulk.remove(connection, bands, places)


def referring(connection: Connection, gone: Collection[Any]) -> set[int]:
    """Return the sequences of stored entries that may refer to rows of `entries` as these were: later reports."""
    signed = [(_age(row), similar.Signature.from_bytes(row["signature"])) for row in gone if row["signature"]]
    candidates = _stored(connection, {band for _, signature in signed for band in signature.bands()}, None)
    return {
        reprint.candidate.sequence
        for age, signature in signed
        for reprint in similar.reprints(signature, _near(candidates, signature.bands()))
        if reprint.candidate.age > age
    }


def related(connection: Connection, rows: Sequence[Any], until: int | None = None) -> list[str]:
    """Return what the column `related` has to be of rows of `entries`, for what is published now."""
    signed = [(row, similar.Signature.from_bytes(row["signature"]) if row["signature"] else None) for row in rows]
    candidates = _stored(connection, {band for _, signature in signed if signature for band in signature.bands()}, until)
    found: list[str] = []
    for row, signature in signed:
        near = [other for other in _near(candidates, signature.bands() if signature else ()) if other.age < _age(row)]
        alike = similar.reprints(signature, near) if signature else []
        found.append(related_to_row(similar.related(_age(row), (reprint.candidate.age for reprint in alike))))
    return found


def _age(row: Mapping[Any, Any]) -> Age:
    return similar.Age(row["revised"], row["id"])


def _near(candidates: Mapping[int, Sequence[Candidate]], its_bands: Iterable[int]) -> Collection[Candidate]:
    return {found.sequence: found for band in its_bands for found in candidates.get(band, ())[:MOST_CANDIDATES]}.values()


def _stored(connection: Connection, wanted: set[int], until: int | None) -> dict[int, list[Candidate]]:
    found: defaultdict[int, list[Candidate]] = defaultdict(list)
    if not wanted:
        return {}
    columns = entries.c.sequence, entries.c.cluster, entries.c.revised, entries.c.id, entries.c.signature
    joined = select(bands.c.band, *columns).join_from(bands, entries, bands.c.sequence == entries.c.sequence)
    if until is not None:
        joined = joined.where(entries.c.revision <= until)
    known: dict[int, Candidate] = {}
    ordered = joined.where(bulk.is_among(connection, bands.c.band, wanted)).order_by(bands.c.sequence)
    for row in connection.execute(ordered):
        candidate = known.get(row.sequence)
        if candidate is None:
            signature = similar.Signature.from_bytes(row.signature)
            candidate = known[row.sequence] = similar.Candidate(
                sequence=row.sequence, cluster=row.cluster, age=similar.Age(row.revised, row.id), signature=signature
            )
        if len(found[row.band]) < MOST_CANDIDATES:
            found[row.band].append(candidate)
    return dict(found)
