"""The commands that change what is published."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.announcing import PATIENCE, announcing
from service.cli.commands import main, refusal
from service.config import Config
from service.errors import ConfigError
from service.ingest import Options, Report, ingest
from service.ingest.decide import Decision, Outcome
from service.ingest.overrides import load_overrides
from service.ingest.reader import count_files, file_of
from service.ingest.registry import load_registry
from service.publication import render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from service.store import Store

# The bar moves in so many steps at most, as each costs time.
STEPS = 1000
# How many names a line lists before it only counts.
SHOWN = 10
LINE = 100

jobs_option = click.option(
    "--jobs",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="How many processes normalise; 0 means one for each core. The outcome is the same.",
)


@main.command("ingest")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@jobs_option
@click.option("--prune", is_flag=True, help="Withdraw what FOLDER gave before and no longer holds.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Write nothing; show what would change.")
@click.option("--queue", "is_queued", is_flag=True, help="Have `nashra worker` processes publish them (PostgreSQL).")
def ingest_command(folder: Path | None, jobs: int, *, prune: bool, is_dry: bool, is_queued: bool) -> None:
    """Publish the captures in FOLDER (default: CORPUS_DIR). Running it again changes nothing."""
    config = Config.from_env(os.environ)
    if is_queued:
        if is_dry or jobs != 1:
            message = "--queue leaves the work to workers: it goes with neither --jobs nor --dry-run"
            raise ConfigError(message)
        queue(config, folder or config.corpus_dir, prune=prune)
        return
    if is_dry:
        click.echo("Nothing is written; this is what would happen.")
    tell = show_difference if is_dry else _nothing
    publish(config, folder or config.corpus_dir, Options(jobs=jobs, prune=prune, is_dry=is_dry, tell=tell))


@main.command()
def migrate() -> None:
    """Bring the database up to date; safe to run again."""
    open_store(Config.from_env(os.environ)).close()


def publish(config: Config, folder: Path, options: Options | None = None, *, patience: float = PATIENCE) -> Report:
    """Publish the captures of `folder`, with a progress bar on a terminal, and say what became of them.

    `patience` is for how many seconds hubs are told of it.
    """
    require_folder(folder)
    began = time.monotonic()
    with _reading(folder) as progress:
        report = ingest_folder(config, folder, options, progress, patience=patience)
    for line in _summary(report, folder, time.monotonic() - began):
        click.echo(line)
    for refused in report.refused:
        click.echo(refusal(refused), err=True)
    return report


def queue(config: Config, folder: Path, *, prune: bool) -> None:
    """Have workers publish the captures of `folder`, and say how many wait for them."""
    require_folder(folder)
    if not config.is_shared:
        message = "--queue needs PostgreSQL, which workers on other machines reach; set DATABASE_URL, or leave it away"
        raise ConfigError(message)
    # It takes a quarter of a second to load.
    from service.ingest.staging import stage
    from service.queue import defer

    store = open_store(config)
    try:
        with _reading(folder) as progress:
            staged = stage(folder, store, datetime.now(UTC), defer, progress, prune=prune)
    finally:
        store.close()
    click.echo(f"{staged.captures} captures of {folder} wait for `nashra worker`, in {staged.parcels} parcels")
    for refused in staged.refused:
        click.echo(refusal(refused), err=True)


def ingest_folder(
    config: Config,
    folder: Path,
    options: Options | None = None,
    progress: Callable[[str], None] = lambda _name: None,
    *,
    patience: float = PATIENCE,
) -> Report:
    """Publish the captures of `folder` and say nothing."""
    registry = load_registry(config.outlets_file)
    options = replace(options or Options(), overrides=load_overrides(config.overrides_file))
    store = open_store(config)
    try:
        if options.is_dry:
            return ingest(folder, registry, store, lambda: datetime.now(UTC), progress, options)
        with announcing(config, store, patience):
            report = ingest(folder, registry, store, lambda: datetime.now(UTC), progress, options)
            # All of them: those of before may have been rendered by another version.
            render(store)
        return report
    finally:
        store.close()


def show_difference(decision: Decision) -> None:
    """Print what would become of a capture, field by field where it would change."""
    if decision.outcome is Outcome.NEW:
        click.echo(f"{click.style('new', fg='green')} {decision.capture.name}: {decision.article.title}")
    elif decision.outcome is Outcome.CHANGED:
        click.echo(f"{click.style('changed', fg='yellow')} {decision.capture.name}")
        for name, before, after in decision.differences():
            click.echo(f"    {name}: {shortened(before)} -> {shortened(after)}")


def shortened(value: object) -> str:
    """Return a value as it fits on a line."""
    text = str(value)
    return text if len(text) <= LINE else text[:LINE] + "…"


def _nothing(_decision: Decision) -> None:
    """Say nothing of a decision."""


def open_store(config: Config) -> Store:
    """Return the store of a deployment."""
    from service.store import Store

    return Store.open(config.database_url, config.database_read_url)


def require_folder(folder: Path) -> None:
    """Refuse a folder of captures that is not there."""
    if not folder.is_dir():
        message = f"{folder}: no such folder; name the folder of captures, or set CORPUS_DIR"
        raise ConfigError(message)


@contextmanager
def _reading(folder: Path) -> Iterator[Callable[[str], None]]:
    """Show how far the reading of a folder is, on a terminal; gives what is told of each capture."""
    files = count_files(folder)
    with click.progressbar(
        length=files,
        label="Reading captures",
        show_pos=True,
        item_show_func=lambda rate: rate,
        update_min_steps=max(1, files // STEPS),
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
    ) as bar:
        yield _progress(bar.update)


def _progress(update: Callable[[int, str], None]) -> Callable[[str], None]:
    """Return what counts captures by name: `update` is told of each file that is done with, and how fast it goes."""
    began = time.monotonic()
    count, file = 0, None

    def read(name: str) -> None:
        nonlocal count, file
        count += 1
        is_next_file = file_of(name) != file
        file = file_of(name)
        update(int(is_next_file), f"{count / max(time.monotonic() - began, 0.001):.0f} captures/s")

    return read


def counts_of(report: Report) -> str:
    """Return how many captures came to what; withdrawn ones only where there are any."""
    shown = [outcome for outcome in Outcome if outcome is not Outcome.WITHDRAWN or report.outcomes[outcome]]
    counts = ", ".join(f"{report.outcomes[outcome]} {outcome}" for outcome in shown)
    return counts + (f", {report.unread} in files that did not change" if report.unread else "")


def _summary(report: Report, folder: Path, seconds: float) -> Iterator[str]:
    published = f"{report.published} captures of {folder} are published"
    yield f"{published}: {counts_of(report)}; {len(report.refused)} refused ({seconds:.1f} s)"
    if report.removed:
        what = "withdrawn" if report.pruned else "still published; --prune withdraws them"
        names = ", ".join(report.removed[:SHOWN]) + (", …" if len(report.removed) > SHOWN else "")
        yield f"{len(report.removed)} no longer in the folder, {what}: {names}"
    if report.elsewhere:
        yield f"{report.elsewhere} more stay published that are not in this folder; a new DATABASE_URL starts afresh"
    if report.findings:
        yield "Findings: " + ", ".join(f"{code} {number}" for code, number in report.findings.most_common())
