"""JSON and JSON Lines: each object is a capture."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from service.article import Issue
from service.ingest.formats.declared import FIELD_KEYS, LISTS, Claim, joined, names
from service.ingest.formats.encoding import UTF_16_BOMS, NotTextError, decode_text
from service.ingest.formats.html_text import html_to_text
from service.ingest.formats.page import found_in
from service.ingest.formats.results import Found, Refused, capture_of, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.article import Capture

RULE = "json"
TEXT_KEYS = ("text", "body", "content")
MARKUP = re.compile(r"<(?:p|div|br|h[1-6]|article|ul|ol)\b[^<>]{0,500}>", re.IGNORECASE)
BLANK = re.compile(r"[ \t\r\n]*")
COMMA = re.compile(r"[ \t\r\n]*(?P<mark>[,\]])[ \t\r\n]*")


def read_json(raw: bytes, name: str) -> Iterator[Capture | Refused]:
    """Yield the captures of a JSON file: of its one object, or of each object of its array."""
    text = _decoded(raw, name)
    if isinstance(text, Refused):
        yield text
        return
    start = _after(BLANK, text, 0)
    if not text.startswith("[", start):
        value = _parsed(text[start:], name, "")
        yield value if isinstance(value, Refused) else read_record(value, raw, name)
        return
    yield from _array(text, start + 1, name)


def _array(text: str, start: int, name: str) -> Iterator[Capture | Refused]:
    """Yield the captures of an array, each with its own part of the file; what stands before a fault is read."""
    at, number, decoder = _after(BLANK, text, start), 0, json.JSONDecoder(strict=False)
    if text.startswith("]", at):
        yield refused(name, "empty", "there is no object in this array")
        return
    while True:
        number += 1
        part = f"{name}#{number}"
        try:
            value, end = decoder.raw_decode(text, at)
            comma = COMMA.match(text, end)
        except (ValueError, RecursionError) as error:
            yield refused(part, "bad-json", f"{_why(error)}; the rest of the file is not read")
            return
        yield read_record(value, text[at:end].encode("utf-8", "surrogatepass"), part)
        if comma is None:
            yield refused(f"{name}#{number + 1}", "bad-json", "no comma or ] follows; the rest of the file is not read")
            return
        if comma["mark"] == "]":
            return
        at = comma.end()


def read_json_lines(raw: bytes, name: str) -> Iterator[Capture | Refused]:
    """Yield a capture for each line of a JSON Lines file, named by the number of its line."""
    if raw.startswith(UTF_16_BOMS):
        raw = raw.decode("utf-16", "replace").encode()
    found = False
    start, number = 0, 0
    while start < len(raw):
        end = raw.find(b"\n", start)
        end = len(raw) if end < 0 else end
        line, start, number = raw[start:end].strip(), end + 1, number + 1
        line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if line:
            found = True
            yield _read_line(line, f"{name}#{number}", number)
    if not found:
        yield refused(name, "empty", "there is no text in it")


def _read_line(line: bytes, name: str, number: int) -> Capture | Refused:
    text = _decoded(line, name)
    value = text if isinstance(text, Refused) else _parsed(text, name, f"line {number}: ")
    return value if isinstance(value, Refused) else read_record(value, line, name)


def _decoded(raw: bytes, name: str) -> str | Refused:
    if not raw.strip():
        return refused(name, "empty", "there is no text in it")
    try:
        return decode_text(raw)
    except NotTextError as error:
        return refused(name, error.code, str(error))


def _parsed(text: str, name: str, where: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        return refused(name, "bad-json", where + _why(error))


def _why(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else f"it is not JSON: {error}"


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def read_record(value: Any, raw: bytes, name: str) -> Capture | Refused:
    """Return the capture that a value of JSON is; `raw` is how it came."""
    if not isinstance(value, dict):
        return refused(name, "no-object", 'a capture is an object such as {"text": "...", "url": "..."}')
    claims, issues = _claims(value)
    text = next((found for key in TEXT_KEYS if isinstance(found := value.get(key), str) and found.strip()), None)
    markup = value.get("html")
    if text is None and isinstance(markup, str) and markup.strip():
        page = found_in(markup)
        return capture_of(name, raw, Found(text=page.text, claims=(*claims, *page.claims), issues=issues))
    if text is None:
        return refused(name, "empty", f"none of {', '.join(TEXT_KEYS)} and html has text in it")
    if MARKUP.search(text):
        text = html_to_text(text)
    return capture_of(name, raw, Found(text=text, claims=claims, issues=issues))


def _claims(value: dict[str, Any]) -> tuple[list[Claim], tuple[Issue, ...]]:
    claims: list[Claim] = []
    issues: list[Issue] = []
    for field, keys in FIELD_KEYS.items():
        for key in keys:
            item = value.get(key)
            if item is None or item in ("", [], {}):
                continue
            texts = names(item)
            if not texts or (len(texts) > 1 and field not in LISTS):
                kind = "one text or a list of texts" if field in LISTS else "one text"
                message = f"json {key}: {str(item)[:64]!r}: it must be {kind}"
                code = "bad-declared-date" if field in ("published", "modified", "captured") else "bad-declared-value"
                issues.append(Issue(code=code, field=field, raw=str(item)[:64], message=message))
            else:
                claims.append(Claim(field, joined(texts) if len(texts) > 1 else texts[0], RULE))
    return claims, tuple(issues)
