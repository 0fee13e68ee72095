"""What the store derives of entries, on both engines: channels, changes, and that they can be made anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from service.article import Capture, Dated, Entry
from service.errors import EntryNotFoundError, WithdrawnError
from service.identity import entry_id
from service.store import Facet, Store, Term, Tombstone
from service.store.engine import writing
from service.store.facets import key_of, terms_of
from tests.conftest import NOON, publish
from tests.library import OTHER, SPORT, found

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.normalise import Registry

    MakeEntry = Callable[..., Entry]


def test_every_entry_stands_under_what_it_says(make_entry: MakeEntry, registry: Registry) -> None:
    entry = make_entry(
        1,
        outlet=registry.by_key["hespress"],
        via=registry.by_key["maghress"],
        authors=("سارة", "سَارَة", "؟"),
        tags=("كأس العالم 2030",),
        published=Dated.of("2024"),
    )
    assert set(terms_of(entry.article)) == {
        Term(Facet.ALL, ""),
        Term(Facet.OUTLET, "hespress"),
        Term(Facet.VIA, "maghress"),
        Term(Facet.AUTHOR, "ساره"),
        Term(Facet.TAG, "كاس-العالم-2030"),
        Term(Facet.LANGUAGE, "ar"),
        Term(Facet.MONTH, "2024"),
    }
    assert len(key_of("ب " * 500)) <= 120


def test_a_channel_changes_only_with_its_own_entries(library: Store, make_entry: MakeEntry, registry: Registry) -> None:
    hespress, lematin = Term(Facet.OUTLET, "hespress"), Term(Facet.OUTLET, "lematin")
    before = library.channel(hespress), library.channel(lematin)
    assert (before[0].count, before[0].label) == (4, "هسبريس")
    publish(library, make_entry(20, outlet=registry.by_key["lematin"]), changed=NOON + timedelta(hours=1))
    assert library.channel(hespress) == before[0]
    after = library.channel(lematin)
    assert (after.count, after.revision) == (5, 13)
    assert after.digest != before[1].digest
    assert after.changed == NOON + timedelta(hours=1)


def test_an_edit_moves_an_entry_from_channel_to_channel(library: Store, make_entry: MakeEntry) -> None:
    publish(library, make_entry(2, section="ثقافة", published=Dated.of("2024-02-01"), content_hash="f" * 32))
    assert library.channel(SPORT).count == 5
    assert found(library, include=frozenset({Term(Facet.SECTION, "ثقافه")})) == [2]
    assert library.problems() == []


def test_changes_tell_edits_and_withdrawals_in_order(library: Store, make_entry: MakeEntry) -> None:
    publish(library, make_entry(3, title="عنوان مصحح"))
    with library.writer() as writer:
        (gone,) = writer.withdraw([entry_id("5.txt"), entry_id("none.txt")], NOON, "curator")
    with library.reader() as reader:
        changes = reader.changes(since=11, limit=10)
        assert [change.revision for change in changes] == [12, 13, 14]
        assert isinstance(changes[1], Entry)
        assert changes[2] == Tombstone(id=entry_id("5.txt"), source="5.txt", revision=14, withdrawn=NOON, by="curator") == gone
        assert [change.revision for change in reader.changes(since=0, limit=3)] == [1, 2, 4]
        with pytest.raises(WithdrawnError):
            reader.entry(entry_id("5.txt"))
        with pytest.raises(EntryNotFoundError):
            reader.capture(entry_id("99.txt"))
    assert 5 not in found(library)
    assert library.channel().count == 11
    assert library.problems() == []
    publish(library, make_entry(5))
    assert 5 in found(library)
    assert library.problems() == []


def test_a_capture_comes_back_as_it_went_in(store: Store, make_entry: MakeEntry) -> None:
    entry = make_entry(1)
    capture = Capture(
        name="صفحة.html",
        source="1.txt",
        raw=b"<p>\xff\x00</p>",
        text="نص\x00 \ud800",
        declared={"title": "عنوان"},
        declared_by={"title": "json-ld"},
        captured=datetime(2024, 5, 1, tzinfo=UTC),
    )
    with store.writer() as writer:
        writer.publish([(capture, entry)], NOON)
    with store.reader() as reader:
        assert reader.capture(entry.id) == capture


def test_rebuilding_what_is_derived_changes_nothing(library: Store, make_entry: MakeEntry) -> None:
    publish(library, make_entry(3, title="عنوان مصحح"), changed=NOON + timedelta(days=1))
    with library.writer() as writer:
        writer.withdraw([entry_id("5.txt")], NOON + timedelta(days=2), "prune")
    terms = [Term(Facet.ALL, ""), SPORT, OTHER, Term(Facet.OUTLET, "lematin"), Term(Facet.AGENCY, "map")]
    before = [library.channel(term) for term in terms], found(library), library.facet(Facet.TAG)
    library.rebuild()
    assert ([library.channel(term) for term in terms], found(library), library.facet(Facet.TAG)) == before
    assert library.problems() == []


def test_problems_are_seen(library: Store) -> None:
    spoilt = [
        "update channels set count = count + 1 where facet = 'outlet' and value = 'hespress'",
        "delete from memberships where sequence = 3 and channel = (select id from channels where facet = 'all')",
        "delete from captures where sequence = 4",
        "delete from aliases where key = '5.txt'",
        "delete from channels where facet = 'agency'",
    ]
    for statement in spoilt:
        before = library.problems()
        with writing(library.engine) as connection:
            connection.execute(text(statement))
        assert len(library.problems()) > len(before), statement
    library.rebuild()
    assert library.problems() == ["11 captures are kept of 12 entries"]
