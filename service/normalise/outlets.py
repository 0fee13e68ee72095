"""Who published a page, and through which aggregator it came.

An outlet is believed in this order: declared, domain, source line of a page that re-posts, signature (masthead,
byline, dateline, footer), an address or a call to follow, and last a mention in the text, which stays a weak guess.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.article import Confidence, Evidence, Kind, Outlet
from service.normalise import tables
from service.normalise.agency import national
from service.normalise.country import country_of
from service.normalise.mentions import find_mention
from service.normalise.namesakes import HOST, Choice, find_namesake, settle_name
from service.normalise.page import Role
from service.normalise.persons import begins_as_name
from service.normalise.registry import ends_there
from service.normalise.unlisted import find_unlisted, reposts

if TYPE_CHECKING:
    from service.normalise.layout import Layout
    from service.normalise.page import Line
    from service.normalise.registry import Registry, Signature

DATELINE_WORDS = 12
SIGNED_PARTS = 3
# What may follow a name that stands alone: `عربية`, `الإلكترونية`, `/ أ ف ب`.
QUALIFIER_LENGTH = 14
DATELINE_END = re.compile(r"[-–—/:)]")
TITLE_PREFIX = re.compile(r"\s?[:|–—-]\s?")
TITLE_SUFFIX = re.compile(r"\s[-–—|]\s")


def find_outlet(layout: Layout, registry: Registry, url: str | None) -> Choice | None:
    """Return who published the page and why, by the first kind of evidence there is."""
    if url and (outlet := registry.at_url(url)) and outlet.kind is not Kind.AGGREGATOR:
        return Choice(outlet, _by_address(url, "outlet"))
    for search in (
        _source_line,
        _title_suffix,
        _signature,
        _dateline,
        _printed_domain,
        _follow,
        find_namesake,
        _short_masthead,
        _own_agency,
        find_mention,
        find_unlisted,
    ):
        if found := search(layout, registry):
            # A page that signs at its top and names itself as its source, or an agency, re-posts no other paper.
            signed = _signature(layout, registry) if search is _source_line and not reposts(layout, registry) else None
            is_own = signed and (signed[0] is found[0] or found[0].kind is Kind.AGENCY) and _is_above(signed[1], found[1])
            if choice := settle_name(layout, registry, *(signed if signed and is_own else found)):
                return choice
    return None


def find_via(layout: Layout, registry: Registry, url: str | None, outlet: Outlet | None) -> tuple[Outlet, Evidence] | None:
    """Return the aggregator through which the page came: its address, its name in the furniture, its family's furniture."""
    if url and (via := registry.at_url(url)) and via.kind is Kind.AGGREGATOR:
        return via, _by_address(url, "via")
    # Alone at the top of the page a common word is a name: `نبض`.
    if (head := next(iter(layout.lines), None)) and (via := registry.short.whole(head.words)) and via.kind is Kind.AGGREGATOR:
        return via, _evidence_at(head, 0, len(head.folded), "masthead", Confidence.LIKELY, "via")
    lines = layout.having(Role.SOURCE, Role.FURNITURE, Role.END, Role.TEXT, Role.BYLINE)
    for line in lines:
        for hit in registry.lexicon.scan(line.words):
            if hit.value.kind is Kind.AGGREGATOR and hit.value is not outlet:
                start, end = line.words[hit.first].start, line.words[hit.last - 1].end
                return hit.value, _evidence_at(line, start, end, "furniture", Confidence.LIKELY, "via")
    for furniture, by_country in tables.aggregator_families():
        for line in lines:
            mark = furniture.at(line.words, 0)
            key = by_country.get((outlet and outlet.country) or country_of(layout) or "") if mark else None
            if mark and key in registry.by_key:
                start, end = line.words[0].start, line.words[mark.last - 1].end
                return registry.by_key[key], _evidence_at(line, start, end, "furniture", Confidence.LIKELY, "via")
    return None


def _is_above(one: Evidence, other: Evidence) -> bool:
    """Tell whether one evidence stands on the page before another that does not overlap it."""
    return one.span is not None and other.span is not None and one.span[1] < other.span[0]


def _source_line(layout: Layout, registry: Registry) -> tuple[Outlet, Evidence] | None:
    """Return the outlet whose text the page says it shows: `نشر في كود يوم 01 - 11 - 2023`, `المصدر: هسبريس`."""
    for line in layout.having(Role.DATE, Role.SOURCE, Role.END):
        words = line.words
        sources = tables.phrases("source").start
        label = sources.at(words, 0) or (next(sources.scan(words), None) if line.dates else None)
        if not label:
            continue
        if label.last == len(words) and (outlet := registry.lexicon.whole(_next_line(layout, line).words)):
            below = _next_line(layout, line)
            return outlet, _evidence_at(below, 0, len(below.folded), "source-line", Confidence.CERTAIN)
        hit = registry.lexicon.at(words, label.last) or registry.short.at(words, label.last)
        if hit and ends_there(line, hit):
            start, end = words[hit.first].start, words[hit.last - 1].end
            return hit.value, _evidence_at(line, start, end, "source-line", Confidence.CERTAIN)
    return None


