"""feedgen 1.0 behind one door, with what it gets wrong put right.

It prepends entries, takes now for a missing `updated`, drops the attributes of an entry's links, knows no `xml:lang`
of entries, writes only one of a channel's links in RSS, and formats RSS dates under a locale that it sets for the
whole process. The first two are met by saying more, the others here.
"""

from __future__ import annotations

from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from feedgen import entry, feed
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

from service.feeds.entries import plain
from service.feeds.feed import Envelope, Fragment

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from service.feeds.feed import Feed

ATOM = "http://www.w3.org/2005/Atom"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
DUBLIN_CORE_TERMS = "http://purl.org/dc/terms/"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
HISTORY = "http://purl.org/syndication/history/1.0"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# What entries use: their fragments are cut out of one document and put into others.
PREFIXES = {"dc": DUBLIN_CORE, "dcterms": DUBLIN_CORE_TERMS}
# Declared where it is used: the validator of feeds does not know it, and says so.
PREFIXES_OF_DELETED = PREFIXES | {"at": TOMBSTONES}
PREFIXES_OF_ARCHIVES = PREFIXES | {"fh": HISTORY}
GENERATOR = "Nashra"
STYLESHEET = '<?xml-stylesheet type="text/css" href="{}"?>\n'
DECLARATION = b"<?xml version='1.0' encoding='UTF-8'?>\n"


class Element(NamedTuple):
    """An element by its qualified name, with what is in it."""

    name: str
    attributes: dict[str, str]
    text: str | None = None
    children: Sequence[Element] = ()


for module in (entry, feed):
    module.formatRFC2822 = format_datetime


class _Channel(BaseExtension):  # type: ignore[misc]
    """Declares the prefixes once, at the root, and writes what feedgen has no word for."""

    def __init__(self) -> None:
        self.elements: Sequence[Element] = ()
        self.prefixes = PREFIXES

    def extend_ns(self) -> dict[str, str]:
        return self.prefixes

    def extend_atom(self, root: etree._Element) -> etree._Element:
        _append(root, self.elements)
        return root

    def extend_rss(self, root: etree._Element) -> etree._Element:
        _append(root[0], self.elements)
        return root


class _Entry(BaseEntryExtension):  # type: ignore[misc]
    """Writes the language of an entry, whole links, and what feedgen has no word for.

    `updated` is its date in all its digits, `html` the texts that are written as HTML, by their element.
    """

    def __init__(self) -> None:
        self.language: str | None = None
        self.updated = ""
        self.html: dict[str, str] = {}
        self.elements: Sequence[Element] = ()

    def extend_atom(self, element: etree._Element) -> etree._Element:
        if self.language:
            element.set(LANG, self.language)
        element.find("updated").text = self.updated
        for name, markup in self.html.items():
            # feedgen knows no type of a title.
            element.find(name).text = markup
            element.find(name).set("type", "html")
        # feedgen's elements stand in no namespace of their own: the root declares Atom's as a plain attribute.
        for lossy in element.findall("link"):
            element.remove(lossy)
        _append(element, self.elements)
        return element

    def extend_rss(self, element: etree._Element) -> etree._Element:
        _append(element, self.elements)
        return element


def generator_of(about: Feed, elements: Sequence[Element]) -> Any:
    """Return a generator of `about`, which writes `elements` besides what feedgen can."""
    writer = feed.FeedGenerator()
    writer.register_extension("nashra", _Channel, _Entry)
    writer.nashra.elements = elements
    writer.nashra.prefixes = PREFIXES_OF_DELETED if about.deleted else PREFIXES_OF_ARCHIVES if about.is_archive else PREFIXES
    writer.title(plain(about.title))
    writer.language(about.language)
    writer.generator(GENERATOR)
    return writer


def cut_entry(document: bytes, tag: bytes, content: re.Pattern[bytes]) -> Fragment:
    """Return the only entry of a document, parted at its `content`: its prefixes are those that the root declares."""
    end = b"</" + tag + b">"
    written = document[document.index(b"<" + tag) : document.rindex(end) + len(end)]
    found = content.search(written)
    if found is None:
        return Fragment(written, b"", b"", b"")
    return Fragment(written[: found.start()], found[0], b"", written[found.end() :])


def cut_envelope(document: bytes, end: bytes, stylesheet: str) -> Envelope:
    """Return a document without entries, with its stylesheet, in two parts of which the second begins with the tag `end`."""
    at = document.rindex(end)
    declared = DECLARATION + STYLESHEET.format(stylesheet).encode()
    return Envelope(document[:at].replace(DECLARATION, declared, 1), document[at:])


def _append(parent: etree._Element, elements: Sequence[Element]) -> None:
    for element in elements:
        made = etree.SubElement(parent, element.name, element.attributes)
        made.text = element.text
        _append(made, element.children)
