"""What is derived from the entries: by which version, and whether it agrees with them."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from service import search, similar
from service.identity import CONTENT
from service.store import clusters, fulltext, rows
from service.store.channels import NO_DIGEST, Change
from service.store.facets import Facet, Term, terms_of
from service.store.portions import select_entries
from service.store.tables import aliases, captures, channels, entries, lineage, memberships, tombstones

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

# Raise the first part when hash, terms, aliases, members or reports referred to of the same entry come out differently.
DERIVED = f"3-{search.VERSION}-{similar.VERSION}"
BATCH = 500


def is_derived(connection: Connection) -> bool:
    """Tell whether what is derived was derived by this version."""
    return bool(connection.execute(select(lineage.c.derived)).scalar_one() == DERIVED)


def problems(connection: Connection) -> Iterator[str]:
    """Yield what does not agree with the entries, a line each; nothing where all is well."""
    tally: defaultdict[Term, Change] = defaultdict(lambda: Change(label=""))
    seen = _Seen()
    named = _named(connection)
    for batch in _batches(connection):
        for row in batch:
            terms = terms_of(rows.entry_from_row(row).article)
            members = json.loads(row["members"])
            seen.add(row["revision"], len(members))
            if {named.get(channel) for channel in members} != set(terms):
                yield f"the entry {row['id']} does not stand in the channels of its values"
            for term in terms:
                tally[term].add(rows.entry_digest(row), row["revision"], row["revised"])
        yield from _misplaced(connection, batch)
        for row, related in zip(batch, clusters.related(connection, batch), strict=True):
            if row["related"] != related:
                yield f"the entry {row['id']} does not refer to the earlier reports of its story"
    yield from _wrong_channels(connection, tally)
    yield from _wrong_counts(connection, seen)


@dataclass(slots=True)
class _Seen:
    """What was met while the entries were read."""

    revisions: set[int] = field(default_factory=set)
    places: int = 0

    def add(self, revision: int, places: int) -> None:
        self.revisions.add(revision)
        self.places += places


def _named(connection: Connection) -> dict[int, Term]:
    found = connection.execute(select(channels.c.id, channels.c.facet, channels.c.value))
    return {row.id: Term(Facet(row.facet), row.value) for row in found}


def _wrong_counts(connection: Connection, seen: _Seen) -> Iterator[str]:
    def count(wanted: Any) -> int:
        return int(connection.execute(select(func.count()).select_from(wanted)).scalar_one())

    if (found := count(memberships)) != seen.places:
        yield f"{found} memberships stand where {seen.places} belong"
    if missing := seen.revisions - fulltext.revisions(connection):
        yield f"{len(missing)} entries are missing from the full-text index"
    if (found := count(captures)) != len(seen.revisions):
        yield f"{found} captures are kept of {len(seen.revisions)} entries"
    named = select(aliases.c.id).where(aliases.c.key.not_like(f"{CONTENT}%"))
    if found := count(select(entries.c.id).where(entries.c.id.not_in(named)).subquery()):
        yield f"{found} entries are not known by their source"
    if found := count(tombstones.join(entries, entries.c.id == tombstones.c.id)):
        yield f"{found} entries are both published and withdrawn"
    if max(seen.revisions, default=0) > connection.execute(select(lineage.c.revision)).scalar_one():
        yield "an entry has a revision that the collection has not reached"


def _wrong_channels(connection: Connection, tally: dict[Term, Change]) -> Iterator[str]:
    seen = set()
    for row in connection.execute(select(channels)).mappings():
        term = Term(Facet(row["facet"]), row["value"])
        seen.add(term)
        change = tally.get(term, Change(label=""))
        if (row["count"], row["digest"]) != (change.count, change.digest_after(NO_DIGEST)):
            name = f"{term.facet} {term.value!r}"
            yield f"the channel {name} counts {row['count']} entries where {change.count} belong, or has a wrong digest"
    for term in sorted(set(tally) - seen):
        yield f"the channel {term.facet} {term.value!r} is missing"


def _misplaced(connection: Connection, batch: Sequence[Any]) -> Iterator[str]:
    """Yield the entries of a batch whose memberships are not those they name, or under another key."""
    at = {row["sequence"]: row for row in batch}
    expected = {
        (channel, row["sort_at"], row["sequence"], row["revision"]) for row in batch for channel in json.loads(row["members"])
    }
    ids = {channel for channel, *_ in expected}
    found = {
        tuple(row)
        for row in connection.execute(
            select(memberships).where(memberships.c.channel.in_(ids), memberships.c.sequence.in_(list(at)))
        )
    }
    for _, _, sequence, _ in sorted(expected - found):
        yield f"the entry {at[sequence]['id']} is missing from a channel, or stands there under another date or revision"


def _batches(connection: Connection) -> Iterator[Sequence[Any]]:
    after = -1
    while True:
        wanted = select_entries().where(entries.c.sequence > after).order_by(entries.c.sequence).limit(BATCH)
        batch = connection.execute(wanted).mappings().all()
        if not batch:
            return
        yield batch
        after = batch[-1]["sequence"]
