"""A page as lines: each with its words, its dates, and where it stands in the capture."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from service.article import Evidence
from service.normalise import text
from service.normalise.dates import Found, find_dates
from service.normalise.lexicon import Word, Words, words_of
from service.normalise.marks import marks_of
from service.normalise.wrapping import join_wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from service.article import Confidence

# No line with more words says only when, or is signed.
DATE_LINE_WORDS = 36
# Characters of a dateline at most, and its words: `الرباط - و م ع`.
DATELINE, DATELINE_WORDS = 60, 10
# A page has some dozens of lines, a long one a few hundred. What stands beyond this many is read for its text
# alone: no date, name or footer is looked for there, whatever a million lines look like.
MOST_LINES = 2000
# Sizes by which running prose is told from labels; measured on captures of some sixty sites.
PROSE_WORDS = 6
LONG_LINE_WORDS = 18
ENDLESS_LINE_WORDS = 72
# An agency or a word for the end may follow in parentheses: `... نهاية العام. (وال)`.
STOPS = frozenset(".!?؟…。۔")
CLOSERS = frozenset("\"'”»)]")
SENTENCE_END = re.compile(r"[.!?؟…。۔][\"'”»)\]]*(?:\s*\([^()]{1,30}\))?$")
# A headline may ask or exclaim; only a full stop makes a short line a sentence of the body.
FULL_STOPS = STOPS - frozenset("!?؟")
FULL_STOP = re.compile(r"[.…。۔][\"'”»)\]]*(?:\s*\([^()]{1,30}\))?$")
ABBREVIATION = re.compile(r"(?:^|[\s\d.(|:/])[^\W\d_]\.[\"'”»)\]]*(?:\s*\([^()]{1,30}\))?$")
# A letter, its stop and what stands before it.
ABBREVIATED = 3
# What can end a sentence is among the last characters of a line.
END_REACH = 64
BREAK_AS_SPACE = dict.fromkeys(map(ord, text.LINE_BREAKS), " ")
# Before the entries of a list: of a menu, or of the main points of an article.
BULLETS = ("• ", "- ", "– ", "* ", "▪ ", "· ")
# What stands between the parts of a byline or a date line.
SEPARATOR = re.compile(r"[|/:•·()\[\]«»\"–—;؛،,]|\s-|-\s|\s{3}|(?<=\s)//+")


class Role(StrEnum):
    """What a line is."""

    TEXT = "text"  # a short line: headline, deck, kicker or caption, told apart by where it stands
    PROSE = "prose"
    DECK = "deck"
    CAPTION = "caption"
    DATE = "date"
    BYLINE = "byline"
    SOURCE = "source"
    SECTION = "section"
    TICKER = "ticker"
    TAGS = "tags"
    STAFF = "staff"
    MASTHEAD = "masthead"  # what a newspaper says of itself above everything else
    MENU = "menu"
    FURNITURE = "furniture"
    END = "end"


@dataclass(slots=True, kw_only=True, eq=False)
class Line:
    """A line that is not blank: `raw` as captured, from `start` on in the capture's text; `block` counts blank gaps.

    `text` is the clean line, `folded` the same as words are compared, `words` are those of `folded`. What is asked of
    a line again and again is worked out once.
    """

    raw: str
    start: int
    block: int
    text: str
    folded: str
    words: Words
    _dates: list[Found] | None = None
    _parts: list[tuple[Word, ...]] | None = None
    _is_prose: bool | None = None
    _marks: int | None = None
    _ends_sentence: bool | None = None
    _offsets: tuple[Sequence[int] | None, list[int]] | None = None

    @classmethod
    def of(cls, raw: str, cleaned: str, start: int, block: int) -> Line:
        """Return a line with its words."""
        folded = text.fold(cleaned)
        return cls(raw=raw, start=start, block=block, text=cleaned, folded=folded, words=words_of(folded))

    @property
    def dates(self) -> list[Found]:
        """The dates in the line, searched once and only where they are asked for."""
        if self._dates is None:
            self._dates = find_dates(self.folded)
        return self._dates

    @property
    def marks(self) -> int:
        """The marks of all words of the line."""
        if self._marks is None:
            self._marks = marks_of(self.words.texts)
        return self._marks

    @property
    def opening(self) -> int:
        """The marks of the first word, and of the first that is no number."""
        texts = self.words.texts
        if not texts or not texts[0].isdigit():
            return marks_of(texts[:1])
        first = next((place for place, text in enumerate(texts) if not text.isdigit()), 0)
        return marks_of(texts[: first + 1])

    @property
    def ends_sentence(self) -> bool:
        """Whether the line ends as a sentence does."""
        if self._ends_sentence is None:
            self._ends_sentence = self._ends_with(STOPS, SENTENCE_END)
        return self._ends_sentence

    @property
    def is_prose(self) -> bool:
        """Whether the line is running text, by its length and its end."""
        if self._is_prose is None:
            words = len(self.words.texts)
            if words >= LONG_LINE_WORDS:
                self._is_prose = words >= ENDLESS_LINE_WORDS or self.ends_sentence
            else:
                self._is_prose = words >= PROSE_WORDS and self._ends_with(FULL_STOPS, FULL_STOP)
        return self._is_prose

    def _ends_with(self, stops: frozenset[str], pattern: re.Pattern[str]) -> bool:
        """Tell whether one of the stops, and what may follow it, ends the line; most lines need no pattern for that."""
        text = self.text
        if text[-1] in CLOSERS:
            tail = text[-END_REACH:]
            ends, may_abbreviate = pattern.search(tail) is not None, True
        else:
            tail = text[-ABBREVIATED:]
            ends, may_abbreviate = text[-1] in stops, not tail[0].isalpha()
        # `3:12 p.m.` and `I. B. (avec agences)` end with the stop of an abbreviation.
        is_abbreviation = ends and may_abbreviate and len(self.words.texts) < LONG_LINE_WORDS and ABBREVIATION.search(tail)
        return ends and not is_abbreviation

    @property
    def parts(self) -> list[tuple[Word, ...]]:
        """The words of the line between its separators; dates are left out."""
        if self._parts is None:
            self._parts = self.parts_of(self.words)
        return self._parts

    def parts_of(self, words: Iterable[Word]) -> list[tuple[Word, ...]]:
        """Return some of the words of the line in parts, as they stand between separators; dates are left out."""
        parts: list[tuple[Word, ...]] = []
        run: list[Word] = []
        end = None
        for word in words:
            in_date = any(date.start < word.end and word.start < date.end for date in self.dates)
            if run and (in_date or SEPARATOR.search(self.folded[end : word.start])):
                parts.append(tuple(run))
                run = []
            if not in_date:
                run.append(word)
            end = word.end
        return [*parts, tuple(run)] if run else parts

    @property
    def span(self) -> tuple[int, int]:
        """Where the line stands in the capture's text, without the white space around it."""
        stripped = self.raw.strip()
        start = self.start + (self.raw.find(stripped) if stripped else 0)
        return start, start + len(stripped)

    def span_of(self, start: int, end: int) -> tuple[int, int]:
        """Return where the characters `start` to `end` of the folded line stand in the capture's text."""
        if self._offsets is None:
            self._offsets = text.clean_offsets(self.raw), text.fold_offsets(self.text)
        offsets, folded = self._offsets
        if offsets is None or start >= end:
            return self.span
        following = folded[end - 1] + 1
        # A letter that is printed with its marks apart ends where the next one begins.
        stop = offsets[following] if following < len(offsets) else len(self.raw.rstrip())
        return self.start + offsets[folded[start]], self.start + stop

    def quote(self, span: tuple[int, int]) -> str:
        """Return the words at `span` of the capture's text, as they are printed there."""
        return text.legal(self.raw[span[0] - self.start : span[1] - self.start])

    def printed(self, words: Sequence[Word]) -> str:
        """Return words of the line as they are printed."""
        return self.quote(self.span_of(words[0].start, words[-1].end))

    def vouch(self, field: str, start: int, end: int, rule: str, confidence: Confidence) -> Evidence:
        """Return the characters `start` to `end` of the folded line as evidence for a field."""
        span = self.span_of(start, end)
        return Evidence(field=field, raw=self.quote(span), span=span, rule=rule, confidence=confidence)


