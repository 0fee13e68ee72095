"""From a text to its terms: words without function words, folded, Arabic ones without what is attached to them.

The stems are light: Lucene's light10 (article and common endings) and the one-letter conjunctions and prepositions.
They merge what a reader takes for one word (بمراكش and مراكش, المؤتمرات and مؤتمر), but no broken plurals.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from service.normalise.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

# Changes whenever the same text may give other terms.
VERSION = "1"

LONGEST = 64
# Pieces of text whose terms are kept: some 20 MB. Without an order of use, which would cost more than it saves.
MOST_KNOWN = 100_000
MARKS = (
    "\u00ad\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc"
    "\u06df-\u06e8\u06ea-\u06ed\u200b-\u200f"
)
# A word holds its marks: `كِتَابٌ` is one.
WORD = re.compile(rf"[^\W_](?:[^\W_]|[{MARKS}])*")
PLAIN = re.compile(r"[^\W_]+")
ARABIC = re.compile("[\u0621-\u064a\u066e-\u06d3]+")
ARTICLES = ("وبال", "وكال", "وال", "بال", "كال", "فال", "ولل", "فلل", "لل", "ال")
ATTACHED = frozenset("وفبلك")
ENDINGS = ("ها", "هم", "ان", "ات", "ون", "ين", "يه", "ه", "ي")
LEAST_STEM = 3
LEAST_NOUN = 2


class Word(NamedTuple):
    """A term and where the word it was made of stands in the text."""

    term: str
    start: int
    end: int


def words(text: str) -> Iterator[Word]:
    """Yield the terms of a text in order, with the place of their words."""
    for match in WORD.finditer(text):
        if term := term_of(match[0]):
            yield Word(term, match.start(), match.end())


def terms(text: str) -> list[str]:
    """Return the terms of a text in order; function words are left out without a gap."""
    # No word reaches over a space, so that what stands between two can be looked up on its own.
    return [term for piece in text.split(" ") for term in _known[piece]]


class _Known(dict[str, tuple[str, ...]]):
    """The terms of pieces of text that were met; it starts afresh once it is as large as a vocabulary."""

    def __missing__(self, piece: str) -> tuple[str, ...]:
        found = _found(piece)
        if len(piece) <= LONGEST:
            if len(self) >= MOST_KNOWN:
                self.clear()
            self[piece] = found
        return found


_known = _Known()


def _found(piece: str) -> tuple[str, ...]:
    return tuple(term for raw in WORD.findall(piece) if (term := term_of(raw)))


# As many words as a large vocabulary has: some 15 MB.
@lru_cache(maxsize=100_000)
def term_of(raw: str) -> str:
    """Return the term of one word as printed, at most 64 letters and digits; empty for a function word."""
    if _surface(raw) in _function_words():
        return ""
    folded = folded_word(raw)
    return (_stem(folded) if ARABIC.fullmatch(folded) else folded)[:LONGEST]


def folded_word(raw: str) -> str:
    """Return a word folded, letters and digits alone."""
    return "".join(PLAIN.findall(fold(raw)))


def without_article(folded: str) -> str:
    """Return an Arabic word without the article and what stands before it, where a noun is left."""
    for article in ARTICLES:
        if folded.startswith(article) and len(folded) - len(article) >= LEAST_NOUN:
            return folded[len(article) :]
    return folded


def _stem(folded: str) -> str:
    stem = _bare(without_article(folded))
    for ending in ENDINGS:
        if stem not in _native() and stem.endswith(ending) and len(stem) - len(ending) >= LEAST_STEM:
            stem = stem[: -len(ending)]
    while stem[0] in ATTACHED and len(stem) > LEAST_STEM and stem not in _native():
        stem = stem[1:]
    return stem


def _bare(word: str) -> str:
    """Return a word that is whole by nature without what is attached before it: its own ending is none either."""
    for attached in (1, 2):
        if ATTACHED.issuperset(word[:attached]) and word[attached:] in _native():
            return word[attached:]
    return word


def _surface(raw: str) -> str:
    """Return a word as people write it: without marks and tatweel, its letters as they are."""
    compatible = unicodedata.normalize("NFKC", raw)
    return "".join(char for char in compatible if char != "ـ" and unicodedata.category(char) not in ("Mn", "Cf"))


@cache
def _function_words() -> frozenset[str]:
    listed = [_surface(word) for word in _listed("function")]
    return frozenset(before + word for word in listed for before in ("", "و", "ف"))


@cache
def _native() -> frozenset[str]:
    return frozenset(map(fold, _listed("native")))


@cache
def _listed(name: str) -> list[str]:
    table: dict[str, list[str]] = tomllib.loads(files("service.search.data").joinpath("words.toml").read_text(encoding="utf-8"))
    return table[name]
