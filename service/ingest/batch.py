"""One batch: what the store knows of its captures, what is to be done with each, and the writing of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from service.article import Entry
from service.identity import content_key, entry_id
from service.ingest.decide import Decision, Outcome, Prepared, decide
from service.store.derived import Derived

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from service.article import Capture
    from service.store import Reader, Store, Tombstone, Writer

# Captures in one transaction: more hold the write lock for too long, fewer cost a sync each.
BATCH = 500
# Bytes of captures in one transaction, unless one alone has more: what is in memory at once is a few times that.
BATCH_BYTES = 16 * 2**20
# Who withdraws for good: what a person took out is not published again by an ingest.
CURATOR = "curator"
PRUNE = "prune"

Item = TypeVar("Item")


def batches(items: Iterable[Item], weight: Callable[[Item], int]) -> Iterator[list[Item]]:
    """Yield what goes into one transaction each, in the order given; `weight` is how many bytes an item has.

    Where a batch ends depends on the items alone: whoever publishes them, in however many processes, gives them the
    same order.
    """
    batch: list[Item] = []
    weighed = 0
    for item in items:
        heavy = weight(item)
        if batch and (len(batch) == BATCH or weighed + heavy > BATCH_BYTES):
            yield batch
            batch, weighed = [], 0
        batch.append(item)
        weighed += heavy
    if batch:
        yield batch


def decide_batch(
    batch: Sequence[Prepared], reader: Reader, clock: Callable[[], datetime], is_gone: Callable[[str], bool]
) -> list[Decision]:
    """Return what to do with a batch, in the order in which it is to be published: oldest first.

    `is_gone` tells whether the file of a source is no longer there: then one of the same content is that file, moved.
    """
    captured = [prepared.capture for prepared in batch]
    known, withdrawn = reader.met([capture.source for capture in captured])
    moved = _moved([c for c in captured if c.source not in known and c.source not in withdrawn], reader, is_gone)
    taken = reader.taken([entry_id(c.source) for c in captured if c.source not in known and c.name not in moved])
    now = clock()

    def age(prepared: Prepared) -> tuple[datetime, float, str]:
        capture, article = prepared.capture, prepared.article
        published = article.published.starts.timestamp() if article.published else float("-inf")
        return capture.captured or now, published, capture.source

    def decision(prepared: Prepared) -> Decision:
        capture = prepared.capture
        is_moved = capture.name in moved
        tombstone = withdrawn.get(capture.source)
        published = moved[capture.name] if is_moved else known.get(capture.source)
        found = decide(prepared, published, clock(), is_moved=is_moved, minted=_minted(capture, tombstone, taken))
        return replace(found, outcome=Outcome.WITHDRAWN) if tombstone and tombstone.by == CURATOR else found

    return sorted((decision(prepared) for prepared in sorted(batch, key=age)), key=lambda made: made.revised)


def _minted(capture: Capture, tombstone: Tombstone | None, taken: Collection[UUID]) -> UUID | None:
    """Return the id of an entry of this source where it is another than the source's own."""
    if tombstone:
        return tombstone.id
    if entry_id(capture.source) in taken:
        # The entry that first had this name lives on under another: what stands here now is somebody else.
        return entry_id(f"{capture.source}#{content_key(capture)}")
    return None


def derive_batch(batch: Sequence[Prepared], store: Store) -> list[Prepared]:
    """Return a batch with what is derived from those articles that are not what is published, before the lock is taken.

    What is published otherwise by then is derived where it is written.
    """
    if all(prepared.derived for prepared in batch):
        return list(batch)
    with store.reader() as reader:
        published = reader.hashes([prepared.capture.source for prepared in batch])
    return [
        prepared
        if prepared.derived or published.get(prepared.capture.source) == prepared.content_hash
        else prepared._replace(derived=Derived.of(prepared.article, store.form))
        for prepared in batch
    ]


def publish_batch(decisions: Sequence[Decision], writer: Writer, now: datetime | None) -> list[Entry | None]:
    """Write what was decided; `now` is None while an empty database is filled.

    Returns what is published of each decision by now, None of what stays withdrawn.
    """
    revisions = count(writer.next_revision())
    published: list[tuple[Capture, Entry]] = []
    derived: list[Derived] = []
    kept: list[tuple[Capture, Entry]] = []
    found: list[Entry | None] = []
    for decision in decisions:
        known, article = decision.known, decision.article
        if known and known.article.source != article.source:
            writer.forget([known.article.source])
            # What documents say of it names the file, and no new revision tells that they are out of date.
            writer.drop_fragments([known.revision])
        entry: Entry | None = None
        if decision.outcome is Outcome.UNCHANGED and known:
            entry = replace(known, article=article)
            kept.append((decision.capture, entry))
        elif decision.outcome is not Outcome.WITHDRAWN:
            revision = next(revisions)
            entry = Entry(
                id=decision.id,
                article=article,
                content_hash=decision.content_hash,
                first_seen=decision.first_seen,
                revised=decision.revised,
                sequence=known.sequence if known else revision,
                revision=revision,
            )
            published.append((decision.capture, entry))
            derived.append(decision.derived or writer.derive(article))
        found.append(entry)
    writer.keep(kept)
    writer.publish(published, now, derived)
    return found


def _moved(captured: Sequence[Capture], reader: Reader, is_gone: Callable[[str], bool]) -> dict[str, Entry]:
    """Return, by the new name, the entries whose files were moved; of several copies the first by name is the heir."""
    same = {name: entry for name, entry in reader.known_content(captured).items() if is_gone(entry.article.source)}
    heirs = {entry.id: name for name, entry in sorted(same.items(), reverse=True)}
    return {name: entry for name, entry in same.items() if heirs[entry.id] == name}
