"""Which tables of phrases a line can have anything of: one look at each word instead of one at each table.

A mark is a bit for a section of phrases.toml. A line that lacks the mark has no phrase of the section; one that has it
may have one, as a phrase goes on after its first word.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from service.normalise import tables

if TYPE_CHECKING:
    from collections.abc import Iterable

SECTIONS = (
    "author", "author_too", "caption", "counter", "end", "founding", "furniture", "legal", "modified", "photo_credit",
    "published", "rights", "sections", "skip", "source", "staff", "ticker",
)  # fmt: skip
MARKS = {section: 1 << place for place, section in enumerate(SECTIONS)}
NONE = 0


def marks_of(words: Iterable[str]) -> int:
    """Return the marks of all sections that have a phrase beginning with one of the folded words."""
    found, known = NONE, _by_first_word()
    for word in words:
        if word in known:
            found |= known[word]
    return found


@cache
def _by_first_word() -> dict[str, int]:
    found: dict[str, int] = {}
    for section, mark in MARKS.items():
        phrases = tables.phrases(section)
        for lexicon in (phrases.whole, phrases.start, phrases.anywhere):
            for word in lexicon.by_first_word:
                found[word] = found.get(word, NONE) | mark
    return found
