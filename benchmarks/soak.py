"""Looks on while a deployment works: two services and a worker on one PostgreSQL, an ingest that goes on, readers that poll.

`python -m benchmarks.soak --minutes 10`. Told are the requests that failed, how old the oldest answer was beside what had
been published by then, and the memory of each process from minute to minute. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import http.client
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, deque
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.printing import Press
from benchmarks.serving.servers import OURS, nashra, running
from benchmarks.store import postgresql

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.serving.servers import Server

READERS = 6
# Feeds that each ingest changes, in all formats, and a page of the API.
PATHS = (
    "/feeds/all.atom",
    "/feeds/all.rss",
    "/feeds/all.json",
    "/feeds/outlets/hespress.atom",
    "/api/v1/articles?limit=50&sort=revised",
)
# Captures of one ingest, and seconds between two.
CAPTURES, PAUSE = 10, 3.0
OLDEST = 2000
OK = (200, 304)


@dataclass(slots=True)
class Seen:
    """What the readers met."""

    statuses: Counter[int | str] = field(default_factory=Counter)
    # Seconds since its publication for which the newest article was missing from an answer, at most.
    stale: float = 0.0
    # When each batch was published, the newest last, and the title of one of its articles.
    published: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=50))


def write_batch(folder: Path, press: Press, number: int) -> str:
    """Write captures of another batch to the folder, and let go of the oldest ones; returns the title of the last."""
    title = ""
    for place in range(CAPTURES):
        title = f"خبر رقم {number} {place} {press.text(6)}"
        text = f"هسبريس\n{title}\n{1 + number % 28:02}/03/2024\n\n" + "\n\n".join(press.text(60) + "." for _ in range(4))
        (folder / f"{number:05}-{place}.txt").write_text(text, encoding="utf-8")
    for file in sorted(folder.iterdir())[:-OLDEST]:
        file.unlink()
    return title


def ingest(folder: Path, env: dict[str, str], seen: Seen, ending: threading.Event) -> None:
    """Publish batch after batch by the command that people use, every other one by way of the queue."""
    press, number = Press(), 0
    while not ending.wait(PAUSE):
        number += 1
        title = write_batch(folder, press, number)
        command: list[str | Path] = [OURS / "nashra", "ingest", folder, *(["--queue"] if number % 2 else [])]
        done = subprocess.run(command, env=env, capture_output=True, check=False)  # noqa: S603 - our own command
        seen.statuses[f"ingest {done.returncode}"] += 1
        if done.returncode:
            print(done.stderr.decode(errors="replace")[-500:], file=sys.stderr)
        elif number % 2 == 0:
            seen.published.append((time.monotonic(), title))


def read(servers: Sequence[Server], first: int, seen: Seen, ending: threading.Event) -> None:
    """Poll as readers do, with the validators of the last answer, another address each time."""
    known: dict[tuple[int, str], str] = {}
    bodies: dict[tuple[int, str], bytes] = {}
    number = first
    while not ending.wait(0.05):
        number += 1
        server, path = servers[number % len(servers)], PATHS[number // len(servers) % len(PATHS)]
        asked = time.monotonic()
        try:
            status, etag, body = _get(server.port, path, known.get((server.port, path)))
        except OSError as error:
            seen.statuses[type(error).__name__] += 1
            continue
        seen.statuses[status] += 1
        if status not in OK:
            continue
        if status == OK[0]:
            known[server.port, path], bodies[server.port, path] = etag, body
        _look(bodies[server.port, path], asked, seen)


def _get(port: int, path: str, etag: str | None) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers={"If-None-Match": etag} if etag else {})
        answer = connection.getresponse()
        return answer.status, answer.headers.get("ETag") or "", answer.read()
    finally:
        connection.close()


def _look(body: bytes, asked: float, seen: Seen) -> None:
    """Note for how long the newest article that was published before the question has been missing."""
    published, title = max((each for each in (*seen.published, (0.0, "")) if each[0] < asked), key=lambda each: each[0])
    if title.encode() not in body:
        seen.stale = max(seen.stale, asked - published)


def memory(servers: Sequence[Server]) -> Iterator[str]:
    """Yield the megabytes that the largest process of each server holds."""
    for server in servers:
        yield f"{server.memory()[0]:.0f} MB"


def main(arguments: Sequence[str]) -> None:
    """Look on for some minutes."""
    parser = argparse.ArgumentParser(description="Looks on while a deployment works.")
    parser.add_argument("--minutes", type=float, default=10)
    minutes: float = parser.parse_args(arguments).minutes
    seen, ending = Seen(), threading.Event()
    with ExitStack() as stack:
        # The server of the database runs as another user, who has to enter it.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nashra-soak-", dir="/tmp")))
        url = stack.enter_context(postgresql(str(folder)))["ours"]
        captures = folder / "captures"
        captures.mkdir()
        write_batch(captures, Press(), 0)
        # Feeds that hold several batches: an article that was pushed out of one is not late.
        settings = {"DATABASE_URL": url, "CORPUS_DIR": str(captures), "FEED_LENGTH": "100", "FEED_CONTENT": "summary"}
        env = os.environ | settings | {"PUBLIC_URL": "https://news.example.org"}
        subprocess.run([OURS / "nashra", "ingest", captures], env=env, check=True, capture_output=True)  # noqa: S603 - ours
        servers = [stack.enter_context(running(folder, f"web{number}", *nashra(**settings))) for number in range(2)]
        with (folder / "worker.log").open("wb") as log:
            worker = subprocess.Popen([OURS / "nashra", "worker"], env=env, stdout=log, stderr=log)  # noqa: S603 - ours
            stack.callback(worker.wait)
            stack.callback(worker.terminate)
            threads = [threading.Thread(target=ingest, args=(captures, env, seen, ending))]
            threads += [threading.Thread(target=read, args=(servers, number, seen, ending)) for number in range(READERS)]
            for thread in threads:
                thread.start()
            for minute in range(int(minutes) + 1):
                print(f"  minute {minute}: {', '.join(memory(servers))}; {dict(seen.statuses)}", flush=True)
                if minute < int(minutes):
                    time.sleep(60)
            ending.set()
            for thread in threads:
                thread.join()
            print(f"  longest that the newest article was missing: {seen.stale:.2f} s; worker: {worker.poll() or 'runs'}")


if __name__ == "__main__":
    main(sys.argv[1:])
