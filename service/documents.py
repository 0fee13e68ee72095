"""A whole answer as a value: the bytes, what tells whether a client has them, and how long they are good."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.conditional import Validators
    from service.store import Channel, Term

# Where the edge finds the document that a view answered with (see service.edge).
DOCUMENT = "nashra.document"
# Seconds for which a cache answers by itself; nothing that is published here is younger news than that.
MAX_AGE = 60
# Seconds for which a cache may show what it has while it asks for a newer one, and while there is none to be had.
STALE_WHILE_REVALIDATE = 600
STALE_IF_ERROR = 86_400
VARY = "Accept-Encoding"
# By this header a browser says that it opens an address for a person to see; readers and scripts never say so.
OPENED_BY, OPENED = "Sec-Fetch-Dest", "document"
READABLE_HEADERS = (
    "ETag, Idempotency-Replayed, Last-Modified, Link, Location, Retry-After, X-Request-ID, "
    "RateLimit-Limit, RateLimit-Policy, RateLimit-Remaining, RateLimit-Reset"
)
ASKED_HEADERS = "Accept, A-IM, Authorization, Content-Type, Idempotency-Key, If-Match, If-Modified-Since, If-None-Match"
READS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The body of the answer to a GET; None where the client has it, which was found out before it was made.

    It is good while the channel `watched` is in the state in which it was rendered; for this one answer where
    nothing is watched. `shown_as` is the content type of the same bytes where a person opens the address: browsers
    would otherwise not apply the style sheet that a feed names.
    """

    body: bytes | None
    validators: Validators
    watched: tuple[Term, Channel] | None = None
    shown_as: str | None = None


def answer(document: Document, content_type: str, *, max_age: int = MAX_AGE, headers: Iterable[tuple[str, str]] = ()) -> Response:
    """Answer the current request with a document; the edge sees to codings and conditions. `max_age` is in seconds."""
    status = HTTPStatus.NOT_MODIFIED if document.body is None else HTTPStatus.OK
    vary = f"{VARY}, {OPENED_BY}" if document.shown_as else VARY
    # All at once: to set one after the other takes three times as long.
    said = [("Content-Type", content_type), *document.validators.headers, *_shared(max_age, vary), *headers]
    response = Response(document.body or b"", status, headers=said)
    if document.body is None:
        del response.headers["Content-Type"]
    request.environ[DOCUMENT] = document
    return response


def is_conditional() -> bool:
    """Tell whether the client of the current request says what it has."""
    return "If-None-Match" in request.headers or "If-Modified-Since" in request.headers


def has_current(validators: Validators) -> bool:
    """Tell whether the client of the current request has what has these validators."""
    return validators.match(request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since"))


def share(response: Response, max_age: int = MAX_AGE) -> Response:
    """Let caches keep a response and scripts of every site read it: it does not depend on who asks."""
    response.headers.update(_shared(max_age, VARY))
    return response


def _shared(max_age: int, vary: str) -> list[tuple[str, str]]:
    stale = f"stale-while-revalidate={STALE_WHILE_REVALIDATE}, stale-if-error={STALE_IF_ERROR}"
    return [
        ("Cache-Control", f"public, max-age={max_age}, {stale}"),
        ("Vary", vary),
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Expose-Headers", READABLE_HEADERS),
    ]


def allow_scripts(response: Response) -> Response:
    """Let scripts of other sites send the headers of a client, and read what they get: browsers ask first (CORS, preflight).

    A browser sends no token by itself, so that no site can write in the name of who visits it.
    """
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET, HEAD, OPTIONS")
        response.headers["Access-Control-Allow-Headers"] = ASKED_HEADERS
        response.headers["Access-Control-Max-Age"] = "86400"
    elif request.method not in READS:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = READABLE_HEADERS
        response.headers["Cache-Control"] = "no-store"
    return response
