"""What the server's main loop waits for, such that a signal may tell it at any moment."""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Interrupt(threading.Event):
    """An event that a signal handler may set.

    The one of the standard library hangs when its thread is waiting or clearing at that moment, as it holds the lock that
    the handler asks for. Putting into a `SimpleQueue` is reentrant. Once `is_ending` nothing that clears it is waited for.
    """

    def __init__(self, is_ending: Callable[[], bool]) -> None:
        super().__init__()
        self._is_ending = is_ending
        self._is_set = False
        self._told: SimpleQueue[None] = SimpleQueue()

    def is_set(self) -> bool:
        """Tell whether there is something to do."""
        return self._is_set or self._is_ending()

    def set(self) -> None:
        """Wake the loop."""
        self._is_set = True
        self._told.put(None)

    def clear(self) -> None:
        """Wait for the next time."""
        self._is_set = False

    def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002 - the loop waits without end
        """Wait until there is something to do."""
        while not self.is_set():
            self._told.get()
        return True
