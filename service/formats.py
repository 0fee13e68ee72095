"""The formats in which the API answers, and which of them a client asks for (RFC 9110, section 12.5.1). Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

if TYPE_CHECKING:
    from collections.abc import Collection

MEDIA_TYPES = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv",
    "jsonld": "application/ld+json",
}
CONTENT_TYPES = {
    "json": "application/json",
    "ndjson": "application/x-ndjson; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "jsonld": "application/ld+json",
}


# Clients are of few kinds, and each sends the same line every time.
@lru_cache(maxsize=1000)
def accepted(accept: str) -> tuple[str, ...]:
    """Return the formats that a client takes, the one it likes best first; JSON where it does not care."""
    if not accept:
        return tuple(MEDIA_TYPES)
    parsed = parse_accept_header(accept, MIMEAccept)
    qualities = {name: parsed[media_type] for name, media_type in MEDIA_TYPES.items()}
    taken = [name for name, quality in qualities.items() if quality > 0]
    return tuple(sorted(taken, key=lambda name: -qualities[name]))


def chosen(accept: str, offered: Collection[str]) -> str | None:
    """Return the format to answer in, of those offered; None where the client takes none of them."""
    return next((name for name in accepted(accept) if name in offered), None)
