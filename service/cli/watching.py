"""The command that publishes a folder whenever it changes."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import click

from service.cli.commands import complain, main, refusal
from service.cli.publishing import counts_of, ingest_folder, jobs_option, require_folder
from service.config import Config
from service.errors import ServiceError
from service.ingest import Options
from service.ingest.decide import Outcome
from service.ingest.memory import Memory
from service.ingest.reader import name_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.ingest import Report

# Milliseconds: a change is acted on once nothing changes for STEP, at the latest after DEBOUNCE; LOOK is how often
# a wait for changes is interrupted, to see whether it is time to try again.
STEP, DEBOUNCE, LOOK = 200, 2000, 500
# Seconds before another try, doubled each time.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0


class _Watcher:
    """Publishes a folder when asked, and asks itself again, later and later, while that fails."""

    def __init__(self, publish: Callable[[frozenset[str]], Report]) -> None:
        self._publish = publish
        self._named: frozenset[str] = frozenset()
        self._pause = FIRST_PAUSE
        self._due = monotonic()
        self._refused: set[str] = set()

    def look(self, changed: frozenset[str]) -> None:
        """Publish where files of these names changed, or where another try is due."""
        self._named |= changed
        if changed or monotonic() >= self._due:
            try:
                self._tell(self._publish(self._named))
            except ServiceError as error:
                complain(error)
                click.echo(f"nashra: trying again in {self._pause:.0f} s", err=True)
                self._due, self._pause = monotonic() + self._pause, min(2 * self._pause, LONGEST_PAUSE)
            else:
                self._due, self._pause, self._named = float("inf"), FIRST_PAUSE, frozenset()

    def _tell(self, report: Report) -> None:
        refused = {refusal(each) for each in report.refused}
        for line in sorted(refused - self._refused):
            click.echo(line, err=True)
        if report.outcomes[Outcome.NEW] or report.outcomes[Outcome.CHANGED] or refused != self._refused:
            click.echo(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ} {counts_of(report)}; {len(refused)} refused")
        self._refused = refused


@main.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@jobs_option
def watch(folder: Path | None, jobs: int) -> None:
    """Publish the captures in FOLDER (default: CORPUS_DIR), now and after each change, until Ctrl+C or SIGTERM."""
    config = Config.from_env(os.environ)
    folder = folder or config.corpus_dir
    require_folder(folder)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    click.echo(f"Watching {folder}; press Ctrl+C to stop.")

    memory = Memory()

    def publish(named: frozenset[str]) -> Report:
        require_folder(folder)
        return ingest_folder(config, folder, Options(jobs=jobs, memory=memory, named=named))

    try:
        _watch(folder, _Watcher(publish))
    except KeyboardInterrupt:
        click.echo("Stopped; what was published stays.")


def _watch(folder: Path, watcher: _Watcher) -> None:
    import watchfiles

    root = folder.resolve()

    def is_visible(_change: watchfiles.Change, path: str) -> bool:
        return not any(part.startswith(".") for part in Path(path).relative_to(root).parts)

    # The first look comes when the watching has begun, so that no change falls between the two.
    for changes in watchfiles.watch(
        root, watch_filter=is_visible, debounce=DEBOUNCE, step=STEP, rust_timeout=LOOK, yield_on_timeout=True
    ):
        watcher.look(frozenset(name_of(Path(path).relative_to(root)) for _, path in changes))
