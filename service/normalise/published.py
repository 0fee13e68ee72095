"""When a page was published and changed: which of its dates says so, and in which zone it is read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.article import Confidence, Dated, Evidence, Issue, Outlet, ZoneSource
from service.normalise import tables
from service.normalise.clocks import zone_named
from service.normalise.dates import Found, dated
from service.normalise.page import LABEL_REACH, Role

if TYPE_CHECKING:
    from datetime import tzinfo

    from service.normalise.layout import Layout
    from service.normalise.page import Line

# A country is shown by a page that names it often and hardly any other.
MENTIONS = 2
MENTION_SHARE = 0.75
MENTION_LINES = 40
RELATIVE_WORDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A date on a date line, and what speaks for it."""

    line: Line
    found: Found
    label: str | None
    rank: int


def read_dates(layout: Layout, outlet: Outlet | None) -> tuple[list[tuple[str, Dated, Evidence]], list[Issue]]:
    """Return the values of `published` and `modified` that the page states, with evidence, and what is doubtful."""
    values: list[tuple[str, Dated, Evidence]] = []
    issues: list[Issue] = []
    candidates = sorted(_candidates(layout), key=lambda candidate: candidate.rank, reverse=True)
    for field in ("published", "modified"):
        chosen = next((c for c in candidates if (c.label == "modified") == (field == "modified")), None)
        if chosen is None:
            continue
        found, (zone, source) = chosen.found, _zone(layout, chosen, outlet)
        span = chosen.line.span_of(found.start, found.end)
        raw = chosen.line.quote(span)
        doubt = _doubt(field, found, raw)
        certain = chosen.label is not None and doubt is None
        evidence = Evidence(
            field=field,
            raw=raw,
            span=span,
            rule=f"{chosen.label}-label" if chosen.label else "date-line",
            confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
        )
        values.append((field, dated(found, zone, source), evidence))
        issues += [doubt] if doubt else []
    return values, issues


def _candidates(layout: Layout) -> list[Candidate]:
    candidates: list[Candidate] = []
    for index in range(min(layout.end + 1, len(layout.lines))):
        line = layout.lines[index]
        if layout.roles[index] is not Role.DATE:
            continue
        place, previous_end = _place(layout, index), 0
        for found in line.dates:
            label = _label(line, found, previous_end)
            previous_end = found.end
            if label is not None or place > 0:
                candidates.append(Candidate(line=line, found=found, label=label, rank=4 * (label is not None) + place))
    return candidates


def _label(line: Line, found: Found, after: int) -> str | None:
    """Return `published` or `modified` by the label between the date before (ending at `after`) and this one."""
    nearest: tuple[int, str] | None = None
    for section in ("published", "modified"):
        for hit in tables.phrases(section).start.scan(line.words):
            start, end = line.words[hit.first].start, line.words[hit.last - 1].end
            if after <= start and end <= found.start <= end + LABEL_REACH and (nearest is None or end >= nearest[0]):
                nearest = end, section
    return nearest[1] if nearest else None


def _place(layout: Layout, index: int) -> int:
    """Return how well a bare date line stands for a publication date: 3 under the title to 0 where it does not.

    A date above everything else is the day of printing or of capture when a ticker follows it or when no title
    stands between it and the body.
    """
    if layout.title_index is None:
        return 1
    if index > layout.title_index:
        return 0 if layout.first <= index < layout.last else 3
    if index == layout.title_index:
        return 2
    is_masthead = layout.roles[index + 1] is Role.TICKER or layout.title_index >= layout.first or _says_when_elsewhere(layout)
    return 0 if is_masthead else 2


def _says_when_elsewhere(layout: Layout) -> bool:
    """Tell whether a publication label stands without a calendar date (`نُشر أمس`): a date above is then today's."""
    labels = tables.phrases("published").start
    return any(
        labels.at(line.words, 0) and len(line.words) <= RELATIVE_WORDS and not line.dates for line in layout.lines[: layout.first]
    )


def _zone(layout: Layout, chosen: Candidate, outlet: Outlet | None) -> tuple[tzinfo | None, ZoneSource]:
    if chosen.found.offset:
        return chosen.found.offset, ZoneSource.TEXT
    if outlet:
        return zone_named(outlet.zone), ZoneSource.OUTLET
    if country := _country(layout, chosen.found):
        return zone_named(tables.countries()[country].zone), ZoneSource.COUNTRY
    return None, ZoneSource.DEFAULT


def _country(layout: Layout, found: Found) -> str | None:
    """Return the country that the page shows: by its month names, its furniture, or what it speaks of."""
    if len(found.countries) == 1 and (only := next(iter(found.countries))) in tables.countries():
        return only
    for line in layout.lines:
        for hit in tables.country_interfaces().scan(line.words):
            return hit.value
    mentions = Counter(hit.value for line in layout.lines[:MENTION_LINES] for hit in tables.country_mentions().scan(line.words))
    if not mentions:
        return None
    code, count = mentions.most_common(1)[0]
    return code if count >= MENTIONS and count >= MENTION_SHARE * mentions.total() else None


def _doubt(field: str, found: Found, raw: str) -> Issue | None:
    if found.weekday_disagrees:
        message = f"{raw!r}: that date is another weekday; the date is kept as printed"
        return Issue(code="weekday-mismatch", field=field, raw=raw, message=message)
    if found.swapped:
        message = f"{raw!r} could be month first; read day first, as most of the world writes"
        return Issue(code="ambiguous-date-order", field=field, raw=raw, message=message)
    return None
