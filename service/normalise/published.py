"""When a page was published and changed: which of its dates says so, and in which zone it is read."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from service.article import Confidence, Dated, Evidence, Issue
from service.normalise import tables
from service.normalise.calendars import HIJRI
from service.normalise.clocks import CLOCK, TimeOfDay, find_times
from service.normalise.datelines import SAME_DAY, is_label, reach
from service.normalise.dates import Found, dated, find_dates
from service.normalise.dayorder import settle_order
from service.normalise.headline import begins_at, is_slogan
from service.normalise.otherdays import is_of_something_else
from service.normalise.page import Role
from service.normalise.persons import begins_as_name
from service.normalise.relative import RELATIVE_LINE_WORDS, find_ago, read_relative

if TYPE_CHECKING:
    from datetime import datetime

    from service.normalise.country import ZoneOf
    from service.normalise.layout import Layout
    from service.normalise.page import Line

# Characters of a dateline at most, and of what may follow its date.
DATELINE, DATELINE_REST = 90, 24
DATELINE_END = re.compile(r"[-–—/]")
RELATIVE_WORDS = 6
# Characters between a label of change and a time of day.
CHANGED_REACH = 12
CLOCK_LINE_WORDS = 4
BELOW_BODY = 3
# Parts from which on a line of buttons is a row of links of the whole page.
ROW_OF_LINKS = 3
# A day above everything else is today where the headline stands so many lines below it.
FAR_BELOW = 3
# Words of a line that a page shows anew each day.
DAILY_WORDS = 6
# One paragraph above a date may be the deck.
PARAGRAPHS = 2
# What may stand between the day of an article and its headline.
OWN_HEAD = frozenset((Role.FURNITURE, Role.SOURCE, Role.BYLINE))
# What may stand above the day at the top of a page.
PAGE_PARTS = frozenset((Role.FURNITURE, Role.MENU, Role.STAFF))


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A date on a date line, and what speaks for it."""

    line: Line
    index: int
    found: Found
    label: str | None
    rank: int


def read_dates(
    layout: Layout, zone_of: ZoneOf, captured: datetime | None, day_order: str | None
) -> tuple[dict[str, tuple[Dated, Evidence]], list[Issue]]:
    """Return `published` and `modified` where the page states them, with evidence, and what is doubtful.

    `zone_of` tells in which zone a date is read, `captured` is the instant from which `three hours ago` counts, `day_order`
    how the site is known to write dates.
    """
    values: dict[str, tuple[Dated, Evidence]] = {}
    issues: list[Issue] = []
    candidates = sorted(_candidates(layout), key=lambda candidate: candidate.rank, reverse=True)
    for field in ("published", "modified"):
        chosen = next((c for c in candidates if (c.label == "modified") == (field == "modified")), None)
        if chosen is None:
            if field == "published" and (stated := _dateline(layout, zone_of)):
                values[field] = stated
            elif back := read_relative(layout, field, captured, zone_of):
                values[field] = back
            elif field == "published" and _says_when_elsewhere(layout):
                message = "the page says when only in relation to its capture; declare `captured` to give it a date"
                issues.append(Issue(code="relative-date", field=field, message=message))
            continue
        found, (zone, source) = _with_clock_nearby(layout, chosen), zone_of(chosen.found)
        found = settle_order(layout, found, day_order)
        span = chosen.line.span_of(chosen.found.start, chosen.found.end)
        raw = chosen.line.quote(span)
        doubt = _doubt(field, found, raw)
        certain = chosen.label is not None and doubt is None
        evidence = Evidence(
            field=field,
            raw=raw,
            span=span,
            rule=f"{chosen.label}-label" if chosen.label else "date-line",
            confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
        )
        values[field] = dated(found, zone, source), evidence
        issues += [doubt] if doubt else []
        if field == "published" and (changed := _changed_later(chosen)):
            time, where = changed
            later = replace(found, hour=time.hour, minute=time.minute, offset=time.offset or found.offset)
            values["modified"] = dated(later, zone, source), where
    return values, issues


def _changed_later(chosen: Candidate) -> tuple[TimeOfDay, Evidence] | None:
    """Return at what time of the same day a page changed, where it says no more: `le 21 octobre à 00h00, mis à jour à 14h25`."""
    line, found = chosen.line, chosen.found
    if found.hour is None or line.dates[-1].start > found.start:
        return None
    label = next(
        (hit for hit in tables.phrases("modified").start.scan(line.words) if line.words[hit.first].start >= found.end), None
    )
    end = line.words[label.last - 1].end if label else len(line.folded)
    time = next((time for time in find_times(line.folded) if end <= time.start <= end + CHANGED_REACH), None)
    return (time, line.vouch("modified", time.start, time.end, "modified-label", Confidence.LIKELY)) if time else None


