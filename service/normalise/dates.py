"""Dates as pages print them: shapes first, tables of names second, python-dateutil for the strict parse.

Shapes are matched on folded text (ASCII digits, one form a letter), so one pattern reads every script.
Each pattern is bounded: no input makes it backtrack.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache

from dateutil.parser import isoparse

from service.article import Dated, ZoneSource
from service.normalise import tables
from service.normalise.calendars import CalendarDate, find_calendar_dates
from service.normalise.clocks import TimeOfDay, find_times, printed_zone, with_offsets
from service.normalise.lexicon import pattern_of, words_of

EARLIEST_YEAR, LATEST_YEAR = 1800, 2199
MONTHS_A_YEAR = 12
# Two digits of a year belong to this century up to here, to the last one beyond.
LAST_SHORT_YEAR = 68
# How far from its date a time or a weekday may stand: a few words of the kind `على الساعة`, never a sentence.
REACH = 24
# A line that says when is short; what is longer is not searched.
LONGEST_LINE = 400

HEBREW_IN = "ב"
GREGORIAN = "gregorian"
# The orders of day, month and year in digits.
DAY_FIRST, MONTH_FIRST = "dmy", "mdy"
MINUTE = timedelta(minutes=1)
DIGIT = re.compile("[0-9]")
LETTERS = re.compile(r"[^\W\d]+")
# Day, month and year in digits have two separators between them.
IN_DIGITS = re.compile(r"\d\s?[/.\-–—\\]\s?\d{1,2}\s?[/.\-–—\\]\s?\d")
# What some part of every shape of a date matches: its year, or a day and the separator before a year of two digits.
IN_EVERY_DATE = re.compile(r"(?:1[89]|2[01])\d{2}|\d[/.\-]")
EDTF = re.compile(r"\d{4}(-\d{2}(-\d{2}(T([01]\d|2[0-3]):\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?)?)?)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A date in a line, `start` and `end` counting characters of the folded line.

    `offset` is the zone printed beside it. `swapped` tells that the same digits give another date in the other order
    of day and month; `order` is the one that they or a weekday prove. `calendar` is the one that the date is printed in.
    `countries` are those whose month name was used.
    """

    start: int
    end: int
    year: int
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    offset: tzinfo | None = None
    weekday: int | None = None
    swapped: bool = False
    order: str | None = None
    calendar: str = GREGORIAN
    countries: frozenset[str] = frozenset()

    @property
    def weekday_disagrees(self) -> bool:
        """Whether the weekday beside the date is not the weekday of that date."""
        if self.weekday is None or self.month is None or self.day is None:
            return False
        return datetime(self.year, self.month, self.day, tzinfo=UTC).weekday() != self.weekday


def find_dates(folded: str) -> list[Found]:
    """Return the absolute dates in a folded line, in order, each with the time of day that belongs to it."""
    if len(folded) > LONGEST_LINE or not DIGIT.search(folded):
        return []
    shapes = _date_pattern().finditer(folded) if IN_EVERY_DATE.search(folded) and _has_month(folded) else ()
    dates = [found for match in shapes if (found := _read_date(match))]
    if not dates:
        dates = [_from_calendar(other) for other in find_calendar_dates(folded)]
    if not dates:
        return []
    dates = [_with_weekday(found, folded) for found in dates]
    times = [
        time
        for time in with_offsets(list(find_times(folded)), folded)
        if ":" in folded[time.start : time.end] or not any(date.start < time.start < date.end for date in dates)
    ]
    return [_with_time(found, _nearest_time(found, times, dates, folded), folded) for found in dates]


def dated(found: Found, zone: tzinfo | None, zone_source: ZoneSource) -> Dated:
    """Return the value of a date: `zone` is where its page is read, used only where no zone is printed.

    Raises ValueError for a date that no calendar has.
    """
    if found.month is None:
        return _parse(f"{found.year:04}", ZoneSource.DEFAULT)
    if found.day is None:
        return _parse(f"{found.year:04}-{found.month:02}", ZoneSource.DEFAULT)
    day = f"{found.year:04}-{found.month:02}-{found.day:02}"
    if found.hour is None:
        return _parse(day, ZoneSource.DEFAULT)
    naive = isoparse(f"{day}T{found.hour:02}:{found.minute or 0:02}")
    if found.offset:
        zone, zone_source = found.offset, ZoneSource.TEXT
    moment = naive.replace(tzinfo=zone)
    # Before standard time a place's clock was off by odd seconds, which neither EDTF nor anyone's page can say.
    offset = moment.utcoffset()
    if offset is None or offset % MINUTE:
        return _parse(naive.isoformat(timespec="minutes"), ZoneSource.DEFAULT)
    return _parse(moment.isoformat(timespec="minutes"), zone_source)


