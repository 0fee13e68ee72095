"""What the store survives: processes that are killed, and a crowd that writes and reads at once.

NASHRA_KILLS is how many processes are killed on each engine (10 on SQLite and 5 on PostgreSQL where it is not set),
NASHRA_CROWD for how many seconds a crowd writes and reads (10). What is asserted holds however fast the machine is.
"""

from __future__ import annotations

import logging
import os
import random
import signal
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from service.article import Dated
from service.cli import main
from service.ingest import batch as batch_module
from service.ingest import ingest
from service.store import Order, Store
from service.store.engine import database_url as parse_url
from tests.conftest import NOON, PROCESSES, publish, walk

if TYPE_CHECKING:
    from service.normalise import Registry

pytestmark = pytest.mark.slow

SEED = 20260301
KILLS = {"sqlite": 10, "postgresql": 5}
CAPTURES = 120
# Small, so that a run of few captures has many commits.
BATCH = 15
CROWD = float(os.environ.get("NASHRA_CROWD", "10"))


def write_captures(folder: Path) -> Path:
    """Write captures that share outlets and tags, so that channels are changed by every batch."""
    folder.mkdir()
    for number in range(CAPTURES):
        day = f"{number % 28 + 1:02}/{number % 12 + 1:02}/2024"
        text = f"هسبريس\nعنوان المقال رقم {number}\n{day}\n\nفقرة أولى عن الموضوع {number}.\n\nفقرة ثانية للمقال.\n"
        (folder / f"{number:03}.txt").write_text(text, encoding="utf-8")
    return folder


# Killed processes


def ingest_and_die(url: str, folder: str, statement: int | None, delay: float | None, told: Any) -> None:
    """Run an ingest that kills itself before its n-th statement, or some seconds after its first, wherever it is then.

    A run that is not killed tells how many statements it made, and how long they took.
    """
    import sqlalchemy

    batch_module.BATCH = BATCH
    os.environ.update(DATABASE_URL=url, CORPUS_DIR=folder)
    made = 0
    began = 0.0

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def count(*_arguments: object) -> None:
        nonlocal made, began
        made += 1
        if made == 1:
            began = time.monotonic()
            if delay is not None:
                timer = threading.Timer(delay, die)
                timer.daemon = True
                timer.start()
        if made == statement:
            die()

    for moment in ("before_cursor_execute", "commit"):
        event.listen(sqlalchemy.Engine, moment, count)
    main(["ingest", folder], standalone_mode=False)
    told.send((made, time.monotonic() - began))


def run_and_kill(url: str, folder: Path, statement: int | None = None, delay: float | None = None) -> tuple[int, Any]:
    """Return the exit code of an ingest in a process of its own, and what it told."""
    receiver, sender = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=ingest_and_die, args=(url, str(folder), statement, delay, sender))
    process.start()
    sender.close()
    process.join()
    told = receiver.recv() if process.exitcode == 0 else None
    receiver.close()
    return process.exitcode, told


def empty(url: str) -> None:
    """Take everything out of a database, also what a killed process left of it."""
    if url.startswith("sqlite"):
        path = Path(str(parse_url(url).database))
        for found in path.parent.glob(f"{path.name}*"):
            found.unlink()
        return
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop schema public cascade")
        connection.execute("create schema public")


