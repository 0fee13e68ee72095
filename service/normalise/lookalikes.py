"""Lines that look as if they said when an article was published, or what it is called; where they stand shows otherwise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.normalise import tables
from service.normalise.clocks import CLOCK
from service.normalise.datelines import QUESTION
from service.normalise.headline import TITLE_WORDS
from service.normalise.page import LONG_LINE_WORDS, Line, Role
from service.normalise.relative import find_ago

if TYPE_CHECKING:
    from collections.abc import Sequence

# Characters up to the colon behind what heads a letter.
LETTER_LABEL = 20
# So many days in a row, each with what is on, are a list of them.
SEVERAL_DAYS = 3
# What a social network prints behind the date of a post that everybody may read.
GLOBES = "🌐🌍🌎🌏"
# How near its date stands what tells a match, and how much of that has to be there.
MATCH_REACH, MATCH_SIGNS = 5, 2
SIDES = 2
# Words of a line that tells something of a match or of an answer, and of one that tells the hour.
MATCH_WORDS, CLOCK_WORDS = 8, 6
# What stands between two teams, on their line or alone.
VERSUS, SCORE = re.compile(r"\s(?:×|vs\.?)\s"), re.compile(r"\W*[-–×]\W*")
# Words that tell how old something is, at most.
AGE_WORDS = 5
# So many lines below its question stand the answers of a poll.
POLL_REACH = 6
# The weeks of a calendar, or the letters of its days, one below the other.
WEEK = re.compile(r"(?:\S{1,2}\s+){2,}\S{1,2}")


def letters(lines: Sequence[Line], roles: list[Role]) -> None:
    """Mark the lines above a letter, from whom to whom and about what: a mail's own at its top, others' within the body."""
    start = 0
    while start < len(lines):
        stop = start
        while stop < len(lines) and lines[stop].block == lines[start].block and _heads_letter(lines[stop]):
            stop += 1
        subjects = tables.phrases("letter").whole
        if stop - start > 1 and any(subjects.at(line.words, 0) for line in lines[start:stop]):
            is_quoted = Role.PROSE in roles[:start]
            # Whoever passes an article on does so later.
            is_passed_on = any(map(_passes_on, lines[max(start - 1, 0) : stop]))
            for index in range(start, stop):
                if is_quoted or is_passed_on or roles[index] is not Role.DATE:
                    roles[index] = Role.TEXT if is_quoted else Role.FURNITURE
        start = max(stop, start + 1)


def _passes_on(line: Line) -> bool:
    return tables.phrases("forwarded").anywhere.is_in(line.words)


def _heads_letter(line: Line) -> bool:
    if ":" not in line.folded[:LETTER_LABEL]:
        return False
    label = tables.phrases("letter").start.at(line.words, 0) or tables.phrases("letter").whole.at(line.words, 0)
    if label is None:
        return False
    end = line.words[label.last - 1].end
    return line.folded[end : end + 2].lstrip().startswith(":")


def agendas(lines: Sequence[Line], roles: list[Role]) -> None:
    """Mark lines that each say what is on which day, several in a row: none of those is the day of publication."""
    stop = 0
    for index, role in enumerate(roles):
        if index < stop or role is not Role.DATE or not _is_on_agenda(lines[index]):
            continue
        start, block, above = index, lines[index].block, stop
        while start > above and lines[start - 1].block == block and _is_on_agenda(lines[start - 1]):
            start -= 1
        stop = index + 1
        while stop < len(lines) and lines[stop].block == block and _is_on_agenda(lines[stop]):
            stop += 1
        if stop - start >= SEVERAL_DAYS:
            roles[start:stop] = [Role.TEXT if one is Role.DATE else one for one in roles[start:stop]]


def columns(lines: Sequence[Line], roles: list[Role]) -> None:
    """Mark a line as text that goes on from the one above it and below, as in a printed column: `en juin 2011, et dont`."""
    for index in range(1, len(lines) - 1):
        if roles[index] is not Role.DATE or not _goes_on(lines[index]) or not lines[index + 1].text[0].islower():
            continue
        is_within = lines[index - 1].block == lines[index + 1].block and not lines[index - 1].ends_sentence
        if is_within and _says_what(lines[index]) and len(lines[index - 1].words) >= TITLE_WORDS:
            roles[index] = Role.TEXT


def _goes_on(line: Line) -> bool:
    return line.text[0].islower() and not tables.date_labels().is_in(line.words)


def _is_on_agenda(line: Line) -> bool:
    if len(line.words) > LONG_LINE_WORDS or not line.dates or tables.date_labels().is_in(line.words):
        return False
    return _says_what(line)


def _says_what(line: Line) -> bool:
    """Tell whether a line has words beside its dates."""
    weekdays, date_words = tables.weekdays(), tables.phrases("date_words").anywhere
    rest = [word for part in line.parts for word in part if word.text not in weekdays and not word.text[0].isdigit()]
    return bool(rest) and not date_words.whole(rest)


def posts(lines: Sequence[Line], roles: list[Role]) -> None:
    """Mark the name above the date of a post in a social network: `12 مارس 2022، الساعة 8:15 م · 🌐`."""
    for index in range(1, len(lines)):
        if roles[index] is Role.DATE and lines[index].text[-1] in GLOBES and roles[index - 1] is Role.TEXT:
            roles[index - 1] = Role.MASTHEAD


def matches(lines: Sequence[Line], roles: list[Role]) -> None:
    """Mark what a page says of a match above a story about it: the teams, when and where they play, in which round."""
    for index in range(len(lines)):
        if roles[index] is not Role.DATE or tables.date_labels().is_in(lines[index].words):
            continue
        near = range(max(index - MATCH_REACH, 0), min(index + MATCH_REACH + 1, len(lines)))
        block = [place for place in near if lines[place].block == lines[index].block and roles[place] is not Role.PROSE]
        signs = {place: sign for place in block if (sign := _sign_of_match(lines[place]))}
        clocks = [place for place in (index - 1, index + 1) if place in block and _is_clock(lines[place])]
        is_kick_off = bool(clocks) and "teams" in signs.values()
        if len(set(signs.values())) + is_kick_off >= MATCH_SIGNS:
            for place in (index, *signs, *clocks):
                roles[place] = Role.FURNITURE


def _is_clock(line: Line) -> bool:
    return CLOCK.match(line.folded) is not None and len(line.words) <= CLOCK_WORDS and not line.dates


def _sign_of_match(line: Line) -> str | None:
    """Return by what a short line tells of a match: the teams, their score, the round, the ground or another thing about it."""
    words = line.words
    if len(words) > MATCH_WORDS:
        return None
    are_countries = len(line.parts) == SIDES and all(map(tables.is_country, line.parts))
    if are_countries or (VERSUS.search(line.text) and ":" not in line.text):
        return "teams"
    if SCORE.fullmatch(line.text):
        return "score"
    if tables.phrases("round").anywhere.is_in(words) and any(text.isdigit() for text in words.texts):
        return "round"
    if tables.phrases("venue").start.at(words, 0) or tables.phrases("match_state").whole.whole(words):
        return "ground"
    return "event" if ":" in line.text and tables.phrases("event").start.at(words, 0) else None


def latest(lines: Sequence[Line], roles: list[Role]) -> None:
    """Mark headlines of the last hours, each behind its age: `قبل 12 دقيقة حجز 3 أطنان ...`, several in a row."""
    for index in range(len(lines) - 1):
        pair = index, index + 1
        if all(roles[place] in (Role.TEXT, Role.TICKER) and _is_aged(lines[place]) for place in pair):
            for place in pair:
                roles[place] = Role.TICKER


def _is_aged(line: Line) -> bool:
    ago = find_ago(line.words[:AGE_WORDS])
    return ago is not None and ago.first == 0 and len(line.words) >= ago.last + TITLE_WORDS


def polls(lines: Sequence[Line], roles: list[Role]) -> None:
    """Mark a question that readers are asked and what they answered: `هل تتوقع ...؟`, `نعم 31%`, `لا 54%`."""
    headings = tables.phrases("poll").whole
    for index in (index for index, role in enumerate(roles) if role is Role.TEXT and lines[index].text.endswith(QUESTION)):
        below = range(index + 1, min(index + 1 + POLL_REACH, len(lines)))
        answers = [place for place in below if lines[place].block == lines[index].block and _is_answer(lines[place])]
        is_asked = index > 0 and headings.whole(lines[index - 1].words) is not None
        if is_asked or sum("%" in lines[place].text for place in answers) > 1:
            for place in (index, *answers):
                roles[place] = Role.FURNITURE


def _is_answer(line: Line) -> bool:
    counts = tables.phrases("poll").start.at(line.words, 0) is not None
    return len(line.words) <= MATCH_WORDS and (counts or "%" in line.text)


def calendars(lines: Sequence[Line], roles: list[Role]) -> None:
    """Mark the month above a calendar, and its days: `أكتوبر 2022`, `ن ث ع خ ج س د`, `1 2 3 4 5 6 7`."""
    for index in range(len(lines) - 1):
        if roles[index] is Role.DATE and all(date.day is None for date in lines[index].dates) and _is_week(lines[index + 1]):
            stop = index + 1
            while stop < len(lines) and lines[stop].block == lines[index].block and _is_week(lines[stop]):
                stop += 1
            roles[index:stop] = [Role.FURNITURE] * (stop - index)


def _is_week(line: Line) -> bool:
    return WEEK.fullmatch(line.text) is not None