def _dateline(layout: Layout, zone_of: ZoneOf) -> tuple[Dated, Evidence] | None:
    """Return the date between the city and the dash that begin the body: `الخرطوم في 5-11-2020 (سونا) - قال ...`."""
    line = next(iter(layout.body), None)
    city = tables.cities().at(line.words, 0) if line else None
    found = next(iter(find_dates(line.folded[:DATELINE])), None) if line and city else None
    if not line or not city or not found or found.day is None:
        return None
    between = tables.words_of_folded(line.folded[line.words[city.last - 1].end : found.start])
    if len(between) > 1 or not DATELINE_END.search(line.folded[found.end : found.end + DATELINE_REST]):
        return None
    evidence = line.vouch("published", found.start, found.end, "dateline", Confidence.LIKELY)
    return dated(found, *zone_of(found)), evidence


def _with_clock_nearby(layout: Layout, chosen: Candidate) -> Found:
    """Return the date with the time of day that stands alone on the line above or below it."""
    found = chosen.found
    if found.hour is not None or found.day is None:
        return found
    for index in _clock_places(layout, chosen.index):
        line = layout.lines[index]
        is_near = line.block == chosen.line.block or CLOCK.fullmatch(line.folded) is not None
        if is_near and len(line.words) <= CLOCK_LINE_WORDS and not line.dates:
            for time in find_times(line.folded):
                return replace(found, hour=time.hour, minute=time.minute, offset=time.offset)
    # Some agencies print the time, with its zone, under their text.
    for line in layout.lines[layout.last : layout.last + BELOW_BODY]:
        for time in find_times(line.folded) if len(line.words) <= CLOCK_LINE_WORDS and not line.dates else ():
            if time.offset:
                return replace(found, hour=time.hour, minute=time.minute, offset=time.offset)
    return found


def _clock_places(layout: Layout, index: int) -> list[int]:
    """Return the lines right above and below a date, and the one below a bar or a label such as `الساعة`."""
    last = len(layout.lines) - 1
    places = [place for place in (index - 1, index + 1) if 0 <= place <= last]
    between = layout.lines[index + 1].words if index + 2 <= last else None
    # A bar or a label: `الساعة`.
    if between is not None and (not between.texts or tables.phrases("date_words").anywhere.whole(between)):
        places.append(index + 2)
    return places


def _says_only_when(line: Line) -> bool:
    """Tell whether a line below the body has nothing beside its date; what has is an entry of a list."""
    beside = [
        word
        for word in line.words
        if not any(date.start <= word.start and word.end <= date.end for date in line.dates)
        and not word.text[0].isdigit()
        and word.text not in tables.weekdays()
        and word.text not in tables.calendar_months("hijri")
    ]
    labels = tables.phrases("published").start, tables.phrases("modified").start, tables.phrases("date_words").anywhere
    known = max(sum(hit.last - hit.first for hit in lexicon.scan(beside)) for lexicon in labels)
    return len(beside) - known <= 1


def _candidates(layout: Layout) -> list[Candidate]:
    candidates: list[Candidate] = []
    counts = Counter(line.folded for line in layout.lines)
    colophon = layout.colophon
    for index, line in enumerate(layout.lines):
        if index == layout.title_index and begins_at(line):
            candidates.append(Candidate(line=line, index=index, found=line.dates[0], label=None, rank=3))
        if layout.roles[index] is not Role.DATE:
            continue
        # A line that comes twice and says more than when is a caption.
        is_caption = counts[line.folded] > 1 and not _says_only_when(line) and not tables.names_issue(line.words.texts)
        place, previous_end, label = max(_place(layout, index), int(index in colophon)), 0, None
        for found in line.dates:
            if is_of_something_else(layout, index, found):
                continue
            between = line.folded[previous_end : found.start]
            # The same day by another calendar: `آخر تحديث: 16/2/1436 هـ - الموافق 8/12/2014 م`.
            is_same = bool(previous_end) and tables.words_of_folded(between).texts[-1:] == [SAME_DAY]
            if not is_same:
                label = _label(line, found, previous_end) or (None if previous_end else _label_above(layout, index))
            previous_end = found.end
            # A list of days or months below the text leads to its archives.
            if label is None and index >= layout.last and (found.day is None or _is_listed(layout, index)):
                continue
            # Beyond the end of the article stand others' dates; only a change is still told of this one there.
            belongs = index <= layout.end or label == "modified" or index in colophon
            # Between paragraphs stand others' stories, and what is told of pictures and films.
            belongs = belongs and not _is_between_paragraphs(layout, index) and not _is_in_box(layout, index)
            if belongs and (label is not None or (place > 0 and not is_caption)):
                # Within a body a label belongs to a story that is linked there, if any other date can be meant.
                is_within = layout.first < index < layout.last
                rank = 4 * (label is not None and not is_within) + place
                candidates.append(Candidate(line=line, index=index, found=found, label=label, rank=rank))
    candidates = _without_lists(layout, candidates)
    # A Gregorian date on the line beside a Hijri one is the same day: `الموافق 12 مارس 2023`.
    exact = {candidate.index for candidate in candidates if candidate.found.calendar != HIJRI}
    return [
        candidate
        for candidate in candidates
        if candidate.found.calendar != HIJRI or not {candidate.index - 1, candidate.index, candidate.index + 1} & exact
    ]


