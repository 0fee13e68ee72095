"""Which feeds changed, and the queueing of pings for them."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from service.links import COLLECTIONS, Links
from service.store import Facet
from service.websub.answers import GIVE_UP_AFTER

if TYPE_CHECKING:
    from datetime import datetime

    from service.config import Config
    from service.store import Store, Term

FORMS = ("atom", "rss", "json")
# What has the most subscribers is told first. Feeds of queries are missing: which of them change, nobody knows.
ORDER = (Facet.ALL, Facet.OUTLET, Facet.LANGUAGE, Facet.SECTION, Facet.AUTHOR, Facet.TAG)
assert set(ORDER) == {Facet.ALL, *COLLECTIONS}
# Feeds that a hub is told of by one publication: the first ingest of an archive changes a hundred thousand.
MOST_TOPICS = 1_000
# A hub fetches a feed as soon as it is told of it, and would pass the old one on if it came before all who serve know of
# the change: on PostgreSQL they learn of it within 250 ms, with a replica a little later.
HEAD_START = timedelta(seconds=0.5)

log = logging.getLogger(__name__)


def announce(store: Store, config: Config, since: int, now: datetime) -> int:
    """Queue a ping for each hub and each feed that changed; returns how many. Without hubs nothing is done.

    A hub that was told before is told of what changed since then, even where who published that was killed before it
    could queue; a new one of what changed after the revision `since`. A feed that waits already is told once. Of what a
    new database was filled with only the last day is news: on some platforms that happens at each start.
    """
    hubs = tuple(dict.fromkeys(config.websub_hubs))
    if not hubs:
        return 0
    links, most, queued = Links(config.public_url), MOST_TOPICS // len(FORMS), 0
    with store.outbox() as outbox:
        outbox.keep_only(hubs)
        for hub in hubs:
            changed = outbox.changed(outbox.reach(hub, since), now - GIVE_UP_AFTER, ORDER, most + 1)
            if len(changed) > most:
                log.warning("more than %d channels changed; %s is told of the first of them", most, hub)
            topics = _topics(links, changed[:most])
            outbox.queue(hub, topics, now, now + HEAD_START)
            queued += len(topics)
    return queued


def _topics(links: Links, changed: list[Term]) -> list[str]:
    return [links.feed(term, form) for term in changed for form in FORMS]
