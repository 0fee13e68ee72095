"""The server as platforms run it: started anew on an empty disk, killed in parts, asked to end, kept waiting."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.config import ROOT
from tests.conftest import CORPUS
from tests.test_main_job import PATIENCE, Served, start, stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.slow

FEED = "/feeds/all.atom"
PUBLIC = {"PUBLIC_URL": "https://news.example.org"}
# What platforms wait before they kill: Heroku 30 s, Docker 10 s.
TERM_SECONDS = 10
# How Linux writes the state of a socket that takes connections.
TCP_LISTEN = "0A"


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Start a server, with two workers where nothing else is said."""
    started: list[Served] = []

    def begin(**settings: str) -> Served:
        started.append(start(tmp_path, **{"WEB_CONCURRENCY": "2", "LOG_FORMAT": "json", **settings}))
        return started[-1]

    yield begin
    for served in started:
        if served.process.poll() is None:
            served.process.kill()
            served.process.wait()


def get(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return response.status, dict(response.headers), response.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def workers(served: Served) -> set[int]:
    pid = served.process.pid
    return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def listening(served: Served) -> int:
    """Return how many sockets take connections: each worker opens its own, a while after it has started."""
    port = f":{urlsplit(served.url).port:04X}"
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[1].endswith(port) and row[3] == TCP_LISTEN for row in rows)


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_an_empty_disk_is_filled_once_with_the_same_bytes_and_validators(serve: Callable[..., Served], tmp_path: Path) -> None:
    before, after = [], []
    for answers in (before, after):
        served = serve(**PUBLIC)
        for path in (FEED, "/"):
            status, headers, body = get(served.url + path)
            answers.append((status, headers.get("last-modified"), body))
            if path == FEED:
                answers.append(headers["etag"])
        assert stop(served) == 0
        database = tmp_path / "nashra.db"
        with sqlite3.connect(database) as connection:
            assert connection.execute("select count(*) from reports").fetchone() == (1,)
        connection.close()
        for file in tmp_path.glob("nashra.db*"):
            file.unlink()
    assert before == after
    assert before[0][0] == 200


def test_a_worker_that_dies_is_replaced_while_the_others_answer(serve: Callable[..., Served]) -> None:
    served = serve()
    until(lambda: listening(served) == 2)
    first = workers(served)
    assert len(first) == 2
    dead = min(first)
    os.kill(dead, signal.SIGKILL)
    until(lambda: len(workers(served) - {dead}) == 2)
    assert len(workers(served) & first) == 1
    until(lambda: all(get(served.url + "/readyz")[0] == 200 for _ in range(5)))
    assert stop(served) == 0


def test_sigterm_finishes_what_is_under_way(serve: Callable[..., Served]) -> None:
    served = serve()
    answered, cut = [0], []
    ending = threading.Event()

    def ask() -> None:
        while not ending.is_set():
            try:
                status, headers, body = get(served.url + FEED)
                assert (status, len(body)) == (200, int(headers["content-length"]))
                answered[0] += 1
            except urllib.error.URLError as error:
                # A port that is closed already is for the router, which asks another instance.
                if not isinstance(error.reason, ConnectionError):
                    cut.append(repr(error))
                return
            except (ConnectionError, OSError) as error:
                cut.append(repr(error))
                return

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    until(lambda: answered[0] > 20)
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(TERM_SECONDS) == 0
    ending.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert cut == []


@pytest.mark.skipif(sys.platform != "linux", reason="only there does a process settle before it ends")
def test_a_client_is_told_to_go_elsewhere_before_its_connection_is_closed(serve: Callable[..., Served]) -> None:
    served = serve(WEB_CONCURRENCY="1")
    place = urlsplit(served.url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=PATIENCE)

    def ask() -> str | None:
        connection.request("GET", FEED)
        answer = connection.getresponse()
        assert (answer.status, len(answer.read()) > 0) == (200, True)
        return answer.getheader("Connection")

    assert ask() is None
    served.process.send_signal(signal.SIGTERM)
    # Every request gets its answer until one tells that it was the last.
    until(lambda: ask() == "close")
    connection.close()
    assert served.process.wait(TERM_SECONDS) == 0


def test_a_service_that_is_asked_to_end_while_it_publishes_ends(tmp_path: Path) -> None:
    folder = tmp_path / "captures"
    folder.mkdir()
    for number in range(3000):
        (folder / f"{number}.txt").write_text(f"كلمة {number} واحدة هنا", encoding="utf-8")
    environment = os.environ | {"CORPUS_DIR": str(folder), "DATABASE_URL": f"sqlite:///{tmp_path}/nashra.db"}
    environment["PORT"] = str(free_port())
    with subprocess.Popen([sys.executable, "-m", "service", "serve", "--ingest"], cwd=ROOT, env=environment) as process:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        try:
            until(children.read_text)
            (child,) = children.read_text().split()
            process.send_signal(signal.SIGTERM)
            assert process.wait(TERM_SECONDS) == 128 + signal.SIGTERM
        finally:
            process.kill()
    assert not Path(f"/proc/{child}").exists()


def test_clients_that_never_finish_a_request_hold_up_nobody(serve: Callable[..., Served]) -> None:
    served = serve(WEB_CONCURRENCY="1")
    place = urlsplit(served.url)
    with ExitStack() as stack:
        for _ in range(50):
            slow = stack.enter_context(socket.create_connection((place.hostname, place.port)))
            slow.sendall(b"GET /feeds/all.atom HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert get(served.url + FEED)[0] == 200
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(TERM_SECONDS) == 0


def test_numbers_are_those_of_all_workers_and_leave_nothing_behind(serve: Callable[..., Served], tmp_path: Path) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    served = serve(TMPDIR=str(folder))
    for _ in range(40):
        assert get(served.url + FEED)[0] == 200
    text = get(served.url + "/metrics")[2].decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    counted = [
        sample.value
        for sample in samples
        if sample.name == "nashra_requests_total" and sample.labels == {"route": FEED, "status": "200"}
    ]
    assert counted == [40]
    assert len(list(folder.glob("nashra-metrics-*"))) == 1
    assert get(served.url + "/metrics", X_Forwarded_For="127.0.0.1")[0] == 404
    assert stop(served) == 0
    assert list(folder.iterdir()) == []


def test_every_line_of_the_log_is_an_object(serve: Callable[..., Served], tmp_path: Path) -> None:
    served = serve()
    get(served.url + FEED, X_Request_ID="from-the-router")
    assert stop(served) == 0
    (log,) = tmp_path.glob("*.log")
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    events = [line["event"] for line in lines]
    assert events[:2] == ["published", "serving"]
    assert lines[0]["new"] == len(list(CORPUS.iterdir()))
    assert [line["route"] for line in lines if line.get("request_id") == "from-the-router"] == [FEED]
