"""Dates as people read them: no more exact than the source, in the month names of its country."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_skeleton

from service.article import Precision

if TYPE_CHECKING:
    from service.article import Dated


def day(dated: Dated, language: str, country: str | None) -> str:
    """Return the day, month or year of a date in `language`, as it is written in `country`."""
    locale = _locale(language, country)
    if dated.precision is Precision.YEAR:
        return dated.edtf
    if dated.precision is Precision.MONTH:
        return str(format_skeleton("yMMMM", dated.starts, locale=locale))
    return str(format_date(datetime.fromisoformat(dated.edtf), "long", locale=locale))


def month_name(month: str, language: str) -> str:
    """Return what a month (`2023-11`) is called in `language`; a year, or what is no month, as it is."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        return month
    return str(format_skeleton("yMMMM", first, locale=_locale(language, None)))


def clock(dated: Dated) -> str | None:
    """Return the time of day and its offset, None where the source does not state one."""
    if dated.precision is not Precision.MINUTE:
        return None
    moment = datetime.fromisoformat(dated.edtf)
    return f"{moment:%H:%M} {moment.isoformat()[-6:]}" if moment.tzinfo else f"{moment:%H:%M}"


def _locale(language: str, country: str | None) -> Locale:
    try:
        return Locale(language, country)
    except UnknownLocaleError:
        return Locale(language)
