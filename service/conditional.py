"""Conditional requests (RFC 9110, section 13): 304 before any article is read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from flask import Response, request
from werkzeug.http import http_date

if TYPE_CHECKING:
    from datetime import datetime

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
        return cls(hashlib.blake2b(joined.encode(), digest_size=16).hexdigest(), changed)

    def not_modified(self) -> Response | None:
        """Return the answer 304 if the client of the current request has this representation."""
        if not (self._matches_etag() if "If-None-Match" in request.headers else self._matches_date()):
            return None
        return self.put_on(Response(status=304))

    def put_on(self, response: Response) -> Response:
        """Put the validators on a response and return it."""
        response.set_etag(self.etag)
        if self.changed:
            response.headers["Last-Modified"] = http_date(self.changed)
        return response

    def _matches_etag(self) -> bool:
        sent = request.if_none_match
        if sent.star_tag:
            return True
        return any(_uncoded(tag) == self.etag for tag in sent.as_set(include_weak=True))

    def _matches_date(self) -> bool:
        since = request.if_modified_since
        if since is None or self.changed is None:
            return False
        return self.changed.astimezone(UTC).replace(microsecond=0) <= since


def _uncoded(etag: str) -> str:
    return next((etag.removesuffix(suffix) for suffix in CODING_SUFFIXES if etag.endswith(suffix)), etag)
