"""Phrases looked up in words: what they mean, in time that does not grow with their number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar, overload

from service.normalise.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")
# Pages glue a label to the clock before it: `23:40Modifié le`.
WORD = re.compile(r"(?<=\d:)\d\d(?=[^\W\d_]{4})|\w+|[©#]")


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
    """The words of a folded text. Their places are worked out up to the word that is asked for: most lines are only scanned."""

    __slots__ = ("_coming", "_known", "folded", "texts")

    def __init__(self, folded: str) -> None:
        self.folded = folded
        # Splitting at white space first gives the same and leaves the slow pattern only what has punctuation in it.
        self.texts: list[str] = []
        for part in folded.split():
            if part.isalnum():
                self.texts.append(part)
            else:
                self.texts += WORD.findall(part)
        self._known: list[Word] = []
        self._coming: Iterator[re.Match[str]] | None = None

    def _places(self, count: int) -> list[Word]:
        """Return the words with their places, at least the first `count` of them."""
        if (missing := min(count, len(self.texts)) - len(self._known)) > 0:
            coming = self._coming = self._coming or WORD.finditer(self.folded)
            self._known += [Word(match[0], *match.span()) for match in islice(coming, missing)]
        return self._known

    def __len__(self) -> int:
        return len(self.texts)

    def __iter__(self) -> Iterator[Word]:
        return iter(self._places(len(self.texts)))

    @overload
    def __getitem__(self, index: int) -> Word: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Word, ...]: ...

    def __getitem__(self, index: int | slice) -> Word | tuple[Word, ...]:
        if isinstance(index, int):
            return self._places(index + 1 if index >= 0 else len(self.texts))[index]
        return tuple(self._places(index.indices(len(self.texts))[1])[index])


def words_of(folded: str) -> Words:
    """Return the words of a folded text; punctuation is none."""
    return Words(folded)


def pattern_of(phrases: Iterable[str]) -> str:
    """Return a pattern of the phrases, the longest first, which is read letter by letter and not phrase by phrase."""
    branches: dict[str, set[str]] = {}
    for phrase in phrases:
        branches.setdefault(phrase[:1], set()).add(phrase[1:])
    is_end = branches.pop("", None) is not None
    if not branches:
        return ""
    parts = [(r"\s+" if first == " " else re.escape(first)) + pattern_of(rest) for first, rest in sorted(branches.items())]
    return (parts[0] if len(parts) == 1 and not is_end else f"(?:{'|'.join(parts)})") + ("?" if is_end else "")


def texts_of(words: Sequence[Word]) -> list[str]:
    """Return the texts of words."""
    return words.texts if type(words) is Words else [word.text for word in words]


@dataclass(frozen=True, slots=True)
class Lexicon(Generic[T]):
    """Phrases with a value each, compared word by word under `fold`."""

    values: dict[tuple[str, ...], T]
    # How many words the phrases have that begin with a word, the most first: many begin with `the`, and no more
    # than a few lengths of them are looked up.
    by_first_word: dict[str, tuple[int, ...]]
    longest: int

    @classmethod
    def of(cls, phrases: Iterable[tuple[str, T]]) -> Lexicon[T]:
        """Return a lexicon; of two phrases that fold alike the first holds."""
        values: dict[tuple[str, ...], T] = {}
        lengths: dict[str, set[int]] = {}
        for phrase, value in phrases:
            if key := tuple(words_of(fold(phrase)).texts):
                values.setdefault(key, value)
                lengths.setdefault(key[0], set()).add(len(key))
        by_first_word = {word: tuple(sorted(counts, reverse=True)) for word, counts in lengths.items()}
        return cls(values, by_first_word, max(map(len, values), default=0))

    def at(self, words: Sequence[Word], index: int) -> Hit[T] | None:
        """Return the longest phrase that begins at `words[index]`."""
        if type(words) is Words:
            texts, place = words.texts, index
        else:
            texts, place = [word.text for word in words[index : index + self.longest]], 0
        if place >= len(texts) or (lengths := self.by_first_word.get(texts[place])) is None:
            return None
        for length in lengths:
            key = tuple(texts[place : place + length])
            if key in self.values:
                return Hit(self.values[key], index, index + len(key))
        return None

    def whole(self, words: Sequence[Word]) -> T | None:
        """Return the value of the phrase that is all of `words`."""
        return self.whole_of(texts_of(words))

    def whole_of(self, texts: Sequence[str]) -> T | None:
        """Return the value of the phrase of these words, folded."""
        return self.values.get(tuple(texts)) if len(texts) <= self.longest else None

    def may_be_among(self, texts: Sequence[str]) -> bool:
        """Tell whether a phrase begins with one of some words: what most lines lack, at a tenth of the cost of a look."""
        return not self.by_first_word.keys().isdisjoint(texts)

    def is_in(self, words: Sequence[Word]) -> bool:
        """Tell whether any of the phrases is among `words`."""
        texts = texts_of(words)
        return self.may_be_among(texts) and next(self.scan(words), None) is not None

    def scan(self, words: Sequence[Word]) -> Iterator[Hit[T]]:
        """Yield the phrases in `words` from left to right, none overlapping another."""
        following = 0
        texts = texts_of(words)
        if not self.may_be_among(texts):
            return
        for index, text in enumerate(texts):
            if text in self.by_first_word and index >= following and (hit := self.at(words, index)):
                yield hit
                following = hit.last
