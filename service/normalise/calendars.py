"""Dates of the Hijri (Umm al-Qura) and Jalali calendars, turned into Gregorian ones.

Reads folded text. A Gregorian date beside one of these says the same and wins, so they are looked for only
where there is none.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import jdatetime
from hijridate import Hijri

from service.normalise import tables
from service.normalise.lexicon import pattern_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

HIJRI, JALALI = "hijri", "jalali"
YEAR = re.compile(r"1[34]\d{2}")
# 7/9/1444 هـ · 1444-09-07هـ
NUMERIC_HIJRI = re.compile(
    r"(?<![\d/.\-])(?:(?P<d>\d{1,2})\s?(?P<s>[/\-])\s?(?P<m>\d{1,2})\s?(?P=s)\s?(?P<y>1[34]\d{2})"
    r"|(?P<y2>1[34]\d{2})(?P<s2>[/\-])(?P<m2>\d{1,2})(?P=s2)(?P<d2>\d{1,2}))(?![/\-\d])\s?(?P<era>ه(?!\w))?"
)
# In these years no page is dated by the Jalali calendar, which is forty years behind; the year first is no date of a page.
MONTHS = 12
ONLY_HIJRI = range(1420, 1460)

# ۱۴۰۰/۰۸/۱۲: in these years the Hijri calendar was in the 1960s to 1980s, before there were pages.
NUMERIC_JALALI = re.compile(r"(?<![\d/.\-])(?P<y>13[89]\d|140\d)/(?P<m>\d{1,2})/(?P<d>\d{1,2})(?![\d/])(?!\s?ه(?!\w))")


class CalendarDate(NamedTuple):
    """A Gregorian date and where the date of another calendar that it stands for is in a folded line."""

    start: int
    end: int
    calendar: str
    gregorian: date


def find_calendar_dates(folded: str) -> Iterator[CalendarDate]:
    """Yield the Hijri and Jalali dates in a folded line; a date that its calendar does not have is none."""
    if not YEAR.search(folded):
        return
    for calendar, convert in CONVERT.items():
        for match in _pattern(calendar).finditer(folded):
            month = tables.calendar_months(calendar)[" ".join(match["month"].split())]
            try:
                gregorian = convert(int(match["year"]), month, int(match["day"]))
            except (ValueError, OverflowError):
                continue
            yield CalendarDate(match.start(), match.end(), calendar, gregorian)
    yield from _numeric_hijri(folded)
    yield from _numeric_jalali(folded)


def _numeric_jalali(folded: str) -> Iterator[CalendarDate]:
    """Yield the Jalali dates in digits, of the years that news pages are from."""
    for match in NUMERIC_JALALI.finditer(folded):
        try:
            gregorian = _from_jalali(int(match["y"]), int(match["m"]), int(match["d"]))
        except ValueError:
            continue
        yield CalendarDate(match.start(), match.end(), JALALI, gregorian)


def _numeric_hijri(folded: str) -> Iterator[CalendarDate]:
    """Yield the Hijri dates in digits; the letter for the era, or the year, is what tells them from Jalali ones."""
    for match in NUMERIC_HIJRI.finditer(folded):
        day, month, year = (
            int(part) for part in (match["d"] or match["d2"], match["m"] or match["m2"], match["y"] or match["y2"])
        )
        if month > MONTHS >= day:
            day, month = month, day
        if not match["era"] and (year not in ONLY_HIJRI or match["d"] is None):
            continue
        try:
            gregorian = _from_hijri(year, month, day)
        except (ValueError, OverflowError):
            continue
        yield CalendarDate(match.start(), match.end(), HIJRI, gregorian)


@cache
def _pattern(calendar: str) -> re.Pattern[str]:
    month = pattern_of(tables.calendar_months(calendar))
    gap = r"[\s,،/\-]{1,3}"
    of = r"(?:من شهر |شهر |من )?"
    return re.compile(rf"(?<!\d)(?P<day>\d{{1,2}}){gap}{of}(?P<month>{month}){gap}(?P<year>{YEAR.pattern})(?!\d)")


def _from_hijri(year: int, month: int, day: int) -> date:
    return Hijri(year, month, day).to_gregorian()


def _from_jalali(year: int, month: int, day: int) -> date:
    gregorian: date = jdatetime.date(year, month, day).togregorian()
    return gregorian


CONVERT: dict[str, Callable[[int, int, int], date]] = {HIJRI: _from_hijri, JALALI: _from_jalali}
