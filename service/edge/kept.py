"""A document as it is sent: in each coding that was asked for, with its headers ready."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from service.documents import OPENED
from service.edge.codings import IDENTITY, SMALLEST, coding_for, encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from service.documents import Document

    Headers = list[tuple[str, str]]

# Said anew for each coding, or by the server.
OWN = frozenset({"etag", "content-length", "content-encoding"})
# A 304 sends what a cache updates, and nothing about a body it does not have (RFC 9110, section 15.4.5).
NOT_SENT_UNCHANGED = frozenset(
    (
        "content-type",
        "content-length",
        "content-encoding",
        "link",
        "content-security-policy",
        "x-content-type-options",
        "referrer-policy",
    )
)
# What an entry of the cache weighs besides its bodies.
OVERHEAD = 2_000


class Variant(NamedTuple):
    """A body in one coding, and the headers of 200 and 304 with it."""

    body: bytes
    etag: str
    headers: Headers
    unchanged: Headers


class Kept:
    """A document with the status and headers that its view gave, and the state of the collection it was last good in.

    Where all who asked for it have it already, it is kept without its body: that says as much, and weighs nothing.
    """

    __slots__ = ("_headers", "_variants", "document", "size", "state", "status")

    def __init__(self, document: Document, status: str, headers: Iterable[tuple[str, str]], state: object) -> None:
        """Keep a document that is good in `state`."""
        self.document = document
        self.status = status
        self.state = state
        self._headers = [(name, value) for name, value in headers if name.lower() not in OWN]
        self._variants: dict[tuple[str, bool], Variant] = {}
        self.size = OVERHEAD

    def answers(self, environ: dict[str, Any]) -> bool:
        """Tell whether a request can be answered: of a document without its body, one by a client that has it."""
        if self.document.body is not None:
            return True
        none_match, since = environ.get("HTTP_IF_NONE_MATCH"), environ.get("HTTP_IF_MODIFIED_SINCE")
        return self.document.validators.match(none_match, since)

    def answer(self, environ: dict[str, Any], start_response: Any) -> Sequence[bytes]:
        """Answer a request for the document."""
        coding = coding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))
        is_shown = self.document.shown_as is not None and environ.get("HTTP_SEC_FETCH_DEST") == OPENED
        variant = self._variants.get((coding, is_shown)) or self._variant(coding, is_shown=is_shown)
        none_match, since = environ.get("HTTP_IF_NONE_MATCH"), environ.get("HTTP_IF_MODIFIED_SINCE")
        if self.document.body is None or (
            (none_match is not None or since is not None)
            and (none_match == variant.etag or self.document.validators.match(none_match, since))
        ):
            start_response("304 Not Modified", variant.unchanged)
            return ()
        start_response(self.status, variant.headers)
        return () if environ["REQUEST_METHOD"] == "HEAD" else (variant.body,)

    def _variant(self, coding: str, *, is_shown: bool) -> Variant:
        whole = self.document.body or b""
        # Whether there is a body or not, its validator is that of the coding asked for.
        used = IDENTITY if self.document.body is not None and len(whole) < SMALLEST else coding
        body = encode(whole, used) if whole else whole
        etag = f'"{self.document.validators.etag}{"-" if used else ""}{used}"'
        named = [*(_typed(self._headers, self.document.shown_as) if is_shown else self._headers), ("ETag", etag)]
        coded = [("Content-Encoding", used)] if used else []
        headers = [*named, *coded, ("Content-Length", str(len(body)))]
        unchanged = [pair for pair in named if pair[0].lower() not in NOT_SENT_UNCHANGED]
        variant = self._variants[coding, is_shown] = Variant(body, etag, headers, unchanged)
        self.size += len(body)
        return variant


def _typed(headers: Headers, content_type: str | None) -> Headers:
    return [(name, content_type if content_type and name.lower() == "content-type" else value) for name, value in headers]
