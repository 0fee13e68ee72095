"""Reads a folder into the backlog: parcels of captures, which workers on other machines publish.

Workers share no disk with the folder, so parcels carry the captures themselves, and whatever the folder says of files
that are gone. What is read here is what a local ingest would read, and a parcel is what it would write at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from service.ingest.batch import batches
from service.ingest.intake import Intake, gone_from, is_removed
from service.ingest.report import Report

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from service.article import Capture
    from service.ingest.reader import Refused
    from service.store import Store

    # Has a worker publish a parcel: it gets the driver's connection of the transaction that adds it, the run and its number.
    Defer = Callable[[Any, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """What waits for workers now: how many captures in how many parcels; and what was refused."""

    captures: int
    parcels: int
    refused: Sequence[Refused]


def stage(
    folder: Path,
    store: Store,
    now: datetime,
    defer: Defer,
    progress: Callable[[str], None] = lambda _name: None,
    *,
    prune: bool = False,
) -> Staged:
    """Have workers publish the captures below `folder`; `progress` is called with the name of each that was read.

    Workers may begin before the folder is read to its end. Raises StoreError, and RunReplacedError where another begins
    with the same folder meanwhile.
    """
    intake = Intake(progress, [])
    is_gone = gone_from(folder)
    place = str(folder.resolve())
    with store.backlog() as backlog:
        run = backlog.begin(place, now, Report().content(), prune=prune)
    _, reached = store.now()
    parcels = 0

    def add(captures: Sequence[Capture]) -> None:
        nonlocal parcels
        gone = _moved_from(captures, store, is_gone)
        with store.backlog() as backlog:
            backlog.add(run, parcels, captures, gone)
            defer(backlog.driver, run, parcels)
        parcels += 1

    for batch in batches(intake.captures(folder, None), lambda capture: len(capture.raw)):
        add(batch)
    names, kept = intake.names, intake.kept
    with store.reader() as reader:
        captured = reader.captured_in(place)
        before = {name: id_ for sequence, name, id_ in captured if sequence <= reached and name not in names}
    gone = {name: id_ for name, id_ in before.items() if is_removed(name, kept, is_gone)}
    with store.backlog() as backlog:
        # The last parcel has no captures; who publishes it ends the run.
        backlog.add(run, parcels, (), ())
        backlog.close(run, parcels + 1, Report(refused=intake.refused).content()["refused"], gone)
        defer(backlog.driver, run, parcels)
    return Staged(captures=len(names), parcels=parcels, refused=intake.refused)


def _moved_from(captures: Sequence[Capture], store: Store, is_gone: Callable[[str], bool]) -> set[str]:
    """Return the sources of those published entries of the same content as new captures whose files are gone."""
    with store.reader() as reader:
        known = reader.hashes([capture.source for capture in captures])
        same = reader.known_content([capture for capture in captures if capture.source not in known])
    return {entry.article.source for entry in same.values() if is_gone(entry.article.source)}
