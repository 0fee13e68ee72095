"""Writes capture files, each whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from service.ingest.reader import Refused, read_content

if TYPE_CHECKING:
    from collections.abc import Iterator


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` in the place of what a file holds; its mode stays."""
    with _written(path, content, stat.S_IMODE(path.stat().st_mode)) as written:
        written.replace(path)


def add_file(folder: Path, name: str, content: bytes) -> tuple[Path, bool]:
    """Return where in `folder` a capture stands, and whether it was put there now; no file is ever overwritten.

    One that says the same at another time of capture is the same. Where another stands under the name, the new one
    gets a number.
    """
    # A hidden file would not be read.
    wanted = Path(name.lstrip(".") or "capture.txt")
    numbered = (f"{wanted.stem}-{number}{wanted.suffix}" for number in count(2))
    with _written(folder / wanted, content, 0o644) as written:
        path = folder / wanted
        while True:
            try:
                # Unlike a rename, a link fails where there is a file.
                path.hardlink_to(written)
            except FileExistsError:
                if path.is_file() and _is_same(path.read_bytes(), content, wanted.name):
                    return path, False
                path = folder / next(numbered)
            else:
                return path, True


def _is_same(one: bytes, other: bytes, name: str) -> bool:
    return one == other or _meaning(one, name) == _meaning(other, name)


def _meaning(raw: bytes, name: str) -> list[object]:
    """Return what the captures in a file say, but for when they were captured."""
    return [
        result
        if isinstance(result, Refused)
        else (result.text, {field: value for field, value in result.declared.items() if field != "captured"})
        for result in read_content(raw, name)
    ]


@contextmanager
def _written(beside: Path, content: bytes, mode: int) -> Iterator[Path]:
    """Write a hidden file next to `beside`, which is gone afterwards unless it was renamed."""
    handle, name = tempfile.mkstemp(prefix=".nashra-", dir=beside.parent)
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), mode)
        yield written
    finally:
        written.unlink(missing_ok=True)
