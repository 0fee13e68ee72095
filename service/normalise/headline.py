"""Which line of a page is its headline."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from typing import TYPE_CHECKING

from service.normalise import tables
from service.normalise.clocks import CLOCK
from service.normalise.page import BULLETS, Line, Role
from service.normalise.persons import begins_as_name

if TYPE_CHECKING:
    from collections.abc import Sequence

TITLE_WORDS = 3
REPEATED_TITLE_WORDS = 4
# A kicker has few words, the headline under it more, a deck more still.
KICKER_WORDS = 5
# A deck is mostly longer than its headline, and rarely much shorter.
DECK_SHARE = 0.75
HEADLINE_WORDS = 12
# A paper's name at the top of its page, and what it says of itself on the next line.
MASTHEAD_WORDS = 4
SLOGAN_WORDS = 6
SLOGAN_PLACE = 2
# Among the first lines of a page stand a state and its bodies, whose names have so many words.
LETTERHEAD_REACH, BODY_WORDS = 3, 7
# So far below its heading begins what a page shows anew each day.
DAILY_REACH = 2
NAME_WORDS = 2
# So far above its source stands a headline, with who wrote or a deck between.
SOURCE_REACH = 3
# So many lines that could be headlines are a list of others.
LIST = 3
# A caption with its credit behind a stop: `... en el taller municipal. Ayuntamiento de Jódar`.
# What stands between the name of a site and the headline in its first line.
AFTER_SITE = (":", "|", "-", "–", "—", "»", "/")
# A few words, a colon, and what it is; so many lines like that are no headlines.
FACT = re.compile(r"(?:[^\W\d_]+\s){0,3}[^\W\d_]+\s?:\s*\S")
SEVERAL_FACTS, FACTS_REACH = 3, 6
QUOTES = re.compile(r'[":«»“”].*["«»“”]')
BEHIND_DATE = re.compile(r"\s+[-–—|]\s+")
CREDIT_TAIL = re.compile(r"\s[^\W\d_]{3,}\.\s[^\s.]+(?:\s[^\s.]+){0,3}$")


def find_title(lines: Sequence[Line], roles: Sequence[Role], first: int, last: int, end: int) -> tuple[int | None, str | None]:
    """Return the place of the title and the rule that found it.

    It stands above the body; of the lines there the one that looks most like a headline is taken. A page without
    any such line has its title below the body, or carries its date in it.
    """
    head = [index for index in range(first) if roles[index] is Role.TEXT]
    labels = [index for index in range(first) if roles[index] in (Role.DATE, Role.SOURCE)]
    signed = [index for index in range(first) if roles[index] in (Role.DATE, Role.SOURCE, Role.BYLINE)]
    head = _without_masthead(lines, roles, head, labels)
    telling = [index for index in head if tells(lines[index])]
    telling = _below_menu(roles, first, telling)
    telling = _below_slogan(lines, telling)
    if telling:
        best = _most_like_headline(lines, roles, telling, signed)
        if lines[best].folded not in _at_end_of_trail(lines, roles, telling):
            best = _below_kicker(lines, roles, best, telling)
        is_repeated = sum(lines[index].folded == lines[best].folded for index in head) > 1
        return best, "repeated-line" if is_repeated else "headline"
    if head and labels and head[-1] == labels[0] - 1 and tables.phrases("source").start.at(lines[labels[0]].words, 0):
        return head[-1], "above-source-line"
    # A page of an agency may print its dateline above the headline.
    within = [index for index in range(first + 1, first + 2) if index < last - 1 and roles[index] is Role.TEXT]
    within = [index for index in within if tells(lines[index])]
    under = [index for index in range(last, end) if roles[index] is Role.TEXT and tells(lines[index])]
    dated = [index for index in labels if roles[index] is Role.DATE and _tells_more_than_when(lines[index])]
    short = [index for index in reversed(head) if not begins_as_name(lines[index].words, lines[index].text)] or head[::-1]
    places = ((dated, "dated-headline"), (within, "below-dateline"), (under, "below-body"), (short, "short-line"))
    for candidates, rule in places:
        if candidates:
            return candidates[0], rule
    return None, None


def _most_like_headline(lines: Sequence[Line], roles: Sequence[Role], telling: Sequence[int], labels: Sequence[int]) -> int:
    """Return the line above the body that looks most like its headline; of equals the first."""
    counts = Counter(lines[index].folded for index in telling)
    scores: dict[int, float] = {}
    at_label = _above_label(lines, telling, labels)
    at_trail = _at_end_of_trail(lines, roles, telling)
    at_source = _above_source_line(lines, roles, telling)
    in_window = {index for index in telling if _ends_first_line(lines, index)}
    # Menus are printed in capitals more than headlines are: where some lines are not, one that is stands back.
    is_any_lower = not all(lines[index].text.isupper() for index in telling)
    for place, index in enumerate(telling):
        line = lines[index]
        words = sum(not text.isdigit() for text in line.words.texts)
        score = 0.0 if words == TITLE_WORDS else 2.0
        score += 2.0 * (counts[line.folded] > 1 and words >= REPEATED_TITLE_WORDS)
        score += 1.5 * (index in at_label)
        score += 1.0 * (index > 0 and roles[index - 1] is Role.SECTION)
        score += 1.5 * (line.folded in at_trail)
        score += 2.5 * (place >= LIST and index in at_source)
        score += 1.5 * (index in in_window) - 2.0 * (index == 0 and bool(in_window))
        score -= 1.0 * (begins_at(line) == 0 and any(date.day for date in line.dates))
        score -= 2.0 * _is_among_facts(lines, index)
        score -= 2.0 * line.text.startswith(BULLETS)
        score -= 3.0 * line.text.endswith(":")
        score -= 1.5 * (place == 0 and tables.phrases("outlet_kinds").start.at(line.words, 0) is not None)
        score -= 1.0 * _is_city_and_name(line)
        score -= 2.0 * (line.folded.count(":") > 1 and len(CLOCK.findall(line.folded)) > 1)
        score -= 2.0 * (tables.phrases("kicker").start.at(line.words, 0) is not None)
        score -= 2.0 * (CREDIT_TAIL.search(line.text) is not None and not line.ends_sentence)
        score -= 1.5 * (line.text.isupper() and is_any_lower)
        score -= 3.0 * (_is_letterhead(lines, index) or _is_of_the_day(lines, index))
        score -= 3.0 * (":" in line.text and tables.phrases("section_label").start.at(line.words, 0) is not None)
        score -= 3.0 * is_slogan(line) + 1.0 * _is_below_masthead(lines, roles, index)
        # Below a headline stand its deck and its captions: they have to look much better to be taken for it.
        scores[index] = score - 0.2 * bool(labels and index > labels[0]) - 0.6 * place
    return max(telling, key=lambda index: scores[index])


def _ends_first_line(lines: Sequence[Line], index: int) -> bool:
    """Tell whether the first line of a page, as a browser's window does, has the name of the site and then this line."""
    first, line = lines[0], lines[index]
    place = first.folded.rfind(line.folded) if index and len(line.words) < len(first.words) else 0
    return place > 0 and first.folded[:place].rstrip().endswith(AFTER_SITE) and place + len(line.folded) == len(first.folded)