def test_a_killed_ingest_leaves_whole_batches_and_the_next_completes_it(
    database_url: str, tmp_path: Path, registry: Registry
) -> None:
    folder = write_captures(tmp_path / "captures")
    code, (statements, seconds) = run_and_kill(database_url, folder)
    assert code == 0
    kills = int(os.environ.get("NASHRA_KILLS", KILLS[parse_url(database_url).get_backend_name()]))
    chance = random.Random(SEED)
    # As many before statements and commits, where nothing moves, as at any moment, in the middle of a write.
    points: list[dict[str, Any]] = [
        {"delay": chance.uniform(0, seconds)} if number % 2 else {"statement": chance.randint(1, statements)}
        for number in range(kills)
    ]
    left: Counter[int] = Counter()
    for point in points:
        empty(database_url)
        code, _ = run_and_kill(database_url, folder, **point)
        # A quick machine can be done before its time is up.
        assert code == -signal.SIGKILL or (code == 0 and "delay" in point), point
        store = Store.open(database_url)
        left[store.channel().count] += 1
        assert store.problems() == [], point
        assert store.channel().count % BATCH == 0, point
        assert ingest(folder, registry, store, lambda: NOON).published == CAPTURES, point
        assert store.problems() == [], point
        assert sorted(walk(store)) == [f"{number:03}.txt" for number in range(CAPTURES)], point
        store.close()
    logging.getLogger(__name__).info("entries left by %d kills: %s", kills, sorted(left.items()))


# A crowd


def open_together(url: str, together: Any) -> Store:
    """Open a database at the moment at which all do; begin when all have it."""
    together.wait()
    store = Store.open(url, time_limit=60)
    together.wait()
    return store


def write_for(url: str, worker: int, together: Any, told: Any) -> None:
    """Publish and edit entries of this worker until the time comes; tell how many."""
    from service.article import Article, Entry
    from service.content import hash_content
    from service.identity import entry_id

    made = 0
    try:
        store = open_together(url, together)
        end = time.monotonic() + CROWD
        while made < 2 or time.monotonic() < end:
            # Every third is an edit of the first, which takes it out of its channels and puts it back.
            source = f"{worker}-{0 if made % 3 == 2 else made}.txt"
            article = Article(source=source, title=f"عنوان {made}", published=Dated.of(f"2024-01-{made % 28 + 1:02}"))
            values = {"id": entry_id(source), "article": article, "content_hash": hash_content(article)}
            publish(store, Entry(**values, first_seen=NOON, revised=NOON, sequence=1, revision=1))
            made += 1
        store.close()
        told.put((worker, made, None))
    except BaseException as error:  # noqa: BLE001 - it has to be told, whatever it is.
        told.put((worker, made, repr(error)))


def read_for(url: str, worker: int, together: Any, told: Any) -> None:
    """Walk pages and ask for channels until the time comes; tell how many walks and what was wrong."""
    walks = 0
    try:
        store = open_together(url, together)
        end = time.monotonic() + CROWD
        while walks < 2 or time.monotonic() < end:
            before = store.channel()
            # In the order of revisions an entry that is edited during the walk is met by its old place or not at all.
            sources = walk(store, 7, Order.REVISION)
            assert len(sources) == len(set(sources)), "an entry was met twice"
            assert store.channel().revision >= before.revision, "the collection went back"
            with store.reader() as reader:
                everything = list(reader.changes(0, 10**6))
                assert reader.channel().count == len(everything), "a reader saw two states"
            walks += 1
        store.close()
        told.put((worker, walks, None))
    except BaseException as error:  # noqa: BLE001 - it has to be told, whatever it is.
        told.put((worker, walks, repr(error)))


def test_a_crowd_of_processes_loses_nothing(database_url: str) -> None:
    told = PROCESSES.Queue()
    together = PROCESSES.Barrier(8, timeout=120)
    crowd = [
        PROCESSES.Process(target=write_for if worker < 4 else read_for, args=(database_url, worker, together, told))
        for worker in range(8)
    ]
    for process in crowd:
        process.start()
    reports = {worker: (count, error) for worker, count, error in (told.get() for _ in crowd)}
    for process in crowd:
        process.join()
    assert [error for _, error in reports.values()] == [None] * 8
    written = {f"{worker}-{0 if number % 3 == 2 else number}.txt" for worker in range(4) for number in range(reports[worker][0])}
    store = Store.open(database_url)
    assert set(walk(store)) == written
    assert store.channel().count == len(written)
    assert store.channel().revision == sum(reports[worker][0] for worker in range(4))
    assert store.problems() == []
    store.close()
    logging.getLogger(__name__).info("writes and walks by worker: %s", {k: v[0] for k, v in sorted(reports.items())})
