"""From the parameters of a request to the query of the store."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from service.errors import ChannelNotFoundError
from service.store import EVERYTHING, ArticleQuery, Facet, Period, Term

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

FACETS = (Facet.OUTLET, Facet.VIA, Facet.AUTHOR, Facet.TAG, Facet.SECTION, Facet.LANGUAGE, Facet.AGENCY, Facet.MONTH)
DAY = timedelta(days=1)
# Facets whose values are keys in small letters.
LOWERED = frozenset({Facet.OUTLET})


def query_of(said: Mapping[str, Any], **more: Any) -> ArticleQuery:
    """Return the query that loaded parameters mean (see schemas.queries); `more` are other fields of it."""
    bounded = {said.get("date_field", "published"): period_of(said.get("since"), said.get("until"), said.get("tz") or UTC)}
    has_date = True if said.get("has") else False if said.get("lacks") else None
    return ArticleQuery(
        include=_terms(said, ""),
        exclude=_terms(said, "not_"),
        has_date=has_date,
        text=said.get("q"),
        collapse=bool(said.get("collapse")),
        **bounded | more,
    )


def term_named(facet: Facet, said: str) -> Term:
    """Return the term that a person means by `said` in an address; raises ChannelNotFoundError where it is no value."""
    term = Term.of(facet, said.lower() if facet in LOWERED else said)
    if not term.value:
        raise ChannelNotFoundError(facet.value, said)
    return term


def watched_by(query: ArticleQuery) -> Term:
    """Return the smallest channel that holds all entries of a query: while it stays as it is, so does the query."""
    facets = [term.facet for term in query.include]
    alone = sorted(term for term in query.include if facets.count(term.facet) == 1)
    return EVERYTHING if query.collapse or not alone else alone[0]


def period_of(since: date | datetime | None, until: date | datetime | None, zone: tzinfo) -> Period | None:
    """Return the time from `since` up to `until`, both in `zone` unless they say otherwise; a day at its end is included."""
    if since is None and until is None:
        return None
    begin = None if since is None else _moment(since, zone)
    end = None if until is None else _moment(until, zone, is_end=True)
    return Period(begin, end)


def _moment(given: date | datetime, zone: tzinfo, *, is_end: bool = False) -> datetime:
    if isinstance(given, datetime):
        return given if given.tzinfo else given.replace(tzinfo=zone)
    return datetime.combine(given + DAY if is_end else given, datetime.min.time(), zone)


def _terms(said: Mapping[str, Any], prefix: str) -> frozenset[Term]:
    return frozenset(Term.of(facet, value) for facet in FACETS for value in said.get(prefix + facet, ()))
