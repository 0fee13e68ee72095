"""Phrases looked up in words: what they mean, in time that does not grow with their number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar, overload

from service.normalise.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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


class Words(Sequence[Word]):
    """The words of a folded text. Their places are worked out when a word is taken: most lines are only counted and scanned."""

    __slots__ = ("_places", "folded", "texts")

    def __init__(self, folded: str) -> None:
        self.folded = folded
        # Splitting at white space first gives the same and leaves the slow pattern only what has punctuation in it.
        self.texts: list[str] = []
        for part in folded.split():
            if part.isalnum():
                self.texts.append(part)
            else:
                self.texts += WORD.findall(part)
        self._places: tuple[Word, ...] | None = None

    @property
    def places(self) -> tuple[Word, ...]:
        """The words with their places."""
        if self._places is None:
            self._places = tuple(Word(match[0], match.start(), match.end()) for match in WORD.finditer(self.folded))
        return self._places

    def __len__(self) -> int:
        return len(self.texts)

    def __iter__(self) -> Iterator[Word]:
        return iter(self.places)

    @overload
    def __getitem__(self, index: int) -> Word: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Word, ...]: ...

    def __getitem__(self, index: int | slice) -> Word | tuple[Word, ...]:
        return self.places[index]


def words_of(folded: str) -> Words:
    """Return the words of a folded text; punctuation is none."""
    return Words(folded)


def texts_of(words: Sequence[Word]) -> list[str]:
    """Return the texts of words."""
    return words.texts if isinstance(words, Words) else [word.text for word in words]


@dataclass(frozen=True, slots=True)
class Lexicon(Generic[T]):
    """Phrases with a value each, compared word by word under `fold`."""

    by_first_word: dict[str, list[tuple[tuple[str, ...], T]]]
    longest: int

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
        return cls(by_first_word, max(map(len, seen), default=0))

    def at(self, words: Sequence[Word], index: int) -> Hit[T] | None:
        """Return the longest phrase that begins at `words[index]`."""
        if isinstance(words, Words):
            texts, place = words.texts, index
        else:
            texts, place = [word.text for word in words[index : index + self.longest]], 0
        if place >= len(texts) or (phrases := self.by_first_word.get(texts[place])) is None:
            return None
        for key, value in phrases:
            last = index + len(key)
            if len(key) == 1 or tuple(texts[place : place + len(key)]) == key:
                return Hit(value, index, last)
        return None

    def whole(self, words: Sequence[Word]) -> T | None:
        """Return the value of the phrase that is all of `words`."""
        hit = self.at(words, 0)
        return hit.value if hit and hit.last == len(words) else None

    def scan(self, words: Sequence[Word]) -> Iterator[Hit[T]]:
        """Yield the phrases in `words` from left to right, none overlapping another."""
        following = 0
        texts = texts_of(words)
        # Most lines have no such word, which a set operation finds out ten times faster than a loop.
        if self.by_first_word.keys().isdisjoint(texts):
            return
        for index, text in enumerate(texts):
            if text in self.by_first_word and index >= following and (hit := self.at(words, index)):
                yield hit
                following = hit.last
