"""Load on servers: what a request costs them, measured in turn with what it is compared with."""

from __future__ import annotations

import http.client
import os
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchmarks.serving.servers import Server

CONNECTIONS = 16
SCRIPT = Path(__file__).with_name("paths.lua")


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked of a server: addresses in turn, by wrk; or one at a time, each after what `before` does."""

    name: str
    server: Server
    paths: Sequence[str]
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    before: Callable[[], object] | None = None
    connections: int = CONNECTIONS


@dataclass(slots=True)
class Figure:
    """What rounds of load said: microseconds of processor time a request, requests a second, bytes of an answer."""

    cpu: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)
    failed: int = 0
    size: int = 0

    @property
    def microseconds(self) -> float:
        """Processor time of all processes of the server for a request."""
        return median(self.cpu)

    @property
    def per_second(self) -> float:
        """Requests a second, which depend on what else the machine does."""
        return median(self.rate)


def measure(targets: Sequence[Target], folder: Path, rounds: int, seconds: float) -> dict[str, Figure]:
    """Put load on each target in turn, round by round; a machine that is busy meanwhile is so for all alike."""
    figures = {target.name: Figure(size=_probe(target)) for target in targets}
    for _ in range(rounds):
        for target in targets:
            before = target.server.cpu()
            requests, took, failed = (_sequential if target.before else _wrk)(target, folder, seconds)
            figure = figures[target.name]
            figure.cpu.append((target.server.cpu() - before) / max(requests, 1) * 1_000_000)
            figure.rate.append(requests / took)
            figure.failed += failed
    return figures


def fetch(server: Server, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, Mapping[str, str], bytes]:
    """Return status, headers and body of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def _probe(target: Target) -> int:
    """Return the bytes of an answer, after each worker has had the time to load what it needs."""
    for path in [target.paths[0]] * 8:
        status, _, body = fetch(target.server, path, target.headers)
        if status != target.status:
            message = f"{target.name}: {status} instead of {target.status}: {body[:300]!r}"
            raise RuntimeError(message)
    return len(body)


def _wrk(target: Target, folder: Path, seconds: float) -> tuple[int, float, int]:
    """Return the number of requests, the seconds they took, and how many failed."""
    listed = folder / "paths.txt"
    listed.write_text("\n".join(target.paths) + "\n")
    command = ["wrk", "-t1", f"-c{target.connections}", f"-d{max(1, round(seconds))}s", "--timeout", "60s", "-s", str(SCRIPT)]
    for name, value in target.headers.items():
        command += ["-H", f"{name}: {value}"]
    env = {**os.environ, "BENCH_PATHS": str(listed)}
    said = subprocess.run([*command, target.server.url], env=env, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    line = next(line for line in said.stdout.splitlines() if line.startswith("RESULT "))
    requests, micros, failed, _ = line.split()[1:]
    return int(requests), int(micros) / 1_000_000, int(failed)


def _sequential(target: Target, _folder: Path, seconds: float) -> tuple[int, float, int]:
    """Ask one at a time, by one connection, as each request needs something done before it."""
    assert target.before is not None
    connection = http.client.HTTPConnection("127.0.0.1", target.server.port, timeout=60)
    requests = failed = 0
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        target.before()
        connection.request("GET", target.paths[requests % len(target.paths)], headers=dict(target.headers))
        answer = connection.getresponse()
        answer.read()
        failed += answer.status != target.status
        requests += 1
    took = time.perf_counter() - start
    connection.close()
    return requests, took, failed
