"""A saved page: its text, and what it declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.ingest.formats.encoding import NotTextError, decode_html
from service.ingest.formats.front import Front, read_front_matter
from service.ingest.formats.html_meta import claims_of
from service.ingest.formats.html_text import parse, region_of, text_of
from service.ingest.formats.results import Found, Refused, capture_of, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.article import Capture


def read_html(raw: bytes, name: str) -> Iterator[Capture | Refused]:
    """Yield the capture of an HTML page; front matter above it is a person's and counts first."""
    if not raw.strip():
        yield refused(name, "empty", "there is no text in it")
        return
    try:
        markup = decode_html(raw)
    except NotTextError as error:
        yield refused(name, error.code, str(error))
        return
    front = read_front_matter(markup)
    yield capture_of(name, raw, found_in(front.text, front if front.text is not markup else None))


def found_in(markup: str, front: Front | None = None) -> Found:
    """Return the text and the claims of a page."""
    root = parse(markup)
    if root is None:
        return Found(text="", front=front)
    region = region_of(root)
    text = text_of(region)
    return Found(text=text, claims=claims_of(root, region, text), front=front)
