"""Which entries tell one story: found by the bands of their signatures, at the moment they are published."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, select

from service import similar
from service.store.tables import bands, entries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from service.article import Entry

# A story with more reprints than this is known by these: boilerplate must not make an ingest quadratic.
MOST_CANDIDATES = 50


@dataclass(frozen=True, slots=True)
class Story:
    """The cluster of an entry, and the signature by which it was found."""

    cluster: int
    signature: bytes | None


def assign(connection: Connection, changed: Sequence[Entry], before: Mapping[int, int]) -> list[Story]:
    """Return the story of each entry, and note its bands; `before` is the cluster of those that were published."""
    signatures = [similar.signature(entry.article.title or "", entry.article.body) for entry in changed]
    placed = [() if signature is None else signature.bands() for signature in signatures]
    candidates = _stored(connection, {band for each in placed for band in each})
    stories: list[Story] = []
    for entry, signature, its_bands in zip(changed, signatures, placed, strict=True):
        if signature is None:
            stories.append(Story(before.get(entry.sequence, entry.sequence), None))
            continue
        near = {candidate.sequence: candidate for band in its_bands for candidate in candidates[band][:MOST_CANDIDATES]}
        cluster = similar.cluster_of(signature, list(near.values()))
        story = Story(cluster or before.get(entry.sequence, entry.sequence), signature.to_bytes())
        stories.append(story)
        own = similar.Candidate(sequence=entry.sequence, cluster=story.cluster, signature=signature)
        for band in its_bands:
            candidates[band].append(own)
    noted = [
        {"band": band, "sequence": entry.sequence}
        for entry, each in zip(changed, placed, strict=True)
        for band in sorted(set(each))
    ]
    if noted:
        connection.execute(bands.insert(), noted)
    return stories


def take_out(connection: Connection, gone: Sequence[Any]) -> None:
    """Forget the bands of rows of `entries`."""
    places = [
        {"at_band": band, "at_sequence": row["sequence"]}
        for row in gone
        if row["signature"]
        for band in set(similar.Signature.from_bytes(row["signature"]).bands())
    ]
    if places:
        here = bands.c.band == bindparam("at_band"), bands.c.sequence == bindparam("at_sequence")
        connection.execute(delete(bands).where(*here), places)


def _stored(connection: Connection, wanted: set[int]) -> defaultdict[int, list[similar.Candidate]]:
    found: defaultdict[int, list[similar.Candidate]] = defaultdict(list)
    if not wanted:
        return found
    joined = select(bands.c.band, entries.c.sequence, entries.c.cluster, entries.c.signature).join_from(
        bands, entries, bands.c.sequence == entries.c.sequence
    )
    known: dict[int, similar.Candidate] = {}
    for row in connection.execute(joined.where(bands.c.band.in_(wanted)).order_by(bands.c.sequence)):
        candidate = known.get(row.sequence)
        if candidate is None:
            signature = similar.Signature.from_bytes(row.signature)
            candidate = known[row.sequence] = similar.Candidate(sequence=row.sequence, cluster=row.cluster, signature=signature)
        if len(found[row.band]) < MOST_CANDIDATES:
            found[row.band].append(candidate)
    return found