def _without_lists(layout: Layout, candidates: list[Candidate]) -> list[Candidate]:
    """Leave out the dates below the body that stand there with others of their kind: of comments, matches, other stories."""
    below = [one for one in candidates if one.index >= layout.last and one.label is None and not _is_signed(layout, one.index)]
    dated = (line for index, line in enumerate(layout.lines) if index >= layout.last and layout.roles[index] is Role.DATE)
    bare = {line.folded for line in dated if not tables.date_labels().is_in(line.words)}
    return [one for one in candidates if one not in below] if len(bare) > 1 else candidates


def _is_signed(layout: Layout, index: int) -> bool:
    """Tell whether a date below the body stands under who wrote it."""
    above = layout.lines[index - 1]
    # `الانطلاق 06:15 الوصول 11:40`
    is_timetable = index + 1 < len(layout.lines) and len(CLOCK.findall(layout.lines[index + 1].folded)) > 1
    is_byline = layout.roles[index - 1] is Role.BYLINE or begins_as_name(above.words, above.text)
    return index in layout.colophon or (
        index > layout.last and above.block == layout.lines[index].block and is_byline and not is_timetable
    )


def _is_between_paragraphs(layout: Layout, index: int) -> bool:
    above = sum(role is Role.PROSE for role in layout.roles[layout.first : index])
    return index < layout.last and above >= PARAGRAPHS


def _is_in_box(layout: Layout, index: int) -> bool:
    """Tell whether a date below the first paragraph stands in a box of links: `Lire aussi`, a headline, `Publié le ...`."""
    boxes = tables.phrases("box").whole
    for place in range(index - 1, layout.first, -1):
        if layout.roles[place] is Role.PROSE:
            return False
        if boxes.whole(layout.lines[place].words):
            return True
    return False


def _is_listed(layout: Layout, index: int) -> bool:
    """Tell whether a date stands among others that nothing labels, one a line."""
    around = (place for place in (index - 1, index + 1) if layout.last <= place < len(layout.lines))
    dates = [layout.lines[place] for place in around if layout.roles[place] is Role.DATE]
    return any(not tables.date_labels().is_in(line.words) for line in dates)


def _label(line: Line, found: Found, after: int) -> str | None:
    """Return `published` or `modified` by the label between the date before (ending at `after`) and this one."""
    nearest: tuple[int, str] | None = None
    of_site = list(tables.phrases("site_update").start.scan(line.words))
    for section in ("published", "modified"):
        for hit in tables.phrases(section).start.scan(line.words):
            start, end = line.words[hit.first].start, line.words[hit.last - 1].end
            if any(site.first <= hit.first < site.last for site in of_site):
                continue
            is_near = after <= start and end <= found.start <= end + reach(line, end, found.start) and is_label(line, hit)
            if is_near and (nearest is None or end >= nearest[0]):
                nearest = end, section
    return nearest[1] if nearest else None


def _label_above(layout: Layout, index: int) -> str | None:
    """Return the label that stands alone on the line above: `تاريخ النشر` and the date below it."""
    words = layout.lines[index - 1].words if index else ()
    for section in ("published", "modified"):
        hit = tables.phrases(section).start.at(words, 0)
        if hit and hit.last == len(words):
            return section
    return None


