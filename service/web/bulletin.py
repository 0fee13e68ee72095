"""The bulletin: the articles that a person asks for, and what else there is to ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import redirect, request

from schemas.pages import BulletinQuery
from service import search
from service.arguments import arguments
from service.article import RTL_LANGUAGES
from service.documents import has_current
from service.errors import QueryTimeoutError
from service.links import COLLECTIONS
from service.queries import query_of, watched_by
from service.services import services
from service.store import EVERYTHING, Facet, Order
from service.web import filters
from service.web.chart import Chart, chart_of
from service.web.days import month_name
from service.web.offers import Offer
from service.web.pages import LENGTH, Page, respond, unchanged, validators_of
from service.web.ways import Ways
from service.web.words import words_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from flask import Response

    from service.article import Article
    from service.store import ArticleQuery, FacetCount, Reader, Term, Total
    from service.store import Page as Found

    Pieces = list[tuple[str, bool]]

# Months that a chart may need, and more values than any facet shows.
MOST_VALUES = 1_000
LONGEST_TITLE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many articles there are, and of which values of each facet; None where counting would take too long."""

    total: Total | None = None
    facets: Mapping[Facet, Sequence[FacetCount]] | None = None


def show() -> Response:
    """Show the articles that the parameters ask for, the latest first; those sought by words, with these in the title first."""
    if emptied := _without_empty():
        return redirect(emptied, 302)  # type: ignore[return-value]
    loaded = arguments(BulletinQuery)
    said, cursor = filters.said_in(loaded, request.args), loaded.get("cursor")
    order = Order.RELEVANCE if "q" in said else Order.PUBLISHED
    query = query_of(loaded, order=order, limit=LENGTH, cursor=cursor)
    store, watched = services().store, watched_by(query)
    if has_current(validators := validators_of(store.channel(watched), said, cursor)):
        return unchanged(validators)
    with store.reader(is_limited=True) as reader:
        channel = reader.channel(watched)
        found = reader.page(query)
        names = _names(reader, query)
        months = reader.months(EVERYTHING) if services().links.is_static else []
    counted = _count(query)
    page = _page(query, found, counted, names, Ways(links=services().links, said=said, months=months))
    if counted.facets is None:
        # What could not be counted in time may be the next time: it is not kept, nor taken for the whole page.
        return respond(page, validators_of(channel, said, cursor, counted), None)
    return respond(page, validators_of(channel, said, cursor), (watched, channel))


def _without_empty() -> str | None:
    """Return the address without the fields that a form sent empty; None where there is none."""
    given = request.args.to_dict(flat=False)
    kept = {name: [value for value in values if value or name not in filters.NAMES] for name, values in given.items()}
    return services().links.search({name: values for name, values in kept.items() if values}) if kept != given else None


def _names(reader: Reader, query: ArticleQuery) -> dict[Term, str]:
    return {term: reader.channel(term).label for term in query.include | query.exclude}


def _count(query: ArticleQuery) -> Counted:
    """Return what can be counted in the time there is: a list without counts is better than none."""
    named, total = {term.facet for term in query.include}, None
    try:
        with services().store.reader(is_limited=True) as reader:
            total = reader.total(query)
            facets = reader.facets([facet for facet in filters.SHOWN if facet not in named], query, MOST_VALUES)
    except QueryTimeoutError:
        return Counted(total=total)
    return Counted(total=total, facets=facets)


def _page(query: ArticleQuery, found: Found, counted: Counted, labels: Mapping[Term, str], ways: Ways) -> Page:
    config, links, said = services().config, ways.links, ways.said
    language, words = words_in(config.site_language)
    chosen = filters.chosen(said, words, links, lambda term: filters.facet_name(term, labels.get(term, ""), language))
    name = words["comma"].join(_called(one, words) for one in chosen)

    def at(cursor: str | None) -> str | None:
        if cursor and links.is_static:
            return links.archive_page(EVERYTHING, ways.months[0])
        return links.search({**said, "cursor": cursor}) if cursor else None

    return Page(
        template="bulletin.html",
        url=at(query.cursor) or links.search(said),
        title=name or words["bulletin"],
        description=f"{config.site_title}{words['colon']}{name or words['bulletin']}",
        offers=(Offer.of_query(said, name, links, config),) if said else (),
        is_part=bool(said or query.cursor),
        values={
            "said": said,
            "chosen": chosen,
            "total": counted.total,
            "groups": list(_groups(counted.facets or {}, language, ways)),
            "chart": _chart(counted.facets or {}, language, ways),
            "entries": found.entries,
            "hits": {entry.id: _hits(entry.article, query.text) for entry in found.entries} if query.text else {},
            "older": at(found.next),
            "newer": at(found.previous),
            "newest": links.search(said) if query.cursor else None,
        },
    )


def _called(one: filters.Chosen, words: Mapping[str, str]) -> str:
    return f"{words['not']} {one.name}" if one.is_excluded else one.name


def _groups(
    counted: Mapping[Facet, Sequence[FacetCount]], language: str, ways: Ways
) -> Iterator[tuple[Facet, list[filters.Choice], str | None]]:
    """Yield the values of each facet that can be added, and where there are more of them."""
    for facet, found in counted.items():
        latest = sorted(found, key=lambda one: one.value, reverse=True) if facet is Facet.MONTH else found
        if choices := filters.choices(facet, latest, language, ways.to_value):
            has_more = not ways.said and facet in COLLECTIONS and len(found) > filters.SHOWN[facet]
            yield facet, choices, ways.links.collection(facet) if has_more else None


def _chart(
    counted: Mapping[Facet, Sequence[FacetCount]], language: str, ways: Ways
) -> tuple[Chart, list[tuple[str, str | None]]] | None:
    """Return the chart of months, and for each bar its name and the address of what it counts."""
    found = {one.value: one.count for one in counted.get(Facet.MONTH, ())}
    drawn = chart_of(found, is_rtl=language in RTL_LANGUAGES)
    if drawn is None:
        return None
    return drawn, [(month_name(bar.period, language), ways.to_period(bar.period)) for bar in drawn.bars]


def _hits(article: Article, text: str) -> tuple[Pieces, Pieces]:
    """Return title and text in pieces, each with whether it was sought."""
    wanted = search.parse(text)
    title = search.snippet(article.title or "", wanted, LONGEST_TITLE)
    return _pieces(title), _pieces(search.snippet("\n".join(article.body), wanted))


def _pieces(found: search.Snippet) -> Pieces:
    pieces, at = [], 0
    for start, end in found.highlights:
        pieces += [(found.text[at:start], False), (found.text[start:end], True)]
        at = end
    return [piece for piece in [*pieces, (found.text[at:], False)] if piece[0]]
