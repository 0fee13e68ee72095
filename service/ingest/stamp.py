"""Writes into a capture file what the person who keeps it knows: when it was captured, from which address. Pure.

Every other byte stays, and what was written is read back: where the capture would come out otherwise changed, or
not say what was written, the file is not to be touched.
"""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from service.ingest.formats.encoding import UTF_16_BOMS
from service.ingest.formats.front import FRONT_MATTER
from service.ingest.reader import Refused, read_content

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from service.article import Capture

UTF_8_BOM, UTF_16_LE_BOM = b"\xef\xbb\xbf", b"\xff\xfe"
TEXTS = frozenset({"", ".txt", ".text", ".md", ".markdown"})
PAGES = frozenset({".html", ".htm", ".xhtml"})
OBJECT = re.compile(r"[ \t\r\n]*\{(?P<blank>[ \t\r\n]*)")


class NotStampedError(ValueError):
    """A file cannot be given its fields; the text says why."""


def instant(moment: datetime) -> str:
    """Return an instant in UTC as RFC 3339, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp(raw: bytes, name: str, fields: Mapping[str, str], *, above_pages: bool = False) -> bytes:
    """Return the bytes of a capture file with those `fields` written in that it does not declare.

    `above_pages` lets HTML have front matter put above it. Raises NotStampedError where a field is declared
    otherwise, or cannot be written.
    """
    results = list(read_content(raw, name))
    if isinstance(results[0], Refused):
        raise NotStampedError(results[0].issue.message)
    suffix = PurePosixPath(name).suffix.lower()
    if len(results) > 1 or suffix not in {*TEXTS, *PAGES, ".json"}:
        message = "it is of a kind that holds several captures; declare the time of each within it"
        raise NotStampedError(message)
    capture = results[0]
    missing = {field: value for field, value in fields.items() if not _is_declared(capture, field, value)}
    if not missing:
        return raw
    for changed in _changes(raw, suffix, missing, above_pages=above_pages):
        after = next(read_content(changed, name))
        if not isinstance(after, Refused) and _says(after, capture, missing):
            return changed
    if suffix in PAGES and not above_pages:
        message = "a saved page is left as it is; put front matter with `captured` above it"
        raise NotStampedError(message)
    raise NotStampedError(next((issue.message for issue in capture.issues), "no line can be added to what it declares"))


def _is_declared(capture: Capture, field: str, value: str) -> bool:
    said = capture.declared.get(field)
    if field == "captured":
        said = instant(capture.captured) if capture.captured else None
    if said and said != value:
        message = f"it declares {field} {said}, not {value}"
        raise NotStampedError(message)
    return bool(said)


def _says(after: Capture, before: Capture, fields: Mapping[str, str]) -> bool:
    """Tell whether a capture says what it did `before`, and the fields beside that."""
    rest = {field: value for field, value in after.declared.items() if field not in fields}
    kept = {field: value for field, value in before.declared.items() if field not in fields}
    return (
        (after.text, after.issues, rest) == (before.text, before.issues, kept)
        and fields.items() <= after.declared.items()
        and ("captured" not in fields or after.captured is not None)
    )


def _changes(raw: bytes, suffix: str, fields: Mapping[str, str], *, above_pages: bool) -> Iterator[bytes]:
    """Yield the bytes with the fields written in, in each way there is for the format, the best first."""
    if raw.startswith(UTF_16_BOMS):
        mark, codec = raw[:2], "utf-16-le" if raw[:2] == UTF_16_LE_BOM else "utf-16-be"
    else:
        # All that is looked for is ASCII, so each byte may stand for a character, whatever the encoding.
        mark, codec = UTF_8_BOM if raw.startswith(UTF_8_BOM) else b"", "latin-1"
    try:
        text = raw[len(mark) :].decode(codec, "surrogatepass")
    except UnicodeDecodeError:
        return

    def with_insertion(insertion: str, at: int) -> bytes:
        return mark + (text[:at] + insertion + text[at:]).encode(codec, "surrogatepass")

    if suffix == ".json":
        if start := OBJECT.match(text):
            items = "".join(
                f"{json.dumps(field)}: {json.dumps(value)}," + (start["blank"] or " ") for field, value in fields.items()
            )
            yield with_insertion(items, start.end())
        return
    newline = "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"
    # A text of JSON is one of YAML too; a plain time is how people write it.
    lines = "".join(f"{field}: {value if field == 'captured' else json.dumps(value)}{newline}" for field, value in fields.items())
    if front := FRONT_MATTER.match(text):
        yield with_insertion(lines, front.end("yaml"))
    if suffix in TEXTS or above_pages:
        yield with_insertion(f"---{newline}{lines}---{newline}", 0)
