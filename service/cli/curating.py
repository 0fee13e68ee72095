"""The commands that correct what is published, and those that look after the database."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from service.cli.announcing import announcing
from service.cli.commands import main
from service.cli.platform import passing
from service.cli.publishing import jobs_option, open_store, show_difference
from service.config import Config
from service.errors import ConfigError
from service.ingest import curate
from service.ingest.decide import Outcome
from service.ingest.overrides import PINNED
from service.ingest.rules import rules_of
from service.normalise.text import legal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.ingest.decide import Decision
    from service.ingest.rules import Rules
    from service.store import Run, Store


@main.command()
@click.argument("source")
@click.argument("fields", nargs=-1, required=True, metavar="FIELD=VALUE...")
def pin(source: str, fields: tuple[str, ...]) -> None:
    """Fix fields of the article from SOURCE (a path below the corpus, an address or an id), whatever its page says."""
    values = dict(map(_field, fields))
    with _deciding() as (config, store):
        _tell(source, curate.pin_fields(store, _rules(config), source, values, _now))


@main.command()
@click.argument("source")
@click.argument("fields", nargs=-1)
def unpin(source: str, fields: tuple[str, ...]) -> None:
    """Let FIELDS (default: all) of the article from SOURCE be read from its page again."""
    if unknown := set(fields) - PINNED:
        raise _unknown(", ".join(sorted(unknown)))
    with _publishing() as (config, store):
        _tell(source, curate.unpin_fields(store, _rules(config), source, fields or PINNED, _now))


@main.command()
@click.argument("source")
def withdraw(source: str) -> None:
    """Take the article from SOURCE out of what is published; no ingest brings it back. Feeds and the API say it is gone."""
    with _deciding() as (_, store):
        entry = curate.withdraw(store, source, _now)
        click.echo(f"withdrawn {entry.article.source} ({entry.id}); `nashra reinstate` lets the next ingest publish it again")


@main.command()
@click.argument("source")
def reinstate(source: str) -> None:
    """Let the next ingest publish SOURCE again, which was withdrawn."""
    with _opened() as (_, store):
        curate.restore(store, source)
        click.echo(f"{source} is published again by the next ingest")


@main.command()
@jobs_option
@click.option("--apply", "is_applied", is_flag=True, help="Publish what changes; else it is only shown.")
def renormalise(jobs: int, *, is_applied: bool) -> None:
    """Read all stored captures again by the rules, the registry and the overrides of today."""
    with _publishing() as (config, store):
        counts: Counter[Outcome] = Counter()
        for decision in curate.reread(store, _rules(config), _now, jobs=jobs, is_dry=not is_applied):
            show_difference(decision)
            counts[decision.outcome] += 1
        done = "published" if is_applied else "would change; --apply publishes that"
        click.echo(f"{counts.total()} captures read again: {counts[Outcome.CHANGED]} {done}")


@main.command()
@click.argument("number", required=False, type=int)
@click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
def report(number: int | None, *, as_json: bool) -> None:
    """Show what the last ingest did, or the one of this NUMBER: outcomes, findings, refused and removed captures.

    Of ingests that workers have not published to their end (`nashra ingest --queue`), how far they are.
    """
    with _opened() as (_, store), store.reader() as reader:
        found = reader.report(number)
        under_way = store.runs() if number is None and not as_json else []
    for run in under_way:
        click.echo(_progress(run))
    if found is None and under_way:
        return
    if found is None:
        message = "no ingest is on record" if number is None else f"no ingest has the number {number}"
        raise ConfigError(message)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, default=str))
        return
    for line in _reported(found):
        click.echo(line)


@main.command()
def verify() -> None:
    """Check that counters, channels and the search index agree with the articles; exit status 1 where they do not."""
    with _opened() as (_, store):
        problems = store.problems()
        count = store.channel().count
    for problem in problems:
        click.echo(problem)
    click.echo(f"{count} articles checked, {len(problems)} problems" + ("; `nashra reindex` mends them" if problems else ""))
    sys.exit(bool(problems))


@main.command()
def reindex() -> None:
    """Make counters, channels, clusters and the search index anew, while others publish and read; safe to stop."""
    with _opened() as (_, store):
        count = store.channel().count
        with click.progressbar(length=count, label="Reindexing", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            store.rebuild(bar.update)
        click.echo(f"{count} articles indexed")


def _progress(run: Run) -> str:
    parcels = "being read" if run.parcels is None else f"{run.turn} of {run.parcels} parcels are published"
    failure = f"; parcel {run.turn} failed {run.failures} times: {run.reason}" if run.failures else ""
    return f"Ingest of {run.folder}, queued {run.began:%Y-%m-%d %H:%M:%SZ}: {parcels}{failure}"


def _reported(found: dict[str, Any]) -> Iterator[str]:
    seconds = (found["ended"] - found["began"]).total_seconds()
    yield f"Ingest {found['id']} of {found['folder']}, {found['began']:%Y-%m-%d %H:%M:%SZ}, {seconds:.1f} s"
    yield "Outcomes: " + ", ".join(f"{count} {outcome}" for outcome, count in found["outcomes"].items())
    for code, count in sorted(found["findings"].items(), key=lambda item: -item[1]):
        yield f"    {code:<24}{count}"
    for refused in found["refused"]:
        yield f"refused {refused['name']}: {refused['message']} [{refused['code']}]"
    for name in found["removed"]:
        yield f"{'withdrawn' if found['pruned'] else 'no longer in the folder'}: {name}"


def _field(said: str) -> tuple[str, str]:
    name, equals, value = said.partition("=")
    if not equals or not value:
        message = f"{said}: write FIELD=VALUE, such as published=2023-11-01"
        raise ConfigError(message)
    if name not in PINNED:
        raise _unknown(name)
    return name, legal(value)


def _unknown(name: str) -> ConfigError:
    return ConfigError(f"{name} cannot be pinned; the fields are {', '.join(sorted(PINNED))}")


def _tell(source: str, decision: Decision) -> None:
    show_difference(decision)
    if decision.outcome is Outcome.UNCHANGED:
        click.echo(f"{source} is published as it was")


@contextmanager
def _opened() -> Iterator[tuple[Config, Store]]:
    config = Config.from_env(os.environ)
    store = open_store(config)
    try:
        yield config, store
    finally:
        store.close()


@contextmanager
def _publishing() -> Iterator[tuple[Config, Store]]:
    """Give the store to a command that publishes, and tell the hubs of it."""
    with _opened() as (config, store), announcing(config, store):
        yield config, store


@contextmanager
def _deciding() -> Iterator[tuple[Config, Store]]:
    """Give the store to a command whose effect no ingest brings back; say so where its disk will not keep it."""
    with _publishing() as (config, store):
        yield config, store
        for warning in passing(os.environ, store):
            click.echo(f"nashra: {warning}", err=True)


def _rules(config: Config) -> Rules:
    return rules_of(config.outlets_file, config.overrides_file)


def _now() -> datetime:
    return datetime.now(UTC)
