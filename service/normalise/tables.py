"""The tables that captures are read with, out of the data files of this package.

They are part of the code, only kept where someone who is no programmer can extend them: each is read once
and never changes after.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from service.normalise.lexicon import Lexicon, words_of
from service.normalise.text import fold


@dataclass(frozen=True, slots=True)
class Month:
    """A month name: its number and the countries whose locale alone uses it."""

    number: int
    countries: frozenset[str]


@dataclass(frozen=True, slots=True)
class Country:
    """A country as pages show it."""

    code: str
    zone: str


@dataclass(frozen=True, slots=True)
class Phrases:
    """One section of phrases.toml."""

    whole: Lexicon[str]
    start: Lexicon[str]
    anywhere: Lexicon[str]


@cache
def months() -> dict[str, Month]:
    """Return the month of each folded month name."""
    numbers: dict[str, int] = {}
    countries: dict[str, set[str]] = {}
    for tag, names in _cldr().items():
        for number, spellings in enumerate(names["months"], start=1):
            for name in map(_key, spellings):
                numbers.setdefault(name, number)
                countries.setdefault(name, set()).add(tag.partition("_")[2])
    for digits, more in _toml("months.toml").items():
        for name in map(_key, more):
            numbers.setdefault(name, int(digits))
    return {name: Month(number, frozenset(countries.get(name, ()))) for name, number in numbers.items() if len(name) > 1}


@cache
def weekdays() -> dict[str, int]:
    """Return the number of each folded weekday name, Monday being 0."""
    found: dict[str, int] = {}
    for names in _cldr().values():
        for number, spellings in enumerate(names["weekdays"]):
            for name in spellings:
                found.setdefault(_key(name), number)
    return {name: number for name, number in found.items() if len(name) > 2}  # noqa: PLR2004 - "م" is no weekday


@cache
def phrases(section: str) -> Phrases:
    """Return the phrases of one section of phrases.toml."""
    table = _toml("phrases.toml")[section]
    return Phrases(*(Lexicon.of((phrase, section) for phrase in table.get(kind, ())) for kind in ("whole", "start", "anywhere")))


@cache
def zones() -> Lexicon[str]:
    """Return the zone, an IANA name or an offset, of each name that pages print for one."""
    return Lexicon.of(_toml("zones.toml")["names"].items())


@cache
def country_mentions() -> Lexicon[str]:
    """Return the country code of each name that pages of the country repeat."""
    return Lexicon.of((name, code) for code, table in _toml("countries.toml").items() for name in table["mentions"])


@cache
def country_interfaces() -> Lexicon[str]:
    """Return the country code of each phrase that only the furniture of its sites uses."""
    return Lexicon.of((name, code) for code, table in _toml("countries.toml").items() for name in table["interface"])


@cache
def countries() -> dict[str, Country]:
    """Return the countries by code."""
    return {code: Country(code, table["zone"]) for code, table in _toml("countries.toml").items()}


@cache
def languages() -> dict[str, tuple[str, frozenset[str]]]:
    """Return script and folded function words of each language."""
    return {tag: (table["script"], frozenset(map(fold, table["words"]))) for tag, table in _toml("languages.toml").items()}


@cache
def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(files("service.normalise.data").joinpath(name).read_text(encoding="utf-8"))


@cache
def _cldr() -> dict[str, dict[str, list[list[str]]]]:
    loaded: dict[str, dict[str, list[list[str]]]] = json.loads(
        files("service.normalise.data").joinpath("cldr.json").read_text(encoding="utf-8")
    )
    return loaded


def _key(name: str) -> str:
    """Return a name as the date patterns meet it: folded words with one space between."""
    return " ".join(word.text for word in words_of(fold(name)))
