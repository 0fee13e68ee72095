"""Entries refer to the earlier reports of their story: by what is published, in whatever order it came."""

from __future__ import annotations

import random
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from lxml import etree
from sqlalchemy import text

from service import create_app
from service.config import Config
from service.identity import entry_id
from service.ingest.batch import CURATOR
from service.store import ArticleQuery, Order, Store, reindexing
from service.store.engine import writing
from tests.conftest import NOON, publish

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from service.article import Entry

    MakeEntry = Callable[..., Entry]

ATOM = {"a": "http://www.w3.org/2005/Atom"}
LATER = NOON + timedelta(days=30)


def told(story: str, extra: str = "") -> tuple[str, ...]:
    """Return a body that tells a story of 60 words, with a paragraph more."""
    words = " ".join(f"{story}{place}" for place in range(60))
    return (words, extra) if extra else (words,)


def report(make_entry: MakeEntry, number: int, story: str, minute: int, extra: str = "") -> Entry:
    entry = make_entry(number, body=told(story, extra), title=f"عنوان {number}")
    return replace(entry, revised=NOON + timedelta(minutes=minute))


def references(store: Store) -> dict[str, list[str]]:
    """Return to which sources each source refers, of those that refer to any."""
    with store.reader() as reader:
        places = reader.places(ArticleQuery(order=Order.REVISION, limit=500)).places
        entries = reader.entries([place.sequence for place in places])
        sources = {entry.id: entry.article.source for entry in entries.values()}
        found = zip(places, reader.related(places), strict=True)
        return {entries[place.sequence].article.source: [sources[one] for one in ids] for place, ids in found if ids}


def withdraw(store: Store, *sources: str) -> None:
    with store.writer() as writer:
        writer.withdraw([entry_id(source) for source in sources], LATER, CURATOR)


def test_a_report_refers_to_earlier_ones_whenever_they_come(store: Store, make_entry: MakeEntry) -> None:
    publish(store, report(make_entry, 1, "سد", 10), report(make_entry, 2, "كرة", 20))
    assert references(store) == {}
    publish(store, report(make_entry, 3, "سد", 30))
    assert references(store) == {"3.txt": ["1.txt"]}
    before = store.channel()
    publish(store, report(make_entry, 4, "سد", 5, "زيادة"), changed=LATER)
    assert references(store) == {"1.txt": ["4.txt"], "3.txt": ["4.txt", "1.txt"]}
    assert store.channel().digest != before.digest
    assert store.problems() == []


def test_what_is_withdrawn_or_tells_something_else_by_now_is_not_referred_to(store: Store, make_entry: MakeEntry) -> None:
    publish(store, *(report(make_entry, number, "سد", number) for number in (1, 2, 3)))
    assert references(store) == {"2.txt": ["1.txt"], "3.txt": ["1.txt", "2.txt"]}
    withdraw(store, "1.txt")
    assert references(store) == {"3.txt": ["2.txt"]}
    publish(store, report(make_entry, 2, "كرة", 40))
    assert references(store) == {}
    publish(store, report(make_entry, 2, "سد", 50, "زيادة"))
    assert references(store) == {"2.txt": ["3.txt"]}
    assert store.problems() == []


def test_of_many_reports_the_earliest_are_referred_to(store: Store, make_entry: MakeEntry) -> None:
    publish(store, *(report(make_entry, number, "سد", 100 - number) for number in range(1, 9)))
    found = references(store)
    assert found["1.txt"] == ["8.txt", "7.txt", "6.txt", "5.txt", "4.txt"]
    withdraw(store, "7.txt")
    assert references(store)["1.txt"] == ["8.txt", "6.txt", "5.txt", "4.txt", "3.txt"]
    assert store.problems() == []


def changes(seed: int) -> Sequence[tuple[str, int, str, int]]:
    """Return random changes: what is done, to which number, the story it tells then, and the minute of it."""
    chance = random.Random(seed)
    return [
        (chance.choice(("write", "write", "write", "withdraw")), chance.randrange(9), chance.choice(("سد", "كرة")), minute)
        for minute in chance.sample(range(1000), 40)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happened_the_references_are_those_of_what_is_published(
    seed: int, store: Store, make_entry: MakeEntry, tmp_path: Path
) -> None:
    standing: dict[int, Entry] = {}
    for step, (deed, number, story, minute) in enumerate(changes(seed)):
        if deed == "write":
            standing[number] = report(make_entry, number, story, minute, f"تعديل {step}")
            publish(store, standing[number])
        elif number in standing:
            withdraw(store, f"{number}.txt")
            del standing[number]
    assert store.problems() == []
    with closing(Store.open(f"sqlite:///{tmp_path}/again.db")) as again:
        publish(again, *sorted(standing.values(), key=lambda entry: entry.revised))
        assert references(again) == references(store)
        assert again.channel().digest == store.channel().digest


def test_references_are_made_anew(store: Store, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reindexing, "BATCH", 3)
    publish(store, *(report(make_entry, number, "سد" if number % 2 else "كرة", number * 37 % 11) for number in range(1, 11)))
    expected, channel = references(store), store.channel()
    with writing(store.engine) as connection:
        connection.execute(text("update entries set related = '[]' where sequence % 3 = 1"))
        connection.execute(text(f"update entries set related = '[\"{entry_id('2.txt')}\"]' where sequence % 3 = 2"))
    assert any("does not refer" in problem for problem in store.problems())
    store.rebuild(lambda _count: None)
    assert references(store) == expected
    assert store.channel().digest == channel.digest
    assert store.problems() == []


def test_a_feed_refers_to_the_pages_of_earlier_reports(store: Store, make_entry: MakeEntry) -> None:
    client = create_app(Config(public_url="https://example.org", access_log=False), store).test_client()
    publish(store, report(make_entry, 1, "سد", 10), report(make_entry, 2, "سد", 20), make_entry(3, body=(), summary=None))
    first = client.get("/feeds/all.atom")
    assert related_links(first.data) == {entry_id("2.txt").urn: [f"https://example.org/articles/{entry_id('1.txt')}"]}
    publish(store, report(make_entry, 4, "سد", 5, "زيادة"), changed=LATER)
    assert client.get("/feeds/all.atom", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
    found = related_links(client.get("/feeds/all.atom").data)
    assert found[entry_id("2.txt").urn] == [f"https://example.org/articles/{entry_id(f'{number}.txt')}" for number in (4, 1)]
    assert found.keys() == {entry_id("1.txt").urn, entry_id("2.txt").urn}
    for place in ("/feeds/search.atom?q=سد1", "/feeds/all/archives/2024-05.atom", "/feeds/all.atom?content=summary"):
        assert related_links(client.get(place).data).keys() >= {entry_id("2.txt").urn}, place


def related_links(document: bytes) -> dict[str, list[str]]:
    """Return the pages that entries of a feed refer to, by their ids."""
    entries = etree.fromstring(document).findall("a:entry", ATOM)
    found = {
        str(entry.findtext("a:id", namespaces=ATOM)): [link.get("href") for link in entry.findall("a:link[@rel='related']", ATOM)]
        for entry in entries
    }
    assert all(len(entry.findall("a:link[@rel='alternate']", ATOM)) == 1 for entry in entries)
    return {name: urls for name, urls in found.items() if urls}
