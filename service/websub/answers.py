"""What a hub's answer means, and when to ask again. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from http import HTTPStatus

# Seconds before another try, doubled each time; what comes by chance keeps many publishers from asking at once.
FIRST_PAUSE, LONGEST_PAUSE = 30, 6 * 3600
# For how long a hub is asked to take news: older news has been met by polling.
GIVE_UP_AFTER = timedelta(hours=24)
# No pause is longer, whatever a hub wishes.
LONGEST_WISH = GIVE_UP_AFTER


class Verdict(Enum):
    """What became of a ping."""

    TAKEN = auto()
    # The hub does not want it, and will not: it is given up.
    REFUSED = auto()
    # The hub failed with this one, and may take others.
    FAILED = auto()
    # The hub cannot be asked at all.
    AWAY = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a hub answered a ping; `status` is None where it did not. `retry_after` is the header of that name."""

    status: int | None = None
    reason: str = ""
    retry_after: str | None = None

    @property
    def verdict(self) -> Verdict:
        """What became of the ping."""
        status = self.status
        if status is None or status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
            return Verdict.AWAY
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return Verdict.TAKEN
        if status == HTTPStatus.REQUEST_TIMEOUT or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            # A time that is named holds for the hub, whatever the status.
            return Verdict.AWAY if self.retry_after else Verdict.FAILED
        return Verdict.REFUSED

    def again(self, failures: int, now: datetime, chance: float) -> datetime:
        """Return when to ask again after so many failures before; `chance` is between 0 and 1."""
        pause = timedelta(seconds=min(FIRST_PAUSE * 2 ** min(failures, 20), LONGEST_PAUSE) * (1 + chance) / 2)
        return now + min(max(pause, self._wish(now)), LONGEST_WISH)

    def _wish(self, now: datetime) -> timedelta:
        said = (self.retry_after or "").strip()
        if said.isascii() and said.isdigit():
            return timedelta(seconds=min(int(said[:9]), LONGEST_WISH.total_seconds()))
        try:
            moment = parsedate_to_datetime(said)
        except ValueError:
            return timedelta()
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
