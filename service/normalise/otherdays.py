"""Days on a page that are not those of its publication: of a match, a decree, a print-out, the end of a range."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from service.normalise import tables
from service.normalise.page import BULLETS

if TYPE_CHECKING:
    from service.normalise.dates import Found
    from service.normalise.layout import Layout
    from service.normalise.page import Line

# The end of a range is no day of publication: `من 12 إلى 15 مارس 2023`.
RANGE_START = re.compile(r"(?<![:\d/.])(?P<first>\d{1,2})\s?(?:الي|حتي|و|au|et|to|and|al|y|a|-|–|—)\s?$")
RANGE_REACH = 12
# What joins the first day of several with the last.
SPAN = re.compile(r"\s*(?:الي|حتي|الي غايه|au|al|a|to|until|hasta el|تا)\s(?:el\s|le\s|يوم\s)?\s*\w{0,12}\s*|\s[–—-]\s")
# What programs print for a day that they do not know: the first of their calendars.
NO_DAY = frozenset(((1970, 1, 1), (1900, 1, 1)))
# So far above the day on which an act was signed stands one of its articles.
ACT_REACH = 6
# How far from the date of an event stand its place and its hour.
EVENT_REACH = 2
# The heading of a box has so many words.
HEADING_WORDS = 5
INVISIBLE = " \u200b\u200e\u200f\ufeff"
# What stands before any date.
ON = "بتاريخ"


def is_of_something_else(layout: Layout, index: int, found: Found) -> bool:
    """Tell whether a date is that of an event, of printing or of another thing that is kept up to date on the page."""
    line = layout.lines[index]
    before = [word for word in line.words if word.end <= found.start]
    is_of_point = line.text.startswith(BULLETS) and "(" in line.folded[: found.start]
    return (
        is_of_point
        or _ends_range(line, found)
        or (found.year, found.month, found.day) in NO_DAY
        or tables.phrases("act").start.at(line.words, 0) is not None
        or (index >= layout.first and _is_of_act(layout, index))
        or _is_of_printing(layout, index, found)
        or tables.phrases("updated_else").anywhere.is_in(before)
        or tables.phrases("site_update").start.is_in(before)
        or _is_of_box(layout, index)
        or any(_tells_event(layout, place, line) for place in range(index - EVENT_REACH, index + EVENT_REACH + 1))
    )


def _is_of_box(layout: Layout, index: int) -> bool:
    """Tell whether the line above is the heading of a box that is kept up to date: `أسعار العملات`, `تحديث 21/11/2022`."""
    above, line = layout.lines[index - 1], layout.lines[index]
    is_heading = index > 0 and above.block == line.block and len(above.words) <= HEADING_WORDS and not above.dates
    return is_heading and index - 1 != layout.title_index and tables.phrases("updated_else").anywhere.is_in(above.words)


def _is_of_act(layout: Layout, index: int) -> bool:
    """Tell whether a date below the articles of a law or a decree is that of its signature: `صدر في: 21 ديسمبر 2019`."""
    acts, words = tables.phrases("act").start, layout.lines[index].words
    if tables.date_labels().is_in(words) and not tables.phrases("act_signed").anywhere.is_in(words):
        return False
    return any(acts.at(line.words, 0) for line in layout.lines[max(layout.first, index - ACT_REACH) : index])


def _tells_event(layout: Layout, place: int, line: Line) -> bool:
    """Tell whether a line near another in the same block says where or when something takes place: `الملعب: ...`."""
    other = layout.lines[place] if 0 <= place < len(layout.lines) else line
    if other is line or other.block != line.block or ":" not in other.text:
        return False
    label = tables.phrases("event").start.at(other.words, 0)
    return label is not None and other.folded[other.words[label.last - 1].end :].lstrip(INVISIBLE).startswith(":")


def _is_of_printing(layout: Layout, index: int, found: Found) -> bool:
    """Tell whether a date is that on which the page was printed, shared or saved, by words before it or above its line."""
    labels = tables.phrases("printed").start
    line = layout.lines[index]
    before = [hit for hit in labels.scan(line.words) if line.words[hit.last - 1].end <= found.start]
    if before:
        # Another label may stand between them (`printed on 12/3 | published on 11/3`), and not only `on` (`بث بتاريخ`).
        between = [word for word in line.words[before[-1].last + 1 :] if word.end <= found.start and word.text != ON]
        return not tables.date_labels().is_in(between)
    above = layout.lines[index - 1] if index else None
    return above is not None and above.block == line.block and labels.at(above.words, 0) is not None


def _spans(line: Line, found: Found) -> bool:
    """Tell whether a date is the first or the last of two whole ones: `Del 12 de abril de 2023 al 30 de junio de 2023`."""
    if tables.date_labels().is_in(line.words):
        return False
    return any(
        found in pair and pair[0].calendar == pair[1].calendar and SPAN.fullmatch(line.folded[pair[0].end : pair[1].start])
        for pair in itertools.pairwise(line.dates)
    )


def _ends_range(line: Line, found: Found) -> bool:
    """Tell whether a date is the last day of several; the number of an issue before it is no day (`العدد 45 - 12 مارس 2023`)."""
    before = line.folded[max(0, found.start - RANGE_REACH) : found.start]
    if _spans(line, found):
        return True
    match = RANGE_START.search(before) if found.day is not None else None
    is_number = match and any(word in before[: match.start()] for word in tables.issue_words())
    return match is not None and not is_number and int(match["first"]) < (found.day or 0)
