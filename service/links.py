"""The addresses of everything that is published; all begin with the configured public URL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Links:
    """Absolute addresses below `public_url`."""

    public_url: str

    @property
    def home(self) -> str:
        """The bulletin."""
        return f"{self.public_url}/"

    @property
    def feed(self) -> str:
        """The Atom feed of all entries."""
        return f"{self.public_url}/feeds/all.atom"

    @property
    def outlets(self) -> str:
        """The scheme of categories that name outlets."""
        return f"{self.public_url}/outlets"

    @property
    def sections(self) -> str:
        """The scheme of categories that name sections."""
        return f"{self.public_url}/sections"

    @property
    def tags(self) -> str:
        """The scheme of categories that are tags."""
        return f"{self.public_url}/tags"

    def page(self, cursor: str) -> str:
        """Return a later page of the bulletin."""
        return f"{self.home}?{urlencode({'cursor': cursor})}"

    def article(self, entry_id: UUID) -> str:
        """Return one article as a page."""
        return f"{self.public_url}/articles/{entry_id}"

    def api_article(self, entry_id: UUID) -> str:
        """Return one article in the API."""
        return f"{self.public_url}/api/v1/articles/{entry_id}"

    def api_articles(self, limit: int, cursor: str | None = None) -> str:
        """Return a page of the list of articles in the API."""
        parameters = {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        return f"{self.public_url}/api/v1/articles?{urlencode(parameters)}"