def _is_among_facts(lines: Sequence[Line], index: int) -> bool:
    """Tell whether a line is one of several in its block that say what something is: `الملعب: ستاد الأمير هاشم`."""
    if not FACT.match(lines[index].folded) or QUOTES.search(lines[index].text):
        return False
    if tables.phrases("event").start.at(lines[index].words, 0):
        return True
    block = [line for line in lines[max(index - FACTS_REACH, 0) : index + FACTS_REACH] if line.block == lines[index].block]
    signs = tables.phrases("author").start, tables.phrases("source").start, tables.phrases("photo_credit").start
    facts = [line for line in block if FACT.match(line.folded) and not any(sign.at(line.words, 0) for sign in signs)]
    return len(facts) >= SEVERAL_FACTS and not any(tables.date_labels().at(line.words, 0) for line in block)


def _below_menu(roles: Sequence[Role], first: int, telling: list[int]) -> list[int]:
    """Leave out what stands above the page's menu where other lines can be the headline."""
    menu = max((index for index in range(first) if roles[index] is Role.MENU), default=-1)
    return [index for index in telling if index > menu] or telling


def _below_slogan(lines: Sequence[Line], telling: list[int]) -> list[int]:
    """Leave out a paper's name and the slogan right below it where other lines can be the headline."""
    if len(lines) < SLOGAN_PLACE or lines[0].block != lines[1].block or not is_slogan(lines[1]):
        return telling
    return [index for index in telling if index >= SLOGAN_PLACE] or telling


def _is_city_and_name(line: Line) -> bool:
    """Tell whether a line is a city, a colon and two words, as bylines are (`الخرطوم: هيثم الأمين`)."""
    city = tables.cities().at(line.words, 0)
    if city is None or len(line.words) - city.last != NAME_WORDS:
        return False
    return ":" in line.folded[line.words[city.last - 1].end : line.words[city.last].start]


def _above_source_line(lines: Sequence[Line], roles: Sequence[Role], telling: Sequence[int]) -> set[int]:
    """Return the lines above `نشر في X يوم 05 - 11 - 2013`, with which sites head what they re-post, below a list of others."""
    sources = tables.phrases("source").start
    dated = (index for index, role in enumerate(roles) if role is Role.DATE and sources.at(lines[index].words, 0))
    index = next(dated, 0)
    return {place for place in telling if index - SOURCE_REACH <= place < index and lines[place].block == lines[index].block}


def _above_label(lines: Sequence[Line], telling: Sequence[int], labels: Sequence[int]) -> set[int]:
    """Return the lines that stand right above a date, source or byline, or above a deck that does."""
    above = {index for index in telling if index + 1 in labels or index + 2 in labels}
    for upper, lower in itertools.pairwise(telling):
        is_deck = lower == upper + 1 and len(lines[lower].words) >= DECK_SHARE * len(lines[upper].words)
        if lower in above and is_deck and upper + 1 not in labels:
            above.add(upper)
    return above


