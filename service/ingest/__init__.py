"""Ingest: read, normalise, decide, store. One bad capture never stops it; a broken database always does."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import count, islice
from typing import TYPE_CHECKING

from service.article import Entry, Issue
from service.ingest.decide import Decision, Outcome, decide
from service.ingest.overrides import pin
from service.ingest.reader import Refused, read_folder
from service.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from service.article import Article, Capture
    from service.ingest.overrides import Overrides
    from service.normalise import Registry
    from service.store import Store, Writer

__all__ = ["Report", "ingest"]

# Captures in one transaction: more hold the write lock for too long, fewer cost a sync each.
BATCH = 500


@dataclass(slots=True)
class Report:
    """What an ingest did: outcomes and findings counted, refused files with their reason.

    `elsewhere` is how many entries are published that no capture of this folder gave.
    """

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)
    elsewhere: int = 0

    @property
    def published(self) -> int:
        """How many captures are published, whether this ingest changed them or not."""
        return self.outcomes.total()


def ingest(
    folder: Path,
    registry: Registry,
    store: Store,
    clock: Callable[[], datetime],
    progress: Callable[[str], None] = lambda _name: None,
    overrides: Overrides | None = None,
) -> Report:
    """Publish the captures below `folder`; `progress` is called with the name of each that was read.

    Running it again on the same captures changes nothing. Raises StoreError where the database fails; the
    batches before that are kept whole, and the next run completes the rest.
    """
    report = Report()
    seen: dict[str, str] = {}
    is_filling = store.channel().count == 0
    captures = _usable(read_folder(folder), report, seen, progress)
    pinned = (pin(capture, overrides or {}) for capture in captures)
    articles = ((capture, normalise(capture, registry)) for capture in pinned)
    for batch in _batches(articles):
        with store.writer() as writer:
            decisions = _decide(batch, writer, clock)
            _publish(decisions, writer, clock, is_filling=is_filling)
        for decision in decisions:
            report.outcomes[decision.outcome] += 1
            report.findings.update(issue.code for issue in decision.article.issues)
    report.elsewhere = store.channel().count - report.published
    return report


def _usable(
    results: Iterable[Capture | Refused],
    report: Report,
    seen: dict[str, str],
    progress: Callable[[str], None],
) -> Iterator[Capture]:
    """Yield the captures, and put what is refused into the report; of two with one source key the first counts."""
    for result in results:
        progress(result.name)
        if isinstance(result, Refused):
            report.refused.append(result)
        elif (first := seen.setdefault(result.source, result.name)) != result.name:
            message = f"it has the same url as {first}, which is published; one of the two must go"
            report.refused.append(Refused(result.name, Issue(code="duplicate-source", message=message)))
        else:
            yield result


def _decide(batch: list[tuple[Capture, Article]], writer: Writer, clock: Callable[[], datetime]) -> list[Decision]:
    """Return what to do with a batch, in the order in which it is to be published: oldest first."""
    known = writer.known([capture.source for capture, _ in batch])
    now = clock()

    def age(pair: tuple[Capture, Article]) -> tuple[datetime, float, str]:
        capture, article = pair
        published = article.published.starts.timestamp() if article.published else float("-inf")
        return capture.captured or now, published, capture.source

    return [decide(capture, article, known.get(capture.source), clock()) for capture, article in sorted(batch, key=age)]


def _publish(decisions: list[Decision], writer: Writer, clock: Callable[[], datetime], *, is_filling: bool) -> None:
    revisions = count(writer.next_revision())
    published: list[tuple[Capture, Entry]] = []
    kept: list[tuple[Capture, Entry]] = []
    for decision in decisions:
        known, article = decision.known, decision.article
        if decision.outcome is Outcome.UNCHANGED and known:
            kept.append((decision.capture, replace(known, article=article)))
            continue
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
    writer.keep(kept)
    if published:
        latest = max(entry.revised for _, entry in published)
        writer.publish(published, _changed(latest, writer.channel().changed, clock, is_filling=is_filling))


def _changed(latest: datetime, before: datetime | None, clock: Callable[[], datetime], *, is_filling: bool) -> datetime:
    """Return when the channel changed: with its latest entry, so that a rebuilt database says the same.

    An entry that comes late with an old date is a change all the same: Last-Modified has to move, or a client
    that asks by it alone would never see the entry.
    """
    if before is None or latest > before:
        return latest
    return before if is_filling else clock()


def _batches(items: Iterator[tuple[Capture, Article]]) -> Iterator[list[tuple[Capture, Article]]]:
    while batch := list(islice(items, BATCH)):
        yield batch
