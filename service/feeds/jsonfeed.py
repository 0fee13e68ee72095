"""JSON Feed 1.1, dumped by its schemas."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from schemas.jsonfeed import JsonFeedBody, JsonFeedItemBody
from service.channels import feed_language
from service.feeds.entries import authors_of, content_of, published_of, summary_of, title_of, updated_of
from service.feeds.feed import Envelope, Feed, Fragment
from service.links import ANYWHERE

if TYPE_CHECKING:
    from service.article import Entry

CONTENT_TYPE = "application/feed+json; charset=utf-8"
MEDIA_TYPE = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"
ITEM, FEED = JsonFeedItemBody(), JsonFeedBody()


def fragment(entry: Entry) -> Fragment:
    """Return an entry as JSON Feed writes it; equal entries give equal bytes."""
    article = entry.article
    published, content, summary = published_of(entry), content_of(article), summary_of(article)
    item = {
        "id": entry.id.urn,
        "url": ANYWHERE.article(entry.id),
        "external_url": article.url,
        "title": title_of(article),
        "summary": summary if content else None,
        "date_published": published and published.isoformat(),
        "date_modified": updated_of(entry),
        "authors": [{"name": name} for name in authors_of(article)],
        "tags": [*([article.section] if article.section else []), *article.tags],
        "language": feed_language(article.language),
        "nashra": {
            "published": _dated(entry),
            "outlet": article.outlet and article.outlet.key,
            "via": article.via and article.via.key,
            "section": article.section,
        },
    }
    head = _json(ITEM.dump(item))[:-1]
    # An item must have a content, of one kind or the other.
    short = _member("content_text", summary or title_of(article))
    return Fragment(head, _member("content_html", content) if content else short, short, b"}")


def envelope(feed: Feed) -> Envelope:
    """Return the document around its items."""
    # The walk of an archive is another than that of pages: the one would show entries of the other again. Files have it alone.
    older = "prev-archive" if feed.is_archive or feed.links.is_static else "next"
    body = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.url,
        "description": feed.description,
        "next_url": feed.relations.get(older),
        "icon": feed.links.icon,
        "favicon": feed.links.icon,
        "language": feed.language,
        "hubs": [{"type": "WebSub", "url": hub} for hub in feed.hubs],
    }
    return Envelope(_json(FEED.dump(body))[:-1] + b',"items":[', b"]}", b",")


def _dated(entry: Entry) -> dict[str, str] | None:
    dated, evidence = entry.article.published, entry.article.why("published")
    if dated is None:
        return None
    said = {"edtf": dated.edtf, "precision": dated.precision.value, "zone_source": dated.zone_source.value}
    return said | ({"confidence": evidence.confidence.value} if evidence else {})


def _member(name: str, value: str) -> bytes:
    return b',"' + name.encode() + b'":' + _json(value)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
