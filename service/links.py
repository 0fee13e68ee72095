"""The addresses of everything that is published; all begin with the configured public URL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from service.store import EVERYTHING, Facet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from service.store import Archive, Term

    Parameters = Mapping[str, str | Sequence[str]]

# The facets whose values can be subscribed to, as addresses name them.
COLLECTIONS = {
    Facet.OUTLET: "outlets",
    Facet.TAG: "tags",
    Facet.AUTHOR: "authors",
    Facet.SECTION: "sections",
    Facet.LANGUAGE: "languages",
}
FACETS = {name: facet for facet, name in COLLECTIONS.items()}
# What stands in the rendered fragments that are kept until a document is made: a public URL can change.
ANYWHERE_URL = "https://public-url.invalid"


@dataclass(frozen=True, slots=True)
class Links:
    """Absolute addresses below `public_url`."""

    public_url: str

    @property
    def home(self) -> str:
        """The bulletin."""
        return f"{self.public_url}/"

    @property
    def feeds(self) -> str:
        """The page of all feeds."""
        return f"{self.public_url}/feeds"

    @property
    def opml(self) -> str:
        """All feeds as a list that readers import."""
        return f"{self.public_url}/feeds.opml"

    @property
    def opensearch(self) -> str:
        """What tells browsers how to search here."""
        return f"{self.public_url}/opensearch.xml"

    @property
    def sitemap(self) -> str:
        """The list of all pages for search engines, in parts."""
        return f"{self.public_url}/sitemap.xml"

    def sitemap_part(self, name: str) -> str:
        """Return a part of the list of all pages."""
        return f"{self.public_url}/sitemaps/{name}.xml"

    @property
    def stylesheet(self) -> str:
        """How a browser shows a feed to a person."""
        return f"{self.public_url}/static/feed.css"

    @property
    def icon(self) -> str:
        """The sign of the site."""
        return f"{self.public_url}/static/icon.svg"

    @property
    def openapi(self) -> str:
        """The description of the API."""
        return f"{self.public_url}/api/v1/openapi.json"

    @property
    def api_docs(self) -> str:
        """The page on which the API can be tried."""
        return f"{self.public_url}/api/docs"

    @property
    def about(self) -> str:
        """What the site is."""
        return f"{self.public_url}/about"

    def collection(self, facet: Facet) -> str:
        """Return the page of a facet, which is also the scheme of the categories that name its values."""
        return f"{self.public_url}/{COLLECTIONS[facet]}"

    def channel(self, term: Term, parameters: Parameters | None = None) -> str:
        """Return the page of a channel."""
        return self.search(parameters or {}) if term == EVERYTHING else f"{self.public_url}{_path(term)}{_query(parameters)}"

    def feed(self, term: Term = EVERYTHING, form: str = "atom", parameters: Parameters | None = None) -> str:
        """Return the feed of a channel in a form (`atom`, `rss` or `json`)."""
        return f"{self.public_url}/feeds{_path(term)}.{form}{_query(parameters)}"

    def archive(self, term: Term, archive: Archive, form: str) -> str:
        """Return an archive of a channel."""
        parameters = {"part": str(archive.part)} if archive.part > 1 else None
        return f"{self.public_url}/feeds{_path(term)}/archives/{archive.month}.{form}{_query(parameters)}"

    def search_feed(self, form: str, parameters: Parameters) -> str:
        """Return the feed of a query."""
        return f"{self.public_url}/feeds/search.{form}{_query(parameters)}"

    def search(self, parameters: Parameters) -> str:
        """Return the bulletin with the articles of a query."""
        return f"{self.home}{_query(parameters)}"

    def article(self, entry_id: UUID) -> str:
        """Return one article as a page."""
        return f"{self.public_url}/articles/{entry_id}"

    def evidence(self, entry_id: UUID) -> str:
        """Return why an article has its values as a page."""
        return f"{self.article(entry_id)}/evidence"

    def api_article(self, entry_id: UUID) -> str:
        """Return one article in the API."""
        return f"{self.public_url}/api/v1/articles/{entry_id}"

    def api_articles(self, parameters: Parameters | None = None) -> str:
        """Return a list of articles in the API."""
        return f"{self.public_url}/api/v1/articles{_query(parameters)}"

    def api_value(self, term: Term) -> str:
        """Return a value of a collection in the API."""
        return f"{self.public_url}/api/v1{_path(term)}"

    def api(self, path: str, parameters: Parameters | None = None) -> str:
        """Return what stands at a path of the API."""
        return f"{self.public_url}/api/v1/{path}{_query(parameters)}"

    def settle(self, rendered: bytes) -> bytes:
        """Return what was rendered for ANYWHERE as it is here."""
        return rendered.replace(ANYWHERE_URL.encode(), self.public_url.encode())


ANYWHERE = Links(ANYWHERE_URL)


def _path(term: Term) -> str:
    return "/all" if term == EVERYTHING else f"/{COLLECTIONS[term.facet]}/{quote(term.value, safe='')}"


def _query(parameters: Parameters | None) -> str:
    return f"?{urlencode(parameters, doseq=True)}" if parameters else ""
