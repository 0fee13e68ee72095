"""Which entries tell one story: found by the bands of their signatures, at the moment they are published."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from service import similar
from service.store import bulk
from service.store.tables import bands, entries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from service.similar import Signature

# A story with more reprints than this is known by these: boilerplate must not make an ingest quadratic.
MOST_CANDIDATES = 50


@dataclass(frozen=True, slots=True)
class Story:
    """The cluster of an entry, and the signature by which it was found."""

    cluster: int
    signature: bytes | None


def assign(
    connection: Connection,
    changed: Sequence[tuple[int, Signature | None]],
    before: Mapping[int, int],
    until: int | None = None,
) -> list[Story]:
    """Return the story of each entry, given by its sequence and signature, and note its bands.

    `before` is the cluster of those that were published; `until` leaves out what has a later revision.
    """
    placed = [() if signature is None else signature.bands() for _, signature in changed]
    met = Counter(chain.from_iterable(placed))
    candidates = _stored(connection, set(met), until)
    # Hardly any band is met twice: only those are looked at for each entry.
    shared = {band for band, times in met.items() if times > 1} | candidates.keys()
    stories: list[Story] = []
    for (sequence, signature), its_bands in zip(changed, placed, strict=True):
        cluster = None
        if signature is not None and not shared.isdisjoint(its_bands):
            near = {found.sequence: found for band in its_bands for found in candidates.get(band, ())[:MOST_CANDIDATES]}
            cluster = similar.cluster_of(signature, list(near.values()))
        packed = None if signature is None else signature.to_bytes()
        story = Story(cluster or before.get(sequence, sequence), packed)
        stories.append(story)
        if signature is not None:
            own = similar.Candidate(sequence=sequence, cluster=story.cluster, signature=signature)
            for band in shared.intersection(its_bands):
                candidates.setdefault(band, []).append(own)
    # In the order of their key, which SQLite keeps them in.
    places = sorted((band, sequence) for (sequence, _), each in zip(changed, placed, strict=True) for band in set(each))
    bulk.insert_values(connection, bands, ("band", "sequence"), places)
    return stories


def take_out(connection: Connection, gone: Sequence[Any]) -> None:
    """Forget the bands of rows of `entries`."""
    places = [
        {"band": band, "sequence": row["sequence"]}
        for row in gone
        if row["signature"]
        for band in set(similar.Signature.from_bytes(row["signature"]).bands())
    ]
    bulk.remove(connection, bands, places)


def _stored(connection: Connection, wanted: set[int], until: int | None) -> dict[int, list[similar.Candidate]]:
    found: defaultdict[int, list[similar.Candidate]] = defaultdict(list)
    if not wanted:
        return {}
    joined = select(bands.c.band, entries.c.sequence, entries.c.cluster, entries.c.signature).join_from(
        bands, entries, bands.c.sequence == entries.c.sequence
    )
    if until is not None:
        joined = joined.where(entries.c.revision <= until)
    known: dict[int, similar.Candidate] = {}
    for row in connection.execute(joined.where(bulk.is_among(connection, bands.c.band, wanted)).order_by(bands.c.sequence)):
        candidate = known.get(row.sequence)
        if candidate is None:
            signature = similar.Signature.from_bytes(row.signature)
            candidate = known[row.sequence] = similar.Candidate(sequence=row.sequence, cluster=row.cluster, signature=signature)
        if len(found[row.band]) < MOST_CANDIDATES:
            found[row.band].append(candidate)
    return dict(found)
