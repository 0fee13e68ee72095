from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.errors import ConfigError
from service.ingest.registry import load_registry
from service.normalise.lexicon import words_of
from service.normalise.text import fold

if TYPE_CHECKING:
    from pathlib import Path

    from service.normalise import Registry

GOUD = """[goud]
name_ar = "كود"
name_latin = "Goud"
aliases = ["Goud.ma"]
domains = ["goud.ma"]
country = "MA"
zone = "Africa/Casablanca"
languages = ["ar", "ary"]
kind = "site"
"""

# What is wrong with the file: a part of GOUD, what stands there instead, what the message names.
MISTAKES = {
    "missing text": ('name_ar = "كود"\n', "", ["[goud]", "name_ar"]),
    "empty text": ('name_ar = "كود"', 'name_ar = ""', ["[goud]", "name_ar"]),
    "number for a text": ('name_latin = "Goud"', "name_latin = 360", ["[goud]", "name_latin"]),
    "missing list": ('domains = ["goud.ma"]\n', "", ["[goud]", "domains"]),
    "text for a list": ('["Goud.ma"]', '"Goud.ma"', ["[goud]", "aliases"]),
    "list of numbers": ('["Goud.ma"]', "[360]", ["[goud]", "aliases"]),
    "unknown field": ('kind = "site"', 'kind = "site"\ncolour = "red"', ["[goud]", "colour"]),
    "unknown kind": ('"site"', '"blog"', ["[goud]", "kind", "'blog'", "newspaper"]),
    "no languages": ('["ar", "ary"]', "[]", ["[goud]", "languages"]),
    "zone that leaves the folder": ("Africa/Casablanca", "../../etc/passwd", ["[goud]", "zone"]),
    "bad country": ('"MA"', '"Morocco"', ["[goud]", "country", "'Morocco'"]),
    "small country": ('"MA"', '"ma"', ["[goud]", "country", "'ma'"]),
    "bad key": ("[goud]", "[Goud_MA]", ["[Goud_MA]", "key"]),
    "no table": ("[goud]\n", 'title = "x"\n[goud]\n', ["[title]", "no table"]),
    "two tables of one key": ("[goud]\n", "[goud]\n[goud]\n", ["cannot be read"]),
    "not TOML": ("name_ar =", "name_ar:", ["cannot be read", "line 2"]),
}


def test_shipped_registry_loads(registry: Registry) -> None:
    assert registry.by_key["goud"].zone == "Africa/Casablanca"
    assert registry.by_domain["hespress.com"] is registry.by_key["hespress"]


def test_no_two_outlets_share_a_name_or_a_domain(registry: Registry) -> None:
    owners: dict[str, set[str]] = {}
    for outlet in registry.by_key.values():
        names = {" ".join(word.text for word in words_of(fold(name))) for name in outlet.names}
        for name in (*names, *outlet.domains):
            owners.setdefault(name, set()).add(outlet.key)
    assert not {name: keys for name, keys in owners.items() if len(keys) > 1}


def test_domains_are_bare_hosts(registry: Registry) -> None:
    assert not [
        domain for domain in registry.by_domain if domain != domain.casefold() or "/" in domain or domain.startswith("www.")
    ]


@pytest.mark.parametrize("case", MISTAKES)
def test_mistake_names_file_table_and_field(case: str, tmp_path: Path) -> None:
    part, instead, named = MISTAKES[case]
    path = tmp_path / "outlets.toml"
    assert part in GOUD
    path.write_text(GOUD.replace(part, instead, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_registry(path)
    assert [name for name in (str(path), *named) if name not in str(caught.value)] == []


def test_unknown_zone_is_a_mistake_too(tmp_path: Path) -> None:
    path = tmp_path / "outlets.toml"
    path.write_text(GOUD.replace("Africa/Casablanca", "Africa/Rabat"), encoding="utf-8")
    with pytest.raises(ConfigError, match="Africa/Rabat"):
        load_registry(path)


def test_every_mistake_has_its_line(tmp_path: Path) -> None:
    path = tmp_path / "outlets.toml"
    other = GOUD.replace("[goud]", "[other]").replace('"MA"', '"XXX"').replace('"site"', '"blog"')
    path.write_text(GOUD.replace('name_ar = "كود"\n', "") + other, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_registry(path)
    assert [line.split()[1] for line in str(caught.value).splitlines()] == ["[goud]", "[other]", "[other]"]


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml"):
        load_registry(tmp_path / "nowhere.toml")


def test_bytes_that_are_no_utf_8_are_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "outlets.toml"
    path.write_bytes(GOUD.encode("windows-1256", "replace"))
    with pytest.raises(ConfigError, match=r"outlets\.toml"):
        load_registry(path)


def test_mistakes_leave_the_good_file_good(tmp_path: Path) -> None:
    path = tmp_path / "outlets.toml"
    path.write_text(GOUD, encoding="utf-8")
    registry = load_registry(path)
    assert registry.declared("Goud.ma") is registry.declared("goud") is registry.declared("كود") is registry.by_key["goud"]
