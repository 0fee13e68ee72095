"""The pings that hubs still have to get: one for each topic and hub, until it is delivered or given up.

Whoever delivers claims pings first, in the transaction of the only writer, so that no two send the same. A claim moves
`due` ahead, and that instant is its proof: where it stands there no more, the topic changed meanwhile or the claim lapsed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from service.store import rows
from service.store.facets import Facet, Term
from service.store.tables import channels, hubs, lineage, pings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Table
    from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """News of a topic for a hub, claimed until it lapses; `attempts` is how often the hub failed to take it."""

    hub: str
    topic: str
    due: datetime
    lapses: datetime
    attempts: int = 0


class Outbox:
    """Queues pings, gives them out and notes what became of them, in one transaction of the only writer."""

    def __init__(self, connection: Connection) -> None:
        """Work on `connection`, whose transaction the caller owns."""
        self._connection = connection

    def reach(self, hub: str, since: int) -> int:
        """Note that a hub is told of all that is published by now; returns the revision up to which it was told before.

        That is `since` for a hub that was never told anything.
        """
        now = self._connection.execute(select(lineage.c.revision)).scalar_one()
        before = self._connection.execute(select(hubs.c.announced).where(hubs.c.hub == hub)).scalar()
        statement = self._insert(hubs).values(hub=hub, announced=now, failures=0, rests_until=0)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["hub"], set_={"announced": now}))
        return since if before is None else before

    def changed(self, since: int, after: datetime, facets: Sequence[Facet], limit: int) -> list[Term]:
        """Return the channels that changed after the revision `since`, in the order of `facets`, the latest first.

        Where that is the beginning, a new database was filled, and those count that changed after an instant.
        """
        order = case({facet.value: place for place, facet in enumerate(facets)}, value=channels.c.facet)
        # By the place and not by the facet, or SQLite would walk all channels of a facet instead of what changed.
        wanted = channels.c.revision > since, order.is_not(None)
        found = select(channels.c.facet, channels.c.value).where(*wanted)
        if since == 0:
            found = found.where(channels.c.changed > rows.to_micros(after))
        ordered = found.order_by(order, channels.c.revision.desc(), channels.c.value).limit(limit)
        return [Term(Facet(row.facet), row.value) for row in self._connection.execute(ordered)]

    def queue(self, hub: str, topics: Sequence[str], now: datetime, due: datetime) -> None:
        """Have a hub told from `due` on of topics that changed now, in their order; what waits already is told once."""
        if not topics:
            return
        statement = self._insert(pings)
        changes = {name: statement.excluded[name] for name in ("queued", "due", "attempts")}
        queued, last = rows.to_micros(now), rows.to_micros(due)
        # Each a microsecond earlier than the next: that is their order.
        values = [
            {"hub": hub, "topic": topic, "queued": queued, "due": last - place, "attempts": 0}
            for place, topic in enumerate(reversed(topics))
        ]
        self._connection.execute(statement.on_conflict_do_update(index_elements=["hub", "topic"], set_=changes), values)

    def claim(self, hub: str, now: datetime, until: datetime, most: int) -> list[Ping]:
        """Take pings that are due, up to `most`; unless settled they are due again at `until`. None while the hub rests."""
        at, lapse = rows.to_micros(now), rows.to_micros(until)
        resting = select(hubs.c.hub).where(hubs.c.hub == hub, hubs.c.rests_until > at).exists()
        due = select(pings).where(pings.c.hub == hub, pings.c.due <= at, ~resting).order_by(pings.c.due).limit(most)
        found = self._connection.execute(due).all()
        if found:
            here = pings.c.hub == hub, pings.c.topic.in_([row.topic for row in found])
            self._connection.execute(update(pings).where(*here).values(due=lapse))
        return [
            Ping(hub=hub, topic=row.topic, due=rows.from_micros(row.due), lapses=until, attempts=row.attempts) for row in found
        ]

    def remove(self, claimed: Iterable[Ping]) -> None:
        """Let go of claimed pings; those whose topic changed meanwhile stay."""
        self._settle(delete(pings), claimed)

    def release(self, claimed: Iterable[Ping]) -> None:
        """Give claimed pings back as they were."""
        for ping in claimed:
            self._settle(update(pings).values(due=rows.to_micros(ping.due)), [ping])

    def retry(self, ping: Ping, due: datetime) -> None:
        """Have a claimed ping tried again, as one more of its attempts."""
        self._settle(update(pings).values(due=rows.to_micros(due), attempts=ping.attempts + 1), [ping])

    def rest(self, hub: str, until: datetime) -> None:
        """Ask nothing of a hub before `until`, as one more of its failures."""
        changed = update(hubs).where(hubs.c.hub == hub)
        self._connection.execute(changed.values(failures=hubs.c.failures + 1, rests_until=rows.to_micros(until)))

    def recover(self, hub: str) -> None:
        """Note that a hub answers."""
        changed = update(hubs).where(hubs.c.hub == hub, hubs.c.failures > 0)
        self._connection.execute(changed.values(failures=0, rests_until=0))

    def failures(self, hub: str) -> int:
        """Return how often in a row a hub could not be asked."""
        return self._connection.execute(select(hubs.c.failures).where(hubs.c.hub == hub)).scalar() or 0

    def drop(self, hub: str, before: datetime) -> int:
        """Give up what a hub should have been told of before an instant; returns how many pings."""
        old = pings.c.hub == hub, pings.c.queued < rows.to_micros(before)
        return self._connection.execute(delete(pings).where(*old)).rowcount

    def keep_only(self, named: Collection[str]) -> None:
        """Forget all hubs but these."""
        for table in (pings, hubs):
            self._connection.execute(delete(table).where(table.c.hub.not_in(named)))

    def _settle(self, statement: Any, claimed: Iterable[Ping]) -> None:
        values = [{"at_hub": p.hub, "at_topic": p.topic, "at_due": rows.to_micros(p.lapses)} for p in claimed]
        here = [pings.c[name] == bindparam(f"at_{name}") for name in ("hub", "topic", "due")]
        if values:
            self._connection.execute(statement.where(*here), values)

    def _insert(self, table: Table) -> PostgresqlInsert | SqliteInsert:
        return (postgresql_insert if self._connection.dialect.name == "postgresql" else sqlite_insert)(table)


def waiting(connection: Connection, named: Collection[str], now: datetime) -> set[str]:
    """Return those of the hubs that have pings due and do not rest."""
    at = rows.to_micros(now)
    joined = select(pings.c.hub).distinct().join_from(pings, hubs, pings.c.hub == hubs.c.hub)
    return set(connection.execute(joined.where(pings.c.hub.in_(named), pings.c.due <= at, hubs.c.rests_until <= at)).scalars())


def left(connection: Connection) -> int:
    """Return how many pings wait."""
    return int(connection.execute(select(func.count()).select_from(pings)).scalar_one())
