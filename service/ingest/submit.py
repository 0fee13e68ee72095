"""Captures that come one by one, each as a record: published, replaced or withdrawn by their source."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from service.errors import CuratedError, EntryNotFoundError, RecordError, WithdrawnError
from service.identity import source_key
from service.ingest.batch import BATCH, CURATOR, decide_batch, publish_batch
from service.ingest.decide import Outcome
from service.ingest.formats.declared import ADDRESSES, FIELD_KEYS, LISTS, mistake, names
from service.ingest.formats.records import TEXT_KEYS, read_record
from service.ingest.formats.results import Refused
from service.ingest.overrides import pin, pinned
from service.ingest.parallel import normalise_all
from service.store import NO_FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from service.article import Capture, Entry
    from service.ingest.decide import Decision, Prepared
    from service.ingest.rules import Rules
    from service.store import Store, Writer

    Check = Callable[[Entry | None], None]

# Below here stand the names of captures that are no files; a source is never of this form, so that no file that comes
# to hold the same text is taken for one that was moved.
NAMES = "posted/"
# PostgreSQL indexes no more than 2,700 bytes.
LONGEST_SOURCE = 2000
# Which member of a record a refusal is about.
POINTERS = {"no-object": "", "empty": "/text", "too-large": "/text"}


class Submitted(NamedTuple):
    """What became of a capture, and what is published of it now; None where it stays withdrawn."""

    decision: Decision
    entry: Entry | None


def capture_of(value: Any, raw: bytes, source: str | None = None) -> Capture:
    """Return the capture of a record, under the `source` named for it.

    Where none is named it is the record's address, else a name made of its text, so that the same text is the same
    article. Raises RecordError.
    """
    if isinstance(value, dict):
        _require_types(value)
        value = value if source is None else _under(source, value)
    read = read_record(value, raw, "record")
    if isinstance(read, Refused):
        raise RecordError(read.issue.code, read.issue.message, POINTERS.get(read.issue.code, ""))
    given = next((key for key in FIELD_KEYS["url"] if value.get(key)), None)
    if given and "url" not in read.declared:
        why = next((issue.message for issue in read.issues if issue.field == "url"), "it is no address")
        raise RecordError("bad-url", f"{why}; an article is known by its address, so it must be right", f"/{given}")
    source = source or read.declared.get("url") or f"text:{_digest(read.text)}"
    if len(source.encode()) > LONGEST_SOURCE:
        raise RecordError("bad-url", f"its address is longer than {LONGEST_SOURCE} bytes", f"/{given}" if given else "")
    return replace(read, source=source, name=f"{NAMES}{_digest(source_key(source))}.json")


def source_fault(source: str) -> str | None:
    """Return what is wrong with the name of a source; None where nothing is."""
    if source.startswith(ADDRESSES):
        return mistake("url", source)
    return None if source.isprintable() else "a name has no control characters"


def submit(store: Store, rules: Rules, captures: Sequence[Capture], clock: Callable[[], datetime]) -> Iterator[Submitted]:
    """Publish captures of different sources, at most 500 in one transaction, and yield what became of each."""
    for start in range(0, len(captures), BATCH):
        batch = _prepared(store, rules, captures[start : start + BATCH])
        with store.writer(is_durable=True, folder=NO_FOLDER) as writer:
            done = _publish(writer, batch, clock)
        yield from done


def put(
    store: Store, rules: Rules, capture: Capture, clock: Callable[[], datetime], check: Check, *, may_restore: bool = False
) -> Submitted:
    """Publish a capture in the place of what its source gave before, after `check` saw that in the same transaction.

    What a curator withdrew comes back only where it `may_restore`; else CuratedError.
    """
    batch = _prepared(store, rules, [capture])
    with store.writer(is_durable=True, folder=NO_FOLDER) as writer:
        known, withdrawn = writer.met([capture.source])
        check(known.get(capture.source))
        tombstone = withdrawn.get(capture.source)
        if tombstone and tombstone.by == CURATOR:
            if not may_restore:
                raise CuratedError(capture.source)
            writer.restore(tombstone.id)
        (done,) = _publish(writer, batch, clock)
        assert done.entry
        return done._replace(entry=writer.entry(done.entry.id))


def remove(store: Store, source: str, clock: Callable[[], datetime], check: Check) -> None:
    """Withdraw what a source gave, for good, after `check` saw it in the same transaction.

    Raises EntryNotFoundError, WithdrawnError.
    """
    with store.writer(is_durable=True) as writer:
        known, withdrawn = writer.met([source])
        check(known.get(source))
        if source in withdrawn:
            raise WithdrawnError(withdrawn[source].id)
        if source not in known:
            raise EntryNotFoundError(source)
        writer.withdraw([known[source].id], clock(), CURATOR)


def require_first(first: int, line: int) -> None:
    """Refuse the record of a line whose source an earlier one of the same request has."""
    if first != line:
        message = f"it has the same source as line {first}, which is taken; send one of the two"
        raise RecordError("duplicate-source", message, "/url")


def _require_types(value: dict[str, Any]) -> None:
    """Refuse a member of a type that says nothing: in a file it is a finding, here who sends it can mend it."""
    for key in (*TEXT_KEYS, "html"):
        if not isinstance(value.get(key), str | None):
            raise RecordError("bad-type", f"{key}: give a text, or leave it out", f"/{key}")
    for field, keys in FIELD_KEYS.items():
        for key in keys:
            item = value.get(key)
            given = item if isinstance(item, list) else [item]
            is_several = isinstance(item, list) and field not in LISTS
            if is_several or not (item is None or all(len(names(each)) == 1 for each in given)):
                kind = "a text, or a list of texts" if field in LISTS else "a text"
                raise RecordError("bad-type", f"{key}: give {kind}, or leave it out", f"/{key}")


def _under(source: str, value: dict[str, Any]) -> dict[str, Any]:
    said = next(((key, value[key]) for key in FIELD_KEYS["url"] if value.get(key)), None)
    if said and not (isinstance(said[1], str) and source_key(said[1].strip()) == source_key(source)):
        raise RecordError("other-source", "the record has another address than the source that is named", f"/{said[0]}")
    return {**value, "url": source} if source.startswith(ADDRESSES) else value


def _prepared(store: Store, rules: Rules, captures: Sequence[Capture]) -> list[Prepared]:
    pins = store.pins()
    return list(normalise_all(captures, rules.registry, 1, lambda read: pinned(pin(read, rules.overrides), pins), store.form))


def _publish(writer: Writer, batch: list[Prepared], clock: Callable[[], datetime]) -> list[Submitted]:
    decisions = decide_batch(batch, writer, clock, lambda _source: False)
    published = publish_batch(decisions, writer, clock())
    return [
        Submitted(decision, None if decision.outcome is Outcome.WITHDRAWN else entry)
        for decision, entry in zip(decisions, published, strict=True)
    ]


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
