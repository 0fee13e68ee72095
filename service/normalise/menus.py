"""Rows that belong to the page's head: menus, rates, the weather."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from service.normalise import tables
from service.normalise.marks import MARKS

if TYPE_CHECKING:
    from service.normalise.page import Line

ENTRY_GAP = re.compile(r"\s{2,}|\s*[|·•]\s*")
ENTRY_WORDS = 3
FEWEST_ENTRIES = 3
# A trail of two or three steps is written with bars too.
FEWEST_BARRED = 4
LONGEST_MENU = 40
OF_ENTRIES = MARKS["sections"] | MARKS["furniture"]
# So many known entries make a menu where they are most of its words, so many where they are half.
ENOUGH_KNOWN, MANY_KNOWN = (3, 0.7), (5, 0.45)


def is_menu(line: Line) -> bool:
    """Tell whether a line is a row of short entries, told apart by gaps or known by name: `سياسة  مجتمع  رياضة  رأي`."""
    words = line.words.texts
    if len(words) > LONGEST_MENU or line.is_prose or line.dates:
        return False
    return _has_gaps(line.text) or _is_known(line)


def _has_gaps(text: str) -> bool:
    if not ("  " in text or "|" in text or "·" in text or "•" in text):
        return False
    entries = [entry for entry in ENTRY_GAP.split(text) if entry]
    if len(entries) < FEWEST_ENTRIES or any(_size(entry) > ENTRY_WORDS for entry in entries):
        return False
    return "|" not in text or len(entries) >= FEWEST_BARRED or any(char.isdigit() for char in text)


def _size(entry: str) -> int:
    return sum(not word[:1].isdigit() for word in entry.split())


def _is_known(line: Line) -> bool:
    words = line.words
    if len(words.texts) < ENOUGH_KNOWN[0] or not line.marks & OF_ENTRIES:
        return False
    openers = _entry_openers()
    if sum(text in openers for text in words.texts) < ENOUGH_KNOWN[0]:
        return False
    hits = list(tables.menu_entries().scan(words))
    share = sum(hit.last - hit.first for hit in hits) / len(words.texts)
    return any(len(hits) >= count and share >= least for count, least in (ENOUGH_KNOWN, MANY_KNOWN))


@cache
def _entry_openers() -> frozenset[str]:
    return frozenset(tables.menu_entries().by_first_word)
