"""Hubs are told which feeds changed: a real hub on the loopback, both engines, and the commands that publish."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest
from click.testing import CliRunner

from service import create_app
from service.cli import main
from service.config import ROOT, Config
from service.links import Links
from service.store import EVERYTHING, Facet, Store, Term
from service.websub import HEAD_START, Deliverer, announce, delivery, topics
from service.websub.answers import Answer, Verdict
from tests.conftest import NOON, capture_of, publish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from service.article import Entry

    MakeEntry = Callable[..., Entry]

SITE = "https://news.example.org"
LINKS = Links(SITE)
EVERY_FORM = [LINKS.feed(EVERYTHING, form) for form in ("atom", "rss", "json")]
PATIENCE = 30


@dataclass
class Hub:
    """A hub, what it was told, and what it answers: one after the other, the last again and again."""

    url: str
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=lambda: [(204, {})])
    heard: list[dict[str, list[str]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    # What it waits for before it answers.
    gate: threading.Event = field(default_factory=threading.Event)
    met: threading.Event = field(default_factory=threading.Event)

    @property
    def topics(self) -> list[str]:
        return [form["hub.url"][0] for form in self.heard]


@contextmanager
def listening(port: int = 0) -> Iterator[Hub]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            hub.headers.append(dict(self.headers))
            hub.heard.append(parse_qs(body, strict_parsing=True))
            hub.met.set()
            hub.gate.wait(PATIENCE)
            status, headers = hub.answers.pop(0) if len(hub.answers) > 1 else hub.answers[0]
            with suppress(OSError):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        hub = Hub(f"http://127.0.0.1:{server.server_port}/hub")
        hub.gate.set()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield hub
        hub.gate.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def hub() -> Iterator[Hub]:
    with listening() as made:
        yield made


@dataclass
class Clock:
    """Time that passes when it is told to."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def deliverer(store: Store, clock: Clock, *hubs: str) -> Deliverer:
    return Deliverer(store=store, hubs=hubs, agent="test", clock=clock, chance=lambda: 1.0)


def config_of(*hubs: str) -> Config:
    return Config(public_url=SITE, websub_hubs=hubs)


def tell(store: Store, entry: Entry, clock: Clock, *hubs: str) -> int:
    """Publish an entry and queue what hubs are to be told of it."""
    since = store.revision()
    publish(store, entry, changed=clock())
    return announce(store, config_of(*hubs), since, clock() - HEAD_START)


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


@pytest.fixture
def run(tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Callable[..., object]:
    folder = tmp_path / "captures"
    folder.mkdir()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/nashra.db")
    monkeypatch.setenv("CORPUS_DIR", str(folder))
    monkeypatch.setenv("PUBLIC_URL", SITE)
    monkeypatch.setenv("WEBSUB_HUBS", hub.url)
    return lambda *arguments: CliRunner().invoke(main, [str(argument) for argument in arguments])


def written(tmp_path: Path, name: str = "a.txt") -> Path:
    path = tmp_path / name
    path.write_text("عنوان المقال الأول هنا\n\nهذه جملة طويلة بما يكفي لتكون نصا للمقال.\n", encoding="utf-8")
    return path


def test_each_command_that_publishes_tells_hubs(run, tmp_path: Path, hub: Hub) -> None:
    def heard(*arguments: object) -> list[str]:
        hub.heard.clear()
        result = run(*arguments)
        assert (result.exit_code, result.stderr) == (0, "")
        return hub.topics

    assert heard("add", written(tmp_path))[:3] == EVERY_FORM
    assert heard("ingest") == []
    assert heard("pin", "a.txt", "section=أخبار")[:3] == EVERY_FORM
    assert heard("pin", "a.txt", "section=أخبار") == []
    assert heard("unpin", "a.txt")[:3] == EVERY_FORM
    assert heard("renormalise", "--apply") == []
    assert heard("withdraw", "a.txt")[:3] == EVERY_FORM
    assert heard("reinstate", "a.txt") == []
    assert heard("ingest", "--dry-run") == []
    assert heard("ingest")[:3] == EVERY_FORM


def test_what_a_command_cannot_tell_is_left_to_a_worker(run, tmp_path: Path, hub: Hub) -> None:
    hub.answers = [(500, {})]
    added = run("add", written(tmp_path))
    assert added.exit_code == 0
    assert "wait for `nashra serve`, `nashra worker` or the next ingest" in added.stderr
    hub.answers = [(204, {})]
    result = run("worker", "--once")
    assert (result.exit_code, result.stdout.startswith("0 pings delivered, ")) == (0, True)
    # As if the time had come.
    store = Store.open(f"sqlite:///{tmp_path}/nashra.db")
    left = store.pings_left()
    with store.outbox() as outbox:
        outbox.queue(hub.url, EVERY_FORM, datetime.now(UTC), datetime.now(UTC))
    store.close()
    assert run("worker", "--once").stdout == f"3 pings delivered, {left - 3} left\n"


def test_a_worker_without_hubs_says_so(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBSUB_HUBS", "")
    result = run("worker")
    assert (result.exit_code, result.stderr) == (2, "nashra: WEBSUB_HUBS names no hub; there is nobody to tell\n")


@pytest.mark.slow
@pytest.mark.parametrize("is_served", [False, True])
def test_a_worker_tells_what_others_publish_until_it_is_ended(
    tmp_path: Path, make_entry: MakeEntry, hub: Hub, *, is_served: bool
) -> None:
    folder = tmp_path / "captures"
    folder.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    database = f"sqlite:///{tmp_path}/nashra.db"
    environment = os.environ | {"DATABASE_URL": database, "CORPUS_DIR": str(folder), "WEBSUB_HUBS": hub.url, "PORT": str(port)}
    command = ("serve", "--ingest") if is_served else ("worker",)
    process = subprocess.Popen([sys.executable, "-m", "service", *command], cwd=ROOT, env=environment, stderr=subprocess.PIPE)
    try:
        store = Store.open(database)
        now = datetime.now(UTC)
        publish(store, replace(make_entry(1), revised=now))
        assert announce(store, config_of(hub.url), 0, now) > 0
        deadline = time.monotonic() + PATIENCE
        while store.pings_left() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert store.pings_left() == 0
        assert hub.topics[:3] == EVERY_FORM
        store.close()
        # The next look finds nothing, and goes on.
        assert process.poll() is None
    finally:
        # A worker gets both where its server is stopped by Ctrl+C.
        for number in (signal.SIGTERM,) if is_served else (signal.SIGINT, signal.SIGTERM):
            process.send_signal(number)
        said = process.communicate(timeout=PATIENCE)[1]
    assert (process.returncode, said) == (0, b"")
