"""Finding out what is wrong with a deployment, copying its database in use, and putting the copy back."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from flask import Flask

from service.cli import doctor, main
from service.cli.feedcheck import feed_faults
from service.config import ROOT
from service.store import ArticleQuery, Store
from tests.conftest import CORPUS, publish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result

    from service.article import Entry


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the settings say that the database is; it is not there yet."""
    file = tmp_path / "data" / "nashra.db"
    file.parent.mkdir()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{file}")
    for name in ("CORPUS_DIR", "OUTLETS_FILE", "PORT", "PUBLIC_URL", "DYNO"):
        monkeypatch.delenv(name, raising=False)
    return file


@pytest.fixture
def running(database: Path, make_entry: Callable[..., Entry]) -> Iterator[Store]:
    """A store in use at the database, with three entries."""
    store = Store.open(f"sqlite:///{database}")
    publish(store, *map(make_entry, (1, 2, 3)))
    yield store
    store.close()


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def titles(store: Store) -> list[str | None]:
    return sorted(entry.article.title for entry in store.page(ArticleQuery(limit=50)).entries)


def execute(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)


# Doctor


@pytest.mark.usefixtures("database")
def test_a_sound_deployment_is_well() -> None:
    run("ingest", CORPUS)
    result = run("doctor")
    assert (result.exit_code, result.stdout) == (0, "all is well\n")


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("PORT", "many", "PORT=many: give a whole number"),
        ("CORPUS_DIR", "/nowhere/at/all", "/nowhere/at/all: no such folder"),
        ("OUTLETS_FILE", "/nowhere.toml", "/nowhere.toml: the outlet registry cannot be read"),
        ("DATABASE_URL", "sqlite:////nowhere/at/all.db", "DATABASE_URL: /nowhere/at/all.db is not there"),
        ("DATABASE_URL", "postgresql://me@127.0.0.1:1/none", "the database cannot be used"),
    ],
)
@pytest.mark.usefixtures("running")
def test_a_wrong_setting_is_a_line(monkeypatch: pytest.MonkeyPatch, setting: str, value: str, said: str) -> None:
    monkeypatch.setenv(setting, value)
    result = run("doctor")
    assert result.exit_code == 1
    fault, count = result.stdout.splitlines()
    assert fault.startswith(said)
    assert count == "1 to see to"


@pytest.mark.usefixtures("running")
def test_what_a_platform_would_lose_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DYNO", "run.1")
    result = run("doctor")
    assert result.exit_code == 1
    links, lost, _count = result.stdout.splitlines()
    assert links.startswith("PUBLIC_URL is not set")
    assert "this will be LOST: 0 pinned articles, 0 withdrawn by hand, 3 uploaded" in lost


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("update channels set count = count + 1 where facet = 'all'", "`nashra reindex` mends it"),
        ("update alembic_version set version_num = '0001'", "`nashra migrate` brings it up to date"),
        ("update lineage set derived = 'other'", "`nashra migrate` makes it anew"),
    ],
)
@pytest.mark.usefixtures("running")
def test_a_database_that_does_not_agree_is_a_fault(database: Path, statement: str, said: str) -> None:
    execute(database, statement)
    result = run("doctor")
    assert result.exit_code == 1
    assert all(line.endswith(said) for line in result.stdout.splitlines()[:-1])


def test_a_damaged_file_is_a_fault(running: Store, database: Path) -> None:
    running.close()
    spoil(database)
    result = run("doctor")
    assert result.exit_code == 1
    assert "damaged" in result.stdout or "the database cannot be used" in result.stdout


@pytest.mark.usefixtures("running")
def test_a_full_disk_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE", 10**18)
    assert run("doctor").stdout.startswith("the disk of ")


ENTRY = "<entry><id>{id}</id><updated>{updated}</updated></entry>"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<feed", "is not well-formed"),
        ("{", "is not well-formed"),
        ('{"items": [{"id": "a"}, {"id": "a"}]}', "has the id a 2 times"),
        ('{"items": [{"id": "a", "date_modified": "2024-01-01T00:00:00"}]}', "has no usable date in the entry a"),
        (ENTRY.format(id="a", updated="2024-01-01T00:00:00Z") * 2, "has the id a 2 times"),
        (ENTRY.format(id="", updated="2024-01-01T00:00:00Z"), "has 1 entries without an id"),
        (ENTRY.format(id="a", updated="yesterday"), "has no usable date in the entry a"),
        (ENTRY.format(id="a", updated=""), "has no usable date in the entry a"),
        ("<rss><channel><item><guid>a</guid><pubDate>1 May</pubDate></item></channel></rss>", "has no usable date"),
        ("<rss><channel><item><guid>a</guid></item><item><guid>a</guid></item></channel></rss>", "has the id a 2 times"),
    ],
)
def test_a_feed_that_is_none_is_a_fault(body: str, said: str) -> None:
    if body.startswith("<entry>"):
        body = f'<feed xmlns="http://www.w3.org/2005/Atom">{body}</feed>'
    app = Flask("feeds")
    app.add_url_rule("/feeds.opml", "list", lambda: '<opml><body><outline xmlUrl="https://x.org/other/one"/></body></opml>')
    app.add_url_rule("/other/<name>", "one", lambda name: body)  # noqa: ARG005 - a view takes what its rule names.
    app.add_url_rule("/feeds/broken", "broken", lambda: ("no", 503))
    broken, fault = feed_faults(app, "https://x.org")
    assert broken == "/feeds/broken answers 503"
    assert fault.startswith(f"/other/one {said}")


