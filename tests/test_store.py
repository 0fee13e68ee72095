"""The store, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from service.article import Confidence, Dated, Evidence, Issue, ZoneSource
from service.errors import CursorError, EntryNotFoundError, StoreError
from service.store import ArticleQuery, Channel, Facet, Order, Store, Term, migrations, pulse
from service.store.engine import reading, writing
from service.store.tables import metadata
from tests.conftest import NOON, PROCESSES, capture_of, publish, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from service.article import Entry
    from service.normalise import Registry

    MakeEntry = Callable[..., Entry]

# Beginnings of names of tables and indexes that are not declared.
OTHERS = ("fulltext", "ix_fulltext", "procrastinate")


def test_an_entry_comes_back_as_it_went_in(store: Store, make_entry: MakeEntry, registry: Registry) -> None:
    entry = make_entry(
        1,
        url="https://www.hespress.com/1",
        outlet=registry.by_key["hespress"],
        published=Dated.of("2023-12-26T12:30+01:00", ZoneSource.OUTLET),
        modified=Dated.of("2023-12"),
        evidence=(
            Evidence(field="title", raw="مقال 1", span=(3, 9), rule="headline", confidence=Confidence.LIKELY),
            Evidence(field="outlet", raw="hespress", span=None, rule="declared", confidence=Confidence.CERTAIN),
        ),
        issues=(Issue(code="no-body", field="body", message="nothing"), Issue(code="x", raw="\x00", message="odd")),
    )
    publish(store, entry)
    assert store.entry(entry.id) == entry


def test_an_unknown_id_is_an_error_that_names_it(store: Store) -> None:
    wanted = uuid4()
    with pytest.raises(EntryNotFoundError, match=str(wanted)):
        store.entry(wanted)


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
def test_pages_show_each_entry_once_latest_first_and_undated_last(store: Store, make_entry: MakeEntry, limit: int) -> None:
    days = ["2024-01-02", None, "2024-01-03", "2024-01-03", "2023", None, "2024-01"]
    publish(store, *(make_entry(n, published=day and Dated.of(day)) for n, day in enumerate(days, start=1)))
    assert walk(store, limit) == ["4.txt", "3.txt", "1.txt", "7.txt", "5.txt", "6.txt", "2.txt"]
    assert walk(store, limit, Order.REVISION) == [f"{n}.txt" for n in range(7, 0, -1)]


def test_a_walk_sees_untouched_entries_once_whatever_is_written_meanwhile(store: Store, make_entry: MakeEntry) -> None:
    publish(store, *(make_entry(n, published=Dated.of(f"2024-01-{n:02}")) for n in range(1, 11)))
    first = store.page(ArticleQuery(limit=4))
    publish(store, *(make_entry(n, published=Dated.of(f"2024-01-{n - 10:02}")) for n in range(11, 21)))
    rest: list[str] = []
    cursor = first.next
    while cursor:
        page = store.page(ArticleQuery(limit=4, cursor=cursor))
        rest += [entry.article.source for entry in page.entries]
        cursor = page.next
    assert rest == [f"{n}.txt" for n in range(6, 0, -1)]


def test_a_date_that_lies_ahead_does_not_stay_on_top(store: Store, make_entry: MakeEntry) -> None:
    late = replace(make_entry(2, published=Dated.of("2026-02-28")), first_seen=NOON + timedelta(days=1))
    publish(store, make_entry(1, published=Dated.of("2099-01-01")), late)
    newer = replace(make_entry(3, published=Dated.of("2026-03-02")), first_seen=NOON + timedelta(days=2))
    publish(store, newer)
    assert walk(store, 10) == ["3.txt", "1.txt", "2.txt"]


def test_cursors_of_other_lists_and_damaged_ones_are_refused(store: Store, make_entry: MakeEntry) -> None:
    publish(store, *(make_entry(n) for n in range(1, 4)))
    cursor = store.page(ArticleQuery(limit=1)).next
    assert cursor
    with pytest.raises(CursorError, match="another list"):
        store.page(ArticleQuery(order=Order.REVISION, limit=1, cursor=cursor))
    for damaged in ("", "x", cursor[:-1], cursor + "A", "é" * 39, "A" * len(cursor), cursor.replace(cursor[0], "!")):
        with pytest.raises(CursorError, match="first page again"):
            store.page(ArticleQuery(limit=1, cursor=damaged))


def test_a_cursor_of_a_database_that_was_rebuilt_says_so(tmp_path: Path, make_entry: MakeEntry) -> None:
    old, new = (Store.open(f"sqlite:///{tmp_path}/{name}.db") for name in ("old", "new"))
    for one in (old, new):
        publish(one, make_entry(1), make_entry(2))
    with pytest.raises(CursorError, match="rebuilt"):
        new.page(ArticleQuery(limit=1, cursor=old.page(ArticleQuery(limit=1)).next))
    old.close()
    new.close()


def test_an_empty_channel_has_never_changed(store: Store) -> None:
    channel = store.channel()
    assert channel == Channel(lineage=channel.lineage, count=0, revision=0, changed=None, digest="0" * 32)


def test_the_digest_depends_on_the_content_and_not_on_its_history(tmp_path: Path, make_entry: MakeEntry) -> None:
    one, two = make_entry(1), make_entry(2)
    edited = replace(two, content_hash="f" * 32)
    a, b = (Store.open(f"sqlite:///{tmp_path}/{name}.db") for name in "ab")
    publish(a, one, two)
    publish(b, edited)
    publish(b, one)
    assert a.channel().digest != b.channel().digest
    publish(b, two)
    assert (a.channel().digest, a.channel().count) == (b.channel().digest, b.channel().count)
    assert b.channel().revision == 3
    a.close()
    b.close()


def test_an_edit_keeps_id_and_sequence_and_takes_a_new_revision(store: Store, make_entry: MakeEntry) -> None:
    entry = make_entry(1)
    publish(store, entry, make_entry(2))
    edited = replace(entry, article=replace(entry.article, title="عنوان مصحح"), content_hash="f" * 32)
    publish(store, edited, changed=NOON + timedelta(hours=1))
    found = store.entry(entry.id)
    assert (found.sequence, found.revision, found.article.title) == (1, 3, "عنوان مصحح")
    assert store.channel().count == 2
    assert store.channel().changed == NOON + timedelta(hours=1)


def test_nothing_is_kept_of_a_transaction_that_fails(store: Store, make_entry: MakeEntry) -> None:
    def fail_after_writing() -> None:
        with store.writer() as writer:
            writer.publish([(capture_of(make_entry(1)), make_entry(1))], NOON)
            raise ZeroDivisionError

    before = store.channel()
    with pytest.raises(ZeroDivisionError):
        fail_after_writing()
    assert store.channel() == before
    assert walk(store, 10) == []


def test_the_last_hundred_reports_of_each_folder_are_kept(store: Store) -> None:
    with store.writer() as writer:
        other = writer.keep_report("/other", NOON, NOON, {"outcomes": {}})
    numbers = []
    for round_ in range(103):
        with store.writer() as writer:
            numbers.append(writer.keep_report("/captures", NOON, NOON, {"round": round_}))
    with store.reader() as reader:
        kept = [number for number in numbers if reader.report(number)]
        last = reader.report()
        assert reader.report(other)
    assert kept == numbers[3:]
    assert last
    assert (last["id"], last["round"]) == (numbers[-1], 102)


def test_the_migrated_schema_is_the_declared_one(store: Store) -> None:
    with reading(store.engine) as connection:
        # The full-text index is each engine's own, with tables that FTS5 makes for itself; the queue is procrastinate's.
        ours = {"include_object": lambda _object, name, *_rest: not str(name).startswith(OTHERS)}
        assert compare_metadata(MigrationContext.configure(connection, opts=ours), metadata) == []
        heads = ScriptDirectory.from_config(migrations.settings(connection)).get_heads()
    assert heads == [migrations.HEAD]


def test_opening_again_changes_nothing(database_url: str, make_entry: MakeEntry) -> None:
    first = Store.open(database_url)
    publish(first, make_entry(1))
    channel = first.channel()
    with writing(first.engine) as connection:
        migrations.upgrade(connection)
    first.close()
    again = Store.open(database_url)
    assert again.channel() == channel
    again.close()


def test_a_database_of_a_newer_version_is_refused(database_url: str) -> None:
    store = Store.open(database_url)
    with writing(store.engine) as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    store.close()
    with pytest.raises(StoreError, match="another version of Nashra"):
        Store.open(database_url)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "write sqlite:///"),
        ("mysql://host/name", "mysql is not supported"),
        ("sqlite://", "name a file"),
        ("sqlite:///:memory:", "name a file"),
        ("sqlite:////proc/nashra/x.db", "cannot be made"),
        ("sqlite:////dev/null", "cannot be used"),
        ("postgres://127.0.0.1:9/none", "cannot be used"),
    ],
)
def test_an_unusable_database_url_is_one_clear_line(url: str, message: str) -> None:
    with pytest.raises(StoreError, match=message) as error:
        Store.open(url)
    assert "\n" not in str(error.value)


@pytest.mark.slow
def test_writers_in_several_processes_lose_nothing(database_url: str) -> None:
    Store.open(database_url).close()
    workers = [PROCESSES.Process(target=_write_many, args=(database_url, worker)) for worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 4
    store = Store.open(database_url)
    assert store.channel().count == 100
    assert store.channel().revision == 100
    assert len(set(walk(store, 30))) == 100
    store.close()


def _write_many(database_url: str, worker: int) -> None:
    from service.article import Article, Entry
    from service.content import hash_content

    store = Store.open(database_url)
    for number in range(25):
        article = Article(source=f"{worker}-{number}.txt", title="عنوان")
        values = {"id": uuid4(), "article": article, "content_hash": hash_content(article), "first_seen": NOON, "revised": NOON}
        publish(store, Entry(**values, sequence=1, revision=1))
    store.close()


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_channels_that_do_not_exist_fill_no_memory(store: Store, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(store, make_entry(1, tags=("وسم",)))
    monkeypatch.setattr(pulse, "MOST_KNOWN", 3)
    remembered = store._pulse
    assert isinstance(remembered, pulse.PostgresqlPulse)
    for number in range(10):
        assert store.channel(Term.of(Facet.TAG, f"وسم {number}")).count == 0
        assert store.channel(Term.of(Facet.TAG, "وسم")).count == 1
        assert len(remembered._channels) <= 3


def test_what_another_thread_wrote_meanwhile_is_no_state_to_keep(
    store: Store, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write() -> None:
        monkeypatch.undo()
        publish(store, make_entry())

    ask = pulse.SqlitePulse._ask

    def ask_and_write(asking: pulse.SqlitePulse, statement: str, *values: str) -> object:
        found = ask(asking, statement, *values)
        write()
        return found

    @contextmanager
    def read_and_write(engine: Engine) -> Iterator[Connection]:
        with reading(engine) as connection:
            yield connection
        write()

    monkeypatch.setattr(pulse.SqlitePulse, "_ask", ask_and_write)
    monkeypatch.setattr(pulse, "reading", read_and_write)
    store.refresh()
    assert [store.revision(), store.revision()] == [0, 1]
