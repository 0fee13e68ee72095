"""Reads capture files. A file that cannot be used is refused with a reason, and the next one is read."""

from __future__ import annotations

import os
import re
import unicodedata
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from service.ingest.formats.archive import read_zip
from service.ingest.formats.front import FRONT_MATTER_KEYS
from service.ingest.formats.page import read_html
from service.ingest.formats.plain import read_markdown, read_text
from service.ingest.formats.records import read_json, read_json_lines
from service.ingest.formats.results import MAX_BYTES, MAX_CONTAINER_BYTES, Refused, refused
from service.ingest.formats.syndication import read_feed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from service.article import Capture

__all__ = [
    "FRONT_MATTER_KEYS",
    "MAX_BYTES",
    "MAX_CONTAINER_BYTES",
    "SUFFIXES",
    "Refused",
    "count_files",
    "file_of",
    "files_below",
    "name_of",
    "named_files",
    "read_bytes",
    "read_captures",
    "read_content",
    "read_file",
    "read_folder",
]

TEXTS = frozenset({"", ".txt", ".text", ".md", ".markdown"})
FORMATS: dict[str, Callable[[bytes, str], Iterator[Capture | Refused]]] = {
    **dict.fromkeys(("", ".txt", ".text"), read_text),
    **dict.fromkeys((".md", ".markdown"), read_markdown),
    **dict.fromkeys((".html", ".htm", ".xhtml"), read_html),
    ".json": read_json,
    **dict.fromkeys((".jsonl", ".ndjson"), read_json_lines),
    **dict.fromkeys((".rss", ".atom", ".xml"), read_feed),
}
SUFFIXES = frozenset({*FORMATS, ".zip"})
# What a name has beyond its file's: a member of an archive, the number of an object or entry.
PART = re.compile(r"(?:(?<=\.zip)/.*|#\d+)\Z", re.IGNORECASE | re.DOTALL)


def count_files(folder: Path) -> int:
    """Return how many files `read_folder` will read; one may hold several captures."""
    return sum(1 for _ in files_below(folder))


def file_of(name: str) -> str:
    """Return the name of the file that a capture of this name came from."""
    return PART.sub("", name)


def read_folder(folder: Path) -> Iterator[Capture | Refused]:
    """Yield what each file below `folder` holds, in the order of their names; hidden files are passed over."""
    for name, found in named_files(folder):
        if isinstance(found, Refused):
            yield found
        else:
            yield from read_captures(found, name)


def named_files(folder: Path) -> Iterator[tuple[str, Path | Refused]]:
    """Yield the files below `folder`, each with its name as a key, or why it is not read, in the order of their names."""
    root = folder.resolve()
    for path in files_below(folder):
        name = name_of(path.relative_to(folder))
        if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(root):
            yield name, refused(name, "outside-folder", "a link that leads out of the folder is not followed")
        elif path.is_dir():
            yield name, refused(name, "unreadable", "the folder cannot be listed")
        else:
            yield name, path


def read_file(path: Path, name: str | None = None) -> Capture | Refused:
    """Return the one capture in a file; refused where it holds several."""
    first, *more = islice(read_captures(path, name), 2)
    return refused(first.name, "several-captures", "the file holds more than one capture") if more else first


def read_captures(path: Path, name: str | None = None) -> Iterator[Capture | Refused]:
    """Yield each capture in one file, at least one result; `name` is its key unless it declares a URL."""
    name = name or name_of(Path(path.name))
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        yield _unsupported(suffix, name)
        return
    try:
        if not path.is_file():
            yield refused(name, "unreadable", "no regular file" if path.exists() else "no such file")
            return
        size = path.stat().st_size
        raw = path.read_bytes() if size <= _limit(suffix) else None
    except OSError as error:
        yield refused(name, "unreadable", f"it cannot be read: {error.strerror}")
        return
    if raw is None:
        yield _too_large(size, suffix, name)
    elif suffix == ".zip":
        yield from read_zip(raw, name, read_content)
    else:
        yield from FORMATS[suffix](raw, name)


def read_content(raw: bytes, name: str) -> Iterator[Capture | Refused]:
    """Yield each capture in the bytes of a file, read by the suffix of its name; archives are not opened."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in FORMATS:
        yield _unsupported(suffix, name)
    elif len(raw) > _limit(suffix):
        yield _too_large(len(raw), suffix, name)
    else:
        yield from FORMATS[suffix](raw, name)


def read_bytes(raw: bytes, name: str) -> Capture | Refused:
    """Return the capture that the bytes of a plain text hold."""
    return next(read_text(raw, name))


def _limit(suffix: str) -> int:
    return MAX_BYTES if suffix in TEXTS else MAX_CONTAINER_BYTES


def _too_large(size: int, suffix: str, name: str) -> Refused:
    holds = "a capture is one page" if suffix in TEXTS else "split it"
    return refused(name, "too-large", f"{size / 1e6:.0f} MB; {holds}, {_limit(suffix) // 2**20} MiB at most")


def _unsupported(suffix: str, name: str) -> Refused:
    known = ", ".join(sorted(SUFFIXES - {""}))
    return refused(name, "unsupported-type", f"{suffix} files are not read, only {known}; save the page's text as .txt")


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the files below `folder` in the order of their names, without the hidden ones.

    A folder that cannot be listed is yielded itself, so that what is in it is not missed in silence.
    """
    try:
        with os.scandir(folder) as found:
            entries = sorted((entry for entry in found if not entry.name.startswith(".")), key=lambda entry: entry.name)
    except OSError:
        yield folder
        return
    for entry in entries:
        path = folder / entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from files_below(path)
        # A link that leads to itself is no folder to a path, and an error to an entry.
        elif not (entry.is_symlink() and path.is_dir()):
            yield path


def name_of(path: Path) -> str:
    """Return a path below a folder as a key: NFC, as file systems differ there, and bytes that are no UTF-8 written out."""
    return unicodedata.normalize("NFC", os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace"))
