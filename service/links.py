"""The addresses of everything that is published; all begin with the configured public URL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from service.store import EVERYTHING, Facet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
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
API = "/api/v1"
# The addresses of articles in the API, as rendered fragments have them.
API_ARTICLE = re.compile(re.escape(f"{ANYWHERE_URL}{API}/articles/".encode()) + rb"[0-9a-f-]{36}(?:/evidence)?")


@dataclass(frozen=True, slots=True)
class Links:
    """Absolute addresses below `public_url`.

    Where the site `is_static`, files answer: nobody there reads parameters, and a name has to end with what the file is.
    Parameters of the API are then part of the path; pages and feeds have addresses that need none.
    """

    public_url: str
    is_static: bool = False

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
        return f"{self.public_url}{API}/openapi.json"

    @property
    def api_docs(self) -> str:
        """The page on which the API can be tried."""
        return self.openapi if self.is_static else f"{self.public_url}/api/docs"

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
        """Return an archive of a channel as a feed."""
        return f"{self.public_url}/feeds{_path(term)}/archives/{archive.name}.{form}"

    def archive_page(self, term: Term, archive: Archive) -> str:
        """Return an archive of a channel as a page."""
        return f"{self.public_url}{'' if term == EVERYTHING else _path(term)}/archives/{archive.name}"

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
        return self.api(f"articles/{entry_id}")

    def api_evidence(self, entry_id: UUID) -> str:
        """Return why an article has its values in the API."""
        return self.api(f"articles/{entry_id}/evidence")

    def api_articles(self, parameters: Parameters | None = None) -> str:
        """Return a list of articles in the API."""
        return self.api("articles", parameters)

    def api_value(self, term: Term) -> str:
        """Return a value of a collection in the API."""
        return self.api(_path(term).removeprefix("/"))

    def api(self, path: str, parameters: Parameters | None = None) -> str:
        """Return what stands at a path of the API."""
        at = f"{self.public_url}{API}/{path}"
        return f"{'/'.join([at, *_segments(parameters or {})])}.json" if self.is_static else f"{at}{_query(parameters)}"

    def settle(self, rendered: bytes) -> bytes:
        """Return what was rendered for ANYWHERE as it is here."""
        if self.is_static:
            rendered = API_ARTICLE.sub(rb"\g<0>.json", rendered)
        return rendered.replace(ANYWHERE_URL.encode(), self.public_url.encode())


ANYWHERE = Links(ANYWHERE_URL)


def _path(term: Term) -> str:
    return "/all" if term == EVERYTHING else f"/{COLLECTIONS[term.facet]}/{quote(term.value, safe='')}"


def _query(parameters: Parameters | None) -> str:
    return f"?{urlencode(parameters, doseq=True)}" if parameters else ""


def _segments(parameters: Parameters) -> Iterator[str]:
    """Yield the parameters of a list as parts of a path; the first page is the list itself, and all are of one size."""
    for name, values in parameters.items():
        for value in [values] if isinstance(values, str) else values:
            if name != "page_size" and (name, value) != ("page", "1"):
                yield f"{name}/{quote(value, safe='')}"
