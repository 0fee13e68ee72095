"""What reading gives: a capture, or a refusal with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.article import Capture, Issue
from service.ingest.formats.declared import declare
from service.normalise.dates import read_instant

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from service.ingest.formats.declared import Claim
    from service.ingest.formats.front import Front

MAX_BYTES = 2 * 1024 * 1024
MAX_CONTAINER_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Refused:
    """A file, or one part of it, that gave no capture, and why."""

    name: str
    issue: Issue


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a format found in a piece of input: its text, and what is claimed of it, the most trusted claim first.

    `key` is the source key for a piece that has a lasting name of its own, but no address.
    """

    text: str
    claims: Iterable[Claim] = ()
    front: Front | None = None
    key: str | None = None
    issues: tuple[Issue, ...] = ()


def refused(name: str, code: str, message: str) -> Refused:
    """Return a refusal."""
    return Refused(name, Issue(code=code, message=message))


def capture_of(name: str, raw: bytes, found: Found) -> Capture | Refused:
    """Return the capture of what was found; refused where there is no text or too much of it."""
    if not found.text.strip():
        return refused(name, "empty", "there is no text below the front matter" if found.front else "there is no text in it")
    if len(found.text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        return refused(name, "too-large", f"its text has more than the {MAX_BYTES // 2**20} MiB of one page")
    values = dict(found.front.declared) if found.front else {}
    issues = [*(found.front.issues if found.front else ()), *found.issues]
    captured, more = _captured(values)
    said, by, doubts = declare(found.claims, values)
    if captured is None and "captured" in by:
        captured = read_instant(said["captured"])
    return Capture(
        name=name,
        source=said.get("url") or found.key or name,
        raw=raw,
        text=found.text,
        declared=said,
        declared_by=by,
        captured=captured,
        issues=(*issues, *more, *doubts),
    )


def _captured(declared: dict[str, str]) -> tuple[datetime | None, list[Issue]]:
    value = declared.get("captured")
    if value is None:
        return None, []
    try:
        return read_instant(value), []
    except ValueError as error:
        message = f"front matter captured: {value!r}: {error}"
        return None, [Issue(code="bad-front-matter", field="captured", message=message)]