def read_lines(capture_text: str) -> tuple[list[Line], int]:
    """Return the first lines of a capture that have text in them, and where in it they end."""
    lines: list[Line] = []
    start, block, gap = 0, 0, False
    # What is right for all lines at once is not asked of each.
    clean = str.strip if text.is_clean(capture_text) else text.clean
    printed = capture_text.splitlines(keepends=True)
    for line in (*join_wrapped(printed[:MOST_LINES]), *printed[MOST_LINES:]):
        if len(lines) == MOST_LINES:
            break
        raw = line.rstrip(text.LINE_BREAKS)
        if raw and (cleaned := clean(raw)):
            block += gap
            # A paragraph of several printed lines is one line, as long as before: its spans hold.
            lines.append(Line.of(raw, cleaned.translate(BREAK_AS_SPACE) if "\n" in cleaned else cleaned, start, block))
            gap = False
        else:
            gap = True
        start += len(line)
    return lines, start


def read_rest(capture_text: str, start: int) -> tuple[str, ...]:
    """Return the clean lines of a capture from `start` on that have text in them."""
    rest = capture_text[start:]
    # Lines of three letters by the hundred thousand: what is right for all of them at once is not asked of each.
    if not text.BIDI_CONTROL.search(rest):
        rest = unicodedata.normalize("NFC", text.legal("\n".join(rest.splitlines())))
        return tuple(line for part in rest.split("\n") if (line := part.strip()))
    return tuple(line for part in rest.splitlines() if (line := text.clean(part)))
