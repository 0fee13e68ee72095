from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from service.config import ROOT
from service.normalise import tables
from service.normalise.clocks import zone_named
from service.normalise.lexicon import words_of
from service.normalise.text import fold

DATA = ROOT / "service" / "normalise" / "data"


def toml(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


def key(phrase: str) -> str:
    return " ".join(word.text for word in words_of(fold(phrase)))


def test_committed_names_are_those_of_cldr() -> None:
    # In a process of its own: Babel keeps what it looked up, and then finds other abbreviations.
    code = "from service.normalise.data.cldr import render; print(render(), end='')"
    rendered = subprocess.run([sys.executable, "-X", "utf8", "-c", code], check=True, capture_output=True, cwd=ROOT).stdout
    assert (DATA / "cldr.json").read_bytes() == rendered, "run `make data`"


def test_no_month_name_means_two_months() -> None:
    numbers: dict[str, set[int]] = {}
    for names in json.loads((DATA / "cldr.json").read_text(encoding="utf-8")).values():
        for number, spellings in enumerate(names["months"], start=1):
            for name in spellings:
                numbers.setdefault(key(name), set()).add(number)
    for number, spellings in toml("months.toml").items():
        for name in spellings:
            numbers.setdefault(key(name), set()).add(int(number))
    assert not {name: found for name, found in numbers.items() if len(found) > 1 and name in tables.months()}


def test_every_month_and_weekday_has_a_name() -> None:
    assert {month.number for month in tables.months().values()} == set(range(1, 13))
    assert set(tables.weekdays().values()) == set(range(7))


@pytest.mark.parametrize("name", sorted(set(toml("zones.toml")["names"].values())))
def test_zone_of_a_printed_name_exists(name: str) -> None:
    assert zone_named(name) is not None
    if "/" in name:
        assert ZoneInfo(name).key == name


@pytest.mark.parametrize("code", toml("countries.toml"))
def test_zone_of_a_country_exists(code: str) -> None:
    assert ZoneInfo(tables.country_zones()[code])


def test_no_name_means_two_countries() -> None:
    mentions = [key(name) for table in toml("countries.toml").values() for name in (*table["mentions"], *table["interface"])]
    assert not {name for name in mentions if mentions.count(name) > 1}


@pytest.mark.parametrize("section", toml("phrases.toml"))
def test_section_of_phrases_is_read(section: str) -> None:
    assert tables.phrases(section)
    for kind, listed in toml("phrases.toml")[section].items():
        assert kind in {"whole", "start", "anywhere"}
        assert "" not in map(key, listed)


def test_no_list_of_phrases_says_anything_twice() -> None:
    twice = {
        (section, kind, phrase)
        for section, kinds in toml("phrases.toml").items()
        for kind, listed in kinds.items()
        for phrase, count in Counter(map(key, listed)).items()
        if count > 1
    }
    assert twice == set()
