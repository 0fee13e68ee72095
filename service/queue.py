"""The queue of parcels: jobs of procrastinate on PostgreSQL, which workers on any number of machines take.

A job only names its parcel. What must not happen twice is seen to by the backlog (see service.store.backlog), so a job
may run again, or in two places at once, without harm: that of a worker that died is simply given out anew.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import procrastinate
import psycopg
from procrastinate.exceptions import ConnectorException

from service.errors import StoreError, TurnError
from service.ingest.parcels import publish_parcel
from service.ingest.rules import rules_of
from service.publication import published, render
from service.store.engine import driver_arguments

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from procrastinate.jobs import Job

    from service.config import Config
    from service.ingest.rules import Rules
    from service.store import Store

QUEUE = "parcels"
TASK = "publish"
# Seconds between two signs of life of a worker, and after how many without one its job is given to another.
HEARTBEAT, STALLED = 10.0, 30.0
# Seconds between two looks for jobs, for jobs of the dead, and at whose turn it is. New jobs are told of besides.
LOOK, TURN = 1.0, 0.05
# Seconds that a worker waits for those before it: then it gives its job back, as nobody else may be there to do theirs.
PATIENCE = 10.0
# Seconds until what failed is tried again, and until a database that is away is asked again.
PAUSE = 5

log = logging.getLogger(__name__)


class _Again(procrastinate.BaseRetryStrategy):
    """Every job is run until its parcel is settled: the parcel counts its failures, and is refused after some."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> procrastinate.RetryDecision:
        del job
        seconds = 0 if isinstance(exception, TurnError) else PAUSE
        return procrastinate.RetryDecision(retry_in={"seconds": seconds})


def defer(driver: Any, run: int, number: int) -> None:
    """Have a worker publish a parcel, once the transaction of the driver's connection is committed."""
    _deferring().configure_task(TASK, queue=QUEUE, connection=driver).defer(run=run, number=number)


@lru_cache
def _deferring() -> procrastinate.App:
    # Never opened: it writes on connections that it is given.
    return procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


@dataclass(slots=True)
class Worker:
    """Publishes parcels, one at a time, as they are queued; a core keeps one busy."""

    config: Config
    store: Store
    clock: Callable[[], datetime]
    _is_ending: threading.Event = field(default_factory=threading.Event)

    def run(self, *, once: bool = False) -> None:
        """Take jobs until SIGINT or SIGTERM, or where it is `once` until there are none; the main thread's to call.

        A job under way is given back on a signal where it waits, else done. Raises ConfigError.
        """
        self._rules()
        asyncio.run(self._run(once=once))

    async def _run(self, *, once: bool) -> None:
        working = asyncio.ensure_future(self._work_on(once=once))
        loop = asyncio.get_running_loop()

        def end() -> None:
            # Once: a second cancellation would not wait for the job under way.
            if not self._is_ending.is_set():
                self._is_ending.set()
                working.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, end)
        await asyncio.wait([working])
        if not working.cancelled():
            working.result()

    async def _work_on(self, *, once: bool) -> None:
        """Work, and begin anew where the database was away."""
        while True:
            try:
                await self._work(once=once)
            except (ConnectorException, psycopg.Error) as error:
                log.warning("the queue cannot be asked: %s", error.__cause__ or error)
            else:
                if once:
                    return
            await asyncio.sleep(PAUSE)

    async def _work(self, *, once: bool) -> None:
        app = procrastinate.App(connector=procrastinate.PsycopgConnector(kwargs=driver_arguments(self.store.engine), min_size=1))
        app.task(name=TASK, queue=QUEUE, retry=_Again())(self._publish)
        async with app.open_async():
            rescuing = asyncio.create_task(self._rescue(app))
            try:
                await app.run_worker_async(
                    queues=[QUEUE],
                    wait=not once,
                    fetch_job_polling_interval=LOOK,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                    update_heartbeat_interval=HEARTBEAT,
                    stalled_worker_timeout=STALLED,
                )
            finally:
                rescuing.cancel()
                await asyncio.gather(rescuing, return_exceptions=True)

    async def _rescue(self, app: procrastinate.App) -> None:
        """Give out again the jobs of workers that show no sign of life."""
        while True:
            try:
                for job in await app.job_manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=STALLED):
                    await app.job_manager.retry_job(job)
                    log.warning("the worker of %s died; another gets it", job.task_kwargs)
                    run, number = (int(str(job.task_kwargs[name])) for name in ("run", "number"))
                    await asyncio.to_thread(self._fail, run, number, "its worker died")
            except (ConnectorException, StoreError) as error:
                # Another worker was faster, mostly; where the database is away, the worker finds that out too.
                log.debug("giving out jobs again: %s", error)
            await asyncio.sleep(LOOK)

    def _publish(self, run: int, number: int) -> None:
        """Publish a parcel and render its entries; what the whole run means for hubs follows at its end."""
        waited = 0.0

        def waits() -> bool:
            nonlocal waited
            waited += TURN
            return not self._is_ending.wait(TURN) and waited < PATIENCE

        try:
            done = publish_parcel(self.store, self._rules(), run, number, self.clock, waits)
        except TurnError:
            raise
        except Exception as error:
            # Whatever it was, it is counted against the parcel, so that it does not hold up the run for good.
            reason = f"{type(error).__name__}: {error}"
            log.warning("parcel %d of run %d failed: %s", number, run, reason)
            self._fail(run, number, reason)
            raise
        if done is None:
            # Whoever published it may have died before it could queue what hubs are to be told.
            published(self.store, self.config, self.store.revision(), self.clock())
        elif done.is_last:
            published(self.store, self.config, done.run.reached, self.clock())
            counts = ", ".join(f"{count} {outcome}" for outcome, count in done.report.outcomes.items())
            log.info("%s is published: %s; %d refused", done.run.folder, counts or "nothing", len(done.report.refused))
        else:
            render(self.store, done.revisions.start - 1, done.revisions.stop - 1)

    def _fail(self, run: int, number: int, reason: str) -> None:
        with self.store.backlog() as backlog:
            backlog.fail(run, number, reason)

    def _rules(self) -> Rules:
        return rules_of(self.config.outlets_file, self.config.overrides_file)
