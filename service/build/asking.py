"""Asking the application, as a server would, without a network between."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote_to_bytes, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask


class Answer(NamedTuple):
    """What was answered; the names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Asker:
    """Asks an application that stands at a public URL, whose path it is mounted at."""

    def __init__(self, app: Flask, public_url: str) -> None:
        """Ask `app`."""
        self._app = app
        mounted = urlsplit(public_url)
        self._environ = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": mounted.path,
            "SERVER_NAME": mounted.hostname or "localhost",
            "SERVER_PORT": str(mounted.port or (443 if mounted.scheme == "https" else 80)),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": mounted.scheme,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }

    def get(self, path: str, query: str = "", **headers: str) -> Answer:
        """Return the answer to a request for a path, as it stands in an address."""
        environ: dict[str, Any] = {
            **self._environ,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "wsgi.input": io.BytesIO(),
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        begun: list[Any] = []

        def begin(*said: Any) -> Any:
            begun[:] = said

        parts = self._app.wsgi_app(environ, begin)
        try:
            body = b"".join(parts)
        finally:
            getattr(parts, "close", lambda: None)()
        return Answer(int(begun[0][:3]), {name.lower(): value for name, value in begun[1]}, body)
