"""Which documents a part of a site has, and where each is asked for and written."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from schemas.articles import MOST_NUMBERED
from schemas.collections import MOST_VALUES
from service.build import hosts
from service.build.files import file_of
from service.build.parts import ARTICLES, CHANNEL, LIST, SETTLED, WHOLE
from service.links import API, COLLECTIONS
from service.store import EVERYTHING, Archive, ArticleQuery
from service.web.discovery import PART
from service.web.offers import MEDIA_TYPES
from service.web.pages import LENGTH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flask import Flask

    from service.build.parts import Part
    from service.build.settings import Settings
    from service.store import Channel, Reader, Store, Term

# Articles on a page of a list of the API.
LISTED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document: where it is asked for, with which status it is answered, and in which file it is kept.

    `state` tells whether it changed, where that is known before it is made. `body` is that of a file which no server has.
    """

    path: str
    file: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    state: str = ""
    body: bytes | None = None


class Plan:
    """Tells which documents a site has."""

    def __init__(self, app: Flask, store: Store, settings: Settings) -> None:
        """Plan the site of an application."""
        self._app, self._store, self._settings = app, store, settings
        self._links = settings.links

    def state(self, part: Part) -> str:
        """Return what tells whether a document of a part changed, by few reads of the database."""
        if part.kind == SETTLED:
            return SETTLED
        with self._store.reader() as reader:
            if part.kind in (CHANNEL, LIST):
                return _state(reader.channel(part.term))
            if part.kind == WHOLE:
                channel = reader.channel()
                return f"{channel.lineage} {channel.revision} {_state(channel)}"
            return reader.range_state(part.number, ARTICLES)

    def documents(self, part: Part, has_archives: Callable[[], bool]) -> Iterator[Document]:
        """Yield the documents of a part; `has_archives` tells whether one of its feeds, when asked for, led to archives."""
        if part.kind == SETTLED:
            yield from self._settled()
        elif part.kind == WHOLE:
            yield from self._whole()
        elif part.kind == LIST:
            yield from self._list(part.term)
        elif part.kind == CHANNEL:
            yield from self._channel(part.term, has_archives)
        else:
            with self._store.reader() as reader:
                found = reader.range(part.number, ARTICLES)
            for article_id, _ in found:
                yield self._at(self._links.article(article_id))
                yield self._at(self._links.evidence(article_id))
                yield self._at(f"{API}/articles/{article_id}")
                yield self._at(f"{API}/articles/{article_id}/evidence")

    def _settled(self) -> Iterator[Document]:
        folder = Path(str(self._app.static_folder))
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            yield self._at(f"/static/{file.relative_to(folder).as_posix()}")
        yield self._at(f"{API}/openapi.json")
        yield self._at("/robots.txt")
        if self._settings.is_beside:
            yield self._at("/opensearch.xml")
        yield Document(path="/404.html", file="404.html", headers={"accept": "text/html"}, status=404)
        yield from (Document(path=f"/{name}", file=name, body=body) for name, body in hosts.files(self._app, self._settings))

    def _whole(self) -> Iterator[Document]:
        links, is_beside = self._links, self._settings.is_beside
        for url in (links.home, links.about, links.feeds, links.opml, links.sitemap, links.sitemap_part("pages")):
            yield self._at(url)
        with self._store.reader() as reader:
            numbers = reader.ranges(PART)
            undated = 0 if is_beside else reader.total(ArticleQuery(has_date=False)).count
        yield from (self._at(links.sitemap_part(f"articles-{number}")) for number in numbers)
        for facet, name in COLLECTIONS.items():
            yield self._at(links.collection(facet))
            yield self._at(f"{API}/{name}", query="" if is_beside else f"limit={MOST_VALUES}")
        if not is_beside:
            yield self._named(f"{API}/stats", {"by": "month"}, {"limit": str(MOST_VALUES)})
            yield from self._pages({"lacks": "date"}, undated)

    def _list(self, term: Term) -> Iterator[Document]:
        if not self._settings.is_beside:
            said = {} if term == EVERYTHING else {term.facet.value: term.value}
            yield from self._pages(said, self._store.channel(term).count)
        elif term == EVERYTHING:
            yield self._at(f"{API}/articles")

    def _channel(self, term: Term, has_archives: Callable[[], bool]) -> Iterator[Document]:
        links, is_beside = self._links, self._settings.is_beside
        yield from (self._at(links.feed(term, form)) for form in MEDIA_TYPES)
        if term != EVERYTHING:
            yield self._at(links.channel(term))
            yield self._at(f"{API}/{COLLECTIONS[term.facet]}/{links.channel(term).rpartition('/')[2]}")
            if not is_beside:
                yield from self._list(term)
        forms, has_pages = MEDIA_TYPES if has_archives() else (), not is_beside and self._store.channel(term).count > LENGTH
        if not forms and not has_pages:
            return
        with self._store.reader() as reader:
            for archive, state in _archives(reader, term):
                yield from (self._at(links.archive(term, archive, form), state=state) for form in forms)
                if has_pages:
                    yield self._at(links.archive_page(term, archive), state=state)

    def _pages(self, said: Mapping[str, str], count: int) -> Iterator[Document]:
        """Yield the pages of a list of the API, as deep as pages have numbers."""
        for number in range(1, max(1, -(-min(count, MOST_NUMBERED) // LISTED)) + 1):
            yield self._named(f"{API}/articles", {**said, "page": str(number)}, {"page_size": str(LISTED)})

    def _named(self, path: str, named: Mapping[str, str], more: Mapping[str, str]) -> Document:
        """Return what parameters of the API ask for; `more` of them have no part in its name."""
        file = file_of(self._links.api(path.removeprefix(f"{API}/"), named).removeprefix(self._links.public_url))
        return Document(path=path, query=urlencode({**named, **more}), file=file)

    def _at(self, url: str, *, query: str = "", state: str = "") -> Document:
        path = url.removeprefix(self._links.public_url)
        return Document(path=path, query=query, file=file_of(path), state=state)


def _state(channel: Channel) -> str:
    return f"{channel.digest} {channel.count} {channel.withdrawn} {channel.changed} {channel.label}"


def _archives(reader: Reader, term: Term) -> Iterator[tuple[Archive, str]]:
    """Yield the archives of a channel, each with what tells whether it changed."""
    label = reader.channel(term).label
    for last in reader.months(term):
        for number in range(last.part, 0, -1):
            archive = Archive(last.month, number)
            found = reader.archive(term, archive)
            told = zip(found.places, reader.related(found.places), strict=True)
            revisions = " ".join(f"{place.revision} {' '.join(map(str, related))}" for place, related in told)
            around = " ".join(one.name for one in (found.previous, found.next) if one)
            yield archive, f"{label} {around} {revisions}"
