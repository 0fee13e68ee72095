"""Fields that a person pins for captures that cannot be edited: corpus/overrides.toml, by source key."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING

from service.errors import ConfigError
from service.identity import source_key
from service.ingest.formats.declared import FIELDS
from service.normalise.reading import PINNED as PINNED_BY
from service.normalise.text import legal

if TYPE_CHECKING:
    from pathlib import Path

    from service.article import Capture

    Overrides = dict[str, dict[str, str]]

# Identity and capture time belong to the capture itself.
PINNED = FIELDS - {"url", "captured"}


def load_overrides(path: Path) -> Overrides:
    """Return the pinned fields of each source key, none where there is no file; raises ConfigError for a wrong one."""
    if not path.exists():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"{path}: the overrides cannot be read: {error}"
        raise ConfigError(message) from error
    mistakes = [f"{path}: [{source}] {mistake}" for source, table in tables.items() for mistake in _mistakes(table)]
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return {source: {name: legal(value) for name, value in table.items()} for source, table in tables.items()}


def pin(capture: Capture, overrides: Overrides) -> Capture:
    """Return the capture with the fields that are pinned for it declared by a person."""
    pinned = overrides.get(capture.source) or overrides.get(capture.name)
    if not pinned:
        return capture
    by = {name: rule for name, rule in capture.declared_by.items() if name not in pinned}
    return replace(capture, declared={**capture.declared, **pinned}, declared_by=by)


def pinned(capture: Capture, pins: Overrides) -> Capture:
    """Return the capture with the fields that are pinned in the database, by the key of its source."""
    fields = pins.get(source_key(capture.source))
    if not fields:
        return capture
    return replace(
        capture, declared={**capture.declared, **fields}, declared_by={**capture.declared_by, **dict.fromkeys(fields, PINNED_BY)}
    )


def _mistakes(table: object) -> list[str]:
    if not isinstance(table, dict):
        return ['is no table; write ["source key"] and the fields below it']
    known = ", ".join(sorted(PINNED))
    found = [f"{name} cannot be pinned; the fields are {known}" for name in table if name not in PINNED]
    return found + [f"{name} must be one text" for name, value in table.items() if not isinstance(value, str)]
