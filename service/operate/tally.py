"""Requests counted as they are answered, in a file of this process that others can read while it goes on.

Counting in memory that is a file costs less than a microsecond, the numbers of a process that was killed stay, and those
of all processes are the sum of the files in one folder.
"""

from __future__ import annotations

import logging
import mmap
import os
import secrets
from bisect import bisect_left
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# Seconds: from a ready document to a search that is stopped; what took longer than the last is counted behind it.
BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
ENDING = ".tally"
# A record is a name and its numbers: the seconds of all, and how many there were in each bucket.
NAME, NUMBERS = 256, 2 + len(BUCKETS)
RECORD = NAME + 8 * NUMBERS
# More than the routes of this service have statuses; what finds no record of its own is counted in the last.
RECORDS = 2_000
SIZE = RECORDS * RECORD

log = logging.getLogger(__name__)


class Series(NamedTuple):
    """Requests of one kind: their route, the status of the answer, and whether it came from a ready document."""

    route: str
    status: str
    is_ready: bool


class Tally:
    """The requests that this process answered."""

    def __init__(self, setting: str) -> None:
        """Count nothing yet; the variable `setting` names the folder in which processes count together, if they do."""
        self._setting = setting
        self._lock = Lock()
        self._memory = memoryview(bytearray())
        self._numbers = memoryview(bytearray()).cast("d")
        self._places: dict[tuple[str, str, bool], int] = {}
        self.forget()
        # A file is one process's: a child would write over what its parent counts.
        os.register_at_fork(after_in_child=self.forget)

    def forget(self) -> None:
        """Begin anew at the next request; what was counted stays with who counted it."""
        self._lock = Lock()
        self._places = {}

    def count(self, series: tuple[str, str, bool], seconds: float) -> None:
        """Count a request: a series is as good as a tuple like it, which is made sooner."""
        with self._lock:
            place = self._places.get(series)
            if place is None:
                place = self._add(series)
            self._numbers[place] += seconds
            self._numbers[place + 1 + bisect_left(BUCKETS, seconds)] += 1

    def totals(self) -> dict[Series, list[float]]:
        """Return by series the seconds of all requests and how many are in each bucket, of all that count together."""
        folder = os.environ.get(self._setting)
        totals: defaultdict[Series, list[float]] = defaultdict(lambda: [0.0] * NUMBERS)
        memories = [memoryview(path.read_bytes()) for path in Path(folder).glob(f"*{ENDING}")] if folder else []
        for memory in memories or [self._memory]:
            for series, numbers in _read(memory):
                totals[series] = [had + more for had, more in zip(totals[series], numbers, strict=True)]
        return dict(totals)

    def _add(self, series: tuple[str, str, bool]) -> int:
        """Give a series its record, and return where its numbers begin."""
        if not self._places:
            self._memory = _open(os.environ.get(self._setting))
            self._numbers = self._memory.cast("d")
        number = min(len(self._places), RECORDS - 1)
        route, status, is_ready = series
        name = "\t".join((route, status, str(int(is_ready)))).encode()
        start = number * RECORD
        self._memory[start : start + NAME] = name[-NAME:].ljust(NAME, b"\0")
        place = self._places[series] = (start + NAME) // 8
        return place


def _open(folder: str | None) -> memoryview:
    """Return memory for the records, all zero: that of a new file in a folder, where it can be made."""
    if not folder:
        return memoryview(bytearray(SIZE))
    path = Path(folder) / f"{os.getpid()}-{secrets.token_hex(4)}{ENDING}"
    try:
        with path.open("x+b") as file:
            # Taken now: a disk that turns out to be full when the memory is written to would end the process.
            os.posix_fallocate(file.fileno(), 0, SIZE) if hasattr(os, "posix_fallocate") else file.truncate(SIZE)
            return memoryview(mmap.mmap(file.fileno(), SIZE))
    except OSError as error:
        log.warning("requests are counted for this process alone, as %s cannot be written: %s", folder, error.strerror)
        with suppress(OSError):
            path.unlink()
        return memoryview(bytearray(SIZE))


def _read(memory: memoryview) -> Iterator[tuple[Series, list[float]]]:
    for start in range(0, len(memory) - RECORD + 1, RECORD):
        name = bytes(memory[start : start + NAME]).rstrip(b"\0")
        if not name:
            return
        found = name.decode("utf-8", "replace").split("\t")
        # Else it is being written at this moment.
        if len(found) == len(Series._fields):
            route, status, is_ready = found
            yield Series(route, status, is_ready == "1"), list(memory[start + NAME : start + RECORD].cast("d"))
