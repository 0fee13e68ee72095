"""What articles are gathered by: outlets, tags, authors, sections and languages, each with its count and its feeds."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from flask import Response, redirect

from schemas.articles import OutletDetailBody
from schemas.collections import CollectionBody, CollectionQuery, StatsBody, StatsQuery, ValueBody
from service.api.blueprints import Blueprint
from service.api.fragments import dump
from service.channels import term_named
from service.conditional import Validators
from service.documents import Document, answer, has_current
from service.errors import ChannelNotFoundError, ContradictionError
from service.formats import CONTENT_TYPES
from service.links import COLLECTIONS, FACETS
from service.queries import query_of, watched_by
from service.services import services
from service.store import ArticleQuery, Facet, Term

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.article import Outlet
    from service.store import Channel, Reader

RENDERING = "collections-1"
FORMS = ("atom", "rss", "json")
COLLECTION, VALUE, STATS, OUTLET = CollectionBody(), ValueBody(), StatsBody(), OutletDetailBody()
# Counted in their order; others by how many they are.
# A chart of days is one of a year at most.
MOST_DAYS = timedelta(days=366)
IN_TIME = frozenset({"day", "month"})

collections = Blueprint("collections", "", "What articles are gathered by.")
stats = Blueprint("stats", "/stats", "How many articles there are, for charts.")


def _list(collection: str) -> Callable[..., Any]:
    """Return the view that lists the values of a collection."""
    facet = FACETS[collection]

    @collections.arguments(CollectionQuery, location="query")
    @collections.response(200, CollectionBody)
    @collections.fails(400, 404, 409, 503)
    def list_values(loaded: dict[str, Any]) -> Any:
        query = query_of(loaded)

        def body(reader: Reader) -> bytes:
            found = reader.facet(facet, query, loaded["limit"])
            outlets = reader.outlets([each.value for each in found]) if facet is Facet.OUTLET else {}
            items = [_value(Term(facet, each.value), each.label, each.count, outlets.get(each.value)) for each in found]
            return dump(COLLECTION.dump({"items": items}))

        return _answer(query, (collection, loaded["limit"]), body)

    list_values.__doc__ = f"List the {collection} with the most articles, the most first.\n\nOf a query its first 10,000 count."
    return cast("Callable[..., Any]", list_values)


def _get(collection: str) -> Callable[..., Any]:
    """Return the view of one value of a collection."""
    facet = FACETS[collection]

    @collections.response(200, ValueBody)
    @collections.alt_response(301, description="Its address has another spelling.", success=True)
    @collections.fails(404)
    def get_value(key: str) -> Any:
        term, links, store = term_named(collection, key), services().links, services().store
        if term.value != key:
            return redirect(links.api_value(term), 301)
        channel = store.channel(term)
        if not channel.is_known:
            raise ChannelNotFoundError(facet.value, key)

        def body(reader: Reader) -> bytes:
            outlet = reader.outlets([key]).get(key) if facet is Facet.OUTLET else None
            return dump(VALUE.dump(_value(term, channel.label, reader.channel(term).count, outlet)))

        return _answer(ArticleQuery(include=frozenset({term})), ("one", collection), body)

    get_value.__doc__ = f"Return one of the {collection}.\n\nBy its key; another spelling leads to it (301)."
    return cast("Callable[..., Any]", get_value)


for name in COLLECTIONS.values():
    collections.add_url_rule(f"/{name}", f"list_{name}", _list(name), methods=["GET"])
    collections.add_url_rule(f"/{name}/<key>", f"get_{name}", _get(name), methods=["GET"])


@stats.get("")
@stats.arguments(StatsQuery, location="query")
@stats.response(200, StatsBody)
@stats.fails(400, 404, 409, 503)
def get_stats(loaded: dict[str, Any]) -> Any:
    """Count articles by one of their values.

    By day within a period of a year at most; by month, outlet or another value of a query its first 10,000 count.
    """
    query, by = query_of(loaded), loaded["by"]
    if by == "day":
        _require_days(query)

    def body(reader: Reader) -> bytes:
        if by == "day":
            items = [{"value": day.isoformat(), "name": day.isoformat(), "count": count} for day, count in reader.days(query)]
        else:
            found = reader.facet(Facet(by), query, loaded["limit"])
            items = [{"value": each.value, "name": each.label or each.value, "count": each.count} for each in found]
        if by in IN_TIME:
            items.sort(key=lambda item: str(item["value"]))
        return dump(STATS.dump({"by": by, "total": reader.total(query), "items": items[: loaded["limit"]]}))

    return _answer(query, (by, loaded["limit"]), body)


def _require_days(query: ArticleQuery) -> None:
    """Refuse days without a period, or with one longer than a year; raises ContradictionError."""
    period = query.published
    if period is None or period.since is None or period.until is None:
        raise ContradictionError("by", "days are counted within `since` and `until`, both of the publication")
    if period.until - period.since > MOST_DAYS:
        raise ContradictionError("until", f"days are counted within a year: at most {MOST_DAYS.days} of them")


def _value(term: Term, label: str, count: int, outlet: Outlet | None) -> dict[str, Any]:
    links = services().links
    body = {
        "key": term.value,
        "name": label or term.value,
        "count": count,
        "url": links.api_value(term),
        "articles_url": links.api_articles({term.facet.value: term.value}),
        "page_url": links.channel(term),
        "feeds": {form: links.feed(term, form) for form in FORMS},
    }
    return body | ({"outlet": OUTLET.dump(outlet)} if outlet else {})


def _answer(query: ArticleQuery, asked: tuple[object, ...], body: Callable[[Reader], bytes]) -> Response:
    """Answer with what `body` makes of one state, unless the client has it."""
    store, watched = services().store, watched_by(query)

    def validators_of(channel: Channel) -> Validators:
        state = (channel.digest, channel.label, channel.count)
        return Validators.of(RENDERING, services().links, query, asked, state, changed=channel.changed)

    found = store.channel(watched)
    validators = validators_of(found)
    written = None
    if not has_current(validators):
        with store.reader(is_limited=True) as reader:
            found = reader.channel(watched)
            validators, written = validators_of(found), body(reader)
    return answer(Document(body=written, validators=validators, watched=(watched, found)), CONTENT_TYPES["json"])
