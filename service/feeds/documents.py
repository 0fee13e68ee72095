"""A feed, from a subscription to bytes: an envelope around entries that were rendered before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from service.feeds import budget, fragments, paging
from service.feeds.feed import Feed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from service.config import Config
    from service.feeds.channels import Subscription
    from service.links import Links
    from service.store import Archive, ArticleQuery, Channel, Place, Reader, Tombstone

# Room for the envelope in the budget of bytes.
ENVELOPE = 6_000
# Withdrawn entries that a feed names.
MOST_DELETED = 50
# How often readers need not ask again, in seconds: a quarter of the usual time between two entries, within bounds.
SHORTEST, LONGEST = 60, 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for: a subscription in a form, with whole articles or summaries, and where the page begins."""

    subscription: Subscription
    form: str
    is_full: bool
    limit: int
    cursor: str | None = None
    parameters: Mapping[str, str]

    @property
    def is_plain(self) -> bool:
        """Whether it is the first page of a channel, as everybody gets it."""
        return self.subscription.term is not None and self.cursor is None and not self.parameters


@dataclass(frozen=True, slots=True)
class Written:
    """A feed as it is answered with: its bytes, and what it says of itself."""

    body: bytes
    feed: Feed

    @property
    def max_age(self) -> int:
        """For how many seconds readers need not ask again."""
        return self.feed.ttl * 60

    def link_header(self, media_type: str) -> str:
        """Return the links as RFC 8288 has them in a header; a hub is sought there first."""
        links = {"self": self.feed.url, "alternate": self.feed.page, **self.feed.relations}
        typed = [
            f'<{url}>; rel="{name}"; type="{"text/html" if name == "alternate" else media_type}"' for name, url in links.items()
        ]
        return ", ".join([*typed, *(f'<{hub}>; rel="hub"' for hub in self.feed.hubs)])


