"""An ingest that remembers the last one reads what changed since, and publishes what reading all would publish."""

from __future__ import annotations

import os
import random
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from service.ingest import Options, ingest
from service.ingest.curate import restore, withdraw
from service.ingest.decide import Outcome
from service.ingest.memory import Memory
from service.store import ArticleQuery, Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from service.ingest import Report
    from service.normalise import Registry

    Run = Callable[..., Report]

NOW = datetime(2026, 11, 1, 8, tzinfo=UTC)
TEXT = "عنوان المقال رقم {}\n\nفقرة أولى من المقال رقم {} فيها ما يكفي من الكلام.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "captures"
    made.mkdir()
    for number in range(5):
        write(made / f"{number}.txt", number)
    return made


@pytest.fixture
def run(folder: Path, registry: Registry, store: Store) -> Run:
    """Ingest the folder with one memory; `named` are the files that are said to have changed."""
    memory = Memory()

    def run_again(*named: str, prune: bool = False) -> Report:
        return ingest(folder, registry, store, lambda: NOW, options=Options(memory=memory, named=frozenset(named), prune=prune))

    return run_again


def write(path: Path, number: object, url: str | None = None) -> None:
    head = f"---\nurl: {url}\n---\n" if url else ""
    path.write_text(head + TEXT.format(number, number), encoding="utf-8")


def published(store: Store) -> dict[str, str]:
    return {entry.article.source: entry.content_hash for entry in store.page(ArticleQuery(limit=500)).entries}


def test_files_that_did_not_change_are_not_read_again(run: Run, store: Store) -> None:
    assert run().outcomes == {Outcome.NEW: 5}
    before = published(store)
    again = run()
    assert (again.outcomes.total(), again.unread, again.published, again.removed, again.elsewhere) == (0, 5, 5, [], 0)
    assert published(store) == before


def test_only_the_file_that_changed_is_read(run: Run, folder: Path, store: Store) -> None:
    run()
    before = published(store)
    write(folder / "3.txt", "ثلاثة")
    again = run()
    assert (again.outcomes, again.unread) == ({Outcome.CHANGED: 1}, 4)
    assert {source for source, content in published(store).items() if before[source] != content} == {"3.txt"}
    assert run().unread == 5


def test_a_file_that_was_only_touched_is_no_change(run: Run, folder: Path) -> None:
    run()
    os.utime(folder / "3.txt", (1, 1))
    again = run()
    assert (again.outcomes.total(), again.unread) == (0, 5)


def test_size_and_time_are_a_hint_and_the_content_of_a_named_file_decides(run: Run, folder: Path) -> None:
    run()
    file = folder / "3.txt"
    was = file.stat()
    write(file, 9)
    os.utime(file, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert file.stat().st_size == was.st_size
    assert run().unread == 5
    again = run("3.txt", "4.txt")
    assert (again.outcomes, again.unread) == ({Outcome.CHANGED: 1}, 4)


def test_what_is_gone_is_reported_and_pruned_and_what_is_moved_stays(run: Run, folder: Path, store: Store) -> None:
    run()
    (folder / "0.txt").unlink()
    (folder / "1.txt").rename(folder / "moved.txt")
    assert run().removed == ["0.txt"]
    again = run(prune=True)
    assert (again.removed, again.pruned) == (["0.txt"], True)
    assert set(published(store)) == {"moved.txt", "2.txt", "3.txt", "4.txt"}
    assert run().unread == 4


def test_the_parts_of_an_archive_that_did_not_change_are_not_gone(run: Run, folder: Path) -> None:
    with zipfile.ZipFile(folder / "some.zip", "w") as archive:
        for name in ("a.txt", "b.txt"):
            archive.writestr(name, TEXT.format(name, name))
    assert run().outcomes == {Outcome.NEW: 7}
    again = run()
    assert (again.unread, again.removed) == (7, [])
    with zipfile.ZipFile(folder / "some.zip", "w") as archive:
        archive.writestr("a.txt", TEXT.format("a.txt", "a.txt"))
    assert run().removed == ["some.zip/b.txt"]


def test_of_two_files_with_one_address_the_first_counts_whichever_changed(run: Run, folder: Path, store: Store) -> None:
    write(folder / "5.txt", 5, "https://news.example.org/5")
    run()
    write(folder / "0-before.txt", "قبل", "https://news.example.org/5")
    assert [refused.name for refused in run().refused] == ["5.txt"]
    first = published(store)["https://news.example.org/5"]
    (folder / "0-before.txt").unlink()
    assert run().refused == []
    assert published(store)["https://news.example.org/5"] != first
    write(folder / "9-behind.txt", "بعد", "https://news.example.org/5")
    for _ in range(2):
        assert [refused.name for refused in run().refused] == ["9-behind.txt"]


def test_a_file_that_is_refused_is_told_each_time(run: Run, folder: Path) -> None:
    (folder / "x.txt").write_bytes(b"\xc7\xe1")
    (folder / "y.exe").write_bytes(b"no capture")
    os.mkfifo(folder / "z.txt")
    told = ["x.txt", "y.exe", "z.txt"]
    assert [[refused.name for refused in run().refused] for _ in range(2)] == [told, told]


def test_all_is_read_again_where_the_rules_or_the_database_changed(run: Run, store: Store) -> None:
    run()
    with store.writer() as writer:
        writer.pin("2.txt", {"title": "عنوان مثبت"}, NOW)
    assert run().outcomes == {Outcome.CHANGED: 1, Outcome.UNCHANGED: 4}
    withdraw(store, "4.txt", lambda: NOW)
    assert run().outcomes == {Outcome.UNCHANGED: 4, Outcome.WITHDRAWN: 1}
    assert (run().unread, len(published(store))) == (4, 4)
    restore(store, "4.txt")
    assert run().outcomes == {Outcome.NEW: 1}
    assert set(published(store)) == {f"{number}.txt" for number in range(5)}


def test_an_ingest_that_failed_leaves_no_memory_of_what_it_did_not_store(
    run: Run, folder: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    write(folder / "3.txt", "ثلاثة")
    monkeypatch.setattr(Store, "writer", lambda *_arguments, **_options: (_ for _ in ()).throw(ZeroDivisionError))
    with pytest.raises(ZeroDivisionError):
        run()
    monkeypatch.undo()
    assert run().outcomes == {Outcome.CHANGED: 1}
    assert store.problems() == []


@pytest.mark.parametrize("seed", range(4))
def test_whatever_changes_the_same_is_published_as_if_all_were_read(
    run: Run, folder: Path, registry: Registry, store: Store, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    other = Store.open(f"sqlite:///{tmp_path}/other.db")
    for _ in range(20):
        name = f"{chance.randrange(8)}.txt"
        file = folder / name
        if file.exists() and chance.random() < 0.4:
            file.unlink()
        else:
            write(file, chance.randrange(3), chance.choice([None, "https://news.example.org/1", "https://news.example.org/2"]))
        report = run(name, prune=True)
        all_read = ingest(folder, registry, other, lambda: NOW, options=Options(prune=True))
        assert published(store) == published(other)
        assert (report.refused, report.removed, report.published) == (all_read.refused, all_read.removed, all_read.published)
    assert store.problems() == []
    other.close()
