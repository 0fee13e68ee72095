"""Which of several outlets of one name a page is of: `الراي` is a paper of Jordan and one of Kuwait.

The page tells by an address it prints, or by the country that it speaks of, whose month names it uses and whose news
agency it credits. Where it does not, the name is kept as a weak guess with the others named, or not at all.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from service.article import Confidence, Evidence, Kind, Outlet
from service.normalise import tables
from service.normalise.country import FEW_COUNTRIES, country_mentions
from service.normalise.page import Role
from service.normalise.registry import ends_there

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from service.normalise.layout import Layout
    from service.normalise.lexicon import Hit
    from service.normalise.page import Line
    from service.normalise.registry import Registry

# Bounded, and begun only where a name can begin: a line of a million dashes costs no more than its length.
HOST = re.compile(r"(?<![a-z0-9.\-])((?:[a-z0-9\-]{1,63}\.){1,8}[a-z]{2,24})(?![a-z0-9])")
# The country that is named this many times as often as the next is the page's.
CLEARLY = 2
# In its first lines a page credits its agency.
CREDIT_WORDS = 12


class Choice(NamedTuple):
    """An outlet, why, and the others of the same name where nothing tells it from them."""

    outlet: Outlet
    evidence: Evidence
    others: tuple[Outlet, ...] = ()


def settle_name(layout: Layout, registry: Registry, outlet: Outlet, evidence: Evidence) -> Choice | None:
    """Return the outlet that bears the printed name on this page, None where nobody knows which of them it is."""
    bearers = registry.bearers(evidence.raw) if evidence.span else ()
    if outlet not in bearers:
        return Choice(outlet, evidence)
    if shown := _shown(layout, registry, bearers):
        return Choice(shown, replace(evidence, confidence=Confidence.LIKELY))
    if registry.declared(evidence.raw) is not outlet:
        return None
    if not registry.is_bare(evidence.raw):
        return Choice(outlet, evidence)
    others = tuple(other for other in bearers if other is not outlet)
    return Choice(outlet, replace(evidence, confidence=Confidence.WEAK), others)


def find_namesake(layout: Layout, registry: Registry) -> tuple[Outlet, Evidence] | None:
    """Return the outlet of a name that several bear, where it signs the page and the page tells which of them it is."""
    for rule, line, hit in _signatures(layout, registry):
        if shown := _shown(layout, registry, hit.value):
            start, end = line.words[hit.first].start, line.words[hit.last - 1].end
            return shown, line.vouch("outlet", start, end, rule, Confidence.LIKELY)
    return None


def _signatures(layout: Layout, registry: Registry) -> Iterator[tuple[str, Line, Hit[tuple[Outlet, ...]]]]:
    """Yield the names that stand where an outlet signs: after the label of a source, alone on top, beside rights."""
    sources, rights = tables.phrases("source").start, tables.phrases("rights").start
    for line in layout.having(Role.DATE, Role.SOURCE, Role.END):
        label = sources.at(line.words, 0)
        hit = registry.namesakes.at(line.words, label.last) if label else None
        if hit and ends_there(line, hit):
            yield "source-line", line, hit
    for line in layout.lines[:1]:
        hit = registry.namesakes.at(line.words, 0)
        if hit and hit.last == len(line.words) and line is not layout.title:
            yield "masthead", line, hit
    for line in layout.footer:
        if rights.is_in(line.words):
            for hit in registry.namesakes.scan(line.words):
                if ends_there(line, hit):
                    yield "footer", line, hit


def _shown(layout: Layout, registry: Registry, bearers: tuple[Outlet, ...]) -> Outlet | None:
    """Return the one of `bearers` that the page shows, None where it shows none or several."""
    for line in layout.having(Role.FURNITURE, Role.END, Role.TEXT, Role.BYLINE):
        for match in HOST.finditer(line.folded) if "." in line.folded else ():
            if (outlet := registry.at_host(match[1])) in bearers:
                return outlet
    counts = _countries(layout, registry)
    ranked = sorted(((counts[outlet.country or ""], outlet) for outlet in bearers), key=lambda pair: pair[0], reverse=True)
    (best, outlet), (next_best, _) = ranked[:2]
    return outlet if best and best >= CLEARLY * next_best else None


def _countries(layout: Layout, registry: Registry) -> Counter[str]:
    """Return how often the page points to each country."""
    counts = country_mentions(layout.lines)
    for line in layout.having(Role.DATE):
        for found in line.dates:
            # The names that most of the Arab world uses tell nothing.
            counts.update(found.countries if len(found.countries) <= FEW_COUNTRIES else ())
    for line in (*layout.body[:1], *layout.having(Role.BYLINE, Role.DATE, before=layout.first)):
        hits = registry.lexicon.scan(line.words[:CREDIT_WORDS])
        counts.update(hit.value.country or "" for hit in hits if hit.value.kind is Kind.AGENCY)
    return counts
