"""A page as lines: each with its words, its dates, and where it stands in the capture."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from service.normalise import text
from service.normalise.dates import Found, find_dates
from service.normalise.lexicon import Word, words_of

# No line with more words says only when, or is signed.
DATE_LINE_WORDS = 36


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
    FURNITURE = "furniture"
    END = "end"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line that is not blank: `raw` as captured, from `start` on in the capture's text; `block` counts blank gaps."""

    raw: str
    start: int
    block: int

    @cached_property
    def text(self) -> str:
        """The line, clean."""
        return text.clean(self.raw)

    @cached_property
    def folded(self) -> str:
        """The clean line as words are compared."""
        return text.fold(self.text)

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """The words of the folded line."""
        return words_of(self.folded)

    @cached_property
    def dates(self) -> list[Found]:
        """The dates in the line."""
        return find_dates(self.folded)

    @property
    def span(self) -> tuple[int, int]:
        """Where the line stands in the capture's text, without the white space around it."""
        stripped = self.raw.strip()
        start = self.start + (self.raw.find(stripped) if stripped else 0)
        return start, start + len(stripped)

    def span_of(self, start: int, end: int) -> tuple[int, int]:
        """Return where the characters `start` to `end` of the folded line stand in the capture's text."""
        offsets = text.clean_offsets(self.raw)
        if offsets is None or start >= end:
            return self.span
        folded = text.fold_offsets(self.text)
        return self.start + offsets[folded[start]], self.start + offsets[folded[end - 1]] + 1

    def quote(self, span: tuple[int, int]) -> str:
        """Return the words at `span` of the capture's text, as they are printed there."""
        return text.legal(self.raw[span[0] - self.start : span[1] - self.start])


def read_lines(capture_text: str) -> list[Line]:
    """Return the lines of a capture that have text in them."""
    lines: list[Line] = []
    start, block, gap = 0, 0, False
    breaks = [(match.start(), match.end()) for match in text.LINE_BREAK.finditer(capture_text)]
    for end, following in (*breaks, (len(capture_text), len(capture_text))):
        line = Line(raw=capture_text[start:end], start=start, block=block + gap)
        if line.text:
            lines.append(line)
            block, gap = line.block, False
        else:
            gap = True
        start = following
    return lines
