"""The tables that captures are read with, out of the data files of this package.

They are part of the code, only kept where someone who is no programmer can extend them: each is read once
and never changes after.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from service.normalise.lexicon import Lexicon, Word, Words, words_of
from service.normalise.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


IN, ARTICLE = "ب", "ال"


@dataclass(frozen=True, slots=True)
class Month:
    """A month name: its number and the countries whose locale alone uses it."""

    number: int
    countries: frozenset[str]


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
def menu_entries() -> Lexicon[str]:
    """Return what stands in menus: the names of sections, the way home, buttons."""
    table = _toml("phrases.toml")
    return Lexicon.of((name, section) for section in ("sections", "home", "furniture") for name in table[section]["whole"])


@cache
def date_labels() -> Lexicon[str]:
    """Return the words before a date of publication or of a later change."""
    table = _toml("phrases.toml")
    return Lexicon.of((phrase, section) for section in ("published", "modified") for phrase in table[section]["start"])


@cache
def zones() -> Lexicon[str]:
    """Return the zone, an IANA name or an offset, of each name that pages print for one."""
    return Lexicon.of(_toml("zones.toml")["names"].items())


@cache
def issue_words() -> tuple[str, ...]:
    """Return the folded words before the number of a paper's issue."""
    return tuple(map(fold, _toml("phrases.toml")["issue"]["start"]))


def names_issue(texts: Iterable[str]) -> bool:
    """Tell whether one of some folded words stands before the number of a paper's issue: `العدد 46366`."""
    return any(text.removeprefix(ARTICLE) in issue_words() for text in texts)


@cache
def buttons() -> tuple[str, ...]:
    """Return the folded names of buttons to which pages glue the date behind them."""
    return tuple(map(fold, _toml("phrases.toml")["buttons"]["start"]))


@cache
def zone_labels() -> Lexicon[bool]:
    """Return the words after which a place is its time zone."""
    return Lexicon.of((label, True) for label in _toml("zones.toml")["labels"])


@cache
def country_mentions() -> Lexicon[str]:
    """Return the country code of each name that pages of the country repeat, its cities among them."""
    said = [(name, code) for code, table in _toml("countries.toml").items() for name in table["mentions"]]
    cities = [(city, code) for city, code in _city_countries().items()]
    # Arabic writes `in` onto a name: `بالفيوم`.
    within = [(IN + city, code) for city, code in cities if city.startswith(ARTICLE)]
    return Lexicon.of([*said, *cities, *within])


@cache
def country_interfaces() -> Lexicon[str]:
    """Return the country code of each phrase that only the furniture of its sites uses."""
    return Lexicon.of((name, code) for code, table in _toml("countries.toml").items() for name in table["interface"])


@cache
def cities() -> Lexicon[str]:
    """Return the cities that stand in datelines."""
    table = _toml("places.toml")
    return Lexicon.of((name, name) for names in (table["others"], *table["countries"].values()) for name in names)


@cache
def given_names() -> frozenset[str]:
    """Return the folded words that begin the names of persons."""
    return frozenset(fold(name) for names in _toml("names.toml").values() for name in names)


def city_country(city: str) -> str | None:
    """Return the code of the country whose time zone or agency a city shares, where the table says so."""
    return _city_countries().get(city)


@cache
def _city_countries() -> dict[str, str]:
    return {city: code for code, names in _toml("places.toml")["countries"].items() for city in names}


def words_of_folded(folded: str) -> Words:
    """Return the words of a text that is folded already."""
    return words_of(folded)


def has_function_word(words: Sequence[Word]) -> bool:
    """Tell whether any of the words is a function word of a language; one letter alone is an initial."""
    return any(len(word.text) > 1 and word.text in _function_words() for word in words)


@cache
def _function_words() -> frozenset[str]:
    return frozenset().union(*(words for _, words in languages().values()))


def is_country(words: Sequence[Word]) -> bool:
    """Tell whether words are a country's name, what is said of it, or a city."""
    return country_mentions().whole(words) is not None


def words_of_text(text: str) -> Words:
    """Return the folded words of a text."""
    return words_of(fold(text))


@cache
def country_zones() -> dict[str, str]:
    """Return the IANA zone of each country by its code."""
    return {code: table["zone"] for code, table in _toml("countries.toml").items()}


@cache
def languages() -> dict[str, tuple[str, frozenset[str]]]:
    """Return script and folded function words of each language."""
    return {tag: (table["script"], frozenset(map(fold, table["words"]))) for tag, table in _toml("languages.toml").items()}


@cache
def language_articles(language: str) -> tuple[str, ...]:
    """Return the folded articles that a language writes onto its words."""
    return tuple(map(fold, _toml("languages.toml")[language]["articles"]))


@cache
def calendar_months(calendar: str) -> dict[str, int]:
    """Return the number of each folded month name of the `hijri` or the `jalali` calendar."""
    months_of_year = _toml("calendars.toml")[calendar]
    return {_key(name): number for number, names in enumerate(months_of_year, start=1) for name in names}


@cache
def relative() -> tuple[Lexicon[timedelta], Lexicon[bool], Lexicon[bool], Lexicon[str]]:
    """Return the phrases for a time that lies back: fixed ones, words before and after a count, and units."""
    table = _toml("relative.toml")
    units = ("days", "hours", "minutes")
    fixed = Lexicon.of((phrase, timedelta(**{unit: count})) for unit in units for phrase, count in table[unit].items())
    counted = table["counted"]
    before, after = (Lexicon.of((phrase, True) for phrase in counted[side]) for side in ("before", "after"))
    return fixed, before, after, Lexicon.of((name, unit) for unit in (*units, "weeks") for name in counted[unit])


@cache
def aggregator_families() -> list[tuple[Lexicon[bool], dict[str, str]]]:
    """Return the furniture of each family of aggregators and the key of its site for each country."""
    families = _toml("aggregators.toml")["family"]
    return [(Lexicon.of((phrase, True) for phrase in family["furniture"]), family["by_country"]) for family in families]


def language_country(language: str) -> str | None:
    """Return the country of a language that is printed in hardly any other."""
    country: str | None = _toml("languages.toml").get(language, {}).get("country")
    return country


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
