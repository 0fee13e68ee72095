"""Recognises one story reprinted by several outlets: MinHash signatures, looked up by bands (LSH).

A signature estimates the Jaccard similarity of two bodies' sets of word shingles. It is stored, so it must be
the same tomorrow and on every machine. XXH3 is a frozen, published hash, and the sketch over it (fast similarity
sketching: Dahlgaard, Knudsen, Thorup, arXiv:1704.04370) is written out here because no library keeps it still:
rensa 0.2, 0.4 and 0.5 give one text three different signatures, and datasketch brings numpy and scipy.

It is looked up by 16 bands of 4 slots, a row of an index each: a pair is found with probability 1 - (1 - J⁴)¹⁶.

    Jaccard       0.1    0.2    0.3    0.4    0.5    0.6    0.7    0.8
    found       0.002   0.03   0.12   0.34   0.64   0.89  0.988  0.9998

The other half of the slots would find 0.988 at 0.6 for twice the rows; reprints lie at 0.8 and more.

What is found is then judged by `similarity`, whose standard error is at most 0.044 (√(J(1 - J) / 128)).
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from itertools import accumulate, count, repeat
from operator import eq
from typing import TYPE_CHECKING, NamedTuple, Self

from xxhash import xxh3_64_intdigest

from service.normalise.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

# Signatures of one version compare with each other only; raise it with whatever changes them, `fold` included.
VERSION = "1"
# Two signatures at least this similar are of one story; tests/test_similar.py holds pairs on either side.
REPRINT = 0.5
# So many earlier reports of its story an entry refers to: of a press release that everybody prints, the first few.
MOST_RELATED = 5

FEWEST_WORDS = 25
SHINGLE = 3
SLOTS = 128
BANDS = 16
SLOT_MASK = SLOTS - 1
# Longer pieces of a text are hardly met twice.
LONGEST_KNOWN, MOST_KNOWN = 64, 100_000
# 2⁶⁴ over the golden ratio: its multiples are spread over all 64 bits.
FAR_APART = 0x9E37_79B9_7F4A_7C15
# Four slots of 16 bits are one 64-bit band, so the bands are the stored bytes read another way.
AS_SLOTS = struct.Struct(f"<{SLOTS}H")
AS_BANDS = struct.Struct(f"<{BANDS}q")
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """The MinHash of one body: 128 slots of 16 bits, little-endian on every machine."""

    packed: bytes

    def __post_init__(self) -> None:
        if len(self.packed) != AS_SLOTS.size:
            raise ValueError(f"a signature has {AS_SLOTS.size} bytes, not {len(self.packed)}")

    @classmethod
    def from_bytes(cls, packed: bytes) -> Self:
        """Return the signature that `to_bytes` gave; ValueError if the length is not a signature's."""
        return cls(packed=bytes(packed))

    def to_bytes(self) -> bytes:
        """Return the 256 bytes to store beside `VERSION`."""
        return self.packed

    def bands(self) -> tuple[int, ...]:
        """Return 16 signed 64-bit keys; near-duplicates share at least one, in the same place."""
        return AS_BANDS.unpack_from(self.packed)

    def similarity(self, other: Signature) -> float:
        """Return the estimated Jaccard similarity of the two bodies, 0 to 1."""
        equal: int = sum(map(eq, AS_SLOTS.unpack(self.packed), AS_SLOTS.unpack(other.packed)))
        return equal / SLOTS


class Age(NamedTuple):
    """What makes of two reports one the earlier: when they were revised, in microseconds, and their ids.

    It does not tell in which order they arrived, which is another in a database that is built again.
    """

    revised: int
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An article that may tell the story of another; a cluster is named by its earliest member's sequence."""

    sequence: int
    cluster: int
    age: Age
    signature: Signature


@dataclass(frozen=True, slots=True)
class Reprint:
    """A candidate that tells the same story, and how similar it is."""

    similarity: float
    candidate: Candidate


def signature(title: str, paragraphs: Sequence[str]) -> Signature | None:
    """Return the signature of a body, however it is headed and broken into paragraphs.

    None if it has fewer than 25 words, too few to tell a reprint from a formula. A paragraph that only repeats
    the title is no part of the body.
    """
    heading = _words(title)
    words = [word for paragraph in paragraphs if (found := _words(paragraph)) != heading for word in found]
    if len(words) < FEWEST_WORDS:
        return None
    return Signature(packed=AS_SLOTS.pack(*_sketch(_shingles(words))))


def reprints(new: Signature, candidates: Iterable[Candidate]) -> list[Reprint]:
    """Return those of the candidates that tell the same story."""
    alike = (Reprint(new.similarity(candidate.signature), candidate) for candidate in candidates)
    return [reprint for reprint in alike if reprint.similarity >= REPRINT]


def cluster_of(found: Iterable[Reprint]) -> int | None:
    """Return the cluster of the most similar reprint, of equals the one published first; None without one."""
    best = max(found, key=lambda reprint: (reprint.similarity, -reprint.candidate.sequence), default=None)
    return None if best is None else best.candidate.cluster


def related(age: Age, others: Iterable[Age]) -> list[UUID]:
    """Return the ids of the earliest of the reports that are earlier than one of this age, in their order."""
    return [other.id for other in sorted(other for other in others if other < age)[:MOST_RELATED]]


class _Known(dict[str, tuple[bytes, ...]]):
    """The folded words of pieces of text that were met; it starts afresh once it is as large as a vocabulary."""

    def __missing__(self, piece: str) -> tuple[bytes, ...]:
        words = _folded(piece)
        if len(piece) <= LONGEST_KNOWN:
            if len(self) >= MOST_KNOWN:
                self.clear()
            self[piece] = words
        return words


_known = _Known()


def _words(text: str) -> list[bytes]:
    """Return the folded words of a text in UTF-8."""
    # A space folds to itself and is in no word, so that what stands between two can be looked up on its own.
    return [word for piece in text.split(" ") for word in _known[piece]]


def _folded(piece: str) -> tuple[bytes, ...]:
    return tuple(word.encode() for word in WORD.findall(fold(piece)))


def _shingles(words: Sequence[bytes]) -> set[bytes]:
    """Return every three words that follow one another, with a space between."""
    text = b" ".join(words)
    ends = list(accumulate((len(word) + 1 for word in words), initial=0))
    return {text[start : end - 1] for start, end in zip(ends, ends[SHINGLE:], strict=False)}


def _sketch(shingles: set[bytes]) -> list[int]:
    """Return for every slot 16 bits of the least hash that fell into it, in the first round in which one did."""
    slots: dict[int, int] = {}
    # XXH3 mixes a seed into short keys by addition, so that neighbouring seeds would pair up neighbouring keys.
    for seed in count(0, FAR_APART):
        hashes: Iterable[int] = map(xxh3_64_intdigest, shingles, repeat(seed & 0xFFFF_FFFF_FFFF_FFFF))
        if slots:
            # Slots filled in earlier rounds stay as they are, and few are left.
            hashes = [value for value in hashes if value & SLOT_MASK not in slots]
        # Of the hashes in one slot the last, thus the least, stays.
        slots |= {value & SLOT_MASK: value for value in sorted(hashes, reverse=True)}
        if len(slots) == SLOTS:
            break
    # The high bits made the order and are small in a minimum; the bits just above the slot's number are even.
    return [slots[slot] >> 7 & 0xFFFF for slot in range(SLOTS)]
