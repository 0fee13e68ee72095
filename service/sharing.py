"""How an answer may be kept and read by others: shared caches, and scripts of other sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Response

# Seconds for which a cache answers by itself; nothing that is published here is younger news than that.
MAX_AGE = 60
STALE = 600
READABLE_HEADERS = "ETag, Last-Modified, Link"


def cacheable(response: Response) -> Response:
    """Let caches keep a response for a minute, and show it for some more while they ask for a newer one."""
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE}, stale-while-revalidate={STALE}"
    return response


def shared(response: Response) -> Response:
    """Let caches keep a response, and scripts of every site read it: nothing here depends on who asks."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = READABLE_HEADERS
    return cacheable(response)
