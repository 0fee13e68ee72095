"""Reads corpus/outlets.toml, and says exactly what is wrong with it."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from service.article import Kind, Outlet
from service.errors import ConfigError
from service.normalise import Registry
from service.normalise.dates import DAY_FIRST, MONTH_FIRST

if TYPE_CHECKING:
    from pathlib import Path

KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
COUNTRY = re.compile(r"[A-Z]{2}")
TEXTS = ("name_ar", "name_latin", "country", "zone", "kind")
# Written only where it is known.
OPTIONAL = ("day_order",)
DAY_ORDERS = (DAY_FIRST, MONTH_FIRST)
LISTS = ("aliases", "domains", "languages")


def load_registry(path: Path) -> Registry:
    """Return the outlets of a registry file; raises ConfigError with one line for each mistake in it."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"{path}: the outlet registry cannot be read: {error}"
        raise ConfigError(message) from error
    mistakes = [f"{path}: [{key}] {mistake}" for key, table in tables.items() for mistake in _mistakes(key, table)]
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return Registry.of(_outlet(key, table) for key, table in tables.items())


def _outlet(key: str, table: dict[str, Any]) -> Outlet:
    values: dict[str, Any] = {name: tuple(value) if name in LISTS else value for name, value in table.items()}
    return Outlet(key=key, **values | {"kind": Kind(table["kind"])})


def _mistakes(key: str, table: Any) -> list[str]:
    if not isinstance(table, dict):
        return ["is no table; an outlet is written as [key] with its eight lines below"]
    found = [f"{name} is missing or no text" for name in TEXTS if not isinstance(table.get(name), str) or not table[name]]
    found += [
        f"{name} is missing or no list of texts"
        for name in LISTS
        if not isinstance(table.get(name), list) or not all(isinstance(value, str) for value in table[name])
    ]
    found += [f"{name} is unknown" for name in table if name not in (*TEXTS, *LISTS, *OPTIONAL)]
    if found:
        return found
    if not KEY.fullmatch(key):
        found.append("the key may hold a-z, 0-9 and single hyphens only")
    if not COUNTRY.fullmatch(table["country"]):
        found.append(f"country = {table['country']!r} is no ISO 3166-1 alpha-2 code such as MA")
    if table["kind"] not in list(Kind):
        found.append(f"kind = {table['kind']!r} is none of {', '.join(Kind)}")
    if table.get("day_order", DAY_FIRST) not in DAY_ORDERS:
        found.append(f"day_order = {table['day_order']!r} is none of {', '.join(DAY_ORDERS)}")
    if not table["languages"]:
        found.append("languages is empty")
    try:
        ZoneInfo(table["zone"])
    except (ValueError, OSError, KeyError):
        found.append(f"zone = {table['zone']!r} is no IANA time zone")
    return found
