"""The summary of an article: its first sentences, never half a word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 320
# A sentence ends where white space follows its stop; a single letter before the stop is an initial.
SENTENCE = re.compile(r"(?<!\b\w)[.!?؟…۔][\"'”»)\]]*(?=\s)")


def summary_of(body: Sequence[str]) -> str | None:
    """Return the first sentences of the first paragraph, up to 320 characters, cut at a word where one is longer."""
    if not body:
        return None
    first = body[0]
    if len(first) <= LONGEST:
        return first
    ends = [match.end() for match in SENTENCE.finditer(first[: LONGEST + 1]) if match.end() <= LONGEST]
    if ends:
        return first[: ends[-1]]
    words = first[:LONGEST].rsplit(" ", 1)[0]
    return words.rstrip(" ,،؛;:-–") + "…"
