"""Several byte strings in one: compressed together, since what is said of one entry repeats itself in every format."""

from __future__ import annotations

import struct
import sys
from typing import TYPE_CHECKING

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Sequence

LEVEL = 3


def pack(parts: Sequence[bytes]) -> bytes:
    """Return the parts as one string."""
    lengths = struct.pack(f">{len(parts)}I", *map(len, parts))
    return zstd.compress(lengths + b"".join(parts), level=LEVEL)


def unpack(packed: bytes, count: int) -> list[bytes]:
    """Return the `count` parts of a packed string."""
    # One frame: what looks for more of them costs half as much again.
    joined = zstd.ZstdDecompressor().decompress(packed)
    parts = []
    at = 4 * count
    for length in struct.unpack_from(f">{count}I", joined):
        parts.append(joined[at : at + length])
        at += length
    return parts