def _next_line(layout: Layout, line: Line) -> Line:
    """Return the line below one; the last line is its own."""
    index = layout.lines.index(line)
    return layout.lines[min(index + 1, len(layout.lines) - 1)]


def _title_suffix(layout: Layout, registry: Registry) -> tuple[Outlet, Evidence] | None:
    """Return the outlet whose name a browser's title carries at its end: `... - جريدة الأنباء الكويتية`."""
    line = layout.title
    cut = title_suffix(line.folded, registry) if line else None
    if line and cut is None:
        return _title_prefix(layout.lines[0], line, registry)
    if not line or cut is None:
        return None
    outlet, start = cut
    return outlet, _evidence_at(line, start, len(line.folded), "masthead", Confidence.CERTAIN)


def _title_prefix(first: Line, title: Line, registry: Registry) -> tuple[Outlet, Evidence] | None:
    """Return the outlet whose name stands before the headline in the first line of a page, as in a browser's title."""
    hit = registry.lexicon.at(first.words, 0)
    place = first.folded.find(title.folded) if hit and first is not title else 0
    if hit is None or place <= 0 or not TITLE_PREFIX.fullmatch(first.folded[first.words[hit.last - 1].end : place]):
        return None
    return hit.value, _evidence_at(first, 0, first.words[hit.last - 1].end, "masthead", Confidence.LIKELY)


def title_suffix(folded: str, registry: Registry) -> tuple[Outlet, int] | None:
    """Return the outlet at the end of a folded title and where its name begins."""
    for match in TITLE_SUFFIX.finditer(folded):
        words = tables.words_of_folded(folded[match.end() :])
        kinds = tables.phrases("outlet_kinds").start.at(words, 0)
        outlet = registry.lexicon.whole(words) or (registry.lexicon.whole(words[kinds.last :]) if kinds else None)
        if outlet and match.start() > 0:
            return outlet, match.end()
    return None


def _signature(layout: Layout, registry: Registry) -> tuple[Outlet, Evidence] | None:
    head = layout.having(Role.DATE, Role.BYLINE, before=layout.first)
    for rule, lines in (("byline", head), ("footer", layout.footer)):
        for line in lines:
            found = registry.signature(line)
            if not found or (rule == "footer" and not _signs_below(line, found)):
                continue
            is_its_own = _is_masthead(layout, line) or (rule == "footer" and tables.phrases("rights").start.is_in(line.words))
            if found.outlet.kind is not Kind.AGGREGATOR and (found.outlet.kind is not Kind.AGENCY or is_its_own):
                return found.outlet, _evidence_at(line, found.start, found.end, rule, Confidence.CERTAIN)
    return None


def _short_masthead(layout: Layout, registry: Registry) -> tuple[Outlet, Evidence] | None:
    """Return the outlet whose name without the word for what it is stands alone at the top: `الخليج` of `صحيفة الخليج`."""
    for line, role in zip(layout.lines[: layout.first], layout.roles, strict=False):
        if (
            role is Role.MENU
            or line is layout.title
            or (
                (tables.cities().whole(line.words) or tables.phrases("sections").whole.whole(line.words))
                and not _heads_paper(layout, line)
            )
        ):
            continue
        outlet, end = registry.short.whole(line.words), len(line.folded)
        hit = registry.short.at(line.words, 0) if len(line.words) <= DATELINE_WORDS else None
        # Beside others, one word is too little to be a name, but for a city or who wrote.
        if hit and hit.last > 1 and ends_there(line, hit):
            outlet, end = hit.value, line.words[hit.last - 1].end
        elif signed := _among_names(line, registry):
            outlet, end = signed
        if outlet and outlet.kind not in (Kind.AGENCY, Kind.AGGREGATOR):
            return outlet, _evidence_at(line, 0, end, "masthead", Confidence.LIKELY)
    return None


def _heads_paper(layout: Layout, line: Line) -> bool:
    """Tell whether an issue's number or who runs the paper stands right below a name: it is no city's or section's then."""
    if line is not layout.lines[0]:
        return False
    return tables.names_issue(_next_line(layout, line).words.texts) or Role.STAFF in layout.roles[1:2]


def _among_names(line: Line, registry: Registry) -> tuple[Outlet, int] | None:
    """Return the outlet whose short name stands beside nothing but cities and persons: `فهد العتيبي - سبق - جدة`."""
    if not 1 < len(line.parts) <= SIGNED_PARTS:
        return None
    named = [(outlet, part) for part in line.parts if (outlet := registry.short.whole(part))]
    others = [part for part in line.parts if all(part is not known for _, known in named)]
    if len(named) != 1 or not all(tables.cities().whole(part) or begins_as_name(part, line.printed(part)) for part in others):
        return None
    ((outlet, part),) = named
    return outlet, part[-1].end


