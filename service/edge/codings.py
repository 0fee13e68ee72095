"""Content codings (RFC 9110, section 8.4): which one a client takes, and the bytes in it."""

from __future__ import annotations

import gzip
from functools import lru_cache
from typing import TYPE_CHECKING

import brotli
import zstandard
from werkzeug.http import parse_accept_header

if TYPE_CHECKING:
    from collections.abc import Callable

IDENTITY = ""
# A body is coded once and sent many times; beyond these levels it costs much and saves little.
ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstandard.compress(body, level=12),
    "br": lambda body: bytes(brotli.compress(body, quality=6)),
    "gzip": lambda body: gzip.compress(body, compresslevel=8, mtime=0),
}
# Below this the headers weigh more than what is saved.
SMALLEST = 500


# Clients are of few kinds, and each sends the same line every time.
@lru_cache(maxsize=1000)
def coding_for(accepted: str) -> str:
    """Return the coding to answer with: of those that a client likes best, the one that we do."""
    if not accepted:
        return IDENTITY
    qualities = {name.lower(): quality for name, quality in parse_accept_header(accepted)}
    anything = qualities.get("*", 0)
    wanted = {name: qualities.get(name, anything) for name in ENCODERS}
    best = max(wanted, key=lambda name: wanted[name])
    if wanted[best] <= 0 or qualities.get("identity", 0) > wanted[best]:
        return IDENTITY
    return best


def encode(body: bytes, coding: str) -> bytes:
    """Return a body in a coding."""
    return ENCODERS[coding](body) if coding else body
