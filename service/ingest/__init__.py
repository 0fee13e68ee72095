"""Ingest: read, normalise, decide, store. One bad capture never stops it; a broken database always does."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.ingest.batch import BATCH, PRUNE, batches, decide_batch, derive_batch, publish_batch
from service.ingest.decide import Decision, Outcome
from service.ingest.intake import Intake, gone_from, is_removed
from service.ingest.overrides import pin, pinned
from service.ingest.parallel import normalise_all
from service.ingest.report import Report

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from service.article import Capture
    from service.ingest.memory import Memory
    from service.ingest.overrides import Overrides
    from service.normalise import Registry
    from service.store import Store

__all__ = ["Options", "Report", "ingest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How an ingest goes about it: fields that are pinned, and how many processes normalise (0: one a core).

    With `prune` what the folder no longer holds is withdrawn, else it is only reported. With `is_dry` nothing is
    written; `tell` learns of each decision. With a `memory` only what changed since its last ingest is read, and the files
    that are `named` are opened to see whether they did.
    """

    overrides: Overrides = field(default_factory=dict)
    jobs: int = 1
    prune: bool = False
    is_dry: bool = False
    tell: Callable[[Decision], None] = lambda _decision: None
    memory: Memory | None = None
    named: frozenset[str] = frozenset()


def ingest(
    folder: Path,
    registry: Registry,
    store: Store,
    clock: Callable[[], datetime],
    progress: Callable[[str], None] = lambda _name: None,
    options: Options | None = None,
) -> Report:
    """Publish the captures below `folder`; `progress` is called with the name of each that was read.

    Running it again on the same captures changes nothing. Raises StoreError where the database fails; the
    batches before that are kept whole, and the next run completes the rest.
    """
    options = options or Options()
    report = Report()
    began = clock()
    is_filling = store.channel().count == 0
    place = str(folder.resolve())
    pins = store.pins()
    lineage, reached = store.now()
    rules = registry.by_key, options.overrides, pins
    memory = options.memory and options.memory.at((rules, lineage, reached))
    intake = Intake(progress, report.refused)
    is_gone = gone_from(folder)

    def declared(capture: Capture) -> Capture:
        return pinned(pin(capture, options.overrides), pins)

    found = intake.captures(folder, memory, options.named)
    seen: set[int] = set()
    form = None if options.is_dry else store.form
    with closing(normalise_all(found, registry, options.jobs, declared, form)) as articles:
        for batch in batches(articles, lambda prepared: len(prepared.capture.raw)):
            if options.is_dry:
                with store.reader() as reader:
                    decisions = decide_batch(batch, reader, clock, is_gone)
            else:
                ready = derive_batch(batch, store)
                with store.writer(folder=place) as writer:
                    decisions = decide_batch(ready, writer, clock, is_gone)
                    publish_batch(decisions, writer, None if is_filling else clock())
            _count(decisions, report, seen, options)
            intake.forget(decision.capture.name for decision in decisions if decision.outcome is Outcome.WITHDRAWN)
    report.unread = intake.unread
    with store.reader() as reader:
        captured = reader.captured_in(place)
        before = {name: id_ for sequence, name, id_ in captured if sequence <= reached and sequence not in seen}
    kept = intake.kept
    gone = {name: id_ for name, id_ in before.items() if is_removed(name, kept, is_gone)}
    report.removed = sorted(gone)
    if options.prune and gone and not options.is_dry:
        _withdraw(store, list(gone.values()), clock)
        report.pruned = True
    report.elsewhere = max(0, store.channel().count - report.published - (0 if report.pruned else len(report.removed)))
    if not options.is_dry:
        with store.writer() as writer:
            writer.keep_report(place, began, clock(), report.content())
            now = writer.next_revision() - 1
        if memory:
            # Where somebody else wrote meanwhile, what the files say may be published otherwise: all are read next time.
            memory.keep((rules, lineage, now), intake.looks if now == reached + report.changes else {})
    return report


def _count(decisions: list[Decision], report: Report, seen: set[int], options: Options) -> None:
    report.count(decisions)
    for decision in decisions:
        options.tell(decision)
        if decision.known:
            seen.add(decision.known.sequence)


def _withdraw(store: Store, gone: Sequence[UUID], clock: Callable[[], datetime]) -> None:
    for start in range(0, len(gone), BATCH):
        with store.writer() as writer:
            writer.withdraw(gone[start : start + BATCH], clock(), PRUNE)
