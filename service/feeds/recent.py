"""The fragments that a process rendered or read last: of a feed that changed, nearly all entries are as they were."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.feeds.feed import Fragment

    # What no two different fragments have in common: the lineage, the revision, the form and the address of the site.
    Key = tuple[object, int, str, str]


class Recent:
    """Fragments by what tells them apart; together they never weigh more than `most` bytes."""

    def __init__(self, most: int) -> None:
        """Keep up to `most` bytes."""
        self._most = most
        self._kept: OrderedDict[Key, Fragment] = OrderedDict()
        self._lock = Lock()
        self._size = 0

    def get(self, key: Key) -> Fragment | None:
        """Return a fragment, which counts as used now."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: Key, fragment: Fragment) -> None:
        """Keep a fragment; what was used least lately makes room for it."""
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = fragment
            self._size += sum(map(len, fragment))
            while self._size > self._most:
                _, dropped = self._kept.popitem(last=False)
                self._size -= sum(map(len, dropped))
