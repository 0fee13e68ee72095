"""RSS 2.0, with the elements of other vocabularies that readers know: content, Dublin Core, Atom, RFC 5005."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from service.channels import feed_language
from service.feeds import generator
from service.feeds.atom import (
    EPOCH,
    NOWHERE,
    archive_marks,
    dates_of,
    relations_of,
)
from service.feeds.entries import (
    authors_of,
    categories_of,
    content_of,
    plain,
    published_of,
    summary_of,
    title_of,
    updated_of,
)
from service.feeds.generator import Element
from service.links import ANYWHERE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.article import Entry
    from service.feeds.feed import Envelope, Feed, Fragment

CONTENT_TYPE = "application/rss+xml; charset=utf-8"
MEDIA_TYPE = "application/rss+xml"
CONTENT = re.compile(rb"<content:encoded>[^<]*</content:encoded>")


def fragment(entry: Entry) -> Fragment:
    """Return an entry as RSS writes it; equal entries give equal bytes."""
    writer = _writer(NOWHERE)
    article = entry.article
    item = writer.add_entry(order="append")
    item.id(entry.id.urn)
    item.guid(entry.id.urn, permalink=False)
    title = plain(title_of(article))
    item.title(title)
    item.link(href=ANYWHERE.article(entry.id))
    # A description is HTML. feedgen needs one to write the body as content; the title may be all that is known.
    item.description(escape(summary_of(article) or title, quote=False))
    if content := content_of(article):
        item.content(content, type="html")
    if published := published_of(entry):
        item.published(published)
    for category in categories_of(article):
        item.category(term=category.label, scheme=ANYWHERE.collection(category.facet))
    item.nashra.elements = [*_said_by_others(entry), *dates_of(entry)]
    return generator.cut_entry(writer.rss_str(), b"item", CONTENT)


def envelope(feed: Feed) -> Envelope:
    """Return the document around its items."""
    return generator.cut_envelope(_writer(feed).rss_str(), b"</channel>", feed.links.stylesheet)


def _writer(feed: Feed) -> Any:
    links = [Element(f"{{{generator.ATOM}}}link", attributes) for attributes in relations_of(feed, MEDIA_TYPE)]
    writer = generator.generator_of(feed, [*links, *archive_marks(feed)])
    writer.description(plain(feed.description))
    writer.lastBuildDate(feed.changed or EPOCH)
    writer.ttl(feed.ttl)
    writer.docs("https://www.rssboard.org/rss-specification")
    writer.link(href=feed.url, rel="self", type=MEDIA_TYPE)
    # feedgen takes the last link as the channel's own.
    writer.link(href=feed.page, rel="alternate", type="text/html")
    return writer


def _said_by_others(entry: Entry) -> Iterator[Element]:
    """Yield what RSS has no element for: authors without an e-mail address, the language, when it last changed."""
    for name in authors_of(entry.article):
        yield Element(f"{{{generator.DUBLIN_CORE}}}creator", {}, name)
    if language := feed_language(entry.article.language):
        yield Element(f"{{{generator.DUBLIN_CORE}}}language", {}, language)
    yield Element(f"{{{generator.ATOM}}}updated", {}, updated_of(entry))