def _place(layout: Layout, index: int) -> int:
    """Return how well a bare date line stands for a publication date: 3 under the title to 0 where it does not.

    A date above everything else is the day of printing or of capture when a ticker or a row of links follows it or
    when no title stands between it and the body.
    """
    if layout.title_index is None:
        return 1
    # The headline may stand again below its date.
    is_below = any(line.folded == layout.lines[layout.title_index].folded for line in layout.lines[:index])
    if index > layout.title_index or is_below:
        if index >= layout.last:
            # Further down stand lists of others' stories.
            is_next = index - layout.last < BELOW_BODY and Role.FURNITURE not in layout.roles[layout.last : index]
            line = layout.lines[index]
            return 1 if is_next and (_says_only_when(line) or tables.names_issue(line.words.texts)) else 0
        return 0 if index >= layout.first else 3
    if index == layout.title_index:
        return 2
    below, role = layout.lines[index + 1], layout.roles[index + 1]
    is_above_menu = not {Role.TICKER, Role.MENU}.isdisjoint(layout.roles[index + 1 : layout.title_index])
    is_head_of_page = is_above_menu or (role in (Role.FURNITURE, Role.CAPTION) and len(below.parts) >= ROW_OF_LINKS)
    above = set(layout.roles[:index])
    is_at_top = above <= PAGE_PARTS and layout.title_index - index >= FAR_BELOW
    is_at_top = is_at_top and all(date.hour is None for date in layout.lines[index].dates)
    is_at_top = is_at_top or _is_clock_of_page(layout, index) or _is_above_name(layout, index)
    # A printed paper has its day beside its number: `17 أكتوبر 2013 السنة 138 العدد 46366`.
    if tables.names_issue(layout.lines[index].words.texts):
        return 1
    is_head_of_page = is_head_of_page or any(map(_is_daily, layout.lines[index + 1 : layout.title_index]))
    is_masthead = (
        is_head_of_page
        or is_at_top
        or _is_day_of_page(layout, index)
        or layout.title_index >= layout.first
        or _says_when_elsewhere(layout)
    )
    return 0 if is_masthead else 2


def _is_day_of_page(layout: Layout, index: int) -> bool:
    """Tell whether a day with its weekday stands above what is no part of the article's own head: today's."""
    line = layout.lines[index]
    between = range(index + 1, layout.title_index or 0)
    is_issue = any(
        tables.names_issue(layout.lines[place].words.texts)
        for place in range(max(index - 1, 0), min(index + 3, len(layout.lines)))
    )
    is_apart = any(layout.roles[place] not in OWN_HEAD for place in between)
    return _is_day_alone(line) and is_apart and not is_issue


def _is_day_alone(line: Line) -> bool:
    """Tell whether a line has a day with its weekday, and no hour."""
    return any(text in tables.weekdays() for text in line.words.texts) and all(date.hour is None for date in line.dates)


def _is_daily(line: Line) -> bool:
    """Tell whether a line is what a page shows anew each day beside its date: the weather, the hours of prayer."""
    is_short = len(line.words) <= DAILY_WORDS
    return is_short and ("°" in line.text or tables.phrases("daily").start.at(line.words, 0) is not None)


def _is_above_name(layout: Layout, index: int) -> bool:
    """Tell whether a day with its weekday is the first line of a page, and buttons or what the site says of itself the next."""
    line, below = layout.lines[index], layout.lines[index + 1]
    says_what = is_slogan(below) or layout.roles[index + 1] in PAGE_PARTS
    return index == 0 and _is_day_alone(line) and says_what and layout.title_index != index + 1


def _is_clock_of_page(layout: Layout, index: int) -> bool:
    """Tell whether a date is day and hour where the site is: `الجمعة 22 مارس 2024 5:13 م القاهرة`, `الساعة الآن 09:12 ص`."""
    line = layout.lines[index]
    last, title = line.parts[-1:], layout.title_index or 0
    is_of_city = bool(last) and tables.cities().whole(last[0]) is not None and line.dates[-1].end <= last[0][0].start
    says_now = tables.phrases("now").anywhere.is_in(line.words)
    return (is_of_city and index + 1 < title) or says_now


def _says_when_elsewhere(layout: Layout) -> bool:
    """Tell whether a publication label stands without a calendar date (`نُشر أمس`): a date above is then today's."""
    labels = tables.phrases("published").start
    for index, line in enumerate(layout.lines[: layout.first]):
        words = line.words
        if index == layout.title_index or len(words) > RELATIVE_LINE_WORDS or line.dates:
            continue
        label, ago = labels.at(words, 0), find_ago(words[: RELATIVE_WORDS // 2])
        # `Par Oumar Diagana          il y a 2 jours`
        if len(line.parts) > 1 and (behind := find_ago(line.parts[-1])) and behind.first == 0:
            return True
        is_bare_label = label is not None and label.last == len(words)
        if (label and not is_bare_label and len(words) <= RELATIVE_WORDS) or (ago and ago.first == 0):
            return True
    return False


def _doubt(field: str, found: Found, raw: str) -> Issue | None:
    if found.weekday_disagrees:
        message = f"{raw!r}: that date is another weekday; the date is kept as printed"
        return Issue(code="weekday-mismatch", field=field, raw=raw, message=message)
    if found.calendar == HIJRI:
        message = f"{raw!r} is Hijri alone; read by the Umm al-Qura calendar, it can be a day off"
        return Issue(code="hijri-date", field=field, raw=raw, message=message)
    if found.swapped:
        message = f"{raw!r} could be month first; read day first, as most of the world writes"
        return Issue(code="ambiguous-date-order", field=field, raw=raw, message=message)
    return None
