"""Conditional requests (RFC 9110, section 13): 304 before any article is read. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from werkzeug.http import http_date, parse_date, parse_etags, quote_etag

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Response

# Proxies that compress mark the validator they pass on; the client sends it back as it got it.
CODING_SUFFIXES = ("-gzip", "-br", "-zstd", "-deflate", ";gzip", ";br", "--gzip")


@dataclass(frozen=True, slots=True)
class Validators:
    """What tells whether a representation is the one that a client has.

    `changed` is None where there is nothing yet that could have changed.
    """

    etag: str
    changed: datetime | None

    @classmethod
    def of(cls, *parts: object, changed: datetime | None) -> Validators:
        """Return the validators of a representation that depends on `parts` and on nothing else."""
        joined = "\n".join(map(str, parts))
        return cls(hashlib.blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest(), changed)

    def match(self, none_match: str | None, modified_since: str | None) -> bool:
        """Tell whether the client has this representation, by its If-None-Match and If-Modified-Since.

        The date is ignored where there is a validator (section 13.1.3).
        """
        if none_match is not None:
            return self._matches_etag(none_match)
        return modified_since is not None and self._matches_date(modified_since)

    def put_on(self, response: Response) -> Response:
        """Put the validators on a response and return it."""
        response.headers.update(self.headers)
        return response

    @property
    def headers(self) -> list[tuple[str, str]]:
        """What tells a client of them."""
        changed = [("Last-Modified", http_date(self.changed))] if self.changed else []
        return [("ETag", quote_etag(self.etag)), *changed]

    def _matches_etag(self, none_match: str) -> bool:
        sent = parse_etags(none_match)
        # Werkzeug gives None for the empty tag, which curl sends the first time.
        return sent.star_tag or any(tag and uncoded(tag) == self.etag for tag in sent.as_set(include_weak=True))

    def _matches_date(self, modified_since: str) -> bool:
        since = parse_date(modified_since)
        if since is None or self.changed is None:
            return False
        return self.changed.astimezone(UTC).replace(microsecond=0) <= since


def uncoded(etag: str) -> str:
    """Return a validator without the mark of a content coding."""
    return next((etag.removesuffix(suffix) for suffix in CODING_SUFFIXES if etag.endswith(suffix)), etag)
