"""Atom 1.0 (RFC 4287), with paging and archives (RFC 5005) and withdrawn entries (RFC 6721)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any

from service.article import Precision
from service.channels import UNDETERMINED, feed_language
from service.feeds import generator
from service.feeds.entries import (
    authors_of,
    categories_of,
    content_of,
    looks_like_markup,
    plain,
    published_of,
    summary_of,
    title_of,
    updated_of,
)
from service.feeds.feed import Envelope, Feed, Fragment
from service.feeds.generator import Element
from service.links import ANYWHERE
from service.store import Facet, Term

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.article import Entry

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
MEDIA_TYPE = "application/atom+xml"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
END = b"</entry>"
CONTENT = re.compile(rb"<content [^>]*>[^<]*</content>")
# Nothing of it is published: it only holds the one entry that is cut out.
NOWHERE = Feed(links=ANYWHERE, id="-", url="-", page="-", title="-", description="-", language="und", changed=None, ttl=0)


def fragment(entry: Entry) -> Fragment:
    """Return an entry as Atom writes it; equal entries give equal bytes."""
    writer = _writer(NOWHERE)
    article, language = entry.article, feed_language(entry.article.language)
    item = writer.add_entry(order="append")
    item.id(entry.id.urn)
    item.title(title_of(article))
    item.updated(entry.revised)
    if published := published_of(entry):
        # In UTC: there are readers that pass over the offset of an Atom date.
        item.published(published.astimezone(UTC))
    for name in authors_of(article):
        item.author({"name": name})
    for category in categories_of(article):
        item.category(term=category.term, scheme=ANYWHERE.collection(category.facet), label=category.label)
    if summary := summary_of(article):
        item.summary(summary)
    if content := content_of(article):
        item.content(content, type="html")
    # feedgen wants a link where there is no content; the extension writes the links whole.
    item.link(href=ANYWHERE.article(entry.id))
    # Said also where it is unknown, or the entry would inherit the language of the feed.
    item.nashra.language = language or UNDETERMINED
    item.nashra.updated = updated_of(entry)
    said = {"title": title_of(article), "summary": summary_of(article) or ""}
    # What looks like HTML is said to be text, in the one way that no program can misread.
    item.nashra.html = {name: escape(text, quote=False) for name, text in said.items() if looks_like_markup(text)}
    item.nashra.elements = [*_links(entry), *_source(entry), *dates_of(entry)]
    return generator.cut_entry(writer.atom_str(), b"entry", CONTENT)


def referring(fragment: Fragment, urls: Sequence[str]) -> Fragment:
    """Return an entry that refers to the pages of earlier reports of its story."""
    links = b"".join(b'<link rel="related" type="text/html" href="%s"/>' % escape(url).encode() for url in urls)
    head, full, short, tail = fragment
    if not tail:
        # An entry without content is in one part.
        return Fragment(_inserted(head, links), full, short, tail)
    return Fragment(head, full, short, _inserted(tail, links))


def envelope(feed: Feed) -> Envelope:
    """Return the document around its entries."""
    return generator.cut_envelope(_writer(feed).atom_str(), b"</feed>", feed.links.stylesheet)


def dates_of(entry: Entry) -> Iterator[Element]:
    """Yield the date of publication where no hour of it is known: Atom and RSS must name one, this names none.

    Where it is known nothing more is said, as some readers would take this for the date and misread its offset.
    """
    dated = entry.article.published
    if dated and dated.precision is not Precision.MINUTE and published_of(entry):
        yield Element(f"{{{generator.DUBLIN_CORE_TERMS}}}issued", {}, dated.edtf)


def archive_marks(feed: Feed) -> Iterator[Element]:
    """Yield the mark of an archive (RFC 5005, section 4)."""
    if feed.is_archive:
        yield Element(f"{{{generator.HISTORY}}}archive", {})


def relations_of(feed: Feed, media_type: str) -> Iterator[dict[str, str]]:
    """Yield the attributes of the links to other documents and to hubs."""
    for relation, url in feed.relations.items():
        yield {"rel": relation, "type": media_type, "href": url}
    for hub in feed.hubs:
        yield {"rel": "hub", "href": hub}


def _writer(feed: Feed) -> Any:
    links = [Element("link", attributes) for attributes in relations_of(feed, MEDIA_TYPE)]
    deleted = [
        Element(f"{{{generator.TOMBSTONES}}}deleted-entry", {"ref": gone.id.urn, "when": gone.withdrawn.isoformat()})
        for gone in feed.deleted
    ]
    writer = generator.generator_of(feed, [*links, *archive_marks(feed), *deleted])
    writer.id(feed.id)
    writer.updated(feed.changed or EPOCH)
    # Entries that name neither author nor outlet take this one: Atom wants one.
    writer.author({"name": plain(feed.title)})
    writer.icon(feed.links.icon)
    writer.link(href=feed.url, rel="self", type=MEDIA_TYPE)
    writer.link(href=feed.page, rel="alternate", type="text/html")
    return writer


def _inserted(entry: bytes, links: bytes) -> bytes:
    return entry.removesuffix(END) + links + END


def _links(entry: Entry) -> Iterator[Element]:
    alternate = {"rel": "alternate", "type": "text/html", "href": ANYWHERE.article(entry.id)}
    if language := feed_language(entry.article.language):
        alternate["hreflang"] = language
    yield Element("link", alternate)
    if entry.article.url:
        yield Element("link", {"rel": "via", "href": entry.article.url})


def _source(entry: Entry) -> Iterator[Element]:
    """Yield the outlet as the source of an entry (RFC 4287, section 4.2.11)."""
    outlet = entry.article.outlet
    if outlet is None:
        return
    home = f"https://{outlet.domains[0]}/" if outlet.domains else ANYWHERE.channel(Term(Facet.OUTLET, outlet.key))
    children = (
        Element("id", {}, home),
        Element("title", {}, plain(outlet.name)),
        Element("updated", {}, updated_of(entry)),
        Element("link", {"rel": "alternate", "type": "text/html", "href": home}),
    )
    yield Element("source", {}, None, children)