@dataclass(frozen=True, slots=True)
class Press:
    """Writes the feeds of a site."""

    config: Config
    links: Links

    @property
    def appearance(self) -> tuple[object, ...]:
        """All settings on which the bytes of a feed depend."""
        config = self.config
        return self.links, config.site_title, config.site_language, config.websub_hubs, config.feed_bytes

    def page(self, reader: Reader, asked: Asked, channel: Channel) -> Written:
        """Return a page of a feed; raises CursorError, SearchError."""
        subscription = asked.subscription
        query = replace(subscription.query, limit=asked.limit)
        begin = replace(query, cursor=paging.cursor_in(reader, query, asked.cursor)) if asked.cursor else query
        found = reader.places(begin)
        entries, shown = self._entries(reader, asked, found.places)
        has_next = found.next is not None or len(shown) < len(found.places)
        relations = {} if self.links.is_static else self._pages(reader, asked, query, channel, shown, has_next=has_next)
        # Where only files answer, what one page holds is all that there is of a channel.
        is_archived = asked.cursor is None and subscription.term and (has_next or not self.links.is_static)
        if is_archived and subscription.term and (archive := reader.last_archive(subscription.term)):
            relations["prev-archive"] = subscription.archive_url(self.links, archive, asked.form)
        deleted: Sequence[Tombstone] = ()
        if asked.cursor is None and subscription.term and channel.withdrawn:
            since = shown[-1].revision if has_next and shown else 0
            deleted = reader.tombstones(subscription.term, since, MOST_DELETED)
        feed = self._feed(asked, channel, relations, reader.revised(shown), deleted)
        return self._written(feed, asked.form, entries)

    def archive(self, reader: Reader, asked: Asked, channel: Channel, archive: Archive) -> Written | None:
        """Return an archive of a channel, its newest entries first; None where there is none."""
        subscription = asked.subscription
        assert subscription.term is not None
        found = reader.archive(subscription.term, archive)
        if not found.places:
            return None
        places = found.places[::-1]
        entries, shown = self._entries(reader, asked, places)
        relations = {"current": subscription.url(self.links, asked.form)}
        for relation, neighbour in (("prev-archive", found.previous), ("next-archive", found.next)):
            if neighbour:
                relations[relation] = subscription.archive_url(self.links, neighbour, asked.form)
        revised = reader.revised(shown)
        feed = self._feed(asked, replace(channel, changed=max(revised)), relations, revised)
        url = subscription.archive_url(self.links, archive, asked.form)
        return self._written(replace(feed, url=url, is_archive=True, hubs=()), asked.form, entries)

    def delta(self, reader: Reader, asked: Asked, channel: Channel, since: int) -> Written:
        """Return the first page with only those of its entries that changed after the revision `since`."""
        query = replace(asked.subscription.query, limit=asked.limit)
        places = tuple(place for place in reader.places(query).places if place.revision > since)
        entries, shown = self._entries(reader, asked, places)
        return self._written(self._feed(asked, channel, {}, reader.revised(shown)), asked.form, entries)

    def _last(self, reader: Reader, asked: Asked, query: ArticleQuery, channel: Channel) -> str | None:
        """Return the address of the last page; None of a query so large that nobody counts it."""
        count = channel.count
        if asked.subscription.term is None:
            total = reader.total(query)
            if not total.is_exact:
                return None
            count = total.count
        return self._after(reader, asked, paging.before_last(reader, query, count))

    def _after(self, reader: Reader, asked: Asked, places: Sequence[Place] | None) -> str:
        """Return the address of the page that follows these places, of the first where there are none."""
        return self._url(asked, paging.cursor_of(reader.identities(places[-paging.ANCHORS :])) if places else None)

    def _pages(
        self, reader: Reader, asked: Asked, query: ArticleQuery, channel: Channel, shown: Sequence[Place], *, has_next: bool
    ) -> dict[str, str]:
        """Return the pages around the one that shows these entries, by relation."""
        relations = {"first": self._url(asked)}
        if last := self._last(reader, asked, query, channel):
            relations["last"] = last
        if has_next and shown:
            relations["next"] = self._after(reader, asked, shown)
        if asked.cursor and shown:
            relations["previous"] = self._after(reader, asked, paging.before(reader, query, shown[0]))
        return relations

    def _entries(self, reader: Reader, asked: Asked, places: Sequence[Place]) -> tuple[list[bytes], Sequence[Place]]:
        read = fragments.read(reader, places, asked.form, self.links)
        entries = budget.within(read, self.config.feed_bytes - ENVELOPE, is_full=asked.is_full)
        return entries, places[: len(entries)]

    def _feed(
        self,
        asked: Asked,
        channel: Channel,
        relations: Mapping[str, str],
        revised: Sequence[datetime],
        deleted: Sequence[Tombstone] = (),
    ) -> Feed:
        subscription = asked.subscription
        title = subscription.title(channel, self.config)
        return Feed(
            links=self.links,
            id=subscription.url(self.links, "atom"),
            url=self._url(asked, asked.cursor),
            page=subscription.page(self.links),
            title=title,
            description=title,
            language=subscription.language(self.config),
            changed=channel.changed,
            ttl=_rhythm(revised) // 60,
            relations=relations,
            deleted=deleted,
            # Hubs are told of whole channels, at their plain addresses: who subscribed to another would wait in vain.
            hubs=self.config.websub_hubs if asked.is_plain else (),
        )

    def _url(self, asked: Asked, cursor: str | None = None) -> str:
        more = dict(asked.parameters) | ({"cursor": cursor} if cursor else {})
        return asked.subscription.url(self.links, asked.form, **more)

    def _written(self, feed: Feed, form: str, entries: Sequence[bytes]) -> Written:
        body = fragments.FORMATS[form].envelope(feed).around(entries)
        return Written(body, feed)


def _rhythm(revised: Sequence[datetime]) -> int:
    """Return for how many seconds a feed is good whose entries were revised at these times."""
    gaps = sorted((later - earlier).total_seconds() for earlier, later in pairwise(sorted(revised)))
    usual = gaps[len(gaps) // 2] / 4 if gaps else SHORTEST
    return int(min(max(usual, SHORTEST), LONGEST))
