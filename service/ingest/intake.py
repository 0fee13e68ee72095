"""What a folder gives to an ingest: its captures, without those that did not change, and what is refused."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from service.article import Issue
from service.identity import source_key
from service.ingest.memory import DIGEST, Look, Memory
from service.ingest.reader import Refused, file_of, named_files, read_captures

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    from service.article import Capture
    from service.ingest.memory import File


@dataclass(slots=True)
class Intake:
    """Reads a folder once; afterwards it tells what was refused, and which files were the same as before."""

    progress: Callable[[str], None] = lambda _name: None
    refused: list[Refused] = field(default_factory=list)
    # The names of the files that were passed over, and how many captures are in them.
    same: set[str] = field(default_factory=set)
    unread: int = 0
    looks: dict[str, Look] = field(default_factory=dict)
    # A key is kept as its digest, however long the address is: a million captures take some 200 MB, nearly half of
    # it for the names that a refusal tells.
    _names: dict[bytes, str] = field(default_factory=dict)

    def captures(self, folder: Path, memory: Memory | None, named: Collection[str] = ()) -> Iterator[Capture]:
        """Yield the captures of a folder; without a memory all of them, else those of files that are not the same."""
        for name, found in named_files(folder):
            if isinstance(found, Refused):
                self._refuse(found)
            elif memory is None:
                yield from self._usable(read_captures(found, name))
            else:
                yield from self._changed(memory.file(found, name, named))

    @property
    def kept(self) -> set[str]:
        """The names of the files whose captures stay as they are: the same as before, or refused this time."""
        return self.same | {file_of(refused.name) for refused in self.refused}

    @property
    def names(self) -> set[str]:
        """The names of the captures that the folder gave."""
        return set(self._names.values())

    def forget(self, names: Iterable[str]) -> None:
        """Have the files of captures of these names read the next time, whether they change or not."""
        for name in names:
            self.looks.pop(file_of(name), None)

    def _changed(self, file: File) -> Iterator[Capture]:
        """Yield the captures of a file, unless it is the same as before and none of its sources came before it."""
        digests = file.look.digests() if file.is_same and file.look else []
        if digests and self._names.keys().isdisjoint(digests):
            self.progress(file.name)
            self._names |= dict.fromkeys(digests, file.name)
            self.same.add(file.name)
            self.unread += len(digests)
        else:
            before = len(self.refused)
            digests = []
            for capture in self._usable(file.read()):
                digests.append(_digest(capture.source))
                yield capture
            if len(self.refused) > before:
                # What is refused has to be read again: another file may be the reason.
                return
        if file.look:
            self.looks[file.name] = Look(file.look.size, file.look.changed, file.look.content, b"".join(digests))

    def _usable(self, results: Iterable[Capture | Refused]) -> Iterator[Capture]:
        """Yield the captures, and note what is refused; of two with one source key the first counts."""
        for result in results:
            if isinstance(result, Refused):
                self._refuse(result)
                continue
            self.progress(result.name)
            if (first := self._names.setdefault(_digest(result.source), result.name)) == result.name:
                yield result
            else:
                message = f"it has the same url as {first}, which is published; one of the two must go"
                self.refused.append(Refused(result.name, Issue(code="duplicate-source", message=message)))

    def _refuse(self, result: Refused) -> None:
        self.progress(result.name)
        self.refused.append(result)


def is_removed(name: str, kept: set[str], is_gone: Callable[[str], bool]) -> bool:
    """Tell whether a folder holds no more what it gave under this name: the file is gone, or has fewer parts.

    What a file gave stays that is the same as before, or was refused this time, or lies in a folder that could not be
    listed; those are the names `kept`.
    """
    file = file_of(name)
    parents = {parent.as_posix() for parent in PurePosixPath(file).parents}
    return not kept & {file, *parents} and (name != file or is_gone(name))


def gone_from(folder: Path) -> Callable[[str], bool]:
    """Return what tells whether the file of a source is no longer in a folder."""

    def is_gone(source: str) -> bool:
        try:
            return not (folder / file_of(source)).exists()
        except OSError:
            return False

    return is_gone


def _digest(source: str) -> bytes:
    return hashlib.blake2b(source_key(source).encode("utf-8", "surrogatepass"), digest_size=DIGEST).digest()
