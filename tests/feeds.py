"""What a feed says of itself, for tests of the formats."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from service.feeds.feed import Feed
from service.links import Links

LINKS = Links("https://news.example.org")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_feed(form: str = "atom", **said: Any) -> Feed:
    """Return a feed; what is not said is plausible."""
    url = LINKS.feed(form=form)
    values = {"id": LINKS.feed(), "url": url, "page": LINKS.home, "title": "نشرة", "description": "نشرة", "language": "ar"}
    return Feed(links=LINKS, **{**values, "changed": NOON, "ttl": 10} | said)
