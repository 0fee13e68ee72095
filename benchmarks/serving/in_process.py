"""What is measured without a server between: applications called as servers call them, and an export drained."""

from __future__ import annotations

import http.client
import os
from contextlib import closing
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, Any

from werkzeug.test import EnvironBuilder

from service import create_app
from service.config import Config
from service.edge import EDGE
from service.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from benchmarks.serving.servers import Server

REPEATS = 300
CHUNK = 1 << 16


def cold_feeds(ours: Path, peers: Path, feed: str, change: Callable[[], object]) -> tuple[float, float]:
    """Return the milliseconds of processor time of a feed that has just changed, ours and that of Flask with feedgen."""
    os.environ["BENCH_DATABASE"] = str(peers)
    from benchmarks.serving.peers.generated import app as generated

    with closing(Store.open(f"sqlite:///{ours}")) as store:
        app = create_app(Config(access_log=False, feed_length=20), store)
        asked = [(app.wsgi_app, _environ(feed)), (generated.wsgi_app, _environ("/feed.atom"))]
        took: list[list[float]] = [[], []]
        for _ in range(REPEATS):
            for times, (called, environ) in zip(took, asked, strict=True):
                change()
                start = process_time()
                _call(called, dict(environ))
                times.append((process_time() - start) * 1000)
    return median(took[0]), median(took[1])


def shelf_after(ours: Path, paths: Iterable[str]) -> tuple[int, int, int]:
    """Return how many documents are kept after all these were asked for, their bytes, and the bound in megabytes."""
    config = Config(access_log=False)
    with closing(Store.open(f"sqlite:///{ours}")) as store:
        app = create_app(config, store)
        for path in paths:
            _call(app.wsgi_app, _environ(path))
        shelf = app.extensions[EDGE].shelf
        return len(shelf), shelf.size, config.cache_mb


def drain(server: Server, path: str) -> tuple[int, int]:
    """Read an answer of any length; returns its lines and bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
    connection.request("GET", path)
    answer = connection.getresponse()
    lines = weight = 0
    while chunk := answer.read(CHUNK):
        lines += chunk.count(b"\n")
        weight += len(chunk)
    connection.close()
    return lines, weight


def _environ(path: str) -> dict[str, Any]:
    return EnvironBuilder(path).get_environ()


def _call(app: Any, environ: dict[str, Any]) -> bytes:
    said: list[str] = []
    parts = app(environ, lambda status, *_: said.append(status))
    body = b"".join(parts)
    if close := getattr(parts, "close", None):
        close()
    assert said[0].startswith("200"), (said, body[:300])
    return body
