"""The index is made anew while others write and read, and what was begun and left is completed."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, event, text

from service.identity import entry_id
from service.store import ArticleQuery, Facet, Store, Term, maintenance, reindexing
from service.store.engine import alone, reading, writing
from tests.conftest import NOON, PROCESSES, publish

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.article import Entry

    MakeEntry = Callable[..., Entry]

COUNT = 20
SPOILT = [
    "update channels set count = count + 3, digest = 'ff' where facet = 'tag'",
    "delete from memberships where sequence in (3, 9)",
    "insert into memberships select channel, sort_at + 1, sequence, revision from memberships",
    "insert into memberships (channel, sort_at, sequence, revision) values (1, 5, 999, 999)",
    "insert into bands (band, sequence) values (1, 5), (2, 999)",
    "update entries set members = '[]' where sequence = 4",
    "delete from channels where facet = 'language'",
    "delete from aliases",
]


class StoppedError(Exception):
    """What stops a rebuild in the middle."""


@pytest.fixture
def stocked(store: Store, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store of entries that are made anew three at a time."""
    monkeypatch.setattr(reindexing, "BATCH", 3)
    publish(store, *(made(make_entry, number) for number in range(1, COUNT + 1)))
    return store


def made(make_entry: MakeEntry, number: int, word: str = "كلمة") -> Entry:
    body = " ".join(f"{word}{number}و{place}" for place in range(30))
    return make_entry(number, body=(body,), tags=("رياضة",) if number % 2 else ("ثقافة", "فن"), title=f"{word} {number}")


def spoil(store: Store) -> None:
    with writing(store.engine) as connection:
        for statement in SPOILT:
            connection.execute(text(statement))


def found(store: Store, said: str) -> set[str]:
    return {entry.article.source for entry in store.page(ArticleQuery(text=said, limit=500)).entries}


def is_halfway(store: Store) -> bool:
    with reading(store.engine) as connection:
        return reindexing.is_halfway(connection)


def stop_after(batches: int) -> Callable[[int], None]:
    left = iter(range(batches))

    def stop(_count: int) -> None:
        if next(left, None) is None:
            raise StoppedError

    return stop


def test_all_that_is_spoilt_is_mended(stocked: Store) -> None:
    terms = Term(Facet.ALL, ""), Term.of(Facet.TAG, "رياضة"), Term(Facet.LANGUAGE, "ar")
    before = [(channel.count, channel.digest) for channel in map(stocked.channel, terms)]
    spoil(stocked)
    assert stocked.problems()
    stocked.rebuild()
    assert stocked.problems() == []
    assert [(channel.count, channel.digest) for channel in map(stocked.channel, terms)] == before
    with reading(stocked.engine) as connection:
        assert connection.execute(text("select count(*) from bands where sequence = 999 or band in (1, 2)")).scalar_one() == 0
    assert found(stocked, "كلمة") == {f"{number}.txt" for number in range(1, COUNT + 1)}


def test_others_write_and_read_while_the_index_is_made(stocked: Store, make_entry: MakeEntry) -> None:
    new = iter(range(100, 200))
    seen: list[int] = []

    def write(count: int) -> None:
        seen.append(count)
        if len(seen) > 6:
            return
        number = next(new)
        edited = made(make_entry, number - 99, "جديد")
        publish(stocked, made(make_entry, number), replace(edited, content_hash=f"{number:032}"))
        with stocked.writer() as writer:
            writer.withdraw([entry_id(f"{COUNT - len(seen)}.txt"), entry_id(f"{6 + len(seen)}.txt")], NOON, "curator")
        # Each write is there at once, by the index in use.
        assert f"{number - 99}.txt" in found(stocked, "جديد")

    stocked.rebuild(write)
    assert stocked.problems() == []
    gone = {*range(14, 20), *range(7, 13)}
    assert found(stocked, "جديد") == {f"{number}.txt" for number in range(1, 7)}
    stay = {number for number in range(7, COUNT + 1) if number not in gone} | set(range(100, 106))
    assert found(stocked, "كلمة") == {f"{number}.txt" for number in stay}
    assert stocked.channel().count == len(stay) + 6


def test_the_index_is_completed_when_the_database_is_opened_next(stocked: Store, database_url: str) -> None:
    spoil(stocked)
    with pytest.raises(StoppedError):
        stocked.rebuild(stop_after(3))
    assert is_halfway(stocked)
    # What is half done is used as it is.
    assert len(found(stocked, "كلمة")) == COUNT
    again = Store.open(database_url)
    assert not is_halfway(again)
    assert again.problems() == []
    again.close()


def test_a_database_that_another_process_indexes_is_opened_at_once(stocked: Store, database_url: str) -> None:
    with pytest.raises(StoppedError):
        stocked.rebuild(stop_after(3))
    with alone(stocked.engine, waits=True) as is_ours:
        assert is_ours
        other = Store.open(database_url)
        assert is_halfway(other)
        other.close()
    Store.open(database_url).close()
    assert not is_halfway(stocked)


def test_what_another_version_derived_is_made_anew_also_where_that_was_stopped(
    stocked: Store, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "DERIVED", "next")
    monkeypatch.setattr(reindexing, "DERIVED", "next")
    with pytest.raises(StoppedError):
        stocked.rebuild(stop_after(2))
    for version in ("next", "after"):
        monkeypatch.setattr(maintenance, "DERIVED", version)
        monkeypatch.setattr(reindexing, "DERIVED", version)
        opened = Store.open(database_url)
        with reading(opened.engine) as connection:
            assert maintenance.is_derived(connection)
        assert not is_halfway(opened)
        assert opened.problems() == []
        assert len(found(opened, "كلمة")) == COUNT
        opened.close()


def test_what_one_process_has_counted_another_does_not_add_again(stocked: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(stocked)
    wrong = reindexing.sweeping._wrong
    calls: list[int] = []

    def slow(connection: object) -> object:
        calls.append(1)
        counted = wrong(connection)
        if len(calls) == 1:
            # Another process ends all that this one is about to do, without the lock that would keep it out.
            while not reindexing.sweeping.count_again(stocked.engine, reindexing.PROGRESS):
                pass
        return counted

    monkeypatch.setattr(reindexing.sweeping, "_wrong", slow)
    stocked.rebuild()
    assert len(calls) == 3
    assert stocked.problems() == []


def _reindex_and_die(url: str, statement: int) -> None:
    made_so_far = 0

    def count(*_arguments: object) -> None:
        nonlocal made_so_far
        made_so_far += 1
        if made_so_far == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    reindexing.BATCH = 3
    store = Store.open(url)
    for moment in ("before_cursor_execute", "commit"):
        event.listen(Engine, moment, count)
    store.rebuild()
    store.close()


@pytest.mark.slow
def test_a_killed_reindex_leaves_a_database_that_the_next_opening_completes(
    stocked: Store, database_url: str, make_entry: MakeEntry
) -> None:
    spoil(stocked)
    killed = 0
    for statement in (3, 12, 25, 60, 110, 150, 190, 205):
        process = PROCESSES.Process(target=_reindex_and_die, args=(database_url, statement))
        process.start()
        process.join()
        killed += process.exitcode == -signal.SIGKILL
        # An ingest goes on in what it left.
        number = 300 + statement
        publish(stocked, made(make_entry, number), changed=NOON + timedelta(days=1))
        assert f"{number}.txt" in found(stocked, "كلمة")
    assert killed >= 6
    opened = Store.open(database_url)
    assert not is_halfway(opened)
    assert opened.problems() == []
    assert len(found(opened, "كلمة")) == COUNT + 8
    opened.close()