def _at_end_of_trail(lines: Sequence[Line], roles: Sequence[Role], telling: Sequence[int]) -> set[str]:
    """Return those lines that a trail of sections ends with: `الرئيسية / اقتصاد / ...`."""
    trails = [lines[index].folded for index in range(telling[-1]) if roles[index] is Role.SECTION]
    return {lines[index].folded for index in telling if any(trail.endswith(lines[index].folded) for trail in trails)}


def begins_at(line: Line) -> int:
    """Return where in a folded line the headline begins: behind the date of `24-10-2019 15:30 - Nouadhibou : ...`, else at 0."""
    if not line.dates or line.folded[: line.dates[0].start].strip():
        return 0
    gap = BEHIND_DATE.match(line.folded, line.dates[0].end)
    return gap.end() if gap and sum(word.start >= gap.end() for word in line.words) >= TITLE_WORDS else 0


def is_slogan(line: Line) -> bool:
    """Tell whether a line says in words of the trade what sort of paper this is."""
    slogans = tables.phrases("slogan")
    return slogans.start.at(line.words, 0) is not None or slogans.anywhere.is_in(line.words)


def _is_of_the_day(lines: Sequence[Line], index: int) -> bool:
    """Tell whether a line heads the hours of prayer or the weather: times of day or degrees stand right below."""
    below = [line for line in lines[index + 1 : index + 1 + DAILY_REACH] if line.block == lines[index].block]
    is_listed = any("°" in line.text or CLOCK.search(line.folded) for line in below)
    return is_listed and tables.phrases("daily").start.at(lines[index].words, 0) is not None


def _is_letterhead(lines: Sequence[Line], index: int) -> bool:
    """Tell whether a line at the top of a page is the name of a state, or of one of its bodies beside it."""
    states, words = tables.phrases("states").whole, lines[index].words
    if index > LETTERHEAD_REACH or states.whole(words):
        return index <= LETTERHEAD_REACH
    kinds = tables.phrases("institutions").start.at(words, 0) or tables.phrases("faculties").start.at(words, 0)
    near = (line for line in lines[: index + 2] if line.block == lines[index].block)
    return kinds is not None and len(words) <= BODY_WORDS and any(states.whole(line.words) for line in near)


def _is_below_masthead(lines: Sequence[Line], roles: Sequence[Role], index: int) -> bool:
    """Tell whether a short line stands where a paper has its slogan: right below its name, at the top of the page."""
    if index != 1 or lines[1].block != lines[0].block or len(lines[1].words) > SLOGAN_WORDS:
        return False
    return roles[0] in (Role.TEXT, Role.BYLINE) and len(lines[0].words) <= MASTHEAD_WORDS


def _below_kicker(lines: Sequence[Line], roles: Sequence[Role], best: int, telling: Sequence[int]) -> int:
    """Return the line below `best` where `best` is the kicker glued above a longer headline."""
    below = best + 1
    if below not in telling or lines[below].block != lines[best].block or lines[below].folded == lines[best].folded:
        return best
    # Who is quoted stands in headlines: `חקלאי הערבה: "הפלפל נרקב"`.
    if lines[best].ends_sentence or QUOTES.search(lines[best].text) or tables.phrases("legal").anywhere.is_in(lines[below].words):
        return best
    short, longer = len(lines[best].words), len(lines[below].words)
    has_more = below + 1 < len(lines) and lines[below + 1].block == lines[below].block and roles[below + 1] is not Role.PROSE
    return below if short <= KICKER_WORDS < longer <= HEADLINE_WORDS and has_more else best


def _without_masthead(lines: Sequence[Line], roles: Sequence[Role], head: list[int], labels: Sequence[int]) -> list[int]:
    """Leave out the lines that a newspaper prints around its own date: its staff, its slogan, its number."""
    # What says that something was published on a day is no masthead's.
    if not labels or tables.date_labels().is_in(lines[labels[0]].words):
        return head
    block = lines[labels[0]].block
    is_masthead = any(role in (Role.STAFF, Role.MASTHEAD) for line, role in zip(lines, roles, strict=True) if line.block == block)
    rest = [index for index in head if lines[index].block != block]
    return rest if is_masthead and any(tells(lines[index]) for index in rest) else head


def _tells_more_than_when(line: Line) -> bool:
    """Tell whether a line with a date has words enough beside it to be a headline."""
    beside = sum(
        len(part)
        for part in line.parts
        if not tables.cities().whole(part) and not tables.phrases("date_words").anywhere.whole(part)
    )
    return tells(line) and beside >= TITLE_WORDS


def tells(line: Line) -> bool:
    """Tell whether a line has words enough to be a headline; letters that stand apart (`L I V E`) are none."""
    texts = line.words.texts
    return sum(not text.isdigit() for text in texts) >= TITLE_WORDS and any(len(text) > 1 for text in texts)
