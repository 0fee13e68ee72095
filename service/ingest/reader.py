"""Reads capture files. A file that cannot be used is refused with a reason, and the next one is read."""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from service.article import Capture, Issue
from service.normalise.dates import read_instant
from service.normalise.text import legal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

MAX_BYTES = 2 * 1024 * 1024
SUFFIXES = frozenset({"", ".txt", ".text", ".md"})
FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(?P<yaml>.*?\r?\n)---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
FRONT_MATTER_KEYS = frozenset({"url", "outlet", "captured", "published", "title", "language"})
# A text has hardly any control characters; a program, picture or archive is full of them.
CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))
BINARY_SHARE = 0.02
NO_TEXT = "this is no text; save the page's text as a .txt file in UTF-8"
LONGEST_URL = 2000
HTTP_URL = re.compile(r"https?://[^\s<>\"]+")
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that gave no capture, and why."""

    name: str
    issue: Issue


def count_files(folder: Path) -> int:
    """Return how many files `read_folder` will read."""
    return len(_files(folder))


def read_folder(folder: Path) -> Iterator[Capture | Refused]:
    """Yield what each file below `folder` holds, in the order of their names; hidden files are passed over."""
    root = folder.resolve()
    for path in _files(folder):
        name = _key(path.relative_to(folder))
        if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(root):
            yield _refused(name, "outside-folder", "a link that leads out of the folder is not followed")
        else:
            yield read_file(path, name)


def read_file(path: Path, name: str | None = None) -> Capture | Refused:
    """Return the capture in one file; `name` is its key unless it declares a URL."""
    name = name or _key(Path(path.name))
    if path.suffix.lower() not in SUFFIXES:
        return _refused(name, "unsupported-type", f"{path.suffix} files are not read; save the page's text as .txt")
    try:
        if not path.is_file():
            return _refused(name, "unreadable", "no regular file" if path.exists() else "no such file")
        size = path.stat().st_size
        if size > MAX_BYTES:
            return _refused(name, "too-large", f"{size / 1e6:.0f} MB; a capture is one page, {MAX_BYTES // 2**20} MiB at most")
        raw = path.read_bytes()
    except OSError as error:
        return _refused(name, "unreadable", f"it cannot be read: {error.strerror}")
    return read_bytes(raw, name)


def read_bytes(raw: bytes, name: str) -> Capture | Refused:
    """Return the capture that the bytes of a file hold."""
    if not raw.strip():
        return _refused(name, "empty", "there is no text in it")
    encoding = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    if encoding == "utf-8" and _is_binary(len(raw), len(raw.translate(None, CONTROLS))):
        return _refused(name, "binary", NO_TEXT)
    try:
        # A lone surrogate is written by broken converters as three bytes that strict UTF-8 refuses; the text
        # around it is good, and `clean` drops it.
        text = raw.decode(encoding, "surrogatepass").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        at = f"byte {error.start + 1} ({raw[error.start]:#04x})"
        return _refused(name, "invalid-utf-8", f"{at} is no UTF-8; open it in an editor and save it as UTF-8")
    if _is_binary(len(text), len(text.translate(dict.fromkeys(CONTROLS)))):
        return _refused(name, "binary", NO_TEXT)
    declared, text, issues = _front_matter(text)
    if not text.strip():
        return _refused(name, "empty", "there is no text below the front matter")
    captured, more = _captured(declared)
    return Capture(
        name=name,
        source=declared.get("url", name),
        raw=raw,
        text=text,
        declared=declared,
        captured=captured,
        issues=(*issues, *more),
    )


def _files(folder: Path) -> list[Path]:
    """Return the files below `folder`, sorted, without the hidden ones."""
    below = (path for path in folder.rglob("*") if not path.is_dir())
    return sorted(path for path in below if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def _key(path: Path) -> str:
    """Return a path as a key: NFC, as file systems differ there, and bytes that are no UTF-8 written out."""
    return unicodedata.normalize("NFC", os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace"))


def _is_binary(length: int, without_controls: int) -> bool:
    return length - without_controls > BINARY_SHARE * length


def _front_matter(text: str) -> tuple[dict[str, str], str, list[Issue]]:
    """Return what the front matter declares, the text below it, and what is wrong with it."""
    match = FRONT_MATTER.match(text)
    if not match:
        return {}, text, []
    try:
        # The base loader leaves every value the text it is: no date is built, no `no` becomes false.
        values = yaml.load(match["yaml"], Loader=yaml.BaseLoader)  # noqa: S506 - it builds nothing but text
    except RecursionError:
        return {}, text[match.end() :], [_issue("bad-front-matter", "the front matter is nested too deeply")]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 2}: " if mark else ""
        problem = f"{where}{getattr(error, 'problem', None) or error}; put a value with a colon in double quotes"
        return {}, text[match.end() :], [_issue("bad-front-matter", f"the front matter is not YAML, {problem}")]
    if not isinstance(values, dict):
        return {}, text, []
    declared: dict[str, str] = {}
    issues: list[Issue] = []
    for key, value in values.items():
        if key not in FRONT_MATTER_KEYS:
            known = ", ".join(sorted(FRONT_MATTER_KEYS))
            issues.append(_issue("unknown-front-matter", f"front matter key {key!r} is not read; the keys are {known}"))
        elif not isinstance(value, str):
            issues.append(_issue("bad-front-matter", f"front matter key {key!r} must be one text", key))
        elif mistake := _mistake(key, legal(value).strip()):
            issues.append(_issue("bad-front-matter", f"front matter {key}: {legal(value)!r}: {mistake}", key))
        elif cleaned := legal(value).strip():
            # YAML can write any character as an escape, so what is legal is told after it is read.
            declared[key] = cleaned
    return declared, text[match.end() :], issues


def _mistake(key: str, value: str) -> str | None:
    if key == "url" and (not HTTP_URL.fullmatch(value) or len(value) > LONGEST_URL):
        return f"not an address of up to {LONGEST_URL} characters that begins with https:// or http://"
    if key == "language" and not LANGUAGE_TAG.fullmatch(value):
        return "not a BCP 47 tag such as ar, ary or fr"
    return None


def _captured(declared: dict[str, str]) -> tuple[datetime | None, list[Issue]]:
    value = declared.get("captured")
    if value is None:
        return None, []
    try:
        return read_instant(value), []
    except ValueError as error:
        return None, [_issue("bad-front-matter", f"front matter captured: {value!r}: {error}", "captured")]


def _issue(code: str, message: str, field: str | None = None) -> Issue:
    return Issue(code=code, field=field, message=message)


def _refused(name: str, code: str, message: str) -> Refused:
    return Refused(name, _issue(code, message))
