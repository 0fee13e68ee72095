"""What can be subscribed to on a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.channels import UNDETERMINED, feed_language, name_of
from service.store import EVERYTHING, Facet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from service.config import Config
    from service.links import Links
    from service.store import Term

MEDIA_TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}
FORM_NAMES = {"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A channel to subscribe to: its title, the language of its entries where it has one alone, its feeds by form."""

    title: str
    language: str | None = None
    urls: Mapping[str, str]

    @classmethod
    def of(cls, term: Term, label: str, links: Links, config: Config) -> Offer:
        """Return the offer of a channel."""
        urls = {form: links.feed(term, form) for form in MEDIA_TYPES}
        if term == EVERYTHING:
            return cls(title=config.site_title, urls=urls)
        is_language = term.facet is Facet.LANGUAGE and term.value != UNDETERMINED
        title = f"{name_of(term, label, config.site_language)} – {config.site_title}"
        return cls(title=title, language=feed_language(term.value) if is_language else None, urls=urls)

    @classmethod
    def of_query(cls, said: Mapping[str, Sequence[str]], name: str, links: Links, config: Config) -> Offer:
        """Return the offer of what parameters ask for, called `name`."""
        urls = {form: links.search_feed(form, said) for form in MEDIA_TYPES}
        return cls(title=f"{name} – {config.site_title}", urls=urls)

    @property
    def atom(self) -> str:
        """The feed that every reader takes."""
        return self.urls["atom"]

    @property
    def opener(self) -> str:
        """The address that opens the feed in the reader that a system has for it."""
        # Readers know `feed:https://...` too, but it is no valid address (WHATWG URL); a site's http leads to its https.
        return f"feed:{self.atom.partition(':')[2]}"

    @property
    def forms(self) -> list[tuple[str, str, str]]:
        """Name, media type and address of each form."""
        return [(FORM_NAMES[form], MEDIA_TYPES[form], url) for form, url in self.urls.items()]
