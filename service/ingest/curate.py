"""Curating: fields pinned by hand, entries withdrawn, and stored captures read again by the rules of today."""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from service.errors import SourceNotFoundError
from service.ingest.batch import BATCH, CURATOR, decide_batch, derive_batch, publish_batch
from service.ingest.overrides import pin, pinned
from service.ingest.parallel import normalise_all

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from datetime import datetime

    from service.article import Capture, Entry
    from service.ingest.decide import Decision, Prepared
    from service.ingest.overrides import Overrides
    from service.normalise import Registry
    from service.store import Store


class Rules(NamedTuple):
    """What a deployment reads captures by, beside the code."""

    registry: Registry
    overrides: Overrides


def entry_of(store: Store, said: str) -> Entry:
    """Return the entry that a person means by its source (a path below the corpus, an address) or by its id.

    Raises SourceNotFoundError.
    """
    with store.reader() as reader:
        if found := reader.known([said]).get(said):
            return found
    try:
        return store.entry(UUID(said.removeprefix("urn:uuid:")))
    except ValueError as error:
        raise SourceNotFoundError(said) from error


def pin_fields(store: Store, rules: Rules, source: str, fields: dict[str, str], clock: Callable[[], datetime]) -> Decision:
    """Pin fields of an entry for good, and publish it anew; raises SourceNotFoundError."""
    entry = entry_of(store, source)
    with store.writer(is_durable=True) as writer:
        writer.pin(entry.article.source, fields, clock())
    return _reread_one(store, rules, entry, clock)


def unpin_fields(store: Store, rules: Rules, source: str, fields: Collection[str], clock: Callable[[], datetime]) -> Decision:
    """Let fields of an entry be read again, and publish it anew; raises SourceNotFoundError."""
    entry = entry_of(store, source)
    with store.writer(is_durable=True) as writer:
        writer.unpin(entry.article.source, fields)
    return _reread_one(store, rules, entry, clock)


def withdraw(store: Store, source: str, clock: Callable[[], datetime]) -> Entry:
    """Take an entry out of what is published, whatever the next ingest finds; raises SourceNotFoundError."""
    entry = entry_of(store, source)
    with store.writer(is_durable=True) as writer:
        writer.withdraw([entry.id], clock(), CURATOR)
    return entry


def restore(store: Store, source: str) -> None:
    """Let a source that was withdrawn be published again by the next ingest; raises SourceNotFoundError."""
    with store.writer(is_durable=True) as writer:
        tombstone = writer.withdrawn([source]).get(source)
        if tombstone is None:
            raise SourceNotFoundError(source)
        writer.restore(tombstone.id)


def reread(
    store: Store,
    rules: Rules,
    clock: Callable[[], datetime],
    *,
    jobs: int = 1,
    is_dry: bool = False,
) -> Iterator[Decision]:
    """Read every stored capture again and yield what becomes of it; only what truly changes gets a new revision."""
    pins = store.pins()
    registry, overrides = rules

    def declared(capture: Capture) -> Capture:
        return pinned(pin(capture, overrides), pins)

    form = None if is_dry else store.form
    with closing(normalise_all(_stored(store), registry, jobs, declared, form)) as articles:
        while batch := list(islice(articles, BATCH)):
            yield from _decided(store, batch, clock, is_dry=is_dry)


def _reread_one(store: Store, rules: Rules, entry: Entry, clock: Callable[[], datetime]) -> Decision:
    registry, overrides = rules
    with store.reader() as reader:
        capture = reader.capture(entry.id)
    pins = store.pins()
    batch = list(normalise_all([capture], registry, 1, lambda read: pinned(pin(read, overrides), pins), store.form))
    return _decided(store, batch, clock, is_dry=False)[0]


def _decided(store: Store, batch: list[Prepared], clock: Callable[[], datetime], *, is_dry: bool) -> list[Decision]:
    if is_dry:
        with store.reader() as reader:
            return decide_batch(batch, reader, clock, _is_gone)
    ready = derive_batch(batch, store)
    with store.writer(is_durable=True) as writer:
        decisions = decide_batch(ready, writer, clock, _is_gone)
        publish_batch(decisions, writer, clock())
    return decisions


def _is_gone(_source: str) -> bool:
    """Tell that no file was moved: what is stored is what is read."""
    return False


def _stored(store: Store) -> Iterator[Capture]:
    after = -1
    while True:
        with store.reader() as reader:
            portion = reader.captures_after(after, BATCH)
        if not portion:
            return
        yield from (capture for _, capture in portion)
        after, _ = portion[-1]
