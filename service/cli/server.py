"""The server: what is published is served, and what is said and seen to before that."""

from __future__ import annotations

import multiprocessing
import os
import pkgutil
import signal
import socket
import sys
import tempfile
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
import structlog

from service import logs
from service.cli.announcing import Beside
from service.cli.commands import complain
from service.cli.draining import drain_on_sigterm
from service.cli.interrupting import Interrupt
from service.cli.platform import warnings
from service.cli.publishing import ingest_folder, open_store, publish, require_folder
from service.errors import ConfigError, ServiceError
from service.ingest.decide import Outcome
from service.links import Links

if TYPE_CHECKING:
    from collections.abc import Iterator
    from wsgiref.types import WSGIApplication

    from service.config import Config

# Seconds: how long requests may take to be finished once the service is asked to end, where platforms kill after 10 or
# more; and how long a client may take to send the head of a request.
DRAIN, HEAD = 5, 10
# What shells say of a program that SIGTERM ended.
ENDED = 128 + signal.SIGTERM
# The server's own lines go where ours go, in the same form.
SERVER_LOGS: dict[str, Any] = {"loggers": {name: {"propagate": True} for name in ("_granian", "granian.access")}}

log = structlog.get_logger()


def run(config: Config, host: str, *, first_ingest: bool) -> None:
    """Serve until the service is asked to end, after publishing the corpus where that is wanted."""
    form = logs.form_for(config.log_format)
    logs.set_up(form)
    _require_free(host, config.port)
    if first_ingest:
        _publish_apart(config, form)
    store = open_store(config)
    for warning in warnings(config, os.environ, host, store):
        log.warning(warning)
    store.close()
    with _shared_counts():
        _serve(config, host, form)


def _serve(config: Config, host: str, form: str) -> None:
    """Serve in processes that are replaced when they die."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    server = Granian(
        "service.wsgi:app",
        address=host,
        port=config.port,
        interface=Interfaces.WSGI,
        workers=config.web_concurrency,
        blocking_threads=1,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD * 1000),
        log_level=LogLevels.warning,
        log_dictconfig=SERVER_LOGS,
        respawn_failed_workers=True,
        workers_kill_timeout=DRAIN,
    )
    server.main_loop_interrupt = Interrupt(lambda: server.interrupt_signal)
    beside = Beside(config)
    server.on_startup(lambda: _announce(config, form))
    server.on_startup(beside.start)
    # A worker that is asked to end before it is up would only note it down, as the server's handler does, and be killed.
    os.register_at_fork(after_in_child=_end_at_once)
    try:
        server.serve(target_loader=_load)
    finally:
        beside.stop()


def _end_at_once() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def _load(target: str) -> WSGIApplication:
    """Return what a worker serves, in the worker."""
    return drain_on_sigterm(lambda: pkgutil.resolve_name(target))


def _announce(config: Config, form: str) -> None:
    links = Links(config.public_url)
    api = links.api_articles()
    if form == "json":
        log.info("serving", bulletin=links.home, feed=links.feed(), api=api, port=config.port, workers=config.web_concurrency)
    else:
        click.echo(f"Bulletin  {links.home}\nFeed      {links.feed()}\nAPI       {api}\nPress Ctrl+C to stop.")


def _publish_apart(config: Config, form: str) -> None:
    """Publish the corpus in a process whose memory goes with it, as workers begin with what this one holds."""
    # Asked to end meanwhile, this process takes the other along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(ENDED))
    process = multiprocessing.Process(target=_publish, args=(config, form), daemon=True)
    # What is raised while a process forks is only printed: the signal waits.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    process.start()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    process.join()
    if process.exitcode:
        sys.exit(process.exitcode)


def _publish(config: Config, form: str) -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    # Hubs fetch what they are told of, so nobody tells them before it is served.
    try:
        if form == "text":
            publish(config, config.corpus_dir, patience=0)
        else:
            _publish_and_log(config)
    except ServiceError as error:
        complain(error)
        sys.exit(2)


def _publish_and_log(config: Config) -> None:
    """Publish the corpus; say what became of it in lines for programs."""
    require_folder(config.corpus_dir)
    began = time.monotonic()
    report = ingest_folder(config, config.corpus_dir, patience=0)
    for refused in report.refused:
        log.warning("refused", name=refused.name, code=refused.issue.code, reason=refused.issue.message)
    counts = {outcome.value: report.outcomes[outcome] for outcome in Outcome}
    took = round(time.monotonic() - began, 2)
    log.info("published", folder=str(config.corpus_dir), **counts, findings=dict(report.findings), seconds=took)


@contextmanager
def _shared_counts() -> Iterator[None]:
    """Give the workers a folder in which they count together, which goes with the server; one that is set stays."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="nashra-metrics-", ignore_cleanup_errors=True) as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


def _require_free(host: str, port: int) -> None:
    """Refuse a port that is taken: the server would share it with its like, and each would get half the requests."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # What the kernel keeps of a server that has just ended is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = f"PORT={port}: {error.strerror} on {host}; stop what listens there, or set another PORT"
            raise ConfigError(message) from error
