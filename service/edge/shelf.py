"""The documents that a process keeps, the least lately asked for let go first, within a bound of bytes."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.edge.kept import Kept

Key = tuple[str, str, tuple[str, ...]]


class Shelf:
    """Documents by path, query and the formats that a client takes; together they never weigh more than `most` bytes."""

    def __init__(self, most: int) -> None:
        """Keep up to `most` bytes."""
        self._most = most
        self._kept: OrderedDict[Key, tuple[Kept, int]] = OrderedDict()
        self._lock = Lock()
        self.size = 0

    def __len__(self) -> int:
        """Return how many documents are kept."""
        return len(self._kept)

    def get(self, key: Key) -> Kept | None:
        """Return a document, which counts as asked for now."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def put(self, key: Key, kept: Kept) -> None:
        """Keep a document at its present weight: again when it has been coded, which makes it heavier."""
        with self._lock:
            _, before = self._kept.pop(key, (None, 0))
            self.size -= before
            weight = kept.size
            if weight > self._most:
                return
            self._kept[key] = kept, weight
            self.size += weight
            while self.size > self._most:
                _, (_, dropped) = self._kept.popitem(last=False)
                self.size -= dropped
