"""The edge: a small WSGI layer in front of Flask that answers with documents that were made before.

A document is made by a view and kept while the channel it watches stays as it was. To know that costs a few microseconds
(see Store.state); nothing is hashed, compressed or looked up in a table for it.
"""

from __future__ import annotations

import logging
from threading import Lock
from typing import TYPE_CHECKING, Any

from service.documents import DOCUMENT
from service.edge.kept import Kept
from service.edge.shelf import Shelf
from service.errors import StoreError
from service.formats import accepted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from service.documents import Document
    from service.edge.shelf import Key
    from service.store import Store

    Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

# Where an application keeps its edge.
EDGE = "nashra.edge"
READS = frozenset({"GET", "HEAD"})
# Below here one address has several formats, and the client's Accept chooses.
NEGOTIATED = "/api/"
# Whoever asks for a document that another is making waits for that; so many are made at once.
LOCKS = 256

log = logging.getLogger(__name__)


class Edge:
    """Answers from its shelf; what is not there, or not good any more, `app` makes."""

    def __init__(self, app: Application, store: Store, most_bytes: int) -> None:
        """Stand in front of `app`, whose documents come from `store`, and keep up to `most_bytes` of them."""
        self._app = app
        self._store = store
        self._shelf = Shelf(most_bytes)
        self._locks = [Lock() for _ in range(LOCKS)]

    @property
    def shelf(self) -> Shelf:
        """What is kept."""
        return self._shelf

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        # A client that wants only what is new gets an answer of its own (RFC 3229).
        if environ["REQUEST_METHOD"] not in READS or "HTTP_A_IM" in environ:
            return self._pass_on(environ, start_response)
        path = environ["PATH_INFO"]
        formats = accepted(environ.get("HTTP_ACCEPT", "")) if path.startswith(NEGOTIATED) else ()
        key = path, environ.get("QUERY_STRING", ""), formats
        kept = self._shelf.get(key)
        if kept is not None and kept.answers(environ) and self._is_good(kept):
            return self._send(key, kept, environ, start_response)
        with self._locks[hash(key) % LOCKS]:
            # What was no good before waiting is none now.
            old, kept = kept, self._shelf.get(key)
            if kept is None or kept is old or not kept.answers(environ) or not self._is_good(kept):
                return self._pass_on(environ, start_response, key)
        return self._send(key, kept, environ, start_response)

    def _send(self, key: Key, kept: Kept, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        before = kept.size
        sent = kept.answer(environ, start_response)
        if kept.size != before:
            self._shelf.put(key, kept)
        return sent

    def _pass_on(self, environ: dict[str, Any], start_response: Any, key: Key | None = None) -> Iterable[bytes]:
        """Let `app` answer; a document among its answers is sent in the client's coding, and kept under `key`."""
        begun: list[Any] = []

        def begin(*said: Any) -> Callable[[bytes], None]:
            begun[:] = said
            return lambda _part: None

        # Read before the document is made: what changes meanwhile makes it old.
        state = self._state() if key else None
        parts = self._app(environ, begin)
        document: Document | None = environ.pop(DOCUMENT, None)
        status, headers = begun[:2]
        if document is None or not status.startswith(("200", "304")):
            start_response(*begun)
            return parts
        close = getattr(parts, "close", lambda: None)
        close()
        kept = Kept(document, status, headers, state)
        if key is None or document.watched is None:
            return kept.answer(environ, start_response)
        sent = kept.answer(environ, start_response)
        self._shelf.put(key, kept)
        return sent

    def _state(self) -> object:
        try:
            return self._store.state()
        except StoreError:
            return None

    def _is_good(self, kept: Kept) -> bool:
        """Tell whether a document still says what is so; while the database is away nobody can know better."""
        assert kept.document.watched is not None
        try:
            state = self._store.state()
            if kept.state == state:
                return True
            term, channel = kept.document.watched
            if self._store.channel(term) != channel:
                return False
        except StoreError as error:
            log.warning("answering with what is kept: %s", error)
            return True
        kept.state = state
        return True
