"""Ingests that workers share: the same as an ingest by one, whoever dies, and every article once."""

from __future__ import annotations

import multiprocessing
import os
import re
import shutil
import signal
import time
from collections import deque
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from procrastinate.schema import SchemaManager
from sqlalchemy import event, text

from service import create_app
from service import queue as queue_module
from service.cli import main
from service.config import Config
from service.errors import RunReplacedError, TurnError
from service.ingest import Options, ingest, parcels
from service.ingest import batch as batch_module
from service.ingest.decide import Outcome
from service.ingest.parcels import MOST_FAILURES, publish_parcel
from service.ingest.rules import Rules
from service.ingest.staging import stage
from service.publication import KINDS
from service.store import ArticleQuery, Order, Store
from service.store.engine import reading
from tests.conftest import CORPUS, OUTLETS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.article import Entry
    from service.ingest.parcels import Done
    from service.ingest.staging import Staged
    from service.normalise import Registry

START = datetime(2026, 11, 1, 8, tzinfo=UTC)
SPAWN = multiprocessing.get_context("spawn")
CAPTURES = 240
# Small, so that a few captures are several parcels.
BATCH = 4
# Seconds that a read may take here, where many processes share two cores: what is too long for a client is tested elsewhere.
PATIENT = 30
FEEDS = ("/feeds/all.atom", "/feeds/all.rss?limit=100", "/feeds/outlets/hespress.json")


class Queue:
    """Workers in this process: jobs are done when the test says so, in any order."""

    def __init__(self, store: Store, registry: Registry) -> None:
        self.store = store
        self.rules = Rules(registry, {})
        self.jobs: deque[tuple[int, int]] = deque()

    def stage(self, folder: Path, *, prune: bool = False) -> Staged:
        return stage(folder, self.store, START, lambda _driver, *job: self.jobs.append(job), prune=prune)

    def work(self, job: tuple[int, int]) -> Done | None:
        return publish_parcel(self.store, self.rules, *job, lambda: START, lambda: False)

    def work_off(self) -> Done | None:
        done = None
        while self.jobs:
            done = self.work(self.jobs.popleft())
        return done


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copied = tmp_path / "captures"
    shutil.copytree(CORPUS, copied)
    (copied / "empty.txt").touch()
    (copied / "odd.txt").write_bytes("عنوان فيه محارف غريبة \x00\n\nجملة طويلة من النص.\n".encode() + b"\xed\xa0\x80\n")
    return copied


