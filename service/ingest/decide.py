"""What an article that was just read means for what is published: nothing, a new entry, or a change. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from service.article import Issue

if TYPE_CHECKING:
    from datetime import datetime

    from service.article import Article, Capture, Entry

# Entries are named within this UUID for good: changing it would make every article look new to every reader.
NAMESPACE = UUID("f6ed7058-73c6-4d57-aba1-32ed6e831820")


class Outcome(StrEnum):
    """What becomes of an article."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """An article to publish, with everything but its revision; `known` is what is published so far."""

    outcome: Outcome
    known: Entry | None
    id: UUID
    capture: Capture
    article: Article
    content_hash: str
    first_seen: datetime
    revised: datetime


def decide(capture: Capture, article: Article, known: Entry | None, now: datetime) -> Decision:
    """Return what to do with `article`, of which `known` is published, at the instant `now`.

    A new entry is as old as its capture, so that a database built again from the same corpus says the same;
    a capture of unknown time, or one said to lie ahead, counts from now.
    """
    captured = capture.captured if capture.captured and capture.captured <= now else None
    first_seen = known.first_seen if known else now
    if article.published and article.published.starts > first_seen:
        message = f"published {article.published.edtf} lies after the capture; it is kept, and sorted as of its capture"
        ahead = Issue(code="date-in-future", field="published", raw=article.published.edtf, message=message)
        article = replace(article, issues=(*article.issues, ahead))
    content_hash = hash_content(article)
    if known is None:
        outcome, revised = Outcome.NEW, captured or now
    elif known.content_hash == content_hash:
        outcome, revised = Outcome.UNCHANGED, known.revised
    else:
        outcome, revised = Outcome.CHANGED, captured if captured and captured > known.revised else now
    return Decision(
        outcome=outcome,
        known=known,
        id=known.id if known else uuid5(NAMESPACE, capture.source),
        capture=capture,
        article=article,
        content_hash=content_hash,
        first_seen=first_seen,
        revised=revised,
    )


def hash_content(article: Article) -> str:
    """Return a hash of all that subscribers see of an article, as 32 hexadecimal digits.

    Evidence and issues are left out: explaining a value better is no change of the article.
    """
    seen = {
        "url": article.url,
        "title": article.title,
        "subtitle": article.subtitle,
        "authors": article.authors,
        "agency": article.agency,
        "section": article.section,
        "tags": article.tags,
        "via": article.via and article.via.key,
        "summary": article.summary,
        "body": article.body,
        "language": article.language,
        "outlet": article.outlet and (article.outlet.key, article.outlet.name_ar, article.outlet.name_latin),
        "published": article.published and (article.published.edtf, article.published.zone_source),
        "modified": article.modified and (article.modified.edtf, article.modified.zone_source),
    }
    text = json.dumps(seen, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
