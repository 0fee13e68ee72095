"""Phrases looked up in words: what they mean, in time that does not grow with their number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from service.normalise.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

T = TypeVar("T")
WORD = re.compile(r"\w+|[©#]")


class Word(NamedTuple):
    """A word of a folded line and its place there."""

    text: str
    start: int
    end: int


class Hit(NamedTuple, Generic[T]):
    """A phrase found: its value and the words it covers, from `first` up to `last` (not included)."""

    value: T
    first: int
    last: int


def words_of(folded: str) -> tuple[Word, ...]:
    """Return the words of a folded text; punctuation is none."""
    return tuple(Word(match[0], match.start(), match.end()) for match in WORD.finditer(folded))


@dataclass(frozen=True, slots=True)
class Lexicon(Generic[T]):
    """Phrases with a value each, compared word by word under `fold`."""

    by_first_word: dict[str, list[tuple[tuple[str, ...], T]]]

    @classmethod
    def of(cls, phrases: Iterable[tuple[str, T]]) -> Lexicon[T]:
        """Return a lexicon; of two phrases that fold alike the first holds."""
        seen: dict[tuple[str, ...], T] = {}
        for phrase, value in phrases:
            if key := tuple(word.text for word in words_of(fold(phrase))):
                seen.setdefault(key, value)
        by_first_word: dict[str, list[tuple[tuple[str, ...], T]]] = {}
        for key in sorted(seen, key=len, reverse=True):
            by_first_word.setdefault(key[0], []).append((key, seen[key]))
        return cls(by_first_word)

    def at(self, words: Sequence[Word], index: int) -> Hit[T] | None:
        """Return the longest phrase that begins at `words[index]`."""
        if index >= len(words):
            return None
        for key, value in self.by_first_word.get(words[index].text, ()):
            last = index + len(key)
            if last <= len(words) and all(words[index + n].text == part for n, part in enumerate(key)):
                return Hit(value, index, last)
        return None

    def whole(self, words: Sequence[Word]) -> T | None:
        """Return the value of the phrase that is all of `words`."""
        hit = self.at(words, 0)
        return hit.value if hit and hit.last == len(words) else None

    def scan(self, words: Sequence[Word]) -> Iterator[Hit[T]]:
        """Yield the phrases in `words` from left to right, none overlapping another."""
        following = 0
        for index, word in enumerate(words):
            if index >= following and word.text in self.by_first_word and (hit := self.at(words, index)):
                yield hit
                following = hit.last
