"""An Atom 1.0 document (RFC 4287), written by feedgen, with what feedgen gets wrong put right.

feedgen 1.0 prepends entries, takes now for a missing `updated`, drops the attributes of an entry's links and
has no `xml:lang` for entries: the first two are met by saying more, the others by an extension.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree
from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.article import Article, Dated, Entry
    from service.links import Links

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
# Part of every validator: raise it when the same entries are written differently.
RENDERING = "atom-1"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
UNDETERMINED = "und"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Readers and validators know no tag for dialects written here; RFC 5646 has a region for the one we tell apart.
FEED_LANGUAGES = {"ary": "ar-MA"}
UNTITLED_LENGTH = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What a feed document says: its channel and the entries, the first one first."""

    links: Links
    title: str
    language: str
    changed: datetime | None
    entries: Sequence[Entry]


def render(feed: Feed) -> bytes:
    """Return the document; equal feeds give equal bytes."""
    writer = FeedGenerator()
    writer.register_extension("nashra", BaseExtension, _EntryExtension, rss=False)
    writer.id(feed.links.feed)
    writer.title(feed.title)
    writer.language(feed.language)
    writer.generator("Nashra")
    writer.updated(feed.changed or EPOCH)
    writer.author({"name": feed.title})
    writer.link(href=feed.links.feed, rel="self", type="application/atom+xml")
    writer.link(href=feed.links.home, rel="alternate", type="text/html")
    for entry in feed.entries:
        _add(writer, entry, feed.links)
    document: bytes = writer.atom_str(pretty=False)
    return document


def _add(writer: FeedGenerator, entry: Entry, links: Links) -> None:
    article, language = entry.article, feed_language(entry.article.language)
    item = writer.add_entry(order="append")
    item.id(entry.id.urn)
    item.title(title_of(article))
    item.updated(entry.revised)
    if article.published:
        item.published(local_start(article.published))
    # An author may be a body (RFC 4287, section 3.2), and the author is what readers show: persons, then the outlet.
    for name in (*article.authors, *([article.outlet.name] if article.outlet else [])):
        item.author({"name": name})
    if article.outlet:
        item.category(term=article.outlet.key, scheme=links.outlets, label=article.outlet.name)
    if article.section:
        item.category(term=article.section, scheme=links.sections)
    for tag in article.tags:
        item.category(term=tag, scheme=links.tags)
    if article.summary:
        item.summary(article.summary)
    if article.body:
        item.content(content_of(article), type="html")
    # feedgen wants a link where there is no content; the extension writes the link whole.
    item.link(href=links.article(entry.id))
    # Said also where it is unknown, or the entry would inherit the language of the feed.
    item.nashra.language = language or UNDETERMINED
    item.nashra.links = [{"rel": "alternate", "type": "text/html", "href": links.article(entry.id)}]
    if language:
        item.nashra.links[0]["hreflang"] = language
    if article.url:
        item.nashra.links.append({"rel": "via", "href": article.url})


class _EntryExtension(BaseEntryExtension):  # type: ignore[misc]
    """Writes what feedgen cannot: whole links and the language of an entry."""

    def __init__(self) -> None:
        self.language = UNDETERMINED
        self.links: list[dict[str, str]] = []

    def extend_atom(self, element: etree._Element) -> etree._Element:
        element.set(LANG, self.language)
        # feedgen's elements stand in no namespace of their own: the root declares Atom's as a plain attribute.
        for lossy in element.findall("link"):
            element.remove(lossy)
        for attributes in self.links:
            etree.SubElement(element, "link", attributes)
        return element


def feed_language(language: str) -> str | None:
    """Return a language as feeds may say it; None where it is not known."""
    return None if language == UNDETERMINED else FEED_LANGUAGES.get(language, language)


def title_of(article: Article) -> str:
    """Return the title, which Atom requires: the first words of a text that has none, else its key."""
    if article.title:
        return article.title
    words = (article.summary or article.source)[:UNTITLED_LENGTH]
    return words if len(words) < UNTITLED_LENGTH else words.rsplit(" ", 1)[0] + "…"


def content_of(article: Article) -> str:
    """Return the body as HTML whose language and direction survive readers that strip styles."""
    language = feed_language(article.language)
    attributes = Markup(' lang="{}"').format(language) if language else Markup("")
    paragraphs = Markup("").join(Markup("<p>{}</p>").format(paragraph) for paragraph in article.body)
    return str(Markup('<div dir="{}"{}>{}</div>').format(escape(article.direction), attributes, paragraphs))


def local_start(dated: Dated) -> datetime:
    """Return the first instant of a date under the offset that it was printed with."""
    printed = datetime.fromisoformat(dated.edtf) if "T" in dated.edtf else dated.starts
    return printed if printed.tzinfo else dated.starts
