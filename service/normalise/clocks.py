"""The time of day beside a date: clock, half of the day, and the zone printed with them.

Reads folded text, like `dates`; every pattern is bounded.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from datetime import UTC, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING

from dateutil import tz

from service.normalise import tables
from service.normalise.lexicon import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = 12
DAY_HOURS, HOUR_MINUTES = 24, 60
HALF_DAY, QUARTER_HOUR = 720, 15
# How far the words for the half of the day and the zone are looked for.
REACH = 24
# No zone is further from Greenwich.
WIDEST_OFFSET = timedelta(hours=15)

CLOCK = re.compile(
    r"(?:(?<![\d:.,/])|(?<=[^\W\d]:)|(?<=[ /.\-]20\d\d)|(?<=20\d\d-\d\d-\d\d))(?P<hour>\d{1,2})\s?(?:[:٫]|h)\s?"
    r"(?P<minute>\d{2})(?::\d{2}(?:\.\d{1,6})?)?(?![\d:])"
)
# الساعة 14 و 20 دقيقة
SPELLED_CLOCK = re.compile(r"(?<![\d:.,/])(?P<hour>\d{1,2})\s?و\s?(?P<minute>\d{1,2}) دقيق(?:ه|ة)")
MINUTES = "دقيق"
# 2.20pm, 14.20 GMT, saat 14.20: with a stop between them, hour and minute are told from a price by what stands beside them.
DOTTED_CLOCK = re.compile(
    r"(?<![\d:.,/])(?P<hour>\d{1,2})\.(?P<minute>\d{2})(?=\s?(?:[ap]\.?m\b|(?:gmt|utc|bst|cet|cest|est|edt|eet)\b))"
    r"|(?:\b(?:saat|alle|a las)|الساع[هة])\s(?P<hour_after>\d{1,2})\.(?P<minute_after>\d{2})(?![\d.])"
)
# `GMT+1` has the everyday sign, an hour ahead; a bare offset must follow a clock at once, as in ISO 8601.
NAMED_OFFSET = re.compile(
    r"\s?\(?(?:بتوقيت )?(?:gmt|utc|غرينت?ش|غرينيتش|جرينتش)\s?"
    r"(?P<sign>[+\-−])\s?(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?\)?(?![\d/.\-])"
)
BARE_OFFSET = re.compile(r"\s?(?P<sign>[+\-−])(?P<hours>\d{2}):?(?P<minutes>\d{2})(?![\d/.\-:])")
# `03:00 ET`; anywhere but at an end it is the French `and`.
EASTERN = re.compile(r"\s?et(?=\s*(?:$|[|)]))")
ZULU = re.compile(r"\s?z(?!\w)")

# Which hour each section of phrases.toml makes of an hour on a twelve-hour clock.
MORNING_NIGHT, MORNING_NOON = 6, 9
HALVES = {
    "am": lambda hour: hour % NOON,
    "pm": lambda hour: hour % NOON + NOON,
    "night": lambda hour: hour % NOON if hour == NOON or hour < MORNING_NIGHT else hour + NOON,
    "noon": lambda hour: hour if hour == NOON or hour > MORNING_NOON else hour + NOON,
}


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A time of day in a folded line, from `start` to `end`; `offset` is the zone printed with it."""

    start: int
    end: int
    hour: int
    minute: int
    offset: tzinfo | None


def find_times(folded: str) -> Iterator[TimeOfDay]:
    """Yield the times of day in a folded line, in order."""
    # Most lines have times of one form at most.
    clocks = _of_all_forms(folded) if MINUTES in folded or "." in folded else CLOCK.finditer(folded)
    for match in clocks:
        hour, minute = (int(part) for part in match.groups() if part is not None)
        start, end = match.span()
        # Some templates print the minute first: `الساعة 47 : 17`.
        if hour >= DAY_HOURS and minute < DAY_HOURS and " " in match[0]:
            hour, minute = minute, hour
        half, start, end = _half_of_day(folded, start, end)
        if half and hour <= NOON:
            hour = HALVES[half](hour)
        if hour >= DAY_HOURS or minute >= HOUR_MINUTES:
            continue
        if offset := BARE_OFFSET.match(folded, end):
            yield TimeOfDay(start, offset.end(), hour, minute, _offset(offset))
        else:
            zone, end = printed_zone(folded, end)
            yield TimeOfDay(start, end, hour, minute, zone)


