"""Making parts in several processes; what is under way is bounded, so that memory stays flat."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING

from service.build.press import Press
from service.errors import WorkerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from service.build.manifest import Known
    from service.build.parts import Part
    from service.build.press import Done
    from service.build.settings import Settings

# Parts that wait for each process.
AHEAD = 4
# The press of a worker process, put there once when it starts.
_presses: list[Press] = []


def worked(settings: Settings, folder: Path, asked: Iterable[tuple[Part, Known]]) -> Iterator[tuple[Part, Done]]:
    """Yield what was done of each part; `settings.jobs` processes share the work. Raises WorkerError where one dies."""
    if settings.jobs == 1:
        with Press(settings, folder) as press:
            yield from ((part, press.make(part, known)) for part, known in asked)
        return
    # Spawned, as a fork would copy locks and connections of this process.
    pool = ProcessPoolExecutor(settings.jobs, get_context("spawn"), _start, (settings, folder))
    under_way: deque[tuple[Part, Future[Done]]] = deque()
    try:
        for part, known in asked:
            under_way.append((part, pool.submit(_make, part, known)))
            while len(under_way) > settings.jobs * AHEAD or (under_way and under_way[0][1].done()):
                yield _next(under_way)
        while under_way:
            yield _next(under_way)
    except BrokenProcessPool as error:
        message = "a process that builds died, maybe for want of memory; what was written stays, so run it again with --jobs 1"
        raise WorkerError(message) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _next(under_way: deque[tuple[Part, Future[Done]]]) -> tuple[Part, Done]:
    part, future = under_way.popleft()
    return part, future.result()


def _start(settings: Settings, folder: Path) -> None:
    # Ctrl+C reaches every process of a terminal, but the one that hands out the work is alone to act on it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _presses.append(Press(settings, folder))


def _end_with_parent() -> None:
    """End this process once its parent is gone: killed, that could not say so, and the worker would wait for good."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _make(part: Part, known: Known) -> Done:
    return _presses[0].make(part, known)
