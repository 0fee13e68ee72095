"""The pages of channels: which there are, and what each holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import redirect, request

from schemas.pages import PageQuery, PlainQuery
from service.arguments import arguments
from service.channels import collection_name, name_of, term_named
from service.documents import has_current
from service.errors import ChannelNotFoundError
from service.links import COLLECTIONS, FACETS
from service.services import services
from service.store import EVERYTHING, ArticleQuery, Facet, Term
from service.web.offers import Offer
from service.web.pages import LENGTH, Page, respond, unchanged, validators_of
from service.web.words import words_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask import Response

    from service.article import Outlet
    from service.store import Archive, Channel, FacetCount, Reader
    from service.store import Page as Found

# Values of a facet that its page and the page of feeds name: those with the most articles.
MOST_VALUES = 500
MOST_FEEDS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A channel in a list: its name, how many articles it has, its page, and its feeds."""

    name: str
    count: int
    url: str
    offer: Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The channels of a facet with the most articles; where it `has_more`, the page of the facet names others."""

    name: str
    url: str
    values: Sequence[Listed]
    has_more: bool


def collection(collection: str) -> Response:
    """Show the values of a facet with the most articles."""
    facet = FACETS[collection]
    return _of_everything(lambda reader, _: _collection(facet, reader.facet(facet, limit=MOST_VALUES + 1)), "collection", facet)


def feeds() -> Response:
    """Show all that can be subscribed to."""
    return _of_everything(lambda reader, _: _feeds(reader), "feeds")


def about() -> Response:
    """Say what the site is and how it works things out."""
    return _of_everything(lambda _, found: _about(found.count), "about")


def channel(collection: str, said: str) -> Response:
    """Show an outlet, tag, author, section or language, with its latest articles."""
    term, store, links = term_named(collection, said), services().store, services().links
    if term.value != said:
        # In the order they came, as the same address has to move to the same.
        return redirect(links.channel(term, request.args.to_dict(flat=False)), 301)  # type: ignore[return-value]
    cursor = arguments(PageQuery).get("cursor")
    found = store.channel(term)
    if not found.is_known:
        raise ChannelNotFoundError(term.facet.value, term.value)
    if has_current(validators := validators_of(found, term, cursor)):
        return unchanged(validators)
    with store.reader() as reader:
        found = reader.channel(term)
        listed = reader.page(ArticleQuery(include=frozenset({term}), limit=LENGTH, cursor=cursor))
        archive = reader.last_archive(term) if listed.next and links.is_static else None
    page = _channel(term, found, listed, cursor, archive)
    return respond(page, validators_of(found, term, cursor), (term, found))


def _of_everything(make: Callable[[Reader, Channel], Page], *said: object) -> Response:
    arguments(PlainQuery)
    store = services().store
    if has_current(validators := validators_of(store.channel(), *said)):
        return unchanged(validators)
    with store.reader() as reader:
        found = reader.channel()
        page = make(reader, found)
    return respond(page, validators_of(found, *said), (EVERYTHING, found))


def _collection(facet: Facet, found: Sequence[FacetCount]) -> Page:
    language, words = words_in(services().config.site_language)
    name = collection_name(facet, language)
    return Page(
        template="collection.html",
        url=services().links.collection(facet),
        title=name,
        description=f"{name}{words['colon']}{services().config.site_title}",
        values={"values": _listed(facet, found[:MOST_VALUES]), "shown": MOST_VALUES if len(found) > MOST_VALUES else None},
    )


def _feeds(reader: Reader) -> Page:
    language, words = words_in(services().config.site_language)
    groups = [
        Group(
            name=collection_name(facet, language),
            url=services().links.collection(facet),
            values=_listed(facet, found[:MOST_FEEDS]),
            has_more=len(found) > MOST_FEEDS,
        )
        for facet in COLLECTIONS
        if (found := reader.facet(facet, limit=MOST_FEEDS + 1))
    ]
    title = words["all_feeds"]
    return Page(
        template="feeds.html", url=services().links.feeds, title=title, description=words["feeds_how"], values={"groups": groups}
    )


def _about(count: int) -> Page:
    language, words = words_in(services().config.site_language)
    values = {"text": f"about/{language}.html", "count": count}
    return Page(
        template="about.html", url=services().links.about, title=words["about"], description=words["about_short"], values=values
    )


def _channel(term: Term, channel: Channel, listed: Found, cursor: str | None, archive: Archive | None) -> Page:
    config, links = services().config, services().links
    language, words = words_in(config.site_language)
    name = name_of(term, channel.label, language)
    kind = words[term.facet]

    def at(cursor: str | None) -> str | None:
        return links.channel(term, {"cursor": cursor}) if cursor else None

    return Page(
        template="channel.html",
        url=at(cursor) or links.channel(term),
        title=name,
        description=f"{kind}{words['colon']}{name}. {words['total']}{words['colon']}{channel.count}.",
        offers=(Offer.of(term, channel.label, links, config),),
        is_part=cursor is not None,
        values={
            "kind": kind,
            "collection": (collection_name(term.facet, language), links.collection(term.facet)),
            "count": channel.count,
            "outlet": _outlet(term, listed),
            "entries": listed.entries,
            "older": links.archive_page(term, archive) if archive else at(listed.next),
            "newer": at(listed.previous),
            "newest": links.channel(term) if cursor else None,
            "filtered": links.search({term.facet: term.value}),
        },
    )


def _outlet(term: Term, listed: Found) -> Outlet | None:
    """Return the facts of an outlet: each of its articles knows them."""
    if term.facet is not Facet.OUTLET or not listed.entries:
        return None
    return listed.entries[0].article.outlet


def _listed(facet: Facet, found: Sequence[FacetCount]) -> list[Listed]:
    config, links = services().config, services().links
    language, _ = words_in(config.site_language)
    return [
        Listed(
            name=name_of(term, counted.label, language),
            count=counted.count,
            url=links.channel(term),
            offer=Offer.of(term, counted.label, links, config),
        )
        for counted in found
        for term in (Term(facet, counted.value),)
    ]
