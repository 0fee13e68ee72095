"""Watches every request from the outside: names it, times it, counts it, logs it. It costs microseconds, so it is plain."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import structlog

from service.logs import begin_request, without_secrets
from service.operate import metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    Write = Callable[[bytes], object]
    ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None] | None

# Where Flask's views leave the rule that a request fits, and what stands for none.
ROUTE = "nashra.route"
NO_ROUTE = "(none)"
HEADER = "X-Request-ID"
# Platforms and Prometheus ask every few seconds; that all is well is no news.
CHECKS = frozenset(("/healthz", "/readyz", "/metrics"))
OK = "200"
EMPTY = ("204", "304")


class Observed:
    """A WSGI application as it was, each answer with the id of its request, counted and logged."""

    __slots__ = ("_app", "_find_route", "_is_logging", "_log")

    def __init__(self, app: WSGIApplication, find_route: Callable[[str], str], *, is_logging: bool) -> None:
        """Watch `app`; `find_route` tells the rule of a path that Flask never saw."""
        self._app = app
        self._find_route = find_route
        self._is_logging = is_logging
        # Bound once: what is only got is made anew for each line.
        self._log = structlog.get_logger().bind()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the application does."""
        began = perf_counter()
        named = begin_request(environ.get("HTTP_X_REQUEST_ID"))
        status = "500"
        said: list[tuple[str, str]] = []

        def started(line: str, headers: list[tuple[str, str]], exc_info: ExcInfo = None) -> Write:
            nonlocal status, said
            status, said = line[:3], headers
            # A new list: who answered may keep its own for the next request.
            return start_response(line, [*headers, (HEADER, named)], exc_info)

        def finished(size: int) -> None:
            self._finished(environ, status, perf_counter() - began, size)

        try:
            body = self._app(environ, started)
        except BaseException:
            finished(0)
            raise
        # A ready document comes as a tuple, whole.
        size = sum(map(len, body)) if isinstance(body, tuple) else _size(environ, status, said)
        if size is not None:
            # At once: a client that has all its bytes may be gone, and this process with it, before the body is closed.
            finished(size)
            return body
        return _Counted(body, finished)

    def _finished(self, environ: WSGIEnvironment, status: str, seconds: float, size: int) -> None:
        route = environ.get(ROUTE)
        is_ready = route is None
        path = environ["PATH_INFO"]
        if route is None:
            route = self._find_route(path)
        metrics.tally.count((route, status, is_ready), seconds)
        if self._is_logging and not (route in CHECKS and status == OK):
            self._log.info("request", **_line(environ, route, status, seconds, size))


class _Counted:
    """A body that tells its size once it is sent, or given up."""

    __slots__ = ("_body", "_chunks", "_finished", "_size")

    def __init__(self, body: Iterable[bytes], finished: Callable[[int], None]) -> None:
        self._body = body
        self._chunks = iter(body)
        self._finished = finished
        self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk = next(self._chunks)
        self._size += len(chunk)
        return chunk

    def close(self) -> None:
        try:
            if close := getattr(self._body, "close", None):
                close()
        finally:
            self._finished(self._size)


def _size(environ: WSGIEnvironment, status: str, headers: list[tuple[str, str]]) -> int | None:
    """Return how many bytes the body of an answer will have; None where only its end tells."""
    if status in EMPTY or environ["REQUEST_METHOD"] == "HEAD":
        return 0
    return next((int(value) for name, value in headers if name.lower() == "content-length"), None)


def _line(environ: WSGIEnvironment, route: str, status: str, seconds: float, size: int) -> dict[str, Any]:
    path, query = quote(environ["PATH_INFO"], encoding="latin-1"), environ.get("QUERY_STRING", "")
    return {
        "method": environ["REQUEST_METHOD"],
        "path": f"{path}?{without_secrets(query)}" if query else path,
        "route": route,
        "status": int(status),
        "ms": round(seconds * 1000, 2),
        "bytes": size,
        "client": environ.get("REMOTE_ADDR", ""),
    }
