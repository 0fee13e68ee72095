"""Dates that pages give in relation to now: `قبل 3 ساعات`, `أمس`, `il y a 2 jours`.

They mean something only from a known capture time, and then no more exactly than the day: nobody knows how
many minutes the page had lain there.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from service.article import Confidence, ZoneSource
from service.normalise import tables
from service.normalise.clocks import find_times
from service.normalise.dates import Found, dated
from service.normalise.lexicon import texts_of
from service.normalise.page import Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from service.article import Dated, Evidence
    from service.normalise.country import ZoneOf
    from service.normalise.layout import Layout
    from service.normalise.lexicon import Word
    from service.normalise.page import Line

LARGEST_COUNT = 999
# No line that says only when has more words.
RELATIVE_LINE_WORDS = 8
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


def read_relative(layout: Layout, field: str, captured: datetime | None, zone_of: ZoneOf) -> tuple[Dated, Evidence] | None:
    """Return the day that `قبل 3 ساعات` or `أمس` means, from the capture time or the date of the masthead."""
    for index, line in enumerate(layout.lines[: layout.end + 1]):
        ago = find_ago(line.words) if _may_say_when(layout, index) else None
        if ago is None or _labelled_as(line, ago.first) != field or _means_no_day(line, ago):
            continue
        base = captured or _masthead_day(layout)
        if base is None:
            return None
        # A masthead tells no hour: what was hours ago was that day.
        distance = ago.distance if captured else timedelta(days=ago.distance.days)
        day = (base - distance).date()
        found = Found(
            start=line.words[ago.first].start, end=line.words[ago.last - 1].end, year=day.year, month=day.month, day=day.day
        )
        clock = next(iter(find_times(line.folded)), None)
        if clock and ago.distance % timedelta(days=1) == timedelta(0):
            found = replace(found, end=max(found.end, clock.end), hour=clock.hour, minute=clock.minute, offset=clock.offset)
        evidence = line.vouch(field, found.start, found.end, "relative", Confidence.LIKELY)
        return dated(found, *zone_of(found)), evidence
    return None


def _may_say_when(layout: Layout, index: int) -> bool:
    """Tell whether a line is short and stands where a date line stands."""
    line, role = layout.lines[index], layout.roles[index]
    outside_body = index < layout.first or index >= layout.last
    return (
        outside_body
        and index != layout.title_index
        and role not in (Role.PROSE, Role.TICKER)
        and len(line.words) <= RELATIVE_LINE_WORDS
    )


def _means_no_day(line: Line, ago: Ago) -> bool:
    """Tell whether `today` is a word of a name (`الإمارات اليوم`) or introduces a date; beside a label or clock it says when."""
    # `Today is Sunday, 18 Azar 1403` tells the reader what day it is.
    if not ago.distance and any(date.day for date in line.dates) and not tables.date_labels().is_in(line.words):
        return True
    if ago.distance or any(True for _ in find_times(line.folded)) or tables.date_labels().is_in(line.words):
        return False
    return any(
        text not in tables.weekdays() and not text.isdigit()
        for index, text in enumerate(line.words.texts)
        if not ago.first <= index < ago.last
    )


def _labelled_as(line: Line, first: int) -> str:
    """Return which date the label before a relative one names; without label it is the publication's."""
    labels = tables.phrases("modified").start
    return "modified" if any(hit.last <= first for hit in labels.scan(line.words)) else "published"


def _masthead_day(layout: Layout) -> datetime | None:
    """Return the date above everything else: the day on which the page was captured."""
    for index, line in enumerate(layout.lines[: layout.first]):
        if layout.roles[index] is Role.DATE and (layout.title_index is None or index < layout.title_index):
            found = line.dates[0]
            return dated(replace(found, hour=None), None, ZoneSource.DEFAULT).starts if found.day else None
    return None
