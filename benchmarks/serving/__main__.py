"""Measures what is served beside what one would use instead: `make bench`, or `python -m benchmarks.serving --quick`.

Each figure is the processor time that all processes of a server take for a request, and requests a second beside it, of
load by wrk on ours and on its anchors in turn, round by round. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

from benchmarks.serving import in_process, rows
from benchmarks.serving.load import Figure, Target, fetch, measure
from benchmarks.serving.servers import datasette, gunicorn, missing_tools, nashra, nginx, running
from service.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.serving.servers import Server

SMALL = 10_000
# A quick run of all that is here, to see that it runs.
QUICK = 2_000
FEED = "/feeds/all.atom"
# The unchanged feed weighs 94 kB: the longest articles are summaries there.
FEED_BYTES = "100000"
CHANNELS = 1_000
# Pages asked for in turn: more than ours keeps, so that none is met again while it is kept.
PAGES = 1_500
GROUPS = ("unchanged", "cold", "channels", "pages", "export")


@dataclass(frozen=True, slots=True)
class Bench:
    """A run at one size: where it keeps what it needs, and for how long it looks."""

    folder: Path
    count: int
    rounds: int
    seconds: float
    stack: ExitStack

    @property
    def ours(self) -> Path:
        """Our database."""
        return self.folder / f"ours{self.count}.db"

    @property
    def peers(self) -> Path:
        """That of the peers."""
        return self.folder / f"peers{self.count}.db"

    def start(self, name: str, how: tuple[Sequence[str | Path], Mapping[str, str]]) -> Server:
        """Start a server that ends with the run."""
        return self.stack.enter_context(running(self.folder, f"{name}{self.count}", *how))

    def start_ours(self, name: str, **settings: str) -> Server:
        """Start ours."""
        return self.start(name, nashra(DATABASE_URL=f"sqlite:///{self.ours}", FEED_LENGTH="20", **settings))

    def measure(self, targets: Sequence[Target]) -> dict[str, Figure]:
        """Measure targets in turn and print what they cost."""
        figures = measure(targets, self.folder, self.rounds, self.seconds)
        for name, figure in figures.items():
            failed = f"   {figure.failed} FAILED" if figure.failed else ""
            show(f"  {name:46}{figure.microseconds:10,.0f} us{figure.per_second:10,.0f} /s{figure.size:10,} bytes{failed}")
        return figures


def show(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


def less(figures: Mapping[str, Figure], ours: str, theirs: str, wanted: str) -> None:
    """Print how many times less processor time ours takes."""
    show(f"  -> {theirs} / {ours}: {figures[theirs].microseconds / figures[ours].microseconds:,.2f} x (wanted: {wanted})")


def unchanged(bench: Bench) -> None:
    """Measure a feed that did not change, and its 304, beside a file and a constant."""
    quiet = bench.start_ours("quiet", FEED_BYTES=FEED_BYTES)
    logging = bench.start_ours("logging", FEED_BYTES=FEED_BYTES, ACCESS_LOG="true")
    _, headers, body = fetch(quiet, FEED)
    (bench.folder / "feed.atom").write_bytes(body)
    static = bench.stack.enter_context(nginx(bench.folder, body))
    constant = bench.start("constant", gunicorn("benchmarks.serving.peers.constant:app", BENCH_BODY=f"{bench.folder}/feed.atom"))
    known = {"If-None-Match": {name.lower(): value for name, value in headers.items()}["etag"]}
    figures = bench.measure(
        [
            Target("nginx, static 200", static, ["/feed.atom"]),
            Target("Flask constant, gunicorn gthread, 200", constant, ["/feed.atom"]),
            Target("nashra, 200", quiet, [FEED]),
            Target("nashra, 304", quiet, [FEED], known, 304),
            Target("nashra, 200, access log", logging, [FEED]),
            Target("nashra, 304, access log", logging, [FEED], known, 304),
        ]
    )
    limit = figures["nginx, static 200"]
    for name, wanted in (("nashra, 200", "35"), ("nashra, 304", "75")):
        found = figures[name]
        rate, cost = found.per_second / limit.per_second, limit.microseconds / found.microseconds
        show(f"  -> {name}: {rate:.0%} of nginx's requests a second, {cost:.0%} by processor time (wanted: >= {wanted} %)")
    less(figures, "nashra, 200", "Flask constant, gunicorn gthread, 200", ">= 5")
    less(figures, "nashra, 304", "Flask constant, gunicorn gthread, 200", ">= 10")


def cold(bench: Bench) -> None:
    """Measure a feed that changed before each request, over HTTP and over WSGI."""
    change = rows.changer(bench.ours, bench.peers)
    settings = {"BENCH_DATABASE": str(bench.peers)}
    ours = bench.start_ours("cold")
    generated = bench.start("generated", gunicorn("benchmarks.serving.peers.generated:app", **settings))
    django = bench.start("syndication", gunicorn("benchmarks.serving.peers.django_site:app", **settings))
    figures = bench.measure(
        [
            Target("nashra, cold feed of 20", ours, [FEED], before=change),
            Target("Flask + feedgen, 20", generated, ["/feed.atom"], before=change),
            Target("Django syndication, 20", django, ["/feed.atom"], before=change),
        ]
    )
    less(figures, "nashra, cold feed of 20", "Flask + feedgen, 20", ">= 2")
    less(figures, "nashra, cold feed of 20", "Django syndication, 20", ">= 10")
    our_ms, their_ms = in_process.cold_feeds(bench.ours, bench.peers, FEED, change)
    show(f"  over WSGI: nashra {our_ms:.2f} ms, Flask + feedgen {their_ms:.2f} ms: {their_ms / our_ms:.2f} x (wanted: >= 2)")


def channels(bench: Bench) -> None:
    """Measure many channels under load: what is kept of them stays within its bound."""
    with closing(Store.open(f"sqlite:///{bench.ours}")) as store:
        paths = rows.channel_paths(store, CHANNELS)
    ours = bench.start_ours("channels")
    before, _ = ours.memory()
    bench.measure([Target(f"nashra, {len(paths):,} feeds in turn", ours, paths)])
    after, peak = ours.memory()
    show(f"  resident memory of the largest worker: {before:.0f} MB, then {after:.0f} MB, {peak:.0f} MB at most")
    kept, weight, bound = in_process.shelf_after(bench.ours, paths)
    show(f"  kept in one process that was asked for all: {kept:,} documents, {weight / 1e6:.1f} MB (CACHE_MB={bound})")


def pages(bench: Bench) -> None:
    """Measure pages of articles: others each time, the same again, and deep ones."""
    some = min(PAGES, bench.count // 3)
    first, deep = range(some), range(bench.count // 2, bench.count // 2 + some)
    with closing(Store.open(f"sqlite:///{bench.ours}")) as store:
        our_first, our_deep = rows.our_cursors(store, first), rows.our_cursors(store, deep)
    ours = bench.start_ours("pages")
    django = bench.start("rest", gunicorn("benchmarks.serving.peers.django_site:app", BENCH_DATABASE=str(bench.peers)))
    other = bench.start("datasette", datasette(bench.peers))
    middle = bench.count // rows.PAGE // 2
    figures = bench.measure(
        [
            Target("nashra, uncached page of 100", ours, our_first),
            Target("Django REST framework, cursor", django, rows.django_cursors(bench.peers, first)),
            Target("Datasette, _nocount", other, rows.datasette_cursors(bench.peers, first)),
            Target("nashra, the same page again", ours, our_first[:1]),
            Target("nashra, uncached deep page", ours, our_deep),
            Target("REST framework, first pages by number", django, [f"/number?page={number}" for number in range(1, 6)]),
            Target("REST framework, deep pages by number", django, [f"/number?page={middle + number}" for number in range(5)]),
        ]
    )
    less(figures, "nashra, uncached page of 100", "Django REST framework, cursor", ">= 4")
    less(figures, "nashra, uncached page of 100", "Datasette, _nocount", ">= 1.5")
    less(figures, "nashra, the same page again", "nashra, uncached page of 100", "")
    less(figures, "nashra, the same page again", "Django REST framework, cursor", ">= 50")
    less(figures, "nashra, uncached page of 100", "nashra, uncached deep page", "1")
    less(figures, "REST framework, first pages by number", "REST framework, deep pages by number", "")


def export(bench: Bench) -> None:
    """Measure the memory that an export of everything takes."""
    ours = bench.start_ours("export", WEB_CONCURRENCY="1")
    fetch(ours, "/api/v1/articles?limit=1")
    ours.forget_peak()
    before, cpu = ours.memory()[0], ours.cpu()
    lines, weight = in_process.drain(ours, "/api/v1/articles?format=ndjson&expand=body")
    peak = ours.memory()[1]
    show(f"  {lines:,} lines, {weight / 1e6:,.0f} MB in {ours.cpu() - cpu:.1f} s of processor time")
    show(f"  memory of the worker: {before:.0f} MB before, {peak:.0f} MB at most (wanted: < 300)")


def sizes(count: int) -> Iterator[int]:
    """Yield the sizes to measure at."""
    if count > SMALL:
        yield SMALL
    yield count


def main(arguments: Sequence[str]) -> None:
    """Measure at two sizes."""
    parser = argparse.ArgumentParser(description="Measures what is served beside what one would use instead.")
    parser.add_argument("--count", type=int, default=int(os.environ.get("BENCH_COUNT", "1000000")))
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} articles, one short round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--group", choices=GROUPS, action="append", help="measure only these")
    parser.add_argument("--folder", type=Path, help="keep the databases here, for the next run")
    said = parser.parse_args(arguments)
    if missing := missing_tools():
        show(f"Not installed: {' '.join(missing)}. On Debian: apt-get install {' '.join(missing)}. Nothing is measured without.")
        return
    count, rounds, seconds = (QUICK, 1, 1.0) if said.quick else (said.count, said.rounds, said.seconds)
    with tempfile.TemporaryDirectory(prefix="nashra-bench-") as made:
        folder = said.folder or Path(made)
        for size in sizes(count):
            prepare = Bench(folder, size, rounds, seconds, ExitStack())
            began = process_time()
            rows.fill(prepare.ours, size)
            rows.fill_peers(prepare.peers, prepare.ours)
            show(f"{size:,} articles, made in {process_time() - began:,.0f} s of processor time")
            for group in said.group or GROUPS:
                show(f"{group}; load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
                with ExitStack() as stack:
                    MEASURES[group](Bench(folder, size, rounds, seconds, stack))


MEASURES = {"unchanged": unchanged, "cold": cold, "channels": channels, "pages": pages, "export": export}

if __name__ == "__main__":
    main(sys.argv[1:])
