"""What hubs are told arrives: when it is tried again, put off or given up, whoever is away, slow or killed."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from service.store import Store
from service.websub import HEAD_START, Deliverer, announce, delivery
from service.websub.answers import Answer, Verdict
from tests.conftest import NOON, publish
from tests.hubs import EVERY_FORM, PATIENCE, Clock, Hub, config_of, deliverer, listening, tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.article import Entry

    MakeEntry = Callable[..., Entry]


def test_several_hubs_are_told_and_one_that_is_away_holds_no_other_up(
    store, make_entry: MakeEntry, hub: Hub, clock: Clock
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        away = f"http://127.0.0.1:{closed.getsockname()[1]}/hub"
    with listening() as second:
        queued = tell(store, make_entry(1), clock, hub.url, away, second.url)
        assert deliverer(store, clock, hub.url, away, second.url).deliver() == queued // 3 * 2
        assert hub.topics == second.topics
    assert store.pings_left() == queued // 3


def test_a_failure_is_tried_again_later_and_later(store, make_entry: MakeEntry, hub: Hub, clock: Clock) -> None:
    hub.answers = [(500, {}), (204, {}), (204, {}), (204, {}), (204, {}), (204, {}), (500, {}), (204, {})]
    queued = tell(store, make_entry(1), clock, hub.url)
    telling = deliverer(store, clock, hub.url)
    assert telling.deliver() == queued - 1
    assert telling.deliver() == 0
    clock.pass_(seconds=29)
    assert telling.deliver() == 0
    clock.pass_(seconds=1)
    assert telling.deliver() == 0
    assert hub.topics[0] == hub.topics[-1]
    clock.pass_(seconds=59)
    assert telling.deliver() == 0
    clock.pass_(seconds=1)
    assert telling.deliver() == 1
    assert store.pings_left() == 0


@pytest.mark.parametrize("status", [429, 503, 500])
@pytest.mark.parametrize("is_date", [False, True])
def test_a_hub_that_says_when_is_left_alone_until_then(
    store, make_entry: MakeEntry, hub: Hub, clock: Clock, status: int, *, is_date: bool
) -> None:
    wish = format_datetime(NOON + timedelta(seconds=600), usegmt=True) if is_date else "600"
    hub.answers = [(status, {"Retry-After": wish}), (204, {})]
    queued = tell(store, make_entry(1), clock, hub.url)
    telling = deliverer(store, clock, hub.url)
    assert telling.deliver() == 0
    assert len(hub.heard) == 1
    # Not even of what is new.
    clock.pass_(seconds=599)
    queued += tell(store, make_entry(2, tags=("جديد",)), clock, hub.url) - queued
    assert telling.deliver() == 0
    assert len(hub.heard) == 1
    clock.pass_(seconds=1)
    assert telling.deliver() == queued


def test_a_hub_that_is_away_is_asked_once_until_it_is_back(store, make_entry: MakeEntry, clock: Clock) -> None:
    with listening() as gone:
        port = int(gone.url.rpartition(":")[2].partition("/")[0])
    queued = tell(store, make_entry(1), clock, gone.url)
    telling = deliverer(store, clock, gone.url)
    assert telling.deliver() == 0
    with listening(port) as back:
        assert telling.deliver() == 0
        clock.pass_(seconds=30)
        assert telling.deliver() == queued
        assert back.topics[0] == EVERY_FORM[0]


def test_a_slow_hub_is_not_waited_for(
    store, make_entry: MakeEntry, hub: Hub, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "TIMEOUT", 0.2)
    hub.gate.clear()
    queued = tell(store, make_entry(1), clock, hub.url)
    assert deliverer(store, clock, hub.url).deliver() == 0
    assert len(hub.heard) == 1
    hub.gate.set()
    clock.pass_(seconds=30)
    assert deliverer(store, clock, hub.url).deliver() == queued


def test_what_does_not_fit_into_the_time_stays(store, make_entry: MakeEntry, hub: Hub, clock: Clock) -> None:
    queued = tell(store, make_entry(1), clock, hub.url)
    assert deliverer(store, clock, hub.url).deliver(0) == 0
    assert (hub.heard, store.pings_left()) == ([], queued)
    assert deliverer(store, clock, hub.url).deliver(PATIENCE) == queued


def test_a_hub_that_was_given_little_time_is_not_taken_for_one_that_is_away(store, make_entry: MakeEntry, hub: Hub) -> None:
    def now() -> datetime:
        return datetime.now(UTC)

    hub.gate.clear()
    since = store.revision()
    publish(store, replace(make_entry(1), revised=now()))
    queued = announce(store, config_of(hub.url), since, now() - HEAD_START)
    telling = Deliverer(store=store, hubs=(hub.url,), agent="test", clock=now)
    assert telling.deliver(0.3) == 0
    # What was claimed is free again at once.
    deadline = time.monotonic() + PATIENCE
    while not store.waiting_hubs([hub.url], now()) and time.monotonic() < deadline:
        time.sleep(0.02)
    hub.gate.set()
    assert telling.deliver() == queued
    assert len(set(hub.topics)) == queued


@pytest.mark.parametrize("status", [400, 404, 410, 302])
def test_a_refusal_is_the_end_and_is_told(
    store, make_entry: MakeEntry, hub: Hub, clock: Clock, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    hub.answers = [(status, {"Location": "http://127.0.0.1:9/"} if status == 302 else {})]
    queued = tell(store, make_entry(1), clock, hub.url)
    assert deliverer(store, clock, hub.url).deliver() == 0
    assert (len(hub.heard), store.pings_left()) == (queued, 0)
    assert f"{hub.url} refuses to hear of {EVERY_FORM[0]}: {status}" in caplog.text
    assert (status == 302) == ("sends to http://127.0.0.1:9/" in caplog.text)


def test_after_a_day_it_is_given_up(
    store, make_entry: MakeEntry, hub: Hub, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    hub.answers = [(500, {})]
    queued = tell(store, make_entry(1), clock, hub.url)
    telling = deliverer(store, clock, hub.url)
    for _ in range(24 * 60 + 1):
        telling.deliver()
        clock.pass_(minutes=1)
    # At the start and half a minute, one and a half, ... after it, at last every six hours.
    assert len(hub.heard) < 20 * queued
    clock.pass_(hours=6)
    telling.deliver()
    assert store.pings_left() == 0
    assert f"could not be told of {queued} changes for a day; they are given up" in caplog.text


def test_what_commands_never_had_time_for_is_given_up_too(store, make_entry: MakeEntry, hub: Hub, clock: Clock) -> None:
    publish(store, make_entry(1))
    queued = announce(store, config_of(hub.url), 0, clock() - HEAD_START)
    # Each look at the clock takes a second: there is time to claim, whoever looks first, and none to send.
    telling = Deliverer(store=store, hubs=(hub.url,), agent="test", clock=lambda: clock.pass_(seconds=1) or clock())
    telling.deliver(3.5)
    assert (hub.heard, store.pings_left()) == ([], queued)
    clock.pass_(hours=24)
    telling.deliver(3.5)
    assert (hub.heard, store.pings_left()) == ([], 0)


def test_of_several_that_deliver_at_once_each_ping_is_sent_by_one(
    store, database_url: str, make_entry: MakeEntry, hub: Hub, clock: Clock
) -> None:
    queued = tell(store, make_entry(1, tags=tuple(f"وسم{number}" for number in range(20))), clock, hub.url)
    others = [Store.open(database_url) for _ in range(3)]
    told: list[int] = []
    threads = [
        threading.Thread(target=lambda each=each: told.append(deliverer(each, clock, hub.url).deliver()))
        for each in (store, *others)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()
    assert sum(told) == len(hub.topics) == len(set(hub.topics)) == queued
    assert store.pings_left() == 0


def test_what_a_killed_deliverer_took_is_free_again_after_a_while(store, make_entry: MakeEntry, hub: Hub, clock: Clock) -> None:
    queued = tell(store, make_entry(1), clock, hub.url)
    with store.outbox() as outbox:
        assert len(outbox.claim(hub.url, clock(), clock() + delivery.CLAIM, 1000)) == queued
    assert deliverer(store, clock, hub.url).deliver() == 0
    clock.now += delivery.CLAIM
    assert deliverer(store, clock, hub.url).deliver() == queued


def test_running_goes_on_until_it_is_told_to_stop(store, make_entry: MakeEntry, hub: Hub, clock: Clock) -> None:
    queued = tell(store, make_entry(1), clock, hub.url)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        time.sleep(0.01)

    deliverer(store, clock, hub.url).run(sleep, lambda: store.pings_left() > 0)
    assert len(hub.heard) == queued
    assert set(slept) == {delivery.LOOK}


@pytest.mark.parametrize(
    ("status", "retry_after", "verdict"),
    [
        (200, None, Verdict.TAKEN),
        (202, None, Verdict.TAKEN),
        (204, None, Verdict.TAKEN),
        (301, None, Verdict.REFUSED),
        (400, None, Verdict.REFUSED),
        (403, "5", Verdict.REFUSED),
        (408, None, Verdict.FAILED),
        (429, None, Verdict.AWAY),
        (500, None, Verdict.FAILED),
        (502, "5", Verdict.AWAY),
        (503, None, Verdict.AWAY),
        (None, None, Verdict.AWAY),
    ],
)
def test_what_an_answer_means(status: int | None, retry_after: str | None, verdict: Verdict) -> None:
    assert Answer(status=status, retry_after=retry_after).verdict is verdict


@pytest.mark.parametrize(
    ("failures", "retry_after", "chance", "seconds"),
    [
        (0, None, 0.0, 15),
        (0, None, 1.0, 30),
        (1, None, 1.0, 60),
        (3, None, 0.5, 180),
        (10, None, 1.0, 6 * 3600),
        (10**6, None, 1.0, 6 * 3600),
        (0, "100", 1.0, 100),
        (0, "5", 1.0, 30),
        (0, "9" * 40, 1.0, 24 * 3600),
        (0, "soon", 1.0, 30),
        (0, "-5", 1.0, 30),
        (0, "Sun, 01 Mar 2026 13:00:00 GMT", 1.0, 3600),
        (0, "Sun, 01 Mar 2026 13:00:00", 1.0, 3600),
        (0, "Sun, 01 Mar 2020 13:00:00 GMT", 1.0, 30),
        (0, "Sun, 01 Mar 2099 13:00:00 GMT", 1.0, 24 * 3600),
    ],
)
def test_when_to_ask_again(failures: int, retry_after: str | None, chance: float, seconds: int) -> None:
    assert Answer(retry_after=retry_after).again(failures, NOON, chance) == NOON + timedelta(seconds=seconds)
