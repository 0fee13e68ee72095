"""Each command that publishes tells hubs, and a worker tells them what is left."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from service.cli import main
from service.config import ROOT
from service.store import Store
from service.websub import announce
from tests.conftest import publish
from tests.hubs import EVERY_FORM, PATIENCE, SITE, Hub, config_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from service.article import Entry

    MakeEntry = Callable[..., Entry]


@pytest.fixture
def run(tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Callable[..., object]:
    folder = tmp_path / "captures"
    folder.mkdir()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/nashra.db")
    monkeypatch.setenv("CORPUS_DIR", str(folder))
    monkeypatch.setenv("PUBLIC_URL", SITE)
    monkeypatch.setenv("WEBSUB_HUBS", hub.url)
    return lambda *arguments: CliRunner().invoke(main, [str(argument) for argument in arguments])


def written(tmp_path: Path, name: str = "a.txt") -> Path:
    path = tmp_path / name
    path.write_text("عنوان المقال الأول هنا\n\nهذه جملة طويلة بما يكفي لتكون نصا للمقال.\n", encoding="utf-8")
    return path


def test_each_command_that_publishes_tells_hubs(run, tmp_path: Path, hub: Hub) -> None:
    def heard(*arguments: object) -> list[str]:
        hub.heard.clear()
        result = run(*arguments)
        assert (result.exit_code, result.stderr) == (0, "")
        return hub.topics

    assert heard("add", written(tmp_path))[:3] == EVERY_FORM
    assert heard("ingest") == []
    assert heard("pin", "a.txt", "section=أخبار")[:3] == EVERY_FORM
    assert heard("pin", "a.txt", "section=أخبار") == []
    assert heard("unpin", "a.txt")[:3] == EVERY_FORM
    assert heard("renormalise", "--apply") == []
    assert heard("withdraw", "a.txt")[:3] == EVERY_FORM
    assert heard("reinstate", "a.txt") == []
    assert heard("ingest", "--dry-run") == []
    assert heard("ingest")[:3] == EVERY_FORM


def test_what_a_command_cannot_tell_is_left_to_a_worker(run, tmp_path: Path, hub: Hub) -> None:
    hub.answers = [(500, {})]
    added = run("add", written(tmp_path))
    assert added.exit_code == 0
    assert "wait for `nashra serve`, `nashra worker` or the next ingest" in added.stderr
    hub.answers = [(204, {})]
    result = run("worker", "--once")
    assert (result.exit_code, result.stdout.startswith("0 pings delivered, ")) == (0, True)
    # As if the time had come.
    store = Store.open(f"sqlite:///{tmp_path}/nashra.db")
    left = store.pings_left()
    with store.outbox() as outbox:
        outbox.queue(hub.url, EVERY_FORM, datetime.now(UTC), datetime.now(UTC))
    store.close()
    assert run("worker", "--once").stdout == f"3 pings delivered, {left - 3} left\n"


def test_a_worker_without_hubs_says_so(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBSUB_HUBS", "")
    result = run("worker")
    assert (result.exit_code, result.stderr) == (2, "nashra: WEBSUB_HUBS names no hub; there is nobody to tell\n")


@pytest.mark.slow
@pytest.mark.parametrize("is_served", [False, True])
def test_a_worker_tells_what_others_publish_until_it_is_ended(
    tmp_path: Path, make_entry: MakeEntry, hub: Hub, *, is_served: bool
) -> None:
    folder = tmp_path / "captures"
    folder.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    database = f"sqlite:///{tmp_path}/nashra.db"
    environment = os.environ | {"DATABASE_URL": database, "CORPUS_DIR": str(folder), "WEBSUB_HUBS": hub.url, "PORT": str(port)}
    command = ("serve", "--ingest") if is_served else ("worker",)
    process = subprocess.Popen([sys.executable, "-m", "service", *command], cwd=ROOT, env=environment, stderr=subprocess.PIPE)
    try:
        store = Store.open(database)
        now = datetime.now(UTC)
        publish(store, replace(make_entry(1), revised=now))
        assert announce(store, config_of(hub.url), 0, now) > 0
        deadline = time.monotonic() + PATIENCE
        while store.pings_left() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert store.pings_left() == 0
        assert hub.topics[:3] == EVERY_FORM
        store.close()
        # The next look finds nothing, and goes on.
        assert process.poll() is None
    finally:
        # A worker gets both where its server is stopped by Ctrl+C.
        for number in (signal.SIGTERM,) if is_served else (signal.SIGINT, signal.SIGTERM):
            process.send_signal(number)
        said = process.communicate(timeout=PATIENCE)[1]
    assert (process.returncode, said) == (0, b"")