def read_edtf(text: str) -> Dated:
    """Return the value of a declared EDTF date (levels 0 without intervals); raises ValueError for anything else."""
    if not EDTF.fullmatch(text):
        message = "not an EDTF date such as 2023, 2023-11, 2023-11-01 or 2023-11-01T12:30+01:00"
        raise ValueError(message)
    return _parse(text, ZoneSource.TEXT)


def read_instant(text: str) -> datetime:
    """Return a declared ISO 8601 instant in UTC; raises ValueError where it is none or lacks an offset."""
    moment = isoparse(text.strip().replace(" ", "T", 1))
    if moment.tzinfo is None:
        message = "it has no offset; write it like 2023-11-01T12:30:00+01:00 or 2023-11-01T11:30:00Z"
        raise ValueError(message)
    return _in_utc(moment)


def _parse(edtf: str, zone_source: ZoneSource) -> Dated:
    """Return the value of a well-formed EDTF text that dateutil's strict ISO parser accepts."""
    moment = isoparse(edtf)
    _in_utc(moment)
    exact = moment.isoformat(timespec="minutes") if "T" in edtf else edtf
    return Dated.of(exact, zone_source)


def _in_utc(moment: datetime) -> datetime:
    """Return an instant in UTC; raises ValueError for one that lies outside the years 1 to 9999 there."""
    try:
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except OverflowError as error:
        message = "no calendar has that instant"
        raise ValueError(message) from error


def _has_month(folded: str) -> bool:
    """Tell whether a line has a month, in letters or between the separators of a date in digits: most that have a year do not."""
    if IN_DIGITS.search(folded) is not None or not _month_openers().isdisjoint(LETTERS.findall(folded)):
        return True
    return any(button in folded for button in tables.buttons())


@cache
def _month_openers() -> frozenset[str]:
    """Return the first words of all month names; Hebrew writes `in` onto them."""
    first = {LETTERS.findall(name)[0] for name in tables.months()}
    return frozenset(first | {HEBREW_IN + word for word in first})


@cache
def _date_pattern() -> re.Pattern[str]:
    """Return one pattern of all shapes; the most telling shape comes first."""
    any_name = pattern_of(tables.months())
    # A month ends with its letters (`19نوفمبر  2011م` glues digits on); Hebrew writes `in` onto it.
    # Themes glue it to the button before it.
    start = rf"(?:(?<![^\W\d])|{'|'.join(f'(?<={re.escape(button)})' for button in tables.buttons())})"
    month = rf"{start}ב?(?:{any_name})\.?(?![^\W\d])"
    other_name = rf"(?:\s?[/(\-]?\s?{month}\s?\)?)?"
    # The number of an issue is no day: `العدد 12 - نوفمبر 2019`.
    issue = "".join(rf"(?<!{re.escape(word)}{gap})" for word in tables.issue_words() for gap in (" ", ": "))
    year = r"(?:1[89]|2[01])\d{2}"
    # Pages glue the clock on: `9/8/202303:15`.
    year_end = r"(?!\d(?!\d:\d)|/\d|[.\-]\d{1,3}(?![\d:]))"
    # Pages glue the time to the year: `January 15, 20254:12 PM`.
    over = r"(?!\d(?!\d?:\d\d))"
    day = r"(?:(?:(?<!\d)|(?<=[/.\-]20\d\d))\d{1,2}(?:er|re|st|nd|rd|th|º)?|(?<!\w)(?:فاتح|اول))"
    near = r"[\s./\-–—_]{0,4}"
    gap = r"[\s,،./\-–—_|]{0,4}"
    of = r"(?:\s(?:de|of|du|من|شهر|من شهر)\s)?"
    # A comma before the year is common; one between day and month separates two things.
    before_year = rf"(?:{gap}|\sdel?\s)"
    sep = r"[/.·\-–\\]"
    shapes = (
        # 26 ديسمبر، 2023 · 13 أفريل 2023م · 6 سبتمبر/أيلول 2024 · فاتح ماي 2024 · 16 décembre 2024
        rf"(?P<d1>{issue}(?!(?:3[2-9]|[4-9]\d)\s?[-–—]){day})(?:{near}|{of})(?P<m1>{month}){other_name}{before_year}(?P<y1>{year}){over}",
        # 14-Oct-19
        rf"(?P<d2>(?<!\d)\d{{1,2}})(?P<s2>[-/])(?P<m2>{month})(?P=s2)(?P<y2>\d{{2}})(?!\d)",
        # 2022 أكتوبر 26
        rf"(?P<y3>(?<!\d){year}){near}(?P<m3>{month}){near}(?P<d3>\d{{1,2}})(?![\d:])",
        # 3 ديسمبر 18:31 2023
        rf"(?P<d9>{day})\s(?P<m9>{month})\s\d{{1,2}}:\d{{2}}\s(?P<y9>{year})(?!\d)",
        # August 22, 2025
        rf"(?P<m4>{month}){near}(?P<d4>\d{{1,2}}(?:st|nd|rd|th)?)(?:,\s?|\s(?:-\s)?)(?P<y4>{year}){over}",
        # 2023-12-26 · 2022/02/13
        rf"(?P<y5>(?<![\da-z_/.])(?<![\da-z]-)(?<!--){year})\s?(?P<s5>{sep})\s?(?P<m5>\d{{1,2}})\s?(?P=s5)\s?(?P<d5>\d{{1,2}})(?!\d(?!\d:\d\d)|/\d)",
        # 01 - 11 - 2023 · 09.10.2025 · 16/12/2014
        rf"(?P<d6>(?<![\da-z_/.\-])\d{{1,2}})\s?(?P<s6>{sep})\s?(?P<m6>\d{{1,2}})\s?(?P=s6)\s?(?P<y6>{year}){year_end}",
        # 12.02.23
        r"(?P<d8>(?<![\w/.\-])\d{1,2})(?P<s8>[/.·])(?P<m8>\d{2})(?P=s8)(?P<y8>\d{2})(?![\w/.\-:])",
        # نوفمبر 2023
        rf"(?P<m7>(?<!\d)(?<!\d[ ]){month}){other_name}{before_year}(?P<y7>{year})(?!\d)",
    )
    # Every shape begins with a digit or where no letter stands before: within words none is tried.
    return re.compile(rf"(?:(?=\d)|{start}(?!\d))(?:{'|'.join(shapes)})")


