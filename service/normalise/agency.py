"""Which news agency an article credits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.article import Confidence, Kind
from service.normalise import tables
from service.normalise.page import DATELINE, DATELINE_WORDS, Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.article import Evidence, Outlet
    from service.normalise.layout import Layout
    from service.normalise.lexicon import Word
    from service.normalise.page import Line
    from service.normalise.registry import Registry

SEVERAL_AGENCIES = "agencies"
# How an Arabic adjective begins and ends that stands for `the agency of ...`, folded.
THE, FEMININE = "ال", "يه"
CREDIT_WORDS = 14
# How far behind the last dash of a dateline its last word may begin.
PAST_DASH = 30
DATELINE_END = re.compile(r"[-–—/:(]")
# Parentheses that end a body, with what they hold.
ENDING = 64
PARENTHESES = re.compile(r"\(([^()]{2,60})\)")


def read_agency(layout: Layout, registry: Registry) -> tuple[str, Evidence] | None:
    """Return the key of the agency that the article credits in a byline, a dateline, at its end or as its source.

    An agency stands by itself between separators (`ومع` is also `and with`); beside a city of the same name the
    later one is the agency.
    """
    several = tables.phrases("agencies").start
    for line, credit in _agency_places(layout):
        if not (registry.lexicon.is_in(line.words) or several.is_in(line.words) or _may_be_national(line)):
            continue
        found: tuple[str, Evidence] | None = None
        for part in line.parts if credit is None else line.parts_of(credit):
            words = _without_place_and_date(_behind_with(part))
            outlet = (registry.lexicon.whole(words) or national(words, registry)) if words else None
            if outlet and outlet.kind is Kind.AGENCY and (found is None or not tables.cities().whole(words)):
                found = outlet.key, line.vouch("agency", words[0].start, words[-1].end, "credit", Confidence.LIKELY)
            elif words and found is None and several.whole(words):
                found = SEVERAL_AGENCIES, line.vouch("agency", words[0].start, words[-1].end, "credit", Confidence.LIKELY)
        if found:
            return found
    return None


def _may_be_national(line: Line) -> bool:
    return any(text.startswith(THE) and text.endswith(FEMININE) for text in line.words.texts[:DATELINE_WORDS])


def national(words: Sequence[Word], registry: Registry) -> Outlet | None:
    """Return the agency that an adjective alone means where an agency must stand: `مسقط - العمانية`, `(الفرنسية)`."""
    if len(words) > 1 or not (words[0].text.startswith(THE) and words[0].text.endswith(FEMININE)):
        return None
    country = None if tables.cities().whole(words) else tables.country_mentions().whole(words)
    return registry.agencies.get(country) if country else None


def _behind_with(words: Sequence[Word]) -> Sequence[Word]:
    """Return the words behind the last `with`: `Le Monde avec AFP`, `(avec MAP)`, `هسبريس مع أ ف ب`."""
    hits = list(tables.phrases("with").anywhere.scan(words))
    return words[hits[-1].last :] if hits and hits[-1].last < len(words) else words


def _without_place_and_date(words: Sequence[Word]) -> Sequence[Word]:
    """Return the words of a part without the city and the date words that may stand glued before a signature."""
    index = 0
    while index < len(words) - 1:
        hit = tables.cities().at(words, index) or tables.phrases("date_words").anywhere.at(words, index)
        if hit is None and not words[index].text.isdigit():
            break
        index = hit.last if hit else index + 1
    return words[index:]


def _agency_places(layout: Layout) -> Iterator[tuple[Line, Sequence[Word] | None]]:
    """Yield the lines where an agency may be credited, and the words that may do it, None for all of the line's."""
    below = layout.below_body(2)
    for index, (line, role) in enumerate(zip(layout.lines, layout.roles, strict=True)):
        if role is Role.SOURCE or (role is Role.END and ":" in line.text):
            if label := tables.phrases("source").start.at(line.words, 0):
                yield line, line.words[label.last :]
        elif index < layout.first and role in (Role.TEXT, Role.BYLINE, Role.DATE) and index != layout.title_index:
            # Alone at the top of the page it is the masthead: whose page it is, and not whom it credits.
            is_masthead = index == 0 and len(line.parts) == 1 and not line.dates and layout.title_index != 0
            if len(line.words) <= CREDIT_WORDS and not is_masthead:
                yield line, None
        elif index in below and role in (Role.TEXT, Role.BYLINE):
            yield line, None
    if body := layout.body:
        if dateline := _dateline(body[0]):
            yield body[0], dateline
        if ending := _ending(body[-1]):
            yield body[-1], ending


def _dateline(line: Line) -> Sequence[Word]:
    """Return the words before the first dash of a body: `الرباط - و م ع -`, `ا-ف-ب / دعت`, `PARIS (AFP) -`."""
    ends = [match.start() for match in DATELINE_END.finditer(line.folded[:DATELINE])]
    if not ends:
        return ()
    opens = line.folded[ends[-1]] == "("
    return [
        word
        for word in line.words[:DATELINE_WORDS]
        if word.end <= DATELINE and (word.start <= ends[-1] or (opens and word.start < ends[-1] + PAST_DASH))
    ]


def _ending(line: Line) -> Sequence[Word]:
    """Return the words in parentheses that end a body: `... نهاية العام. (وال)`."""
    stop = len(line.folded.rstrip(" ."))
    tail = line.folded.rfind("(", max(0, stop - ENDING), stop)
    match = PARENTHESES.match(line.folded, tail) if tail >= 0 else None
    if not match or match.end() < stop:
        return ()
    return [word for word in line.words if match.start() < word.start < match.end()]
