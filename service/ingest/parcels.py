"""Publishes a parcel of the backlog as a local ingest would, in its turn, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.article import Issue
from service.errors import TurnError
from service.ingest.batch import BATCH, PRUNE, decide_batch, derive_batch, publish_batch
from service.ingest.overrides import pin, pinned
from service.ingest.parallel import normalise_all
from service.ingest.reader import Refused
from service.ingest.report import Report

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from service.article import Capture
    from service.ingest.decide import Prepared
    from service.ingest.rules import Rules
    from service.store import Parcel, Run, Store, Writer

# How often a parcel may fail, or its worker die, before its captures are refused, so that those after it are published.
MOST_FAILURES = 5
NOT_PUBLISHED = "not-published"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was published: the run, its report so far, the revisions taken, and whether that was the last parcel."""

    run: Run
    report: Report
    revisions: range
    is_last: bool


def publish_parcel(
    store: Store, rules: Rules, run_id: int, number: int, clock: Callable[[], datetime], waits: Callable[[], bool]
) -> Done | None:
    """Publish a parcel once those before it are; the last one ends its run. None where there is nothing left to do.

    Entries get their revisions in the order of the folder, whichever worker is faster: `waits` lets some time pass, and
    tells whether to wait on for that. Raises TurnError where it does not, StoreError.
    """
    found = store.parcel(run_id, number)
    if found is None:
        return None
    run, parcel = found
    is_refused = parcel.failures >= MOST_FAILURES
    ready = [] if is_refused else _prepared(store, rules, parcel.captures)
    while (turn := store.turn(run_id)) is not None and turn < number:
        if not waits():
            message = f"parcel {number} of {run.folder} waits for parcel {turn}"
            raise TurnError(message)
    with store.writer(folder=run.folder) as writer:
        now = writer.backlog.run(run_id)
        if now is None or now.turn != number:
            return None
        first = writer.next_revision()
        report = Report.of(now.content)
        decisions = decide_batch(ready, writer, clock, parcel.gone.__contains__)
        publish_batch(decisions, writer, None if run.is_filling else clock())
        report.count(decisions)
        if is_refused:
            report.refused += _refused(parcel)
        is_last = now.parcels == number + 1
        if is_last:
            _end(writer, now, report, clock)
        else:
            writer.backlog.settle(run_id, report.content())
        return Done(run=now, report=report, revisions=range(first, writer.next_revision()), is_last=is_last)


def _prepared(store: Store, rules: Rules, captures: tuple[Capture, ...]) -> list[Prepared]:
    pins = store.pins()
    articles = normalise_all(captures, rules.registry, 1, lambda read: pinned(pin(read, rules.overrides), pins))
    return derive_batch(list(articles), store)


def _refused(parcel: Parcel) -> list[Refused]:
    message = f"it could not be published: {parcel.reason}"
    return [Refused(capture.name, Issue(code=NOT_PUBLISHED, message=message)) for capture in parcel.captures]


def _end(writer: Writer, run: Run, report: Report, clock: Callable[[], datetime]) -> None:
    """Say what the folder lost, withdraw it where that is wanted, and keep the report."""
    if run.gone:
        # What was met under another name by now was moved, and lies in the folder still.
        there = {name: id_ for _, name, id_ in writer.captured_in(run.folder) if run.gone.get(name) == id_}
        report.removed = sorted(there)
        # Among what could not be published may be what was moved.
        is_whole = all(refused.issue.code != NOT_PUBLISHED for refused in report.refused)
        report.pruned = run.prune and is_whole and bool(there)
        ids = list(there.values()) if report.pruned else []
        for start in range(0, len(ids), BATCH):
            writer.withdraw(ids[start : start + BATCH], clock(), PRUNE)
    writer.keep_report(run.folder, run.began, clock(), report.content())
    writer.backlog.end(run.id)