def _of_all_forms(folded: str) -> list[re.Match[str]]:
    """Return the times of day in digits, with a stop and with the minutes in words, in order."""
    found = [match for form in (CLOCK, DOTTED_CLOCK, SPELLED_CLOCK) for match in form.finditer(folded)]
    return sorted(found, key=lambda match: match.start())


def with_offsets(times: list[TimeOfDay], folded: str) -> list[TimeOfDay]:
    """Return times of day, where one is given again in Greenwich time with its offset: `12:45 (09:45 بتوقيت غرينتش)`."""
    found = list(times)
    for place, (one, other) in enumerate(itertools.pairwise(times)):
        is_again = one.offset is None and other.offset is not None and not folded[one.end : other.start].strip(" (,،/|")
        if is_again and other.offset and other.offset.utcoffset(None) == timedelta(0):
            minutes = (one.hour - other.hour) * HOUR_MINUTES + one.minute - other.minute
            # No place is half a day or more behind Greenwich.
            ahead = (minutes + HALF_DAY) % (2 * HALF_DAY) - HALF_DAY
            if ahead % QUARTER_HOUR == 0:
                found[place] = replace(one, offset=timezone(timedelta(minutes=ahead)))
    return found


def printed_zone(folded: str, end: int) -> tuple[tzinfo | None, int]:
    """Return the zone printed right after `end` and where it ends."""
    if match := NAMED_OFFSET.match(folded, end):
        return _offset(match), match.end()
    for letters, zone in ((ZULU, "UTC"), (EASTERN, "America/New_York")):
        if match := letters.match(folded, end):
            return zone_named(zone), match.end()
    words = words_of(folded[end : end + 2 * REACH])
    index = 0
    while label := tables.zone_labels().at(words, index):
        index = label.last
    hit = tables.zones().at(words, index)
    # A place alone is no zone: `القاهرة` counts after `بتوقيت` or in parentheses, GMT by itself.
    if hit is None:
        return None, end
    gap = folded[end : end + words[0].start].strip()
    if index == 0 and gap != "(" and hit.value != "UTC" and not words[hit.first].text.isascii():
        return None, end
    if gap.strip("("):
        return None, end
    return zone_named(hit.value), end + words[hit.last - 1].end


@lru_cache(maxsize=256)
def zone_named(name: str) -> tzinfo | None:
    """Return the zone of an IANA name, `UTC` or an offset such as `+01:00`."""
    if match := BARE_OFFSET.fullmatch(name):
        return _offset(match)
    return UTC if name == "UTC" else tz.gettz(name)


def _half_of_day(folded: str, start: int, end: int) -> tuple[str | None, int, int]:
    """Return the section of the word for the half of the day beside a clock, and where both begin and end."""
    after = words_of(folded[end : end + REACH])
    if after and not folded[end : end + after[0].start].strip():
        for section in HALVES:
            if hit := tables.phrases(section).anywhere.at(after, 0):
                return section, start, end + after[hit.last - 1].end
    offset = max(0, start - REACH)
    before = words_of(folded[offset:start])
    if before and not folded[offset + before[-1].end : start].strip():
        for section in HALVES:
            # A letter before a clock is another matter: `2024 م 03:15` counts years.
            if len(before[-1].text) > 1 and tables.phrases(section).anywhere.at(before, len(before) - 1):
                return section, offset + before[-1].start, end
    return None, start, end


def _offset(match: re.Match[str]) -> tzinfo | None:
    shift = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    return timezone(-shift if match["sign"] in "-−" else shift) if shift < WIDEST_OFFSET else None
