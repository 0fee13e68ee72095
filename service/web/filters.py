"""The filters of the bulletin as a person sees them: those chosen, and those that could be added. Pure but for names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from schemas.queries import FilterQuery
from service.channels import name_of
from service.store import Facet, Term
from service.web.days import month_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from werkzeug.datastructures import MultiDict

    from service.links import Links
    from service.store import FacetCount

    Said = Mapping[str, Sequence[str]]

NAMES = tuple(FilterQuery().fields)
NOT = "not_"
# These say how another filter is meant.
MANNERS = ("tz", "date_field")
# Facets beside the list, with how many of their values.
SHOWN = {Facet.OUTLET: 12, Facet.LANGUAGE: 8, Facet.SECTION: 10, Facet.TAG: 16, Facet.MONTH: 12}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A filter that is chosen: the word for its kind, what it asks for, and the address without it."""

    kind: str
    name: str
    is_excluded: bool = False
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value that could be asked for too: its name, how many of the articles have it, and the address with it."""

    name: str
    count: int
    url: str


def said_in(loaded: Mapping[str, Any], given: MultiDict[str, str]) -> dict[str, list[str]]:
    """Return the filters of a request, each value once and in an order that does not depend on how they were given."""
    return {
        name: [str(value) for value in loaded[name]] if isinstance(loaded[name], list) else given.getlist(name)
        for name in NAMES
        if name in loaded and name in given
    }


def with_value(said: Said, name: str, value: str) -> dict[str, list[str]]:
    """Return the filters with one more value."""
    return {**{each: list(values) for each, values in said.items()}, name: [*said.get(name, ()), value]}


def without_value(said: Said, name: str, value: str) -> dict[str, list[str]]:
    """Return the filters without a value, and without what only says how it is meant."""
    kept = {each: [one for one in values if (each, one) != (name, value)] for each, values in said.items()}
    if not (kept.get("since") or kept.get("until")):
        kept = {each: values for each, values in kept.items() if each not in MANNERS}
    return {each: values for each, values in kept.items() if values}


def chosen(said: Said, words: Mapping[str, str], links: Links, name: Callable[[Term], str]) -> list[Chosen]:
    """Return the filters that are chosen; `name` says what a value of a facet is called."""
    return [
        Chosen(
            kind=words[each.removeprefix(NOT)],
            name=_shown(each.removeprefix(NOT), value, words, name),
            is_excluded=each.startswith(NOT),
            url=links.search(without_value(said, each, value)),
        )
        for each, values in said.items()
        if each not in MANNERS
        for value in values
    ]


def choices(facet: Facet, found: Sequence[FacetCount], language: str, way: Callable[[Term], str | None]) -> list[Choice]:
    """Return the values of a facet that can be added; `way` says where the articles with a value are."""
    return [
        Choice(name=facet_name(term, counted.label, language), count=counted.count, url=url)
        for counted in found[: SHOWN[facet]]
        for term in (Term(facet, counted.value),)
        if (url := way(term))
    ]


def facet_name(term: Term, label: str, language: str) -> str:
    """Return what a value of a facet is called in `language`."""
    return month_name(term.value, language) if term.facet is Facet.MONTH else name_of(term, label, language)


def _shown(kind: str, value: str, words: Mapping[str, str], name: Callable[[Term], str]) -> str:
    if kind in tuple(Facet):
        return name(Term.of(Facet(kind), value))
    if kind in ("has", "lacks", "collapse"):
        return words[f"{kind}_{value}"]
    if kind == "min_confidence":
        return words[value]
    return value
