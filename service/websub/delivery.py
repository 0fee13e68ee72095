"""Telling hubs what is queued for them: all hubs at once, each of topic after topic."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import version
from threading import Thread
from typing import TYPE_CHECKING, Self

from service.errors import StoreError
from service.websub.answers import GIVE_UP_AFTER, Verdict
from service.websub.hub import tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from service.config import Config
    from service.store import Ping, Store
    from service.websub.answers import Answer

# Seconds that a hub has to answer.
TIMEOUT = 5.0
# Pings claimed at once, and for how long: longer than all of them can take. Those of a process that was killed wait.
PORTION = 10
CLAIM = timedelta(minutes=2)
# Seconds between two looks for what is due.
LOOK = 2.0
# Seconds to note what became of pings once the time for them is over: what is not noted waits until its claim lapses.
NOTING = 0.5

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Round:
    """What became of claimed pings."""

    unsent: list[Ping]
    settled: list[Ping] = field(default_factory=list)
    failed: list[tuple[Ping, Answer]] = field(default_factory=list)
    told: int = 0
    away: Answer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliverer:
    """Delivers the pings of a store to hubs, as `agent`. Several may do so at once: each ping is sent by one."""

    store: Store
    hubs: tuple[str, ...]
    agent: str
    clock: Callable[[], datetime]
    chance: Callable[[], float] = random.random

    @classmethod
    def of(cls, config: Config, store: Store, clock: Callable[[], datetime]) -> Self:
        """Return who delivers for a deployment."""
        agent = f"Nashra/{version('nashra')} (+{config.public_url})"
        return cls(store=store, hubs=tuple(dict.fromkeys(config.websub_hubs)), agent=agent, clock=clock)

    def deliver(self, seconds: float | None = None) -> int:
        """Tell hubs all that is due, within so many seconds where they are given; returns how many pings were taken.

        What cannot be delivered stays, to be tried again or given up. Raises StoreError.
        """
        end = None if seconds is None else self.clock() + timedelta(seconds=seconds)
        told: list[int] = []
        threads = [self._begin(hub, end, told) for hub in self.store.waiting_hubs(self.hubs, self.clock())]
        for thread in threads:
            left = self._left(end)
            thread.join(None if left is None else max(left, 0) + NOTING)
        return sum(told)

    def run(self, sleep: Callable[[float], object], goes_on: Callable[[], bool] = lambda: True) -> None:
        """Deliver what is due and what becomes due, while `goes_on`; a hub that is slow holds no other up."""
        busy: dict[str, Thread] = {}
        while goes_on():
            try:
                for hub in self.store.waiting_hubs(self.hubs, self.clock()):
                    if hub not in busy or not busy[hub].is_alive():
                        busy[hub] = self._begin(hub, None, [])
            except StoreError as error:
                log.warning("looking for news for hubs: %s", error)
            sleep(LOOK)

    def _begin(self, hub: str, end: datetime | None, told: list[int]) -> Thread:
        # A daemon, so that a hub whose name is still being looked up keeps no process from ending.
        thread = Thread(target=self._tell_hub, args=(hub, end, told), name=f"hub {hub}", daemon=True)
        thread.start()
        return thread

    def _tell_hub(self, hub: str, end: datetime | None, told: list[int]) -> None:
        try:
            while claimed := self._claim(hub, end):
                done = self._send(hub, claimed, end)
                told.append(done.told)
                self._settle(hub, done)
        except StoreError as error:
            log.warning("news for %s: %s", hub, error)

    def _claim(self, hub: str, end: datetime | None) -> list[Ping]:
        if self._is_over(end):
            return []
        with self.store.outbox() as outbox:
            now = self.clock()
            return outbox.claim(hub, now, now + CLAIM, PORTION)

    def _send(self, hub: str, claimed: Iterable[Ping], end: datetime | None) -> _Round:
        """Tell a hub of topics until it is away or the time is over."""
        done = _Round(unsent=list(claimed))
        while done.unsent and done.away is None:
            if self._is_over(end):
                break
            ping, left = done.unsent[0], self._left(end)
            answer = tell(hub, ping.topic, TIMEOUT if left is None else min(TIMEOUT, left), self.agent)
            if answer.verdict is Verdict.AWAY:
                # Whom we gave less time than is due to a hub is not known to be away.
                if not self._is_over(end):
                    done.away = answer
                break
            done.unsent.pop(0)
            if answer.verdict is Verdict.FAILED:
                done.failed.append((ping, answer))
                continue
            done.settled.append(ping)
            done.told += answer.verdict is Verdict.TAKEN
            if answer.verdict is Verdict.REFUSED:
                log.warning("%s refuses to hear of %s: %s", hub, ping.topic, answer.reason)
        return done

    def _settle(self, hub: str, done: _Round) -> None:
        dropped = 0
        with self.store.outbox() as outbox:
            now = self.clock()
            outbox.remove(done.settled)
            outbox.release(done.unsent)
            for ping, answer in done.failed:
                due = answer.again(ping.attempts, now, self.chance())
                log.info("%s failed to hear of %s: %s; again at %s", hub, ping.topic, answer.reason, due)
                outbox.retry(ping, due)
            if done.settled or done.failed:
                outbox.recover(hub)
            if done.away:
                until = done.away.again(outbox.failures(hub), now, self.chance())
                log.warning("%s cannot be told of changes: %s; again at %s", hub, done.away.reason, until)
                outbox.rest(hub, until)
            if done.unsent or done.failed:
                dropped = outbox.drop(hub, now - GIVE_UP_AFTER)
        if dropped:
            log.warning("%s could not be told of %d changes for a day; they are given up", hub, dropped)

    def _is_over(self, end: datetime | None) -> bool:
        return end is not None and self.clock() >= end

    def _left(self, end: datetime | None) -> float | None:
        return None if end is None else (end - self.clock()).total_seconds()
