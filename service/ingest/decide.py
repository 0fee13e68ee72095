"""What an article that was just read means for what is published: nothing, a new entry, or a change. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from service.article import Issue
from service.content import seen
from service.identity import entry_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from service.article import Article, Capture, Entry
    from service.store.derived import Derived


# A second has room for the days from 1990 to 2044, with fifty articles of each.
SPREAD_FROM = datetime(1990, 1, 1, tzinfo=UTC)
SPREAD_DAYS = 20_000
SPREAD_STEP = 50


class Outcome(StrEnum):
    """What becomes of an article."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WITHDRAWN = "withdrawn"


class Prepared(NamedTuple):
    """A capture, its article, the hash of its content, and what it is found by; None where nobody will write it."""

    capture: Capture
    article: Article
    content_hash: str
    derived: Derived | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """An article to publish, with everything but its revision; `known` is what is published so far.

    `derived` is what was derived from the article beforehand.
    """

    outcome: Outcome
    known: Entry | None
    id: UUID
    capture: Capture
    article: Article
    content_hash: str
    first_seen: datetime
    revised: datetime
    derived: Derived | None = None

    def differences(self) -> Iterator[tuple[str, object, object]]:
        """Yield name, value published and value read of each field that subscribers would see change."""
        if self.known is None:
            return
        before, after = seen(self.known.article), seen(self.article)
        yield from ((name, before[name], after[name]) for name in after if before[name] != after[name])


def decide(
    prepared: Prepared, known: Entry | None, now: datetime, *, is_moved: bool = False, minted: UUID | None = None
) -> Decision:
    """Return what to do with an article, of which `known` is published, at the instant `now`.

    A new entry is as old as its capture, so that a database built again from the same corpus says the same;
    a capture of unknown time, or one said to lie ahead, counts from now. Its id is the one that was `minted` for it
    before, if any.
    A known entry keeps its source, in whatever spelling it comes again, unless its file `is_moved`.
    """
    capture, article = prepared.capture, prepared.article
    if known and not is_moved:
        article = replace(article, source=known.article.source)
    if capture.captured is None:
        message = "nothing says when it was captured, so feeds sort it as of now; run `nashra stamp`, or declare `captured`"
        timeless = Issue(code="no-capture-time", field="captured", message=message)
        article = replace(article, issues=(*article.issues, timeless))
    captured = capture.captured if capture.captured and capture.captured <= now else None
    first_seen = known.first_seen if known else now
    if article.published and article.published.starts > first_seen:
        message = f"published {article.published.edtf} lies after the capture; it is kept, and sorted as of its capture"
        ahead = Issue(code="date-in-future", field="published", raw=article.published.edtf, message=message)
        article = replace(article, issues=(*article.issues, ahead))
    # Source and issues, which may be others by now, are no part of what was hashed.
    content_hash = prepared.content_hash
    identity = known.id if known else minted or entry_id(capture.source)
    captured = captured and _spread(captured, article, identity)
    if known is None:
        outcome, revised = Outcome.NEW, captured or now
    elif known.content_hash == content_hash:
        outcome, revised = Outcome.UNCHANGED, known.revised
    else:
        outcome, revised = Outcome.CHANGED, captured if captured and captured > known.revised else now
    return Decision(
        outcome=outcome,
        known=known,
        id=identity,
        capture=capture,
        article=article,
        content_hash=content_hash,
        first_seen=first_seen,
        revised=revised,
        derived=prepared.derived,
    )


def _spread(captured: datetime, article: Article, identity: UUID) -> datetime:
    """Return a capture time that names only a second as an instant within it.

    Captures are often made together, and feeds want no two entries of one instant. What is known of an article says
    where in the second it lies, later for a later date, so that a database built again says the same.
    """
    if captured.microsecond:
        return captured
    days = (article.published.starts - SPREAD_FROM).days if article.published else 0
    return captured + timedelta(microseconds=min(max(days, 0), SPREAD_DAYS - 1) * SPREAD_STEP + identity.int % SPREAD_STEP)
