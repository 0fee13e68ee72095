"""Values to rows and back; no other module knows a column."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from service.article import Article, Capture, Confidence, Dated, Entry, Evidence, Issue, Kind, Outlet, ZoneSource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    # A row as the engine gives it: columns by name.
    Row = Mapping[Any, Any]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# Undated entries come after every dated one, the latest seen first: this lies far below the year 1.
UNDATED = -(2**62)
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
PARAGRAPH_GAP = "\n\n"
NONE_RELATED = "[]"

OUTLET_PREFIX = "outlet_"
VIA_PREFIX = "via_"
OUTLET_LISTS = ("aliases", "domains", "languages")
OUTLET_TEXTS = ("key", "name_ar", "name_latin", "country", "zone")


def to_micros(moment: datetime) -> int:
    """Return an aware instant as microseconds since 1970."""
    return (moment - EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return microseconds since 1970 as an instant in UTC."""
    return EPOCH + micros * MICROSECOND


def sort_key(article: Article, first_seen: datetime) -> int:
    """Return where an article stands in the order of publication.

    A date that lies ahead counts as the day it was first seen, so that it does not stay on top.
    """
    if article.published is None:
        return UNDATED + to_micros(first_seen)
    return min(to_micros(article.published.starts), to_micros(first_seen))


def outlet_to_row(outlet: Outlet) -> dict[str, Any]:
    """Return an outlet as a row of `outlets`."""
    row = {name: getattr(outlet, name) for name in OUTLET_TEXTS}
    return row | {name: _dump(getattr(outlet, name)) for name in OUTLET_LISTS} | {"kind": str(outlet.kind)}


def outlet_from_row(row: Row, prefix: str = "") -> Outlet:
    """Return the outlet of a row of `outlets`, whose columns may stand under a prefix in a joined row."""
    values: dict[str, Any] = {name: row[prefix + name] for name in OUTLET_TEXTS}
    values |= {name: tuple(json.loads(row[prefix + name])) for name in OUTLET_LISTS}
    return Outlet(kind=Kind(row[prefix + "kind"]), **values)


def entry_to_row(entry: Entry, article_row: Row | None = None) -> dict[str, Any]:
    """Return an entry as a row of `entries`; `article_row` is what `article_to_row` gave for its article before."""
    article = entry.article
    return {
        "sequence": entry.sequence,
        "id": entry.id,
        "source": article.source,
        "revision": entry.revision,
        "content_hash": entry.content_hash,
        "first_seen": to_micros(entry.first_seen),
        "revised": to_micros(entry.revised),
        "sort_at": sort_key(article, entry.first_seen),
        "issues": _dump([asdict(issue) for issue in article.issues]),
        **(article_to_row(article) if article_row is None else article_row),
    }


def article_to_row(article: Article) -> dict[str, Any]:
    """Return the columns of `entries` that say what an article says, without its source and its issues."""
    return {
        "published_at": article.published and to_micros(article.published.starts),
        "published_floats": bool(article.published and floats(article.published)),
        "modified_at": article.modified and to_micros(article.modified.starts),
        "url": article.url,
        "title": article.title,
        "subtitle": article.subtitle,
        "outlet": article.outlet.key if article.outlet else None,
        "via": article.via.key if article.via else None,
        "agency": article.agency,
        "authors": _dump(article.authors),
        "section": article.section,
        "tags": _dump(article.tags),
        **_dated_to_row("published", article.published),
        **_dated_to_row("modified", article.modified),
        "language": article.language,
        "summary": article.summary,
        "evidence": _dump([_reason(evidence) for evidence in article.evidence]),
        "body": PARAGRAPH_GAP.join(article.body),
    }


