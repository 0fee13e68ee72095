"""From files to published entries, on both engines."""

from __future__ import annotations

import multiprocessing
import shutil
import subprocess
import sys
import time
from collections import deque
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from service.article import Dated
from service.config import ROOT
from service.content import hash_content
from service.errors import WorkerError
from service.ingest import Options, ingest, parallel
from service.ingest import batch as batch_module
from service.ingest.batch import batches
from service.ingest.decide import Outcome, Prepared, decide
from service.ingest.parallel import normalise_all
from service.ingest.prepare import prepare
from service.normalise import normalise
from service.search import Form
from service.store import ArticleQuery, Order, Store
from service.store.derived import Derived
from tests.conftest import CORPUS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from service.article import Capture, Entry
    from service.ingest import Report
    from service.normalise import Registry

START = datetime(2026, 11, 1, 8, tzinfo=UTC)


class Clock:
    """A clock that goes a second further with each look at it."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copied = tmp_path / "captures"
    shutil.copytree(CORPUS, copied)
    return copied


def entries(store: Store, order: Order = Order.REVISION) -> tuple[Entry, ...]:
    return store.page(ArticleQuery(order=order, limit=500)).entries


def run(folder: Path, registry: Registry, store: Store, now: datetime = START) -> Report:
    return ingest(folder, registry, store, Clock(now))


def test_the_same_captures_twice_change_nothing(folder: Path, registry: Registry, store: Store) -> None:
    first = run(folder, registry, store)
    before, channel = entries(store), store.channel()
    second = run(folder, registry, store, START + timedelta(days=1))
    assert first.outcomes == {Outcome.NEW: len(before)}
    assert second.outcomes == {Outcome.UNCHANGED: len(before)}
    assert (entries(store), store.channel()) == (before, channel)
    assert first.findings == second.findings


def test_a_rebuilt_database_says_the_same(folder: Path, registry: Registry, store: Store, tmp_path: Path) -> None:
    run(folder, registry, store)
    rebuilt = Store.open(f"sqlite:///{tmp_path}/rebuilt.db")
    run(folder, registry, rebuilt, START + timedelta(days=9))
    old, new = store.channel(), rebuilt.channel()
    assert (old.digest, old.changed, old.count) == (new.digest, new.changed, new.count)
    assert old.lineage != new.lineage
    assert [(e.id, e.revised, e.content_hash) for e in entries(store)] == [
        (e.id, e.revised, e.content_hash) for e in entries(rebuilt)
    ]
    rebuilt.close()


def test_a_rebuilt_database_says_the_same_in_any_number_of_batches(
    folder: Path, registry: Registry, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(folder, registry, store)
    monkeypatch.setattr(batch_module, "BATCH", 4)
    rebuilt = Store.open(f"sqlite:///{tmp_path}/rebuilt.db")
    assert run(folder, registry, rebuilt).published == store.channel().count
    assert (store.channel().digest, store.channel().changed) == (rebuilt.channel().digest, rebuilt.channel().changed)
    rebuilt.close()


def test_a_transaction_is_bounded_by_captures_and_by_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_module, "BATCH", 3)
    monkeypatch.setattr(batch_module, "BATCH_BYTES", 10)
    # What alone is too heavy goes alone.
    assert list(batches([1, 2, 3, 4, 6, 1, 99, 5, 5], lambda item: item)) == [[1, 2, 3], [4, 6], [1], [99], [5, 5]]
    assert list(batches([], len)) == []


def test_an_entry_is_revised_when_it_was_captured(folder: Path, registry: Registry, store: Store) -> None:
    run(folder, registry, store)
    assert all(entry.revised < START <= entry.first_seen for entry in entries(store))
    revised = [entry.revised for entry in entries(store)]
    assert revised == sorted(revised, reverse=True)
    assert store.channel().changed == revised[0]


def test_a_corrected_title_keeps_the_id_and_moves_the_revision(folder: Path, registry: Registry, store: Store) -> None:
    run(folder, registry, store)
    file = folder / "suez-canal-reopens.txt"
    before = next(entry for entry in entries(store) if entry.article.title and "Suez" in entry.article.title)
    file.write_text(file.read_text(encoding="utf-8").replace("Suez Canal traffic", "Suez traffic"), encoding="utf-8")
    report = run(folder, registry, store, START + timedelta(days=1))
    after = store.entry(before.id)
    assert report.outcomes[Outcome.CHANGED] == 1
    assert after.article.title != before.article.title
    assert (after.sequence, after.first_seen) == (before.sequence, before.first_seen)
    assert after.revision > before.revision
    assert after.revised > START
    assert entries(store)[0].id == before.id


def test_a_late_capture_of_an_old_day_reaches_subscribers(folder: Path, registry: Registry, store: Store) -> None:
    late = folder / "2023-counter-terrorism.txt"
    text = late.read_bytes()
    late.unlink()
    run(folder, registry, store)
    before = store.channel()
    late.write_bytes(text)
    run(folder, registry, store, START + timedelta(days=1))
    after = store.channel()
    assert before.changed
    assert after.changed
    assert after.changed > START > before.changed
    assert entries(store)[0].article.source == late.name


def test_what_explains_a_value_better_is_kept_without_a_revision(registry: Registry, store: Store, tmp_path: Path) -> None:
    page = tmp_path / "captures" / "page.txt"
    page.parent.mkdir()
    text = "عنوان المقال الأول هنا\n\nنشر في 1 ماي 2024\n\nهذه جملة طويلة بما يكفي لتكون نصا للمقال. وهذه جملة أخرى تتبعها."
    page.write_text(text, encoding="utf-8")
    run(page.parent, registry, store)
    (before,) = entries(store)
    page.write_text("\n\n" + text, encoding="utf-8")
    report = run(page.parent, registry, store)
    (after,) = entries(store)
    assert report.outcomes == {Outcome.UNCHANGED: 1}
    assert after.revision == before.revision
    assert after.article.why("title") != before.article.why("title")


def test_one_bad_file_never_stops_the_rest(folder: Path, registry: Registry, store: Store) -> None:
    good = len(list(folder.iterdir()))
    (folder / "empty.txt").touch()
    (folder / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 40)
    (folder / "windows.txt").write_bytes("خبر عاجل".encode("windows-1256"))
    with (folder / "huge.txt").open("wb") as huge:
        huge.truncate(50 * 1024 * 1024)
    (folder / "gone.txt").symlink_to(folder / "nowhere.txt")
    report = run(folder, registry, store)
    assert report.published == good == store.channel().count
    assert report.elsewhere == 0
    assert {refused.name: refused.issue.code for refused in report.refused} == {
        "empty.txt": "empty",
        "gone.txt": "unreadable",
        "huge.txt": "too-large",
        "picture.txt": "binary",
        "windows.txt": "invalid-utf-8",
    }


def test_stray_characters_are_cleaned_and_the_capture_is_published(registry: Registry, store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "captures"
    folder.mkdir()
    odd = b"\x01\x00 \xed\xa0\x80 \xef\xbf\xbe"
    text = (
        "عنوان فيه محارف غريبة ".encode() + odd + "\n\nجملة طويلة من النص تكفي لتكون نصا ".encode() + odd + "للمقال.\n".encode()
    )
    (folder / "odd.txt").write_bytes(text)
    assert run(folder, registry, store).published == 1
    (entry,) = entries(store)
    assert entry.article.title == "عنوان فيه محارف غريبة"
    assert entry.article.body == ("جملة طويلة من النص تكفي لتكون نصا للمقال.",)


def test_of_two_captures_of_one_address_the_first_is_published(registry: Registry, store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "captures"
    folder.mkdir()
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(f"---\nurl: https://x.example/1\n---\n{name} says a few words.", encoding="utf-8")
    report = run(folder, registry, store)
    assert [(refused.name, refused.issue.code) for refused in report.refused] == [("b.txt", "duplicate-source")]
    assert "a.txt" in report.refused[0].issue.message
    assert store.channel().count == 1


def test_progress_names_every_file(folder: Path, registry: Registry, store: Store) -> None:
    (folder / "empty.txt").touch()
    names: list[str] = []
    ingest(folder, registry, store, Clock(), names.append)
    assert names == sorted(path.name for path in folder.iterdir())


def test_a_capture_without_a_time_is_published_and_told(folder: Path, registry: Registry, store: Store) -> None:
    assert "no-capture-time" not in run(folder, registry, store).findings
    (folder / "new.txt").write_text("عنوان المقال\n\nجملة طويلة من النص تكفي لتكون نصا للمقال.", encoding="utf-8")
    assert run(folder, registry, store).findings["no-capture-time"] == 1
    assert entries(store)[0].article.source == "new.txt"
    assert entries(store)[0].article.issues[-1].field == "captured"


class TestJobs:
    """Several processes that share the work."""

    def test_the_same_is_published_by_any_number_of_processes(
        self, folder: Path, registry: Registry, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (folder / "empty.txt").touch()
        monkeypatch.setattr(parallel, "CHUNK", 2)
        monkeypatch.setattr(parallel, "LEAST_AHEAD", 1)
        monkeypatch.setattr(parallel, "AHEAD_PER_WORKER", 1)
        alone = ingest(folder, registry, store, lambda: START)
        other = Store.open(f"sqlite:///{tmp_path}/shared.db")
        names: list[str] = []
        shared = ingest(folder, registry, other, lambda: START, names.append, Options(jobs=3))
        assert shared == alone
        assert entries(other) == entries(store)
        assert replace(other.channel(), lineage=store.channel().lineage) == store.channel()
        assert names == sorted(names)
        other.close()

    def test_articles_come_in_the_order_of_their_captures(self, registry: Registry, make_capture: Callable[..., Capture]) -> None:
        # The first is slow to read, so that the others are done before it.
        texts = ["جملة طويلة من النص. " * 5000, *(f"عنوان {number}" for number in range(60))]
        captures = [make_capture(text, f"{number}.txt") for number, text in enumerate(texts)]
        prepared = list(normalise_all(captures, registry, 2, form=Form.FTS5))
        assert [one.capture for one in prepared] == captures
        assert [one._replace(derived=None) for one in prepared] == list(normalise_all(captures, registry, 1, form=Form.FTS5))
        assert [one.article for one in prepared] == [normalise(capture, registry) for capture in captures]
        assert all(one.derived == Derived.of(one.article, Form.FTS5) for one in prepared)

    def test_no_more_captures_are_read_ahead_than_are_under_way(
        self, registry: Registry, make_capture: Callable[..., Capture], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(parallel, "CHUNK", 1)
        monkeypatch.setattr(parallel, "LEAST_AHEAD", 4)
        read: list[int] = []

        def captures() -> Iterator[Capture]:
            for number in count():
                read.append(number)
                yield make_capture(f"عنوان {number}", f"{number}.txt")

        articles = normalise_all(captures(), registry, 2)
        assert next(articles).capture.name == "0.txt"
        articles.close()
        assert len(read) == max(4, 2 * parallel.AHEAD_PER_WORKER) + 1
        assert not multiprocessing.active_children()

    def test_a_process_that_dies_is_one_clear_error(self, registry: Registry, make_capture: Callable[..., Capture]) -> None:
        def captures() -> Iterator[Capture]:
            for number in count():
                yield make_capture(f"عنوان {number}", f"{number}.txt")

        articles = normalise_all(captures(), registry, 2)
        next(articles)
        multiprocessing.active_children()[0].kill()
        with pytest.raises(WorkerError, match="run it again with --jobs 1"):
            deque(articles, maxlen=0)

    def test_processes_end_when_the_one_that_started_them_is_killed(self, tmp_path: Path) -> None:
        code = """
