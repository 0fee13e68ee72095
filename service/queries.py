"""From the parameters of a request to the query of the store."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from schemas.queries import MOST_VALUES
from service.errors import ContradictionError, ZoneNotFoundError
from service.store import EVERYTHING, ArticleQuery, Facet, Period, Term

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

FACETS = (Facet.OUTLET, Facet.VIA, Facet.AUTHOR, Facet.TAG, Facet.SECTION, Facet.LANGUAGE, Facet.AGENCY, Facet.MONTH)
DAY = timedelta(days=1)


def query_of(said: Mapping[str, Any], **more: Any) -> ArticleQuery:
    """Return the query that loaded parameters mean (see schemas.queries); `more` are other fields of it.

    Raises ContradictionError, ZoneNotFoundError.
    """
    if said.get("has") and said.get("lacks"):
        raise ContradictionError("lacks", "no article both has and lacks a date; give one of the two")
    if said.get("min_confidence") and said.get("lacks"):
        raise ContradictionError("min_confidence", "an article without a date is trusted by nobody; give one of the two")
    zone = zone_named(said["tz"]) if "tz" in said else UTC
    bounded = {said.get("date_field", "published"): period_of(said.get("since"), said.get("until"), zone)}
    has_date = True if said.get("has") else False if said.get("lacks") else None
    return ArticleQuery(
        include=_terms(said, "") | _trusted(said),
        exclude=_terms(said, "not_"),
        has_date=has_date,
        text=said.get("q"),
        collapse=bool(said.get("collapse")),
        **bounded | more,
    )


def watched_by(query: ArticleQuery) -> Term:
    """Return the smallest channel that holds all entries of a query: while it stays as it is, so does the query."""
    facets = [term.facet for term in query.include]
    alone = [term for term in query.include if facets.count(term.facet) == 1]
    # Any value is of fewer articles than a class of trust.
    return EVERYTHING if query.collapse or not alone else min(alone, key=lambda term: (term.facet is Facet.CONFIDENCE, term))


def zone_named(name: str) -> tzinfo:
    """Return a time zone by its IANA name; raises ZoneNotFoundError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ZoneNotFoundError(name) from error


def period_of(since: date | datetime | None, until: date | datetime | None, zone: tzinfo) -> Period | None:
    """Return the time from `since` up to `until`, both in `zone` unless they say otherwise; a day at its end is included.

    Raises ContradictionError where it ends before it begins.
    """
    if since is None and until is None:
        return None
    begin = None if since is None else _moment(since, zone)
    end = None if until is None else _moment(until, zone, is_end=True)
    if begin and end and end <= begin:
        raise ContradictionError("until", "the period ends before it begins")
    return Period(begin, end)


def _moment(given: date | datetime, zone: tzinfo, *, is_end: bool = False) -> datetime:
    if isinstance(given, datetime):
        return given if given.tzinfo else given.replace(tzinfo=zone)
    if not is_end:
        return datetime.combine(given, datetime.min.time(), zone)
    if given == date.max:
        # The calendar ends here.
        return datetime.combine(given, datetime.max.time(), zone)
    return datetime.combine(given + DAY, datetime.min.time(), zone)


def _terms(said: Mapping[str, Any], prefix: str) -> frozenset[Term]:
    for facet in FACETS:
        if len(said.get(prefix + facet, ())) > MOST_VALUES:
            raise ContradictionError(prefix + facet, f"with commas between them there are more than {MOST_VALUES} values")
    return frozenset(Term.of(facet, value) for facet in FACETS for value in said.get(prefix + facet, ()))


def _trusted(said: Mapping[str, Any]) -> frozenset[Term]:
    return frozenset({Term(Facet.CONFIDENCE, said["min_confidence"])} if "min_confidence" in said else ())
