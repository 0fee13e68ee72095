"""Feeds in RSS and Atom: each entry is a capture. feedparser reads them, of bytes alone.

Measured on hostile feeds: expat refuses entities that multiply and reads none from outside, but what comes before
that refusal costs seconds, and so does the lenient parser on text that is no XML. So neither is let in.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import feedparser
from lxml import etree

from service.ingest.formats.declared import Claim, joined
from service.ingest.formats.html_text import html_to_text
from service.ingest.formats.results import Found, Refused, capture_of, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.article import Capture

RULE = "feed"
ENTITY = re.compile(rb"<\0?!\0?E\0?N\0?T\0?I\0?T\0?Y", re.IGNORECASE)
# A feed that is no XML is read leniently up to here.
LENIENT_BYTES = 256 * 1024
PART = re.compile(rb"<(?P<close>/?)(?:[\w.-]{1,20}:)?(?P<tag>item|entry)(?=[\s/>])")
HAS_SCHEME = re.compile(r"(?:urn|tag):\S+|https?://\S+", re.IGNORECASE)


def read_feed(raw: bytes, name: str) -> Iterator[Capture | Refused]:
    """Yield the captures of a feed, named by the number of their entry."""
    if problem := _problem(raw):
        yield refused(name, *problem)
        return
    feed = feedparser.parse(io.BytesIO(raw), sanitize_html=False, resolve_relative_uris=False)
    if not feed.version:
        yield refused(name, "no-feed", "this is no RSS or Atom feed; save a page as .html")
        return
    if not feed.entries:
        yield refused(name, "empty", "there is no entry in this feed")
    parts = _parts(raw)
    outlet = _text(feed.feed.get("title_detail"))
    for number, entry in enumerate(feed.entries, start=1):
        found = _found(entry, outlet)
        # What the entry was in the file, where that is clear.
        part = parts[number - 1] if len(parts) == len(feed.entries) else found.text.encode("utf-8", "replace")
        yield capture_of(f"{name}#{number}", part, found)


def _problem(raw: bytes) -> tuple[str, str] | None:
    if not raw.strip():
        return "empty", "there is no text in it"
    if ENTITY.search(raw):
        return "unsafe-xml", "it declares entities, which no feed needs; remove the DOCTYPE"
    if len(raw) <= LENIENT_BYTES:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return "bad-xml", f"it is not XML: {error}"
    return None


def _found(entry: Any, outlet: str) -> Found:
    title = _text(entry.get("title_detail"))
    contents = [text for detail in entry.get("content", ()) if (text := _text(detail))]
    body = max(contents, key=len, default="") or _text(entry.get("summary_detail"))
    link, key = (str(entry.get(name) or "").strip() for name in ("link", "id"))
    claims = (
        Claim("title", title, RULE),
        Claim("url", link, RULE),
        Claim("published", _date(entry, "published"), RULE),
        Claim("modified", _date(entry, "updated"), RULE),
        Claim("author", joined(_authors(entry)), RULE),
        Claim("tags", joined(tag.get("term") or "" for tag in entry.get("tags", ())), RULE),
        Claim("outlet", outlet, RULE),
    )
    text = "\n\n".join(part for part in (title, body) if part)
    return Found(text=text, claims=claims, key=key if HAS_SCHEME.fullmatch(key) else None)


def _text(detail: Any) -> str:
    """Return a title, content or summary as text, whichever way it is written."""
    if not detail or not detail.get("value"):
        return ""
    value = str(detail["value"])
    return value if detail.get("type") == "text/plain" and "<" not in value else html_to_text(value)


def _date(entry: Any, field: str) -> str:
    # feedparser answers `published` where `updated` is missing, unless the dictionary below is asked.
    return str(dict.get(entry, field) or "")


def _authors(entry: Any) -> Iterator[str]:
    for author in entry.get("authors", ()):
        # RSS wants an address of mail with the name in brackets; feedparser takes the two apart.
        if name := author.get("name"):
            yield name


def _parts(raw: bytes) -> list[bytes]:
    """Return the bytes of each entry of a feed, in order."""
    parts: list[bytes] = []
    start: int | None = None
    for match in PART.finditer(raw):
        if not match["close"]:
            start = match.start() if start is None else start
        elif start is not None:
            parts.append(raw[start : raw.find(b">", match.end()) + 1])
            start = None
    return parts
