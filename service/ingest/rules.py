"""What a deployment reads captures by, beside the code."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from service.ingest.overrides import load_overrides
from service.ingest.registry import load_registry

if TYPE_CHECKING:
    from pathlib import Path

    from service.ingest.overrides import Overrides
    from service.normalise import Registry

    # What tells that a file is another by now; None where there is none.
    Stamp = tuple[int, int] | None


class Rules(NamedTuple):
    """The outlets, and the fields that are pinned in a file."""

    registry: Registry
    overrides: Overrides


def rules_of(outlets: Path, overrides: Path) -> Rules:
    """Return the rules in these files, which are read again once they change; raises ConfigError."""
    return _loaded(outlets, _stamp(outlets), overrides, _stamp(overrides))


@lru_cache(maxsize=4)
def _loaded(outlets: Path, _outlets_stamp: Stamp, overrides: Path, _overrides_stamp: Stamp) -> Rules:
    return Rules(load_registry(outlets), load_overrides(overrides))


def _stamp(file: Path) -> Stamp:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