@pytest.fixture
def queue(store: Store, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Queue:
    monkeypatch.setattr(batch_module, "BATCH", BATCH)
    return Queue(store, registry)


@pytest.fixture
def alone(local: Store, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Queue:
    """The same on one engine, where both do alike."""
    monkeypatch.setattr(batch_module, "BATCH", BATCH)
    return Queue(local, registry)


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Store]:
    """The store of an ingest by one process, to compare with."""
    opened = Store.open(f"sqlite:///{tmp_path}/local.db", time_limit=PATIENT)
    yield opened
    opened.close()


def entries(store: Store) -> tuple[Entry, ...]:
    return store.page(ArticleQuery(order=Order.REVISION, limit=500)).entries


def feeds(store: Store) -> list[bytes]:
    client = create_app(Config(public_url="https://news.example.org"), store).test_client()
    return [client.get(url).data for url in FEEDS]


def report(store: Store) -> dict[str, Any]:
    with store.reader() as reader:
        found = reader.report()
    assert found
    return {name: value for name, value in found.items() if name not in ("id", "began", "ended")}


def test_workers_publish_what_one_process_would(
    queue: Queue, store: Store, local: Store, registry: Registry, folder: Path
) -> None:
    ingest(folder, registry, local, lambda: START)
    staged = queue.stage(folder)
    assert (staged.captures, staged.parcels) == (local.channel().count, -(-local.channel().count // BATCH))
    assert [refused.name for refused in staged.refused] == ["empty.txt"]
    assert queue.work_off()
    assert entries(store) == entries(local)
    assert feeds(store) == feeds(local)
    assert report(store) == report(local)
    assert (store.problems(), store.runs()) == ([], [])
    # Once more, from the capture as it came.
    queue.stage(folder)
    done = queue.work_off()
    assert done
    assert done.report.outcomes == {Outcome.UNCHANGED: staged.captures}
    assert entries(store) == entries(local)


def test_what_a_folder_lost_or_moved_is_told_as_by_one_process(
    queue: Queue, local: Store, registry: Registry, folder: Path
) -> None:
    ingest(folder, registry, local, lambda: START)
    queue.stage(folder)
    queue.work_off()
    first, second, third, *_ = sorted(path for path in folder.glob("*.txt") if path.stat().st_size > 100)
    first.unlink()
    second.rename(folder / "zz-moved.txt")
    third.write_text(third.read_text(encoding="utf-8") + "\n\nوهذه فقرة جديدة تضاف إلى المقال.\n", encoding="utf-8")
    for prune in (False, True):
        ingest(folder, registry, local, lambda: START, options=Options(prune=prune))
        queue.stage(folder, prune=prune)
        queue.work_off()
        assert (report(queue.store)["removed"], report(queue.store)["pruned"]) == ([first.name], prune)
        assert report(queue.store) == report(local)
        assert entries(queue.store) == entries(local)
    assert queue.store.problems() == []


def test_a_parcel_is_published_once_and_in_its_turn(alone: Queue, local: Store, folder: Path) -> None:
    alone.stage(folder)
    first, second, *_ = alone.jobs
    with pytest.raises(TurnError, match=r"parcel 1 of .* waits for parcel 0"):
        alone.work(second)
    assert local.channel().count == 0
    done = alone.work(first)
    assert done
    assert (done.is_last, list(done.revisions)) == (False, [1, 2, 3, 4])
    # As a job does that was given out again after its worker died.
    assert alone.work(first) is None
    assert local.channel().count == BATCH
    alone.work_off()
    assert alone.work(second) is None
    assert local.channel().revision == local.channel().count


def test_a_parcel_that_fails_is_refused_at_last_and_nothing_is_withdrawn(
    alone: Queue, local: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone.stage(folder)
    alone.work_off()
    before = local.channel().count
    gone, *_ = sorted(path for path in folder.glob("*.txt") if path.stat().st_size > 100)
    gone.unlink()
    alone.stage(folder, prune=True)
    first, *_ = alone.jobs

    def stumble(*_arguments: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(parcels, "decide_batch", stumble)
        for _ in range(MOST_FAILURES):
            with pytest.raises(ZeroDivisionError):
                alone.work(first)
            with local.backlog() as backlog:
                backlog.fail(*first, "ZeroDivisionError: by zero")
    (run,) = local.runs()
    assert (run.turn, run.failures, run.reason) == (0, MOST_FAILURES, "ZeroDivisionError: by zero")
    alone.work_off()
    told = report(local)
    assert [each["code"] for each in told["refused"]].count("not-published") == BATCH
    assert told["refused"][1]["message"] == "it could not be published: ZeroDivisionError: by zero"
    assert (told["removed"], told["pruned"]) == ([gone.name], False)
    assert local.channel().count == before


def test_a_new_ingest_of_a_folder_takes_the_place_of_the_one_before(alone: Queue, local: Store, folder: Path) -> None:
    alone.stage(folder)
    older = list(alone.jobs)
    assert alone.work(older[0])
    alone.jobs.clear()
    alone.stage(folder)
    assert [alone.work(job) for job in older] == [None] * len(older)
    assert local.channel().count == BATCH
    assert alone.work_off()
    assert local.channel().count == report(local)["outcomes"]["new"] + report(local)["outcomes"]["unchanged"]
    # Also while the one before is still being read.
    with local.backlog() as backlog:
        run = backlog.begin(str(folder.resolve()), START, {}, prune=False)
    alone.stage(folder)
    with pytest.raises(RunReplacedError, match="another queued ingest"), local.backlog() as backlog:
        backlog.add(run, 0, (), ())


# The queue itself


def test_the_queue_has_the_newest_schema_of_its_package() -> None:
    # Where this fails procrastinate was upgraded: its migrations since then have to be run by one of ours.
    newest = max(path.name for path in Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    assert newest == "03.04.00_50_post_add_retry_failed_job_procedure.sql"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/nashra.db")
    return lambda *arguments: CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_a_file_has_no_queue(run: Any, folder: Path) -> None:
    result = run("ingest", folder, "--queue")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "--queue needs PostgreSQL" in result.stderr
    assert "neither --jobs nor --dry-run" in run("ingest", folder, "--queue", "--jobs", "2").stderr
    assert "neither --jobs nor --dry-run" in run("ingest", folder, "--queue", "--dry-run").stderr


def test_a_worker_publishes_what_waits_and_says_why_it_failed(
    postgres: str, folder: Path, monkeypatch: pytest.MonkeyPatch, run: Any
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty(postgres))
    monkeypatch.setattr(queue_module, "PAUSE", 0)
    monkeypatch.setattr(batch_module, "BATCH", BATCH)
    calls = 0

    def stumble_once(*arguments: Any) -> Done | None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ZeroDivisionError("by zero")
        return publish_parcel(*arguments)

    monkeypatch.setattr(queue_module, "publish_parcel", stumble_once)
    assert "wait for `nashra worker`" in run("ingest", folder, "--queue", "--prune").stdout
    assert re.fullmatch(rf"Ingest of {folder}, queued .*Z: 0 of 6 parcels are published\n", run("report").stdout)
    said = run("worker", "--once").stdout
    assert "parcel 0 of run 1 failed: ZeroDivisionError: by zero" in said
    assert "is published: 19 new; 1 refused" in said
    assert "Ingest 1 of" in run("report").stdout
    store = Store.open(postgres)
    with store.reader() as reader:
        # All is rendered, and nothing is left to do.
        assert [reader.without_fragments(kind.KIND, kind.VERSION, 0, 100) for kind in KINDS] == [[], []]
    store.close()
    assert "published" not in run("worker", "--once").stdout


def test_hubs_are_told_of_what_a_worker_published_before_it_died(
    postgres: str, folder: Path, monkeypatch: pytest.MonkeyPatch, run: Any
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty(postgres))
    monkeypatch.setenv("WEBSUB_HUBS", "http://127.0.0.1:9/")
    assert run("ingest", folder).exit_code == 0
    with closing(Store.open(postgres)) as store:
        with store.engine.begin() as connection:
            connection.execute(text("delete from pings"))
        some = next(path for path in sorted(folder.glob("*.txt")) if path.stat().st_size > 100)
        some.write_text(some.read_text(encoding="utf-8") + "\n\nوهذه فقرة جديدة تضاف إلى المقال.\n", encoding="utf-8")
        run("ingest", folder, "--queue")
        assert store.pings_left() == 0

        def publish_and_die(*arguments: Any) -> Done | None:
            assert publish_parcel(*arguments)
            # Given out anew, the job finds nothing to do.
            return publish_parcel(*arguments)

        monkeypatch.setattr(queue_module, "publish_parcel", publish_and_die)
        assert run("worker", "--once").exit_code == 0
        assert store.pings_left() > 0


def write_captures(folder: Path) -> Path:
    folder.mkdir()
    for number in range(CAPTURES):
        day, captured = f"{number % 28 + 1:02}/{number % 12 + 1:02}/2024", START - timedelta(hours=number % 50)
        head = f"---\ncaptured: {captured:%Y-%m-%dT%H:%M:%SZ}\n---\nهسبريس\nعنوان المقال رقم {number}\n{day}\n\n"
        body = f"فقرة أولى عن الموضوع {number}.\n\nفقرة ثانية للمقال.\n"
        (folder / f"{number:03}.txt").write_text(head + body, encoding="utf-8")
    return folder


def work(url: str, dies_at: int | None) -> None:
    """Be a worker, which kills itself where it would commit so many articles for the first time, or is killed later."""
    import sqlalchemy

    queue_module.HEARTBEAT, queue_module.STALLED, queue_module.LOOK, queue_module.PATIENCE = 0.1, 0.6, 0.1, 0.5
    os.environ.update(DATABASE_URL=url, OUTLETS_FILE=str(OUTLETS))

    def die(connection: sqlalchemy.Connection) -> None:
        if connection.execute(text("select count(*) from entries")).scalar_one() >= dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    if dies_at is not None:
        event.listen(sqlalchemy.Engine, "commit", die)
    main(["worker"], standalone_mode=False)


@pytest.mark.slow
def test_workers_that_are_killed_lose_nothing_and_publish_nothing_twice(
    postgres: str, local: Store, registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Any
) -> None:
    folder = write_captures(tmp_path / "many")
    monkeypatch.setattr(batch_module, "BATCH", 15)
    monkeypatch.setenv("DATABASE_URL", empty(postgres))
    ingest(folder, registry, local, lambda: datetime.now(UTC))
    # One dies in the middle of a transaction, with the jobs before it done; the other goes on alone.
    workers = [SPAWN.Process(target=work, args=(postgres, dies_at)) for dies_at in (CAPTURES // 2, None)]
    for worker in workers:
        worker.start()
    staged = run("ingest", folder, "--queue")
    assert (staged.exit_code, staged.stdout) == (0, f"{CAPTURES} captures of {folder} wait for `nashra worker`, in 16 parcels\n")
    with closing(Store.open(postgres, time_limit=PATIENT)) as store:
        deadline = time.monotonic() + 60
        # The job of the dead may be all that is left: its parcel was published, but not yet rendered.
        while (store.runs() or jobs(store)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert (store.runs(), jobs(store)) == ([], 0)
        workers[1].terminate()
        for worker in workers:
            worker.join(30)
        assert [worker.exitcode for worker in workers] == [-signal.SIGKILL, 0]
        assert [(e.id, e.revised, e.revision, e.content_hash) for e in entries(store)] == [
            (e.id, e.revised, e.revision, e.content_hash) for e in entries(local)
        ]
        assert feeds(store) == feeds(local)
        assert report(store) == report(local)
        assert re.fullmatch(rf"{CAPTURES} articles checked, 0 problems\n", run("verify").stdout)


def jobs(store: Store) -> int:
    with reading(store.engine) as connection:
        return int(connection.execute(text("select count(*) from procrastinate_jobs")).scalar_one())


def empty(url: str) -> str:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop schema public cascade")
        connection.execute("create schema public")
    return url
