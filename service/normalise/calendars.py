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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

HIJRI, JALALI = "hijri", "jalali"


class CalendarDate(NamedTuple):
    """A Gregorian date and where the date of another calendar that it stands for is in a folded line."""

    start: int
    end: int
    calendar: str
    gregorian: date


def find_calendar_dates(folded: str) -> Iterator[CalendarDate]:
    """Yield the Hijri and Jalali dates in a folded line; a date that its calendar does not have is none."""
    for calendar, convert in CONVERT.items():
        for match in _pattern(calendar).finditer(folded):
            month = tables.calendar_months(calendar)[" ".join(match["month"].split())]
            try:
                gregorian = convert(int(match["year"]), month, int(match["day"]))
            except (ValueError, OverflowError):
                continue
            yield CalendarDate(match.start(), match.end(), calendar, gregorian)


@cache
def _pattern(calendar: str) -> re.Pattern[str]:
    names = sorted(tables.calendar_months(calendar), key=len, reverse=True)
    month = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in names)
    gap = r"[\s,،/\-]{1,3}"
    of = r"(?:من شهر |شهر |من )?"
    return re.compile(rf"(?<!\d)(?P<day>\d{{1,2}}){gap}{of}(?P<month>{month}){gap}(?P<year>1[34]\d{{2}})(?!\d)")


def _from_hijri(year: int, month: int, day: int) -> date:
    return Hijri(year, month, day).to_gregorian()


def _from_jalali(year: int, month: int, day: int) -> date:
    gregorian: date = jdatetime.date(year, month, day).togregorian()
    return gregorian


CONVERT: dict[str, Callable[[int, int, int], date]] = {HIJRI: _from_hijri, JALALI: _from_jalali}
