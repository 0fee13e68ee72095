"""Lines that say when something was published, told from others that have a date in them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from service.normalise import tables
from service.normalise.marks import MARKS
from service.normalise.persons import begins_as_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.normalise.lexicon import Hit, Word
    from service.normalise.page import Line
    from service.normalise.registry import Registry

BYLINE_WORDS, NAME_WORDS = 8, 4
# A date line says little beside its date.
REST = 4
LABELLED_REST = 10
PROSE_REST = 2
SENTENCE_REST = 2
# So many words that nothing is known of stand before what brackets tell more of.
BRACKET_REST = 2
# Words beside the date of what a picture shows, all in parentheses: `(من صفحة المكتبة، 3 أيار 2022)`.
CAPTION_REST = 2
# A label of so few letters is a word of any sentence; it counts at the start of a line and behind these marks.
SHORTEST_LABEL = 2
LABEL_MARKS = ("|", "-", "–", "—", "•", "·")
# How many characters (an outlet's name, a weekday) may stand between a label and its date.
LABEL_REACH = 30
# A colon, and behind it at most the day of the week.
LABEL_END = re.compile(r"\s?:\W*(?:[^\W\d]+\W*)?$")
# Before the day by another calendar.
SAME_DAY = "الموافق"
# What sets a place apart from the day behind it.
TOLD_GAP = re.compile(r"[,،|:/–—-]")
QUESTION = ("?", "؟")
ADDRESS = re.compile(r"(?:https?://|www\.)\S+")


def is_date_line(line: Line, registry: Registry) -> bool:
    """Tell whether a line with a date says little else: a label, names of outlets, the furniture of a date line."""
    # `ماذا حدث في 23 يوليو 1970؟`
    if line.text.endswith(QUESTION):
        return False
    covered = list(_covered(line, registry))
    rest = len(_unknown([word for word in line.words if not _is_of_date(word.text)], covered))
    if any(is_label(line, hit) and label_before(line, hit.last) for hit in tables.date_labels().scan(line.words)):
        return rest <= (PROSE_REST if line.is_prose else LABELLED_REST)
    if _is_of_something_else(line, covered) or _is_in_brackets(line, covered) or _is_told(line, covered):
        return False
    # A bar sets who wrote apart from when.
    is_little = rest < len(line.words.texts) / 2 or "|" in line.text
    # `Repayments begin in January 2014.`
    is_sentence = line.is_prose or (line.ends_sentence and rest >= SENTENCE_REST)
    return rest <= REST and not is_sentence and is_little


def _is_of_something_else(line: Line, covered: list[tuple[int, int]]) -> bool:
    """Tell whether a label of other words stands before the first date: `آخر جلسة: 12/10/2022`, `crawled_at: 2025-02-10`."""
    before = LABEL_END.search(line.folded[: line.dates[0].start]) if line.dates else None
    if before is None:
        return False
    place = sum(word.end <= before.start() for word in line.words) - 1
    word = line.words[place] if place >= 0 else None
    if word is None or _is_of_date(word.text) or word.text.endswith(_glued_labels()):
        return False
    return bool(_unknown([word], covered)) and not any(
        tables.cities().at(line.words, first) for first in range(max(0, place - 2), place + 1)
    )


def _unknown(words: Sequence[Word], covered: Sequence[tuple[int, int]]) -> list[Word]:
    """Return the words of which nothing is known, as they stand in nothing that is covered."""
    return [word for word in words if not any(start < word.end and word.start < end for start, end in covered)]


def _is_in_brackets(line: Line, covered: list[tuple[int, int]]) -> bool:
    """Tell whether the first date says when what stands before it is from: `النسخة 5.4 (14 فبراير 2023)`."""
    date = line.dates[0]
    opened = line.folded.rfind("(", 0, date.start)
    if opened <= 0 or line.folded.find(")", opened, date.start) >= 0 or line.folded.find(")", date.end) < 0:
        return False
    before = [word for word in line.words if word.end <= opened and not _is_of_date(word.text)]
    return len(_unknown(before, covered)) >= BRACKET_REST


def _is_told(line: Line, covered: list[tuple[int, int]]) -> bool:
    """Tell whether a line says what happened on the date or is so since then: `انتهى التصويت في 30/6/2023`, `منذ 1/9/2012`."""
    before = [word for word in line.words if word.end <= line.dates[0].start and word.text not in tables.weekdays()]
    if not before or tables.phrases("since").anywhere.at(before, len(before) - 1) is not None:
        return bool(before)
    is_said = tables.phrases("told").anywhere.at(before, len(before) - 1) is not None and bool(_unknown(before[:-1], covered))
    if not is_said or line.dates[0].hour is not None or tables.names_issue(line.words.texts):
        return False
    # `Bouzedjar, le 12 mars 2023`
    if TOLD_GAP.search(line.folded[before[-2].end : before[-1].start]):
        return False
    is_signed = any(tables.phrases("author").start.at(part, 0) or tables.phrases("by").start.at(part, 0) for part in line.parts)
    return not is_signed and not tables.cities().at(before, 0) and not begins_as_name(before, line.text)


@cache
def _glued_labels() -> tuple[str, ...]:
    """Return the labels of one word that pages glue to the name before them: `יעל ברנשטייןפורסם: 19.06.23`."""
    return tuple(label for (label, *more) in tables.date_labels().values if not more and len(label) > SHORTEST_LABEL + 2)


def _is_of_date(word: str) -> bool:
    return word.isdigit() or word in tables.weekdays() or word in tables.months()


def _covered(line: Line, registry: Registry) -> Iterator[tuple[int, int]]:
    """Yield where in a line stands what date lines have beside their dates, and those."""
    words = line.words
    yield from ((date.start, date.end) for date in line.dates)
    yield from (address.span() for address in ADDRESS.finditer(line.folded))
    for lexicon in (tables.date_labels(), tables.phrases("date_words").anywhere, registry.lexicon):
        yield from ((words[hit.first].start, words[hit.last - 1].end) for hit in lexicon.scan(words))
    can_be_signed = line.marks & MARKS["author"]
    for part in line.parts:
        is_known = tables.phrases("sections").whole.whole(part) or tables.phrases("source").start.whole(part)
        # Who wrote: `Par Ilham Berrichi | Edition N°:5301 Le 02/07/2018`, `OLJ / Par A B, à Ksara, le 14 septembre`.
        is_signed = can_be_signed and len(part) <= BYLINE_WORDS and tables.phrases("author").start.at(part, 0)
        if is_known or is_signed:
            yield part[0].start, part[-1].end
        # `15 mars 2023 08:42 Écrit par A B Taille de police ...`
        for label in tables.phrases("author").start.scan(part) if can_be_signed and not is_signed else ():
            behind = (hit.first for hit in tables.phrases("date_words").anywhere.scan(part) if hit.first > label.last)
            stop = next(behind, len(part))
            if stop - label.last <= NAME_WORDS and part[label.first].start >= line.dates[0].end:
                yield part[label.first].start, part[stop - 1].end


def shows_when(line: Line) -> bool:
    """Tell whether a line says in parentheses what a picture shows, and since when: `(من صفحة المكتبة، 3 أيار 2022)`."""
    if not line.text.startswith("(") or not line.text.endswith(")") or tables.date_labels().is_in(line.words):
        return False
    beside = [word for part in line.parts for word in part]
    return sum(word.text not in tables.weekdays() and not word.text.isdigit() for word in beside) >= CAPTION_REST


def is_label(line: Line, hit: Hit[str]) -> bool:
    """Tell whether a phrase that may be a date's label is one where it stands: `le` is an article within a sentence."""
    if hit.first == 0 or hit.last - hit.first > 1 or len(line.words.texts[hit.first]) > SHORTEST_LABEL:
        return True
    before = line.folded[line.words[hit.first - 1].end : line.words[hit.first].start]
    return any(mark in before for mark in LABEL_MARKS)


def label_before(line: Line, word_index: int) -> bool:
    """Tell whether the words up to `word_index` stand close before a date of the line."""
    end = line.words[word_index - 1].end
    return any(0 <= date.start - end <= reach(line, end, date.start) for date in line.dates)


def reach(line: Line, start: int, end: int) -> int:
    """Return how many characters may stand between a label and its date: more where the day by another calendar does."""
    return 2 * LABEL_REACH if SAME_DAY in line.folded[start:end] else LABEL_REACH