import itertools, multiprocessing, sys
from service.article import Capture
from service.config import Config
from service.ingest.parallel import normalise_all
from service.ingest.registry import load_registry

if __name__ == "__main__":
    captures = (Capture(name=str(n), source=str(n), raw=b"", text="text") for n in itertools.count())
    articles = normalise_all(captures, load_registry(Config.outlets_file), 2)
    next(articles)
    print(*(child.pid for child in multiprocessing.active_children()), flush=True)
    sys.stdin.read()
"""
        script = tmp_path / "killed.py"
        script.write_text(code, encoding="utf-8")
        with subprocess.Popen(
            [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        ) as parent:
            assert parent.stdout
            workers = [int(pid) for pid in parent.stdout.readline().split()]
            assert workers
            parent.kill()
        deadline = time.monotonic() + 20
        while any(is_running(pid) for pid in workers):
            assert time.monotonic() < deadline
            time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Whether the process works still; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class TestDecide:
    """What an article means for what is published."""

    def test_a_capture_time_that_lies_ahead_counts_from_now(
        self, make_capture: Callable[..., Capture], registry: Registry
    ) -> None:
        capture = make_capture("كلمة", captured=START + timedelta(days=400))
        assert decide(prepare(capture, registry, None), None, START).revised == START

    def test_a_publication_date_that_lies_ahead_is_kept_and_flagged(
        self, make_capture: Callable[..., Capture], make_entry: Callable[..., Entry]
    ) -> None:
        article = make_entry(published=Dated.of("2031-01-01")).article
        decision = decide(Prepared(make_capture("كلمة", captured=START), article, hash_content(article)), None, START)
        assert decision.article.published == article.published
        assert [issue.code for issue in decision.article.issues] == ["date-in-future"]

    def test_an_edit_with_an_older_capture_time_is_revised_now(
        self, make_capture: Callable[..., Capture], make_entry: Callable[..., Entry]
    ) -> None:
        known = make_entry()
        edited = make_entry(title="آخر").article
        older = make_capture("كلمة", captured=known.revised - timedelta(days=1))
        newer = make_capture("كلمة", captured=known.revised + timedelta(days=1))
        assert decide(Prepared(older, edited, hash_content(edited)), known, START).revised == START
        revised = decide(Prepared(newer, edited, hash_content(edited)), known, START).revised
        assert revised.replace(microsecond=0) == newer.captured

    def test_the_content_hash_sees_what_subscribers_see(self, make_entry: Callable[..., Entry], registry: Registry) -> None:
        changes: Iterator[dict[str, object]] = iter(
            [
                {},
                {"title": "آخر"},
                {"body": ("فقرة أولى.",)},
                {"language": "fr"},
                {"url": "https://x.example/"},
                {"published": None},
                {"published": Dated.of("2024-05")},
                {"modified": Dated.of("2024-05")},
                {"outlet": registry.by_key["hespress"]},
            ]
        )
        hashes = [hash_content(make_entry(**change).article) for change in changes]
        assert len(set(hashes)) == len(hashes)
        assert hash_content(make_entry().article) == hashes[0]
