"""What a folder held when it was ingested last, so that the next ingest reads only what changed since.

A file of the same size and time of change, which nobody says has changed, is not opened. Any other is, and its content
decides: where that is the same, the file was only touched. All is forgotten where the rules are others than they were,
or where somebody else wrote to the database.
"""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.ingest.reader import MAX_CONTAINER_BYTES, SUFFIXES, read_captures

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from service.article import Capture
    from service.ingest.reader import Refused

# Bytes of the digest by which a source or a content is known.
DIGEST = 16


@dataclass(frozen=True, slots=True)
class Look:
    """What is kept of a file: size, time of change in nanoseconds, the digest of its content, those of its sources."""

    size: int
    changed: int
    content: bytes
    sources: bytes

    def digests(self) -> list[bytes]:
        """Return the digest of the source of each capture in the file."""
        return [self.sources[start : start + DIGEST] for start in range(0, len(self.sources), DIGEST)]


@dataclass(slots=True)
class File:
    """A file on its way: what was known of it, and what it holds."""

    path: Path
    name: str
    look: Look | None
    known: Look | None

    @property
    def is_same(self) -> bool:
        """Whether it holds what it held before."""
        return self.known is not None and self.look is not None and self.known.content == self.look.content

    def read(self) -> Iterator[Capture | Refused]:
        """Yield what it holds."""
        return read_captures(self.path, self.name)


@dataclass(slots=True)
class Memory:
    """The files of a folder as they were at the end of an ingest, under some rules and at some state of the database."""

    state: object = None
    files: dict[str, Look] = field(default_factory=dict)

    def at(self, state: object) -> Memory:
        """Return the memory, without what it knew at another state."""
        if state != self.state:
            self.files = {}
        return self

    def keep(self, state: object, files: dict[str, Look]) -> None:
        """Remember the files of an ingest that has ended well, and the state that it left."""
        self.state, self.files = state, files

    def file(self, path: Path, name: str, named: Collection[str]) -> File:
        """Return a file; those `named` are opened whatever their size and time of change say."""
        known = self.files.get(name)
        try:
            before = path.stat()
            if not _is_readable(path, before):
                return File(path, name, None, known)
            if known and name not in named and (known.size, known.changed) == (before.st_size, before.st_mtime_ns):
                return File(path, name, known, known)
            with path.open("rb") as opened:
                content = hashlib.file_digest(opened, lambda: hashlib.blake2b(digest_size=DIGEST)).digest()
            after = path.stat()
        except OSError:
            return File(path, name, None, known)
        is_settled = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
        look = Look(after.st_size, after.st_mtime_ns, content, known.sources if known else b"") if is_settled else None
        return File(path, name, look, known)


def _is_readable(path: Path, found: os.stat_result) -> bool:
    """Tell whether a file may hold captures: any other is refused each time, and to open a pipe would wait for good."""
    return stat.S_ISREG(found.st_mode) and found.st_size <= MAX_CONTAINER_BYTES and path.suffix.lower() in SUFFIXES
