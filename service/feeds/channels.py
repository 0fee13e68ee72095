"""A channel as it is subscribed to: what its feed is called, in which language it speaks, and where it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.channels import UNDETERMINED, feed_language, name_of
from service.queries import watched_by
from service.store import EVERYTHING, ArticleQuery, Facet, Order, Term

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from service.config import Config
    from service.links import Links
    from service.store import Archive, Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A channel as it is subscribed to: its query, the channel that tells whether it changed, and its addresses.

    `term` is None for the feed of a query, whose `said` are then the parameters in the address.
    """

    query: ArticleQuery
    watched: Term
    term: Term | None = None
    said: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def to(cls, term: Term) -> Subscription:
        """Return the subscription to a channel."""
        include = frozenset() if term == EVERYTHING else frozenset({term})
        return cls(query=ArticleQuery(include=include, order=Order.REVISION), watched=term, term=term)

    @classmethod
    def to_query(cls, query: ArticleQuery, said: Mapping[str, Sequence[str]]) -> Subscription:
        """Return the subscription to a query in the order of revision."""
        return cls(query=query, watched=watched_by(query), said=said)

    def url(self, links: Links, form: str, **more: str) -> str:
        """Return the address of the feed in a form; `more` are further parameters."""
        if self.term is None:
            return links.search_feed(form, {**self.said, **more})
        return links.feed(self.term, form, more)

    def archive_url(self, links: Links, archive: Archive, form: str) -> str:
        """Return the address of an archive."""
        assert self.term is not None
        return links.archive(self.term, archive, form)

    def page(self, links: Links) -> str:
        """Return the page of the channel for people."""
        return links.channel(self.term) if self.term else links.search(self.said)

    def title(self, channel: Channel, config: Config) -> str:
        """Return what the feed is called."""
        if self.term == EVERYTHING:
            return config.site_title
        return f"{self._name(channel, config)} – {config.site_title}"

    def language(self, config: Config) -> str:
        """Return the language in which the feed speaks of itself."""
        if self.term and self.term.facet is Facet.LANGUAGE and self.term.value != UNDETERMINED:
            return feed_language(self.term.value) or config.site_language
        return config.site_language

    def _name(self, channel: Channel, config: Config) -> str:
        if self.term is None:
            said = [value for name, values in sorted(self.said.items()) if not name.startswith("not_") for value in values]
            return " ".join(said) or config.site_title
        return name_of(self.term, channel.label, config.site_language)
