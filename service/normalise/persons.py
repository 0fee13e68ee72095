"""Names of persons in the words of a line, told from everything else that stands where a name could."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.normalise import tables
from service.normalise.lexicon import texts_of
from service.normalise.text import clean, collapse, fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.normalise.lexicon import Word
    from service.normalise.page import Line
    from service.normalise.registry import Registry

# Characters of a single name.
LONGEST_NAME = 20
NAME_SEPARATOR = re.compile(r"\s*(?:[,،&]|\s[-–]\s|\sو\s|\bet\b|\band\b|\by\b)\s*")
JOINED = re.compile(r"\s+و(?=\w{2,}\s+\w{2,})")
INITIALS = re.compile(r"(?:\w\.\s?){2,3}\w?|\w\.\s?\w")
# `Gwenaëlle LE BIHAN`: French and Turkish pages print family names in capitals.
CAPITAL_SURNAME = re.compile(r"[^\W\d_][\w'’-]*[a-zß-ÿğışçö](?:\s[^\W\d_a-zß-ÿğışçö]{2}[^\W\d_a-zß-ÿğışçö'’-]*){1,3}")
# `Lounis A.`, `Cheikh O. Sneïba`.
INITIAL_BEHIND = re.compile(r"[^\W\d_]{3,20}\s[^\W\d_a-z]\.(?:\s[^\W\d_]{3,20})?")
INITIAL_FIRST = re.compile(r"[^\W\d_]\.\s?[^\W\d_]{2}")
DOMAIN = re.compile(r"\w\.[a-z]{2,}$", re.IGNORECASE)
SON = "ولد"
ALI = "علي"
CAPITAL_WORD = 4


def persons_in(line: Line, words: Sequence[Word], registry: Registry, allowed: range) -> tuple[str, ...]:
    """Return the persons that `words` of a line name, none where anything else stands among them.

    `allowed` is how many words a name may have.
    """
    printed = collapse(clean(line.quote(line.span_of(words[0].start, words[-1].end))))
    names = tuple(name for part in NAME_SEPARATOR.split(printed) for name in _unjoined(part) if name)
    return names if all(_are_initials(name, registry) or _is_person(name, registry, allowed) for name in names) else ()


def _are_initials(name: str, registry: Registry) -> bool:
    """Tell whether a name is given by its initials; `و.م.ع` are those of an agency."""
    return INITIALS.fullmatch(name) is not None and registry.lexicon.whole(tables.words_of_text(name)) is None


def _unjoined(printed: str) -> list[str]:
    """Return the names that Arabic joins by `و` written onto the second; names that begin with that letter stay whole."""
    names: list[str] = []
    start = 0
    for joint in JOINED.finditer(printed):
        word = fold(printed[joint.start() :].split(maxsplit=1)[0])
        if word not in tables.given_names() and word != SON:
            names.append(printed[start : joint.start()])
            start = joint.end()
    return [*names, printed[start:]]


def begins_as_name(words: Sequence[Word], printed: str) -> bool:
    """Tell whether words begin as the name of a person does: with a given name or its initial (`A. Berkani`)."""
    if not words:
        return False
    return texts_of(words)[0] in tables.given_names() or INITIAL_FIRST.match(printed) is not None or is_whole_name(printed)


def is_whole_name(printed: str) -> bool:
    """Tell whether a text is a name from its beginning to its end: `Gwenaëlle LE BIHAN`, `Lounis A.`, and no more."""
    return (CAPITAL_SURNAME.fullmatch(printed) or INITIAL_BEHIND.fullmatch(printed)) is not None


def until_name_ends(words: Sequence[Word]) -> list[Word]:
    """Return the words of a name: up to what follows names (`تصوير`, `in`), without a city behind it."""
    name: list[Word] = []
    for index, word in enumerate(words):
        # One letter at the start is an initial, though `à` ends names.
        is_over = (index > 0 or len(word.text) > 1) and tables.phrases("author_end").anywhere.at(words, index)
        if word.text.isdigit() or word.text in tables.weekdays() or is_over:
            break
        name.append(word)
    for length in (3, 2, 1):
        if len(name) - length >= 1 and tables.cities().whole(name[-length:]):
            return name[:-length]
    return name


def _without_particles(words: Sequence[Word], printed: str) -> list[Word]:
    """Return the words without the name `علي`, which folds to the same letters as `على` (on) and is printed otherwise."""
    is_name = "علي" in printed.split()
    kept = [word for word in words if not (is_name and word.text == ALI)]
    # An Arabic family name in Latin letters has its article: `Salma Al Harthy`.
    articles = tables.phrases("name_articles").anywhere
    kept = [word for n, word in enumerate(kept) if not (0 < n < len(kept) - 1 and articles.whole([word]))]
    # `Saïd` folds to an English word; a name is printed with a capital, and function words of its length are not.
    capital = {fold(part) for part in printed.split() if part[:1].isupper() and len(part) >= CAPITAL_WORD}
    return [word for word in kept if word.text not in capital]


def _is_person(name: str, registry: Registry, allowed: range) -> bool:
    words = tables.words_of_text(name)
    if len(words) not in allowed or any(word.text.isdigit() or len(word.text) > LONGEST_NAME for word in words):
        return False
    # `adengd.net` is an address.
    if (
        "_" in name
        or "+" in name
        or DOMAIN.search(name)
        or registry.lexicon.whole(words)
        or tables.cities().whole(words)
        or tables.is_country(words)
    ):
        return False
    if any(tables.phrases(section).anywhere.is_in(words) for section in ("outlet_words", "no_person")):
        return False
    if tables.has_function_word(_without_particles(words, name)) and not is_whole_name(name):
        return False
    if any(
        tables.phrases(section).start.at(words, 0) for section in ("published", "modified", "section_label", "tags", "author")
    ):
        return False
    sections = tables.phrases("sections").whole
    return not sections.whole(words) and not any(word.text in tables.weekdays() or word.text in tables.months() for word in words)
