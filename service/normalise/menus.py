"""Menus, in a row or one entry a line, and other rows of the page's head: rates, the weather."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from service.normalise import tables
from service.normalise.marks import MARKS
from service.normalise.page import BULLETS, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.normalise.page import Line

ENTRY_GAP = re.compile(r"\s{2,}|\s*[|·•]\s*")
# Entries that lost what stood between them: `الرئيسيةالأخبارالمقالات`.
GLUED = re.compile(r"(?:الرئيسيه|accueil)(?=[^\W\d_])")
ENTRY_WORDS = 3
FEWEST_ENTRIES = 3
# A trail of two or three steps is written with bars too.
FEWEST_BARRED = 4
LONGEST_MENU = 40
# A kicker and a section above a headline make no column; of one, so many entries are known by name, fewer of a long one.
SHORTEST_COLUMN, LONG_COLUMN = 4, 5
KNOWN_IN_COLUMN, KNOWN_IN_LONG_COLUMN = 2, 1
# A trail of one step a line has so many at most, and a gap above it.
LONGEST_TRAIL = 3
# How far below a menu the name of the section may stand.
SECTION_REACH = 2
TRAIL_MARKS = "»›>|/"
OF_ENTRIES = MARKS["sections"] | MARKS["furniture"]
# So many known entries make a menu where they are most of its words, so many where they are half.
ENOUGH_KNOWN, MORE_KNOWN, MANY_KNOWN = (3, 0.7), (4, 0.6), (5, 0.45)


def is_menu(line: Line) -> bool:
    """Tell whether a line is a row of short entries, told apart by gaps or known by name: `سياسة  مجتمع  رياضة  رأي`."""
    words = line.words.texts
    # What a page counts of itself stands in rows too: `0 | 0 | 1874`.
    if len(words) > LONGEST_MENU or line.is_prose or line.dates or all(text.isdigit() for text in words):
        return False
    return _has_gaps(line.text) or GLUED.match(line.folded) is not None or _is_known(line)


def find_columns(lines: Sequence[Line], roles: Sequence[Role], first: int) -> list[int]:
    """Return the lines above `first` that are a menu of one entry a line.

    What says where on the site the article stands is left out: the entry that comes again at its end, or right above a
    date, and a trail that a gap separates from the menu.
    """
    found: list[int] = []
    # The name of the site may stand above its menu, and today's date above that.
    top = 1 if roles[:1] == [Role.DATE] else 0
    is_named = roles[top : top + 1] == [Role.TEXT] and not tables.phrases("home").whole.whole(lines[top].words)
    index = top + is_named
    while index < first:
        stop = index
        while stop < first and _is_entry(lines, roles, stop, first):
            stop += 1
        found += _column(lines, roles, index, stop)
        index = max(stop, index + 1)
    return found


def _is_entry(lines: Sequence[Line], roles: Sequence[Role], index: int, first: int) -> bool:
    line, role = lines[index], roles[index]
    # A trail has its steps on one line.
    if any(mark in line.text for mark in TRAIL_MARKS):
        return False
    if role in (Role.FURNITURE, Role.SECTION, Role.MENU, Role.END):
        return len(line.words) <= ENTRY_WORDS
    if role is not Role.TEXT or line.ends_sentence or ":" in line.text or any(text.isdigit() for text in line.words.texts):
        return False
    most = ENTRY_WORDS
    if index + 1 < first and roles[index + 1] in (Role.PROSE, Role.DATE, Role.BYLINE):
        most -= 1
    return len(line.words) <= most


def _column(lines: Sequence[Line], roles: Sequence[Role], start: int, stop: int) -> list[int]:
    """Return the entries of the column `lines[start:stop]`, none where it is none."""
    above = [index for index in range(start, stop) if lines[index].block != lines[stop - 1].block]
    is_trail = len(above) >= LONGEST_TRAIL and stop - start - len(above) <= LONGEST_TRAIL
    entries = above if is_trail else list(range(start, stop))
    home = tables.phrases("home").whole
    buttons = sum(roles[index] is Role.FURNITURE and not home.whole(lines[index].words) for index in entries)
    sections = len(entries) - buttons - sum(roles[index] is Role.TEXT for index in entries)
    is_list = len(entries) >= LONGEST_TRAIL and all(lines[index].text.startswith(BULLETS) for index in entries)
    if is_list:
        return entries
    is_known = buttons + sections >= KNOWN_IN_COLUMN or (len(entries) >= LONG_COLUMN and sections >= KNOWN_IN_LONG_COLUMN)
    # Below a date stand buttons and who wrote.
    is_below_date = start > 0 and roles[start - 1] is Role.DATE
    leads = any(roles[index] is Role.SECTION or home.whole(lines[index].words) for index in entries)
    is_known = is_known and (leads or not is_below_date)
    # The section of the article, which stands again above its headline, is one of them.
    again = _first_again(lines, entries)
    if again < LONGEST_TRAIL:
        again = len(entries)
    is_long = len(entries) >= LONG_COLUMN
    is_known = is_known or (is_long and (again < len(entries) or _names_section_below(lines, entries)))
    if len(entries) < (LONGEST_TRAIL if is_trail else SHORTEST_COLUMN) or not is_known or 2 * buttons > len(entries):
        return []
    if is_trail:
        return entries
    last = entries[-1]
    if 0 < len(entries) - again <= LONGEST_TRAIL:
        return entries[:again]
    is_above_date = stop < len(lines) and roles[stop] is Role.DATE and roles[last] is Role.SECTION
    return entries[:-1] if is_above_date else entries


def _names_section_below(lines: Sequence[Line], entries: Sequence[int]) -> bool:
    """Tell whether a line right below a column, set apart, is one of its entries."""
    below = lines[entries[-1] + 1 : entries[-1] + 1 + SECTION_REACH]
    known = {lines[index].folded for index in entries}
    return any(line.block != lines[entries[-1]].block and line.folded in known for line in below)


def _first_again(lines: Sequence[Line], entries: Sequence[int]) -> int:
    """Return the place of the first entry that comes again, their number where none does.

    A trail begins there that nothing separates from the menu.
    """
    seen: set[str] = set()
    for place, index in enumerate(entries):
        if lines[index].folded in seen:
            return place
        seen.add(lines[index].folded)
    return len(entries)


def _has_gaps(text: str) -> bool:
    if not ("  " in text or "|" in text or "·" in text or "•" in text):
        return False
    entries = entries_of(text)
    if len(entries) < FEWEST_ENTRIES or any(_size(entry) > ENTRY_WORDS for entry in entries):
        return False
    return "|" not in text or len(entries) >= FEWEST_BARRED or any(char.isdigit() for char in text)


def entries_of(text: str) -> list[str]:
    """Return what gaps and bars set apart in a row."""
    return [entry for entry in ENTRY_GAP.split(text) if any(char.isalnum() for char in entry)]


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
    return any(len(hits) >= count and share >= least for count, least in (ENOUGH_KNOWN, MORE_KNOWN, MANY_KNOWN))


@cache
def _entry_openers() -> frozenset[str]:
    return frozenset(tables.menu_entries().by_first_word)
