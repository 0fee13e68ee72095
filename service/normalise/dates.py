"""Dates as pages print them: shapes first, tables of names second, python-dateutil for the strict parse.

Shapes are matched on folded text (ASCII digits, one form a letter), so one pattern reads every script.
Each pattern is bounded: no input makes it backtrack.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache

from dateutil import tz
from dateutil.parser import isoparse

from service.article import Dated, ZoneSource
from service.normalise import tables
from service.normalise.lexicon import words_of

EARLIEST_YEAR, LATEST_YEAR = 1800, 2199
MONTHS_A_YEAR = 12
NOON = 12
# Two digits of a year belong to this century up to here, to the last one beyond.
LAST_SHORT_YEAR = 68
# How far from its date a time may stand: a few words of the kind `على الساعة`, never a sentence.
TIME_REACH = 24

DIGIT = re.compile(r"\d")
GAP = r"[\s,،./\-–—_|]{0,4}"
NAME_END = r"(?![^\W\d])"
CLOCK = re.compile(r"(?<![\d:.,/\-])(?P<hour>\d{1,2})\s?(?:[:٫]|h)\s?(?P<minute>\d{2})(?::\d{2}(?:\.\d{1,6})?)?(?![\d:])")
# `GMT+1` has the everyday sign, an hour ahead; a bare offset must follow a clock at once, as in ISO 8601.
NAMED_OFFSET = re.compile(r"\s?\(?(?:gmt|utc)\s?(?P<sign>[+\-−])\s?(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?\)?(?![\d/.\-])")
BARE_OFFSET = re.compile(r"\s?(?P<sign>[+\-−])(?P<hours>\d{2}):?(?P<minutes>\d{2})(?![\d/.\-:])")
ZULU = re.compile(r"\s?z(?!\w)")
EDTF = re.compile(r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?)?)?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A date in a line, `start` and `end` counting characters of the folded line.

    `offset` is the zone printed beside it. `swapped` is the day and month that the same digits would give in
    the other order, where both are possible. `countries` are those whose month name was used.
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
    countries: frozenset[str] = frozenset()

    @property
    def has_time(self) -> bool:
        """Whether a time of day is printed."""
        return self.hour is not None

    @property
    def weekday_disagrees(self) -> bool:
        """Whether the weekday beside the date is not the weekday of that date."""
        if self.weekday is None or self.month is None or self.day is None:
            return False
        return datetime(self.year, self.month, self.day, tzinfo=UTC).weekday() != self.weekday


def find_dates(folded: str) -> list[Found]:
    """Return the absolute dates in a folded line, in order, each with the time of day that belongs to it."""
    if not DIGIT.search(folded):
        return []
    dates = [found for match in _date_pattern().finditer(folded) if (found := _read_date(match))]
    dates = [_with_weekday(found, folded) for found in dates]
    clocks = list(CLOCK.finditer(folded))
    return [_with_time(found, _nearest_clock(found, clocks, dates), folded) for found in dates]


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
    if zone is None:
        return _parse(naive.strftime("%Y-%m-%dT%H:%M"), ZoneSource.DEFAULT)
    return _parse(naive.replace(tzinfo=zone).isoformat(timespec="minutes"), zone_source)


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
    in_utc: datetime = moment.astimezone(UTC)
    return in_utc


def zone_named(name: str) -> tzinfo | None:
    """Return the zone of an IANA name, `UTC` or an offset such as `+01:00`."""
    if match := BARE_OFFSET.fullmatch(name):
        return _offset(match)
    return UTC if name == "UTC" else tz.gettz(name)


def _parse(edtf: str, zone_source: ZoneSource) -> Dated:
    """Return the value of a well-formed EDTF text that dateutil's strict ISO parser accepts."""
    moment = isoparse(edtf)
    exact = moment.isoformat(timespec="minutes") if "T" in edtf else edtf
    return Dated.of(exact, zone_source)


@cache
def _date_pattern() -> re.Pattern[str]:
    """Return one pattern of all shapes; the most telling shape comes first."""
    names = sorted(tables.months(), key=len, reverse=True)
    month = "(?<![^\\W\\d])(?:{})\\.?{}".format("|".join(re.escape(name).replace(r"\ ", r"\s+") for name in names), NAME_END)
    year = r"(?:1[89]|2[01])\d{2}"
    day = r"(?<!\d)\d{1,2}(?:er|re|st|nd|rd|th|º)?"
    of = r"(?:\s(?:de|of|du|من|شهر)\s)?"
    sep = r"\s?[/.\-–]\s?"
    shapes = (
        # 26 ديسمبر، 2023 · 13 أفريل 2023م · 6 سبتمبر/أيلول 2024 · 16 décembre 2024
        rf"(?P<d1>{day}){GAP}{of}(?P<m1>{month})(?:\s?/\s?{month})?{GAP}{of}(?P<y1>{year})(?!\d)",
        # 14-Oct-19
        rf"(?P<d2>(?<!\d)\d{{1,2}})-(?P<m2>{month})-(?P<y2>\d{{2}})(?!\d)",
        # 2022 أكتوبر 26
        rf"(?P<y3>(?<!\d){year}){GAP}(?P<m3>{month}){GAP}(?P<d3>\d{{1,2}})(?![\d:])",
        # August 22, 2025
        rf"(?P<m4>{month}){GAP}(?P<d4>\d{{1,2}}(?:st|nd|rd|th)?),?\s(?P<y4>{year})(?!\d)",
        # 2023-12-26 · 2022/02/13
        rf"(?P<y5>(?<!\d){year})(?P<s5>{sep})(?P<m5>\d{{1,2}})(?P=s5)(?P<d5>\d{{1,2}})(?!\d)",
        # 01 - 11 - 2023 · 09.10.2025 · 16/12/2014
        rf"(?P<d6>(?<![\d/.\-])\d{{1,2}})(?P<s6>{sep})(?P<m6>\d{{1,2}})(?P=s6)(?P<y6>{year})(?!\d)",
        # نوفمبر 2023
        rf"(?P<m7>{month}){GAP}{of}(?P<y7>{year})(?!\d)",
    )
    return re.compile("|".join(shapes))