def entry_from_row(row: Row) -> Entry:
    """Return the entry of a row of `entries` joined with its rows of `outlets` under the prefixes."""
    article = Article(
        source=row["source"],
        url=row["url"],
        title=row["title"],
        subtitle=row["subtitle"],
        outlet=outlet_from_row(row, OUTLET_PREFIX) if row["outlet"] else None,
        via=outlet_from_row(row, VIA_PREFIX) if row["via"] else None,
        agency=row["agency"],
        authors=tuple(json.loads(row["authors"])),
        section=row["section"],
        tags=tuple(json.loads(row["tags"])),
        published=_dated_from_row("published", row),
        modified=_dated_from_row("modified", row),
        language=row["language"],
        summary=row["summary"],
        body=tuple(row["body"].split(PARAGRAPH_GAP)) if row["body"] else (),
        evidence=tuple(_evidence(item) for item in json.loads(row["evidence"])),
        issues=tuple(Issue(**item) for item in json.loads(row["issues"])),
    )
    return Entry(
        id=row["id"],
        article=article,
        content_hash=row["content_hash"],
        first_seen=from_micros(row["first_seen"]),
        revised=from_micros(row["revised"]),
        sequence=row["sequence"],
        revision=row["revision"],
    )


def capture_to_row(capture: Capture, sequence: int, normaliser: str) -> dict[str, Any]:
    """Return a capture, read by a version of the normaliser, as a row of `captures`."""
    is_plain = capture.raw == capture.text.encode("utf-8", "surrogatepass")
    return {
        "sequence": sequence,
        "name": capture.name,
        "captured": to_micros(capture.captured) if capture.captured else None,
        "normaliser": normaliser,
        "declared": _dump(dict(capture.declared)),
        "declared_by": _dump(dict(capture.declared_by)),
        "issues": _dump([asdict(issue) for issue in capture.issues]),
        # JSON, since a text may hold what no text column takes: NUL, lone surrogates.
        "text": None if is_plain else json.dumps(capture.text),
        "raw": capture.raw,
    }


def capture_from_row(row: Row) -> Capture:
    """Return the capture of a row of `captures` joined with the `source` of its entry."""
    text = row["raw"].decode("utf-8", "surrogatepass") if row["text"] is None else json.loads(row["text"])
    return Capture(
        name=row["name"],
        source=row["source"],
        raw=row["raw"],
        text=text,
        declared=json.loads(row["declared"]),
        declared_by=json.loads(row["declared_by"]),
        captured=None if row["captured"] is None else from_micros(row["captured"]),
        issues=tuple(Issue(**item) for item in json.loads(row["issues"])),
    )


def floats(dated: Dated) -> bool:
    """Tell whether a date names no zone: its calendar counts, not an instant."""
    return "T" not in dated.edtf or datetime.fromisoformat(dated.edtf).tzinfo is None


def related_to_row(ids: Sequence[UUID]) -> str:
    """Return the ids of entries as the column `related` has them."""
    return _dump([str(each) for each in ids])


def related_from_row(related: str) -> list[UUID]:
    """Return the ids of the column `related`."""
    return [] if related == NONE_RELATED else [UUID(each) for each in json.loads(related)]


def entry_digest(row: Row) -> int:
    """Return the hash of a row of `entries` that the digest of a channel sums up: all that feeds and pages say of it."""
    seen = f"{row['id']} {row['content_hash']} {row['revised']}"
    if row["related"] != NONE_RELATED:
        seen += f" {row['related']}"
    return int.from_bytes(hashlib.blake2b(seen.encode(), digest_size=16).digest())


def _dated_to_row(name: str, dated: Dated | None) -> dict[str, Any]:
    return {name: dated and dated.edtf, f"{name}_zone_source": dated and str(dated.zone_source)}


def _dated_from_row(name: str, row: Row) -> Dated | None:
    return Dated.of(row[name], ZoneSource(row[f"{name}_zone_source"])) if row[name] else None


def _evidence(item: dict[str, Any]) -> Evidence:
    span = tuple(item["span"]) if item["span"] else None
    return Evidence(**item | {"span": span, "confidence": Confidence(item["confidence"])})


def _reason(evidence: Evidence) -> dict[str, object]:
    """Return evidence as JSON keeps it; `asdict` would take ten times as long, and there are several for each article."""
    return {
        "field": evidence.field,
        "raw": evidence.raw,
        "span": evidence.span,
        "rule": evidence.rule,
        "confidence": evidence.confidence,
    }


def _dump(value: Sequence[object] | dict[str, str]) -> str:
    if value:
        return ENCODER.encode(value)
    return "{}" if isinstance(value, dict) else "[]"
