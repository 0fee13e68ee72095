"""Normalising in several processes: the same articles in the same order, sooner.

All that is derived from an article alone is made there too, so that the one process that writes has only that to do.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from itertools import islice
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING

from service.article import Capture
from service.errors import WorkerError
from service.ingest.prepare import prepare

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from concurrent.futures import Future

    from service.ingest.decide import Prepared
    from service.normalise import Registry
    from service.search import Form

# Captures that go to a process at once: one costs little more than the way there and back.
CHUNK = 16
# Chunks under way: enough for the processes to go on while a batch is stored, and no more, so that memory stays flat.
LEAST_AHEAD, AHEAD_PER_WORKER = 32, 4
NOT_SENT = Capture(name="", source="", raw=b"", text="")
Declared = Callable[[Capture], Capture]
# The registry of a worker process, put there once when it starts.
_registries: list[Registry] = []


def _as_it_came(capture: Capture) -> Capture:
    return capture


def normalise_all(
    captures: Iterable[Capture], registry: Registry, jobs: int, declared: Declared = _as_it_came, form: Form | None = None
) -> Generator[Prepared, None, None]:
    """Yield what each capture means, in the order given; `jobs` processes share the work, 0 means one a core.

    `declared` gives a capture the fields that people fixed for it: they are of the article, not of the capture.
    `form` is how the index takes a document; without one nothing is derived from the articles, and neither where there is
    one process, which can ask first which of them changed.
    Raises WorkerError where a process dies. Closing the generator ends the processes.
    """
    workers = jobs or cores()
    if workers == 1:
        for capture in captures:
            yield prepare(declared(capture), registry, None)._replace(capture=capture)
    else:
        yield from _shared(iter(captures), registry, workers, declared, form)


def _shared(
    captures: Iterator[Capture], registry: Registry, workers: int, declared: Declared, form: Form | None
) -> Iterator[Prepared]:
    # Spawned, as a fork would copy locks and connections that other threads of this process hold.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _start_worker, (registry,))
    under_way: deque[tuple[list[Capture], Future[list[Prepared]]]] = deque()
    ahead = max(LEAST_AHEAD, workers * AHEAD_PER_WORKER)
    try:
        while chunk := list(islice(captures, CHUNK)):
            under_way.append((chunk, _submit(pool, [declared(capture) for capture in chunk], form)))
            if len(under_way) > ahead:
                yield from _done(*under_way.popleft())
        while under_way:
            yield from _done(*under_way.popleft())
    except BrokenProcessPool as error:
        message = "a process that normalises died, maybe for want of memory; what was stored stays, so run it again with --jobs 1"
        raise WorkerError(message) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, chunk: list[Capture], form: Form | None) -> Future[list[Prepared]]:
    """Hand over a chunk, without the bytes as they came, which no rule reads.

    A submission may start a process, and it inherits what is held back here: Ctrl+C reaches every process of a
    terminal, but this one alone is to act on it. It does so when the mask is lifted.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return pool.submit(_prepare_chunk, [replace(capture, raw=b"") for capture in chunk], form)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _done(chunk: list[Capture], future: Future[list[Prepared]]) -> Iterator[Prepared]:
    return (prepared._replace(capture=capture) for capture, prepared in zip(chunk, future.result(), strict=True))


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start_worker(registry: Registry) -> None:
    _registries.append(registry)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process once its parent is gone: killed, that could not say so, and the worker would wait for good."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _prepare_chunk(captures: list[Capture], form: Form | None) -> list[Prepared]:
    """Return what captures mean, without themselves: who gave them has them, and they need not travel back."""
    return [prepare(capture, _registries[0], form)._replace(capture=NOT_SENT) for capture in captures]