def _read_date(match: re.Match[str]) -> Found | None:
    groups = {name[0]: value for name, value in match.groupdict().items() if value is not None}
    year, countries, swapped = int(groups["y"]), frozenset[str](), False
    if len(groups["y"]) < len("2000"):
        year += 2000 if year <= LAST_SHORT_YEAR else 1900
    day = int(re.sub(r"\D", "", groups["d"])) if "d" in groups else None
    if groups["m"].isdigit():
        month = int(groups["m"])
        if day is not None and match.lastgroup == "y6":
            if month > MONTHS_A_YEAR >= day:
                month, day = day, month
            swapped = day != month and max(day, month) <= MONTHS_A_YEAR
    else:
        named = tables.months()[" ".join(word.text for word in words_of(groups["m"]))]
        month, countries = named.number, named.countries
    try:
        datetime(year, month, day or 1, tzinfo=UTC)
    except ValueError:
        return None
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return None
    return Found(start=match.start(), end=match.end(), year=year, month=month, day=day, swapped=swapped, countries=countries)


def _with_weekday(found: Found, folded: str) -> Found:
    """Return the date with the weekday beside it; where one order of day and month alone fits it, in that order."""
    before = words_of(folded[max(0, found.start - TIME_REACH) : found.start])
    after = words_of(folded[found.end : found.end + TIME_REACH])
    near = [word.text for word in (*reversed(before), *after)]
    weekday = next((tables.weekdays()[word] for word in near if word in tables.weekdays()), None)
    if weekday is None or found.day is None or found.month is None:
        return found
    this = replace(found, weekday=weekday)
    if not found.swapped:
        return this
    other = replace(this, day=found.month, month=found.day)
    if this.weekday_disagrees and not other.weekday_disagrees:
        return replace(other, swapped=False)
    return replace(this, swapped=this.weekday_disagrees)


def _nearest_clock(found: Found, clocks: list[re.Match[str]], dates: list[Found]) -> re.Match[str] | None:
    """Return the time of day nearest to a date: within reach, not inside or beyond another date."""
    best: tuple[int, re.Match[str]] | None = None
    for clock in clocks:
        low, high = (clock.end(), found.start) if clock.end() <= found.start else (found.end, clock.start())
        distance = high - low
        crossed = any(other is not found and low < other.end and other.start < high for other in dates)
        if 0 <= distance <= TIME_REACH and not crossed and (best is None or distance < best[0]):
            best = distance, clock
    return best[1] if best else None


def _with_time(found: Found, clock: re.Match[str] | None, folded: str) -> Found:
    if clock is None or found.day is None:
        return found
    hour, minute = int(clock["hour"]), int(clock["minute"])
    end = clock.end()
    if half := _half_of_day(folded, end):
        afternoon, end = half
        hour = hour % NOON + (NOON if afternoon else 0) if hour <= NOON else hour
    if hour == 24 and minute == 0 or hour > 23 or minute > 59:  # noqa: PLR2004, RUF021 - the clock's own bounds
        return found
    if match := BARE_OFFSET.match(folded, end):
        offset, end = _offset(match), match.end()
    else:
        offset, end = _printed_zone(folded, end)
    if offset is None:
        offset, zone_end = _printed_zone(folded, found.end)
        end = max(end, zone_end)
    start, end = min(found.start, clock.start()), max(found.end, end)
    return replace(found, start=start, end=end, hour=hour, minute=minute, offset=offset)


def _half_of_day(folded: str, end: int) -> tuple[bool, int] | None:
    """Return whether a word for the second half of the day follows, and where it ends."""
    words = words_of(folded[end : end + TIME_REACH])
    if not words or folded[end : end + words[0].start].strip():
        return None
    for section, afternoon in (("pm", True), ("am", False)):
        if hit := tables.phrases(section).anywhere.at(words, 0):
            return afternoon, end + words[hit.last - 1].end
    return None


def _printed_zone(folded: str, end: int) -> tuple[tzinfo | None, int]:
    """Return the zone printed right after `end` and where it ends."""
    if match := NAMED_OFFSET.match(folded, end):
        return _offset(match), match.end()
    if match := ZULU.match(folded, end):
        return UTC, match.end()
    words = words_of(folded[end : end + 2 * TIME_REACH])
    index = 0
    while index < len(words) and words[index].text in ("بتوقيت", "توقيت"):
        index += 1
    hit = tables.zones().at(words, index)
    # A place alone is no zone: `القاهرة` counts after `بتوقيت`, GMT by itself.
    if hit is None or (index == 0 and not words[hit.first].text.isascii()):
        return None, end
    last = end + words[hit.last - 1].end
    return zone_named(hit.value), last


def _offset(match: re.Match[str]) -> tzinfo | None:
    shift = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    return timezone(-shift if match["sign"] in "-−" else shift) if shift < timedelta(hours=15) else None
