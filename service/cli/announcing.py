"""What tells WebSub hubs of changes: after each command that publishes, beside the server, and as a command of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from service import logs
from service.cli.commands import main
from service.config import Config
from service.errors import ConfigError
from service.publication import published

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from service.store import Store
    from service.websub import Deliverer

# Seconds that a command that publishes spends on hubs; a hub that is slow or away is left to the server or a worker.
PATIENCE = 2.0
# Seconds that the server waits for its worker to end.
ENDING = 5


@contextmanager
def announcing(config: Config, store: Store, patience: float = PATIENCE) -> Iterator[None]:
    """See to what follows once something is published in the block, and tell the hubs of it, for so many seconds.

    What is left is left to a worker.
    """
    since = store.revision()
    yield
    published(store, config, since, _now())
    if not config.websub_hubs or not patience:
        return
    from service.websub import HEAD_START

    if store.pings_left():
        time.sleep(HEAD_START.total_seconds())
    _deliverer(config, store).deliver(patience)
    if left := store.pings_left():
        click.echo(f"{left} pings to hubs wait for `nashra serve`, `nashra worker` or the next ingest", err=True)


@main.command()
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
@click.option("--with-parent", is_flag=True, hidden=True, help="Tell hubs only, and end with the process that started this one.")
def worker(*, once: bool, with_parent: bool) -> None:
    """Publish what `nashra ingest --queue` left to workers, and tell WebSub hubs (WEBSUB_HUBS) of changes.

    Until Ctrl+C or SIGTERM. Any number may run, on any machines that share a PostgreSQL database. `nashra serve` tells
    hubs itself.
    """
    from service.store import Store

    config = Config.from_env(os.environ)
    has_queue = config.is_shared and not with_parent
    if not config.websub_hubs and not has_queue:
        message = "WEBSUB_HUBS names no hub; there is nobody to tell"
        raise ConfigError(message)
    parent = os.getppid()
    _interrupt_once()
    logs.set_up(logs.form_for(config.log_format))
    store = Store.open(config.database_url)
    deliverer = _deliverer(config, store)
    try:
        if has_queue:
            _publish_queued(config, store, deliverer, once=once)
        if once:
            click.echo(f"{deliverer.deliver()} pings delivered, {store.pings_left()} left")
        elif not has_queue:
            deliverer.run(time.sleep, lambda: not with_parent or os.getppid() == parent)
    except KeyboardInterrupt:
        # What is not delivered stays in the database.
        pass
    finally:
        store.close()


def _publish_queued(config: Config, store: Store, deliverer: Deliverer, *, once: bool) -> None:
    """Publish what is queued until this process is to end, and tell hubs meanwhile; `once` only what waits now."""
    # It takes a quarter of a second to load, which those who have no queue need not wait for.
    from service.queue import Worker

    if config.websub_hubs and not once:
        # A daemon: what it has not delivered stays in the database.
        threading.Thread(target=deliverer.run, args=(time.sleep,), daemon=True).start()
    Worker(config, store, _now).run(once=once)


class Beside:
    """A worker beside the server, as a process of its own: the server forks its own, and threads do not survive that."""

    def __init__(self, config: Config) -> None:
        """Have none yet, and none at all where no hub is named."""
        self._is_wanted = bool(config.websub_hubs)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, once the feeds that hubs will fetch can be fetched."""
        if self._is_wanted:
            self._process = subprocess.Popen([sys.executable, "-m", "service", "worker", "--with-parent"])

    def stop(self) -> None:
        """End it."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(ENDING)
        except subprocess.TimeoutExpired:
            self._process.kill()


def _interrupt_once() -> None:
    """Make KeyboardInterrupt of the first signal that ends: a server that is stopped by Ctrl+C sends another after it."""
    is_ending = False

    def end(_number: int, _frame: FrameType | None) -> None:
        nonlocal is_ending
        if not is_ending:
            is_ending = True
            raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)


def _deliverer(config: Config, store: Store) -> Deliverer:
    from service.websub import Deliverer

    return Deliverer.of(config, store, _now)


def _now() -> datetime:
    return datetime.now(UTC)
