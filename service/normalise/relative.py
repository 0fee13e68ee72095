"""Dates that pages give in relation to now: `قبل 3 ساعات`, `أمس`, `il y a 2 jours`.

They mean something only from a known capture time, and then no more exactly than the day: nobody knows how
many minutes the page had lain there.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from service.normalise import tables
from service.normalise.lexicon import texts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.normalise.lexicon import Word

LARGEST_COUNT = 999
UNITS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1), "weeks": timedelta(weeks=1)}


class Ago(NamedTuple):
    """How long ago, and the words that say so: from `first` up to `last` (not included)."""

    distance: timedelta
    first: int
    last: int


def find_ago(words: Sequence[Word]) -> Ago | None:
    """Return the first words of a folded line that say how long ago something was."""
    fixed, before, after, units = tables.relative()
    openings = [
        index
        for index, text in enumerate(texts_of(words))
        if text.isdigit() or text in fixed.by_first_word or text in before.by_first_word
    ]
    for index in openings:
        opener = before.at(words, index)
        number = opener.last if opener else index
        if number < len(words) and words[number].text.isdigit() and len(words[number].text) <= len(str(LARGEST_COUNT)):
            unit = units.at(words, number + 1)
            closer = after.at(words, unit.last) if unit else None
            # A count of hours alone is an opening time; something must say that it lies back.
            if unit and (opener or closer):
                return Ago(int(words[number].text) * UNITS[unit.value], index, closer.last if closer else unit.last)
        if hit := fixed.at(words, index):
            return Ago(hit.value, hit.first, hit.last)
    return None