def _read_date(match: re.Match[str]) -> Found | None:
    groups = {name[0]: value for name, value in match.groupdict().items() if value is not None}
    year, countries, swapped, order = int(groups["y"]), frozenset[str](), False, None
    if len(groups["y"]) < len("2000"):
        year += 2000 if year <= LAST_SHORT_YEAR else 1900
    day = int(re.sub(r"\D", "", groups["d"]) or 1) if "d" in groups else None
    if groups["m"].isdigit():
        month = int(groups["m"])
        if day is not None and match.lastgroup in ("y6", "y8"):
            if month > MONTHS_A_YEAR >= day:
                month, day, order = day, month, MONTH_FIRST
            elif day > MONTHS_A_YEAR:
                order = DAY_FIRST
            swapped = day != month and max(day, month) <= MONTHS_A_YEAR
    else:
        name = " ".join(word.text for word in words_of(groups["m"]))
        named = tables.months().get(name) or tables.months()[name.removeprefix(HEBREW_IN)]
        month, countries = named.number, named.countries
    try:
        datetime(year, month, 1 if day is None else day, tzinfo=UTC)
    except ValueError:
        return None
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return None
    return Found(
        start=match.start(), end=match.end(), year=year, month=month, day=day, swapped=swapped, order=order, countries=countries
    )


def _from_calendar(other: CalendarDate) -> Found:
    day = other.gregorian
    return Found(start=other.start, end=other.end, year=day.year, month=day.month, day=day.day, calendar=other.calendar)


def _with_weekday(found: Found, folded: str) -> Found:
    """Return the date with the weekday beside it; where one order of day and month alone fits it, in that order."""
    before = words_of(folded[max(0, found.start - REACH) : found.start])
    after = words_of(folded[found.end : found.end + REACH])
    near = [*reversed(before.texts), *after.texts]
    weekday = next((tables.weekdays()[word] for word in near if word in tables.weekdays()), None)
    if weekday is None or found.day is None or found.month is None:
        return found
    this = replace(found, weekday=weekday)
    if not found.swapped:
        return this
    other = replace(this, day=found.month, month=found.day)
    if this.weekday_disagrees and not other.weekday_disagrees:
        return replace(other, swapped=False, order=MONTH_FIRST)
    if this.weekday_disagrees:
        return this
    return replace(this, swapped=False, order=None if not other.weekday_disagrees else DAY_FIRST)


def _nearest_time(found: Found, times: list[TimeOfDay], dates: list[Found], folded: str) -> TimeOfDay | None:
    """Return the time of day nearest to a date: within reach, and not beyond another date."""
    best: tuple[int, TimeOfDay] | None = None
    for time in times:
        low, high = (time.end, found.start) if time.end <= found.start else (found.end, max(time.start, found.end))
        distance = high - low
        crossed = any(other is not found and low < other.end and other.start < high for other in dates)
        crossed = crossed or _says_modified(folded[low:high])
        if 0 <= distance <= REACH and not crossed and (best is None or distance < best[0]):
            best = distance, time
    return best[1] if best else None


def _says_modified(between: str) -> bool:
    """Tell whether the words between a date and a time give the time to a later change: `1 ماي 2023 | آخر تحديث: 12:41`."""
    return tables.phrases("modified").start.is_in(words_of(between))


def _with_time(found: Found, time: TimeOfDay | None, folded: str) -> Found:
    if time is None or found.day is None:
        return found
    zone, end = (time.offset, time.end) if time.offset else printed_zone(folded, found.end)
    start, end = min(found.start, time.start), max(found.end, time.end, end)
    return replace(found, start=start, end=end, hour=time.hour, minute=time.minute, offset=zone)
