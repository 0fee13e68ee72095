"""The words of the original text around what was sought."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from service.search.documents import MOST_POSITIONS
from service.search.terms import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.search.parsing import SearchQuery
    from service.search.terms import Word

WIDTH = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A piece of a text from `start` on; `highlights` are (start, end) in the piece."""

    text: str
    start: int
    highlights: tuple[tuple[int, int], ...]


def snippet(text: str, query: SearchQuery, width: int = WIDTH) -> Snippet:
    """Return the piece of `text`, of at most `width` characters, that has the most different words sought.

    It begins and ends between words; where nothing is found it is the beginning of the text.
    """
    matches = _matches(text, query)
    first, last = _best(matches, width)
    middle = (width - (last - first)) // 2
    start = _boundary(text, max(0, min(first - middle, len(text) - width)))
    end = start + len(text[start : start + width].rstrip())
    if start + width < len(text) and not text[end : end + 1].isspace():
        cut = text.rfind(" ", start, end)
        end = cut if cut > max(start, last - 1) else end
    inside = tuple((word.start - start, word.end - start) for word in matches if start <= word.start and word.end <= end)
    return Snippet(text=text[start:end], start=start, highlights=inside)


def _matches(text: str, query: SearchQuery) -> list[Word]:
    sought = {term for clause in query.wanted for term in clause.terms}
    starts = tuple(clause.terms[-1] for clause in query.wanted if clause.is_prefix)
    found = islice(words(text), MOST_POSITIONS)
    return [word for word in found if word.term in sought or (starts and word.term.startswith(starts))]


def _best(matches: Sequence[Word], width: int) -> tuple[int, int]:
    """Return where the run of matches within `width` characters begins and ends that has the most different terms."""
    best, most = (0, 0), 0
    run: deque[Word] = deque()
    counts: dict[str, int] = {}
    for word in matches:
        run.append(word)
        counts[word.term] = counts.get(word.term, 0) + 1
        while word.end - run[0].start > width and len(run) > 1:
            gone = run.popleft().term
            counts[gone] -= 1
            if not counts[gone]:
                del counts[gone]
        if len(counts) > most:
            best, most = (run[0].start, word.end), len(counts)
    return best


def _boundary(text: str, start: int) -> int:
    """Return the beginning of a word at or before `start`, the next one after it where that is far."""
    if start == 0 or text[start - 1].isspace():
        return start
    before = text.rfind(" ", max(0, start - 40), start)
    return before + 1 if before >= 0 else start
