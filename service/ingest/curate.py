"""Curating: fields pinned by hand, entries withdrawn, and stored captures read again by the rules of today."""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from service.errors import SourceNotFoundError
from service.identity import source_key
from service.ingest.batch import BATCH, CURATOR, decide_batch, derive_batch, publish_batch
from service.ingest.overrides import pin, pinned
from service.ingest.parallel import normalise_all
from service.ingest.prepare import prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from datetime import datetime

    from service.article import Capture, Entry
    from service.ingest.decide import Decision, Prepared
    from service.ingest.rules import Rules
    from service.store import Store


class Amendment(NamedTuple):
    """Fields that are pinned to values, and fields that are read again."""

    pins: dict[str, str]
    unpins: Collection[str] = ()


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
    decision, _ = amend(store, rules, entry_of(store, source).id, Amendment(fields), clock)
    return decision


def unpin_fields(store: Store, rules: Rules, source: str, fields: Collection[str], clock: Callable[[], datetime]) -> Decision:
    """Let fields of an entry be read again, and publish it anew; raises SourceNotFoundError."""
    decision, _ = amend(store, rules, entry_of(store, source).id, Amendment({}, fields), clock)
    return decision


def amend(
    store: Store,
    rules: Rules,
    entry_id: UUID,
    amendment: Amendment,
    clock: Callable[[], datetime],
    check: Callable[[Entry], None] = lambda _entry: None,
) -> tuple[Decision, Entry]:
    """Pin and unpin fields of an entry and publish it anew, in one transaction, after `check` saw it in the same.

    Returns what was decided, and the entry as it is published now. Raises EntryNotFoundError, WithdrawnError.
    """
    with store.writer(is_durable=True) as writer:
        entry = writer.entry(entry_id)
        check(entry)
        writer.pin(entry.article.source, amendment.pins, clock())
        writer.unpin(entry.article.source, amendment.unpins)
        pins = {source_key(entry.article.source): writer.pinned(entry.article.source)}
        declared = pinned(pin(writer.capture(entry_id), rules.overrides), pins)
        batch = [prepare(declared, rules.registry, store.form)._replace(capture=writer.capture(entry_id))]
        (decision,) = decide_batch(batch, writer, clock, _is_gone)
        publish_batch([decision], writer, clock())
        return decision, writer.entry(entry_id)


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