# Backup and restore


def spoil(file: Path) -> None:
    """Overwrite all but the first page of a file."""
    with file.open("r+b") as opened:
        opened.seek(4096)
        opened.write(b"\xff" * (file.stat().st_size - 4096))


def test_a_copy_of_a_database_in_use_is_whole_and_alone(running: Store, database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copies" / "nashra.db"
    copy.parent.mkdir()
    copy.write_text("an older one", encoding="utf-8")
    # What is published last is in the log beside the file, not in it.
    assert database.with_name("nashra.db-wal").stat().st_size > 0
    with running.reader() as reader:
        result = run("backup", copy)
        assert reader.channel().count == 3
    assert result.exit_code == 0, result.stderr
    assert list(copy.parent.iterdir()) == [copy]
    assert copy.stat().st_mode & 0o777 == 0o600
    opened = Store.open(f"sqlite:///{copy}")
    assert titles(opened) == titles(running)
    assert opened.problems() == []
    opened.close()


def test_no_copy_is_better_than_a_damaged_one(running: Store, database: Path, tmp_path: Path) -> None:
    running.close()
    copy = tmp_path / "copy.db"
    run("backup", copy)
    before = copy.read_bytes()
    spoil(database)
    result = run("backup", copy)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert copy.read_bytes() == before
    assert not list(tmp_path.glob(".*"))


def test_a_copy_is_put_back_under_a_service_that_runs(
    running: Store, database: Path, tmp_path: Path, make_entry: Callable[..., Entry]
) -> None:
    copy = tmp_path / "copy.db"
    run("backup", copy)
    saved, lineage, digest = titles(running), running.channel().lineage, running.channel().digest
    publish(running, make_entry(4), make_entry(5))
    with running.reader() as reader:
        assert reader.channel().count == 5
        result = run("restore", copy)
        # A page that was begun ends in the state it began with.
        assert reader.channel().count == 5
    assert result.exit_code == 0, result.stderr
    assert result.stdout == f"{copy} is restored to {database}: 3 articles\n"
    assert (titles(running), running.channel().digest) == (saved, digest)
    # The numbers of changes that were published since must not stand for others.
    assert running.channel().lineage != lineage
    assert running.problems() == []
    publish(running, make_entry(6))
    assert running.channel().count == 4
    assert not list(database.parent.glob(".*"))


def test_a_copy_makes_a_database_where_there_is_none(running: Store, database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    run("backup", copy)
    running.close()
    for file in database.parent.iterdir():
        file.unlink()
    assert run("restore", copy).exit_code == 0
    again = Store.open(f"sqlite:///{database}")
    assert len(titles(again)) == 3
    again.close()


def broken_copies(copy: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    yield "is damaged", lambda: spoil(copy)
    yield "no database of Nashra", lambda: execute(copy, "drop table lineage")
    yield "another version", lambda: execute(copy, "update alembic_version set version_num = '9999'")
    yield "not a database", lambda: copy.write_text("words " * 1000, encoding="utf-8")


@pytest.mark.parametrize("number", range(4))
def test_a_copy_that_is_none_changes_nothing(running: Store, database: Path, tmp_path: Path, number: int) -> None:
    copy = tmp_path / "copy.db"
    run("backup", copy)
    said, do = list(broken_copies(copy))[number]
    do()
    before = running.channel(), titles(running)
    result = run("restore", copy)
    assert result.exit_code == 2
    assert said in result.stderr or (number == 0 and "malformed" in result.stderr)
    assert (running.channel(), titles(running)) == before
    assert not list(database.parent.glob(".*"))


@pytest.mark.slow
def test_a_restore_that_is_killed_leaves_the_old_state_or_the_new_one(
    running: Store, database: Path, tmp_path: Path, make_entry: Callable[..., Entry]
) -> None:
    copy, small = tmp_path / "copy.db", tmp_path / "small.db"
    run("backup", small)
    publish(running, *map(make_entry, range(4, 400)))
    run("backup", copy)
    command = [sys.executable, "-m", "service", "restore", copy]
    began = time.monotonic()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    whole = time.monotonic() - began
    for part in (0.5, 0.7, 0.8, 0.9, 1.0):
        assert run("restore", small).exit_code == 0
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
            time.sleep(part * whole)
            process.kill()
        assert running.channel().count in (3, 399)
        assert running.problems() == []
    for left in database.parent.glob(".*.part*"):
        os.utime(left, (0, 0))
    assert run("restore", copy).exit_code == 0
    assert not list(database.parent.glob(".*"))


def test_a_database_is_no_copy_of_itself(running: Store, database: Path) -> None:
    assert "that is the database itself" in run("backup", database).stderr
    assert len(titles(running)) == 3


@pytest.mark.parametrize(("command", "tool"), [("backup", "pg_dump"), ("restore", "pg_restore")])
def test_a_server_has_tools_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str, tool: str) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://me:secret@db.example/news")
    file = tmp_path / "copy"
    file.touch()
    result = run(command, file)
    assert result.exit_code == 2
    assert tool in result.stderr
    assert "secret" not in result.stderr


@pytest.mark.usefixtures("database")
def test_what_is_not_there_is_not_copied(tmp_path: Path) -> None:
    assert "is not there" in run("backup", tmp_path / "copy.db").stderr
    assert run("restore", tmp_path / "none.db").exit_code == 2
    assert not (tmp_path / "copy.db").exists()
