"""Hubs are told which feeds changed, of each once, and the feeds name them."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from service import create_app
from service.store import EVERYTHING, Facet, Store, Term
from service.websub import HEAD_START, Deliverer, announce, topics
from tests.conftest import NOON, capture_of, publish
from tests.hubs import EVERY_FORM, LINKS, PATIENCE, SITE, Clock, Hub, config_of, deliverer, tell

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from service.article import Entry

    MakeEntry = Callable[..., Entry]


def test_a_hub_is_told_of_each_feed_that_changed_and_of_no_other(store, make_entry: MakeEntry, hub: Hub, clock: Clock) -> None:
    publish(store, make_entry(1, tags=("اقتصاد",), language="fr"))
    queued = tell(store, make_entry(2, tags=("سياسة",), authors=("ليلى بنعمر",), section="أخبار"), clock, hub.url)
    named = [EVERYTHING, Term(Facet.LANGUAGE, "ar")]
    named += [Term.of(Facet.SECTION, "أخبار"), Term.of(Facet.AUTHOR, "ليلى بنعمر"), Term.of(Facet.TAG, "سياسة")]
    expected = [LINKS.feed(term, form) for term in named for form in ("atom", "rss", "json")]
    assert (queued, store.pings_left()) == (len(expected), len(expected))
    # In order: what most people subscribe to comes first.
    assert deliverer(store, clock, hub.url).deliver() == len(expected)
    assert hub.topics == expected
    assert store.pings_left() == 0
    assert hub.heard[0] == {"hub.mode": ["publish"], "hub.url": [expected[0]], "hub.topic": [expected[0]]}
    assert hub.headers[0]["Content-Type"] == "application/x-www-form-urlencoded"
    assert deliverer(store, clock, hub.url).deliver() == 0


def test_a_hub_is_not_told_before_all_who_serve_know(store, make_entry: MakeEntry, hub: Hub, clock: Clock) -> None:
    publish(store, make_entry(1))
    queued = announce(store, config_of(hub.url), 0, clock())
    assert deliverer(store, clock, hub.url).deliver() == 0
    clock.now += HEAD_START
    assert deliverer(store, clock, hub.url).deliver() == queued


def test_who_tells_is_named(store, make_entry: MakeEntry, hub: Hub) -> None:
    tell(store, make_entry(1), Clock(), hub.url)
    Deliverer.of(config_of(hub.url), store, lambda: NOON).deliver()
    assert hub.headers[0]["User-Agent"].startswith("Nashra/")
    assert hub.headers[0]["User-Agent"].endswith(f"(+{SITE})")


def test_without_a_hub_nothing_is_queued(store, make_entry: MakeEntry, clock: Clock) -> None:
    assert tell(store, make_entry(1), clock) == 0
    assert store.pings_left() == 0


def test_nothing_is_queued_where_nothing_changed(store, make_entry: MakeEntry, hub: Hub, clock: Clock) -> None:
    assert tell(store, make_entry(1), clock, hub.url) > 0
    assert announce(store, config_of(hub.url), 0, clock()) == 0


def test_a_withdrawn_entry_is_news(store, make_entry: MakeEntry, hub: Hub, clock: Clock) -> None:
    entry = make_entry(1)
    tell(store, entry, clock, hub.url)
    deliverer(store, clock, hub.url).deliver()
    before = list(hub.topics)
    since = store.revision()
    with store.writer() as writer:
        writer.withdraw([entry.id], clock(), "curator")
    announce(store, config_of(hub.url), since, clock() - HEAD_START)
    deliverer(store, clock, hub.url).deliver()
    assert hub.topics == before * 2


def test_what_waits_is_told_once_however_often_it_changes(store, make_entry: MakeEntry, hub: Hub, clock: Clock) -> None:
    first = tell(store, make_entry(1), clock, hub.url)
    assert tell(store, make_entry(2), clock, hub.url) == first
    assert tell(store, make_entry(3), clock, hub.url) == first
    assert store.pings_left() == first
    assert deliverer(store, clock, hub.url).deliver() == first
    assert sorted(hub.topics) == sorted(set(hub.topics))


def test_what_changes_while_it_is_told_is_told_again(store, make_entry: MakeEntry, hub: Hub, clock: Clock) -> None:
    hub.gate.clear()
    first = tell(store, make_entry(1), clock, hub.url)
    telling = threading.Thread(target=deliverer(store, clock, hub.url).deliver)
    telling.start()
    assert hub.met.wait(PATIENCE)
    tell(store, make_entry(2), clock, hub.url)
    hub.gate.set()
    telling.join()
    deliverer(store, clock, hub.url).deliver()
    assert store.pings_left() == 0
    assert hub.topics.count(EVERY_FORM[0]) == 2
    assert len(hub.topics) <= 2 * first


def test_what_a_killed_publisher_did_not_queue_the_next_one_does(store, make_entry: MakeEntry, hub: Hub, clock: Clock) -> None:
    tell(store, make_entry(1), clock, hub.url)
    deliverer(store, clock, hub.url).deliver()
    publish(store, make_entry(2, tags=("سياسة",)))
    assert announce(store, config_of(hub.url), store.revision(), clock() - HEAD_START) > 0
    deliverer(store, clock, hub.url).deliver()
    assert LINKS.feed(Term.of(Facet.TAG, "سياسة"), "json") in hub.topics


def test_of_very_many_changes_the_first_are_told(
    store, make_entry: MakeEntry, hub: Hub, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(topics, "MOST_TOPICS", 12)
    assert tell(store, make_entry(1, tags=tuple(f"وسم{number}" for number in range(20))), clock, hub.url) == 12
    deliverer(store, clock, hub.url).deliver()
    assert hub.topics[:3] == EVERY_FORM
    assert hub.topics[3] == LINKS.feed(Term(Facet.LANGUAGE, "ar"), "atom")
    assert len(hub.topics) == 12
    assert f"more than 4 channels changed; {hub.url} is told of the first of them" in caplog.text


def test_of_what_a_new_database_is_filled_with_the_last_day_is_news(store, make_entry: MakeEntry, hub: Hub, clock: Clock) -> None:
    old = replace(make_entry(1, language="fr"), revised=NOON - timedelta(days=2))
    with store.writer() as writer:
        writer.publish([(capture_of(old), old)], None)
    assert announce(store, config_of(hub.url), 0, clock()) == 0
    fresh = make_entry(2, language="en")
    assert tell(store, fresh, clock, hub.url) == 6
    deliverer(store, clock, hub.url).deliver()
    assert hub.topics[:3] == EVERY_FORM
    # Afterwards a late one is news, however old.
    assert tell(store, replace(make_entry(3), revised=NOON - timedelta(days=9)), clock, hub.url) == 6


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_feeds_name_the_hubs_that_are_told_of_them_and_others_name_none(tmp_path: Path, make_entry: MakeEntry, form: str) -> None:
    hub = "https://hub.example.org/"
    store = Store.open(f"sqlite:///{tmp_path}/app.db")
    publish(store, make_entry(1), make_entry(2, tags=("سياسة",)))
    client = create_app(config_of(hub), store).test_client()
    since = announce(store, config_of(hub), 0, NOON - HEAD_START)
    with store.outbox() as outbox:
        told = {ping.topic for ping in outbox.claim(hub, NOON, NOON, since)}
    for url in sorted(url for url in told if url.endswith(form)):
        response = client.get(url.removeprefix(SITE))
        assert f'<{hub}>; rel="hub"' in response.headers["Link"]
        assert hub in response.text
    month = next(
        found for found in ("2026-03", "2024-05") if client.get(f"/feeds/all/archives/{found}.{form}").status_code == 200
    )
    others = [f"/feeds/search.{form}?language=ar", f"/feeds/all.{form}?limit=1", f"/feeds/all.{form}?content=summary"]
    for url in [*others, f"/feeds/all/archives/{month}.{form}"]:
        response = client.get(url)
        assert response.status_code == 200
        assert hub not in response.headers["Link"] + response.text
    store.close()


def test_a_hub_that_is_named_no_more_is_forgotten(store, make_entry: MakeEntry, hub: Hub, clock: Clock) -> None:
    tell(store, make_entry(1), clock, "http://127.0.0.1:9/hub")
    queued = tell(store, make_entry(2), clock, hub.url)
    assert store.pings_left() == queued