def _signs_below(line: Line, found: Signature) -> bool:
    """Tell whether a name below the body claims the page: beside rights or a date, or alone; what has more is a link."""
    claims = line.dates or tables.phrases("rights").start.is_in(line.words)
    return bool(claims) or (found.start == line.words[0].start and len(line.folded) - found.end <= QUALIFIER_LENGTH)


def _is_masthead(layout: Layout, line: Line) -> bool:
    """Tell whether a line is nothing but a name, above the title: there an agency stands for its own page."""
    above = layout.title_index is not None and line.start < layout.lines[layout.title_index].start
    return above and not line.dates and not tables.phrases("agencies").start.at(line.words, 0)


def _dateline(layout: Layout, registry: Registry) -> tuple[Outlet, Evidence] | None:
    """Return the outlet whose name and a dash begin the body, alone or behind a city: `عمون - قال`, `الخليل- معا- افتتحت`."""
    line = next(iter(layout.body), None)
    if not line:
        return None
    city = tables.cities().at(line.words, 0)
    for index in {0, city.last if city else 0}:
        hit = registry.lexicon.at(line.words, index) or registry.short.at(line.words, index)
        if not hit or hit.value.kind is Kind.AGENCY or hit.last == len(line.words):
            continue
        start, end = line.words[hit.first].start, line.words[hit.last - 1].end
        gap = line.folded[end : line.words[hit.last].start]
        # Behind a city the name may stand in quotes: `تونس ـ «القدس العربي»: ...`.
        if re.search("[-–—/]", gap) or (index and re.match('[»”"]\\s?:', gap)):
            return hit.value, _evidence_at(line, start, end, "dateline", Confidence.LIKELY)
    return None


def _printed_domain(layout: Layout, registry: Registry) -> tuple[Outlet, Evidence] | None:
    """Return the outlet whose address is printed on the page (`Article printed from : http://...`)."""
    masthead = [line for line in layout.lines[:1] if HOST.fullmatch(line.folded)]
    for line in (*masthead, *layout.having(Role.FURNITURE, Role.END)):
        for match in HOST.finditer(line.folded):
            outlet = registry.at_host(match[1])
            if outlet and outlet.kind is not Kind.AGGREGATOR:
                return outlet, _evidence_at(line, match.start(1), match.end(1), "masthead", Confidence.LIKELY)
    return None


def _follow(layout: Layout, registry: Registry) -> tuple[Outlet, Evidence] | None:
    """Return the outlet that the page asks to follow as its own: `تابعوا نيروز الإخبارية على ...`."""
    follow = tables.phrases("follow").start
    for line in (*layout.having(Role.FURNITURE, Role.END), *layout.lines[layout.last :]):
        for opening in follow.scan(line.words):
            hit = registry.lexicon.at(line.words, opening.last)
            if hit and ends_there(line, hit):
                start, end = line.words[hit.first].start, line.words[hit.last - 1].end
                return hit.value, _evidence_at(line, start, end, "masthead", Confidence.LIKELY)
    return None


def _own_agency(layout: Layout, registry: Registry) -> tuple[Outlet, Evidence] | None:
    """Return the national agency whose signature stands in a dateline of its own country: most likely its own page."""
    for line in (*layout.body[:1], *layout.having(Role.BYLINE, Role.DATE, before=layout.first)):
        words = line.words[:DATELINE_WORDS]
        for hit in registry.lexicon.scan(words):
            outlet = hit.value
            gap = line.folded[words[hit.last - 1].end :][:3]
            if outlet.kind is not Kind.AGENCY:
                continue
            # `ایسنا/خراسان جنوبی`: Persian agencies print the place behind their name.
            if hit.first == 0 and gap.startswith("/") and tables.cities().at(line.words, hit.last):
                return outlet, _evidence_at(line, 0, words[hit.last - 1].end, "dateline", Confidence.WEAK)
            if hit.first and (DATELINE_END.search(gap) or hit.last == len(line.words)):
                cities = {city.value for city in tables.cities().scan(words[: hit.first])}
                if any(tables.city_country(city) == outlet.country for city in cities):
                    start, end = words[hit.first].start, words[hit.last - 1].end
                    return outlet, _evidence_at(line, start, end, "dateline", Confidence.WEAK)
        # `مسقط في 5 يناير 2025 /العُمانية/ ...`
        for place, word in enumerate(words):
            agency = national([word], registry) if line.folded[: word.start].endswith("/") else None
            cities = {city.value for city in tables.cities().scan(words[:place])} if agency else set()
            if agency and any(tables.city_country(city) == agency.country for city in cities):
                return agency, _evidence_at(line, word.start, word.end, "dateline", Confidence.WEAK)
    return None


def _evidence_at(line: Line, start: int, end: int, rule: str, confidence: Confidence, field: str = "outlet") -> Evidence:
    return line.vouch(field, start, end, rule, confidence)


def _by_address(url: str, field: str) -> Evidence:
    return Evidence(field=field, raw=url, span=None, rule="domain", confidence=Confidence.CERTAIN)
