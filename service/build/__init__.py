"""The whole site as files: what the application answers, written down for hosts that run nothing.

Documents are asked of the application itself, so that a file holds what a server would send. Where only files answer, no
address has parameters (see `Links.is_static`): feeds lead from their first page to monthly archives, and so do pages.
Beside a running service the files are its own answers, and requests with parameters go on to it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from service.build.files import HOME, Folder
from service.build.manifest import Manifest
from service.build.parts import parts_of
from service.build.pool import worked
from service.errors import BuildError
from service.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from service.build.settings import Settings

__all__ = ["Report", "build"]

# A build goes over the site again where something was published meanwhile, but not for good.
MOST_PASSES = 3
# What may lie in a folder that no build wrote to yet: that of a version control, the name of a site.
EXPECTED = ("CNAME",)


@dataclass(slots=True, kw_only=True)
class Report:
    """What a build did; `unnameable` are the documents whose name no file can have.

    Where it went over the site again, because something was published meanwhile, what is unchanged is that of the last time.
    """

    written: int = 0
    unchanged: int = 0
    removed: int = 0
    bytes_written: int = 0
    parts: int = 0
    parts_unchanged: int = 0
    seconds: float = 0
    unnameable: tuple[str, ...] = ()
    is_current: bool = True


def build(settings: Settings, folder: Path) -> Report:
    """Write the site to `folder`: what changed since the last build there, and nothing else.

    Raises BuildError where the folder is another's, or a build is under way in it.
    """
    began = time.monotonic()
    _require_ours(folder)
    home = folder / HOME
    home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        message = f"another build is writing to {folder}"
        raise BuildError(message) from error
    try:
        for left in home.glob("*.tmp"):
            left.unlink()
        report = Report()
        with Manifest(home / "manifest.db", settings.stamp) as manifest:
            _pass_until_current(settings, folder, manifest, report)
    finally:
        lock.release()
    report.seconds = time.monotonic() - began
    return report


def _pass_until_current(settings: Settings, folder: Path, manifest: Manifest, report: Report) -> None:
    store = Store.open(settings.config.database_url)
    try:
        for _ in range(MOST_PASSES):
            before = store.now()
            _pass(settings, folder, manifest, store, report)
            report.is_current = store.now() == before
            if report.is_current:
                return
    finally:
        store.close()


def _pass(settings: Settings, folder: Path, manifest: Manifest, store: Store, report: Report) -> None:
    manifest.begin()
    report.parts = report.parts_unchanged = report.unchanged = 0
    report.unnameable = ()
    asked = ((part, manifest.known(part.name)) for part in parts_of(store))
    for part, done in worked(settings, folder, asked):
        report.parts += 1
        report.unnameable += done.unnameable
        if done.rows is None:
            report.parts_unchanged += 1
            report.unchanged += manifest.keep(part.name)
            continue
        manifest.put(part.name, done)
        report.written += done.written
        report.unchanged += len(done.rows) - done.written
        report.bytes_written += done.size
    files = Folder(folder, settings.codings)
    while gone := list(islice(manifest.gone(), 1_000)):
        for name in gone:
            files.remove(name)
        manifest.forget(gone)
        report.removed += len(gone)
    manifest.end()


def _require_ours(folder: Path) -> None:
    """Refuse a folder with files that no build wrote: theirs might have the same names."""
    if not folder.exists() or (folder / HOME).exists():
        return
    if not folder.is_dir():
        message = f"{folder} is no folder"
        raise BuildError(message)
    if other := next((one.name for one in folder.iterdir() if not one.name.startswith(".") and one.name not in EXPECTED), None):
        message = f"{folder} holds files that no build wrote, such as {other}; give an empty folder, or a new one"
        raise BuildError(message)
