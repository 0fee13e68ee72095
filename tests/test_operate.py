"""What those who run the service ask of it: health, numbers, a line of the log for each request."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import signal
import sqlite3
from typing import TYPE_CHECKING

import pytest
import structlog
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from service import create_app
from service.config import ROOT, Config
from service.ingest import ingest
from service.operate.tally import BUCKETS, Series, Tally
from service.store import Store
from tests.conftest import CORPUS, NOON, publish
from tests.writing import store_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask
    from werkzeug.test import TestResponse

    from service.article import Entry
    from service.normalise import Registry

TOKEN = "0123456789abcdef"
SERIES = Series("/feeds/all.atom", "200", is_ready=True)
FORGED = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Port": "81",
    "Forwarded": "host=evil.example;proto=gopher",
    "X-Original-URL": "/evil",
}


class ReadingClient(FlaskClient):
    """A client that takes each answer to its end and closes it, as servers do."""

    def open(self, *args: object, **kwargs: object) -> TestResponse:
        return super().open(*args, buffered=True, **kwargs)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of `app` that reads to the end."""
    app.test_client_class = ReadingClient
    return app.test_client()


@pytest.fixture
def make_app(tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Make an application with its own settings and store."""
    opened: list[Store] = []

    def make(**settings: object) -> Flask:
        opened.append(Store.open(f"sqlite:///{tmp_path}/app{len(opened)}.db"))
        made = create_app(Config(public_url="https://news.example.org", **settings), opened[-1])
        made.test_client_class = ReadingClient
        return made

    yield make
    for store in opened:
        store.close()


def numbers(client: FlaskClient) -> dict[tuple[str, ...], float]:
    """Return every sample by its name and the values of its labels."""
    text = client.get("/metrics").get_data(as_text=True)
    families = text_string_to_metric_families(text)
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


# Health


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("headers", [{}, FORGED])
def test_health_is_a_plain_answer_that_no_cache_keeps(client: FlaskClient, path: str, headers: dict[str, str]) -> None:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.is_json
    assert client.head(path, headers=headers).status_code == 200


def test_ready_tells_what_the_last_ingest_did(app: Flask, client: FlaskClient, registry: Registry) -> None:
    assert client.get("/readyz").json == {"status": "ready", "entries": 0, "revision": 0, "last_ingest": None}
    ingest(CORPUS, registry, store_of(app), lambda: NOON)
    count = len(list(CORPUS.iterdir()))
    ready = client.get("/readyz").json
    assert (ready["entries"], ready["revision"]) == (count, count)
    counts = {"new": count, "changed": 0, "unchanged": 0, "withdrawn": 0, "refused": 0}
    assert ready["last_ingest"] == {"ended": "2026-03-01T12:00:00Z", **counts}


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("update alembic_version set version_num = '0001'", "schema-outdated"),
        ("drop table alembic_version", "schema-outdated"),
        (None, "database-unreachable"),
    ],
)
def test_not_ready_is_a_problem_that_gives_nothing_away(
    client: FlaskClient, tmp_path: Path, statement: str | None, reason: str
) -> None:
    file = tmp_path / "app.db"
    if statement is None:
        file.unlink()
    else:
        with sqlite3.connect(file) as connection:
            connection.execute(statement)
        connection.close()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    problem = json.loads(answer.data)
    assert (problem["status"], problem["reason"], problem["instance"]) == (503, reason, "/readyz")
    assert problem["request_id"] == answer.headers["X-Request-ID"]
    assert str(tmp_path) not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get("/healthz").status_code == 200


# Metrics


def test_requests_are_counted_by_route_and_status(app: Flask, client: FlaskClient, make_entry: Callable[..., Entry]) -> None:
    entry = make_entry()
    publish(store_of(app), entry)
    before = numbers(client)
    etag = client.get("/feeds/all.atom").headers["ETag"]
    client.get("/feeds/all.atom", headers={"If-None-Match": etag})
    client.get(f"/articles/{entry.id}")
    for path in ("/nowhere/1", "/nowhere/2"):
        client.get(path)
    after = numbers(client)

    def grown(*series: str) -> float:
        return after[series] - before.get(series, 0)

    assert grown("nashra_requests_total", "/feeds/all.atom", "200") == 1
    assert grown("nashra_requests_total", "/feeds/all.atom", "304") == 1
    assert grown("nashra_requests_total", "/articles/<uuid:article_id>", "200") == 1
    assert grown("nashra_requests_total", "(none)", "404") == 2
    assert grown("nashra_request_seconds_count", "/feeds/all.atom") == 2
    # The second was answered before Flask.
    assert grown("nashra_ready_answers_total", "/feeds/all.atom") == 1
    assert not [series for series in after if "nowhere" in str(series) or str(entry.id) in str(series)]


def count_and_die(folder: str) -> None:
    os.environ["FOLDER"] = folder
    tally = Tally("FOLDER")
    tally.count(SERIES, 0.002)
    tally.count(SERIES, 11)
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_a_process_counted_stays_when_it_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLDER", str(tmp_path))
    tally = Tally("FOLDER")
    tally.count(SERIES, 0.002)
    # As after a fork: what the parent counted is not the child's to write to.
    tally.forget()
    tally.count(SERIES, 0.5)
    killed = multiprocessing.get_context("spawn").Process(target=count_and_die, args=(str(tmp_path),))
    killed.start()
    killed.join()
    assert killed.exitcode == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == 3
    seconds, *buckets = tally.totals()[SERIES]
    assert seconds == pytest.approx(11.504)
    within = dict(zip((*BUCKETS, None), buckets, strict=True))
    assert {bound: number for bound, number in within.items() if number} == {0.0025: 2, 0.5: 1, None: 1}


def test_more_series_than_there_is_room_for_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.operate.tally.RECORDS", 3)
    tally = Tally("FOLDER")
    for number in range(5):
        tally.count(Series(f"/{number}" * 200, "200", is_ready=False), 1)
    assert [sum(numbers[1:]) for numbers in tally.totals().values()] == [1, 1, 3]


def test_a_process_that_cannot_write_its_numbers_counts_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("FOLDER", str(tmp_path / "gone"))
    tally = Tally("FOLDER")
    tally.count(SERIES, 1)
    assert sum(tally.totals()[SERIES][1:]) == 1
    assert f"{tmp_path}/gone cannot be written: No such file" in caplog.text


def test_the_state_of_the_collection_is_told(app: Flask, client: FlaskClient, registry: Registry) -> None:
    assert ("nashra_last_ingest_timestamp_seconds",) not in numbers(client)
    report = ingest(CORPUS, registry, store_of(app), lambda: NOON)
    found = numbers(client)
    count = len(list(CORPUS.iterdir()))
    assert found[("nashra_database_up",)] == 1
    assert found[("nashra_entries",)] == found[("nashra_revision",)] == count
    assert found["nashra_last_ingest_captures", "new"] == count
    assert found[("nashra_last_ingest_timestamp_seconds",)] == NOON.timestamp()
    findings = {series[1]: value for series, value in found.items() if series[0] == "nashra_last_ingest_findings"}
    assert findings == report.findings


def test_numbers_come_also_without_the_database(client: FlaskClient, tmp_path: Path) -> None:
    (tmp_path / "app.db").unlink()
    found = numbers(client)
    assert found[("nashra_database_up",)] == 0
    assert ("nashra_entries",) not in found


def test_every_number_is_documented_and_the_other_way_round(app: Flask, client: FlaskClient, registry: Registry) -> None:
    ingest(CORPUS, registry, store_of(app), lambda: NOON)
    client.get("/")
    guide = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`(nashra_[a-z_]+)`", guide))
    families = text_string_to_metric_families(client.get("/metrics").get_data(as_text=True))
    # A counter's samples have an ending that its name lacks; when each began is a sample too.
    told = {f"{family.name}_total" if family.type == "counter" else family.name for family in families}
    assert documented == {name for name in told if not name.endswith("_created")}


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.0.2.1", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 404),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}, 404),
        ("", {}, 404),
    ],
)
def test_without_a_token_only_this_machine_reads_the_numbers(
    client: FlaskClient, peer: str, headers: dict[str, str], status: int
) -> None:
    assert client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": peer}).status_code == status


@pytest.mark.parametrize("proxies", [0, 1])
def test_a_proxy_on_this_machine_opens_nothing(make_app: Callable[..., Flask], proxies: int) -> None:
    client = make_app(trusted_proxies=proxies).test_client()
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        ("Bearer wrong", 401),
        (f"Basic {TOKEN}", 401),
        ("", 401),
        ("Bearer é", 401),
    ],
)
def test_a_token_is_asked_for_where_one_is_set(make_app: Callable[..., Flask], given: str, status: int) -> None:
    client = make_app(metrics_token=TOKEN).test_client()
    headers = {"Authorization": given, "X-Forwarded-For": "192.0.2.7"}
    answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert answer.status_code == status
    if status == 401:
        assert answer.headers["WWW-Authenticate"].lower().startswith("bearer")
        assert answer.content_type == "application/problem+json"


# The log


def test_a_request_is_a_line(app: Flask, client: FlaskClient, log: Callable[[], list[dict[str, object]]]) -> None:
    app.wsgi_app._log = structlog.get_logger()
    answer = client.get("/api/v1/articles?limit=1&token=abcdef", headers={"X-Request-ID": "from-the-router"})
    page = client.get("/ضائع")
    refused, lost = log()
    assert answer.headers["X-Request-ID"] == refused["request_id"] == "from-the-router"
    assert refused["path"] == "/api/v1/articles?limit=1&token=***"
    assert (refused["event"], refused["method"], refused["route"]) == ("request", "GET", "/api/v1/articles")
    assert (refused["status"], refused["bytes"], refused["client"]) == (400, len(answer.data), "127.0.0.1")
    assert refused["ms"] > 0
    assert (lost["route"], lost["path"], lost["bytes"]) == ("(none)", "/%D8%B6%D8%A7%D8%A6%D8%B9", len(page.data))
    assert page.headers["X-Request-ID"] == lost["request_id"] != "from-the-router"


def test_good_health_is_no_news_and_bad_health_is(
    app: Flask, client: FlaskClient, tmp_path: Path, log: Callable[[], list[dict[str, object]]]
) -> None:
    app.wsgi_app._log = structlog.get_logger()
    for path in ("/healthz", "/readyz", "/metrics"):
        client.get(path)
    assert log() == []
    (tmp_path / "app.db").unlink()
    client.get("/readyz")
    reason, request = log()
    assert reason["event"].startswith("not ready: the database cannot be used")
    assert (request["route"], request["status"]) == ("/readyz", 503)


def test_the_log_of_requests_can_be_off(make_app: Callable[..., Flask], log: Callable[[], list[dict[str, object]]]) -> None:
    make_app(access_log=False).test_client().get("/")
    assert log() == []


@pytest.mark.parametrize(("proxies", "client"), [(0, "127.0.0.1"), (1, "192.0.2.2"), (2, "192.0.2.1")])
def test_the_client_is_who_the_trusted_proxies_say(
    make_app: Callable[..., Flask], log: Callable[[], list[dict[str, object]]], proxies: int, client: str
) -> None:
    make_app(trusted_proxies=proxies).test_client().get("/", headers={"X-Forwarded-For": "10.6.6.6, 192.0.2.1, 192.0.2.2"})
    (line,) = log()
    assert line["client"] == client


# Who the service says it is


@pytest.mark.parametrize("proxies", [0, 1, 3])
def test_a_forged_host_reaches_no_answer(make_app: Callable[..., Flask], make_entry: Callable[..., Entry], proxies: int) -> None:
    app = make_app(trusted_proxies=proxies)
    entry = make_entry()
    publish(store_of(app), entry)
    client = app.test_client()
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and rule.endpoint != "static"]
    values = {"article_id": str(entry.id)}
    paths = [rule.rule for rule in rules if rule.arguments <= set(rule.defaults or ())]
    paths += [app.url_map.bind("").build(rule.endpoint, values) for rule in rules if rule.arguments == set(values)]
    assert "/feeds/all.atom" in paths
    for path in [*paths, "/nowhere", "/api/v1/articles?limit=0"]:
        answer = client.get(path, headers=FORGED)
        said = answer.data + str(answer.headers).encode()
        assert b"evil" not in said, path
        assert b"gopher" not in said, path


# The database over a network


@pytest.mark.slow
def test_a_server_that_is_not_heard_of_is_given_up_in_seconds(postgres: str) -> None:
    store = Store.open(postgres)
    with store.engine.connect() as connection:
        limits = connection.connection.driver_connection.info.get_parameters()
    store.close()
    assert (limits["connect_timeout"], limits["tcp_user_timeout"]) == ("5", "5000")
