"""A hub on the loopback, what it hears, and a clock that is told to go on, for tests of WebSub."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from service.config import Config
from service.links import Links
from service.store import EVERYTHING, Store
from service.websub import HEAD_START, Deliverer, announce
from tests.conftest import NOON, publish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.article import Entry

SITE = "https://news.example.org"
LINKS = Links(SITE)
EVERY_FORM = [LINKS.feed(EVERYTHING, form) for form in ("atom", "rss", "json")]
PATIENCE = 30


@dataclass
class Hub:
    """A hub, what it was told, and what it answers: one after the other, the last again and again."""

    url: str
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=lambda: [(204, {})])
    heard: list[dict[str, list[str]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    # What it waits for before it answers.
    gate: threading.Event = field(default_factory=threading.Event)
    met: threading.Event = field(default_factory=threading.Event)

    @property
    def topics(self) -> list[str]:
        return [form["hub.url"][0] for form in self.heard]


@contextmanager
def listening(port: int = 0) -> Iterator[Hub]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            hub.headers.append(dict(self.headers))
            hub.heard.append(parse_qs(body, strict_parsing=True))
            hub.met.set()
            hub.gate.wait(PATIENCE)
            status, headers = hub.answers.pop(0) if len(hub.answers) > 1 else hub.answers[0]
            with suppress(OSError):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        hub = Hub(f"http://127.0.0.1:{server.server_port}/hub")
        hub.gate.set()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield hub
        hub.gate.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def hub() -> Iterator[Hub]:
    with listening() as made:
        yield made


@dataclass
class Clock:
    """Time that passes when it is told to."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def deliverer(store: Store, clock: Clock, *hubs: str) -> Deliverer:
    return Deliverer(store=store, hubs=hubs, agent="test", clock=clock, chance=lambda: 1.0)


def config_of(*hubs: str) -> Config:
    return Config(public_url=SITE, websub_hubs=hubs)


def tell(store: Store, entry: Entry, clock: Clock, *hubs: str) -> int:
    """Publish an entry and queue what hubs are to be told of it."""
    since = store.revision()
    publish(store, entry, changed=clock())
    return announce(store, config_of(*hubs), since, clock() - HEAD_START)
