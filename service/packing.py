"""Several byte strings in one: compressed together, since what is said of one entry repeats itself in every format."""

from __future__ import annotations

import struct
import threading
from typing import TYPE_CHECKING

import zstandard

if TYPE_CHECKING:
    from collections.abc import Sequence

LEVEL = 3


class _Contexts(threading.local):
    """What a thread compresses with: to make it costs more than to unpack an entry."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=LEVEL)
        self.decompressor = zstandard.ZstdDecompressor()


_contexts = _Contexts()


def pack(parts: Sequence[bytes]) -> bytes:
    """Return the parts as one string."""
    lengths = struct.pack(f">{len(parts)}I", *map(len, parts))
    return _contexts.compressor.compress(lengths + b"".join(parts))


def unpack(packed: bytes, count: int) -> list[bytes]:
    """Return the `count` parts of a packed string."""
    joined = _contexts.decompressor.decompress(packed)
    parts = []
    at = 4 * count
    for length in struct.unpack_from(f">{count}I", joined):
        parts.append(joined[at : at + length])
        at += length
    return parts
