"""The registry of outlets, and who published a page.

An outlet is believed in this order: declared, domain, signature (masthead, byline, dateline, footer),
source line of a page that re-posts, and last a mention in the text, which stays a weak guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from service.article import Confidence, Evidence, Kind, Outlet
from service.normalise import tables
from service.normalise.lexicon import Lexicon, words_of
from service.normalise.page import DATE_LINE_WORDS, Role
from service.normalise.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from service.normalise.layout import Layout
    from service.normalise.lexicon import Hit, Word
    from service.normalise.page import Line

SEPARATOR = re.compile(r"[|/:•·،,()\[\]«»\"\-–—_]|\s{2}")
# Bounded, and begun only where a name can begin: a line of a million dashes costs no more than its length.
HOST = re.compile(r"(?<![a-z0-9.\-])((?:[a-z0-9\-]{1,63}\.){1,8}[a-z]{2,24})(?![a-z0-9])")
SIGNATURE_WORDS = 8
# Words that go on after a name: on which day, on which network.
AFTER_NAME = frozenset({"يوم", "بتاريخ", "في", "علي", "عبر", "le", "on", "sur", "at"})
# A name of several words may have a little beside it on its line (`Asharq Al-Awsat Saudi Edition`).
NAME_REST = 2


class Signature(NamedTuple):
    """An outlet's name as it signs a line, in characters of the folded line."""

    outlet: Outlet
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Registry:
    """The known outlets, found by key, name or domain."""

    by_key: dict[str, Outlet]
    by_domain: dict[str, Outlet]
    lexicon: Lexicon[Outlet]

    @classmethod
    def of(cls, outlets: Iterable[Outlet]) -> Registry:
        """Return the registry of `outlets`."""
        known = tuple(outlets)
        return cls(
            by_key={outlet.key: outlet for outlet in known},
            by_domain={domain: outlet for outlet in known for domain in outlet.domains},
            lexicon=Lexicon.of((name, outlet) for outlet in known for name in outlet.names),
        )

    def declared(self, name: str) -> Outlet | None:
        """Return the outlet that a key, name or domain means."""
        return self.by_key.get(name) or self.lexicon.whole(words_of(fold(name))) or self.at_host(name.casefold())

    def at_host(self, host: str) -> Outlet | None:
        """Return the outlet that owns a host name or one above it."""
        labels = host.removeprefix("www.").split(".")
        return next((found for n in range(len(labels)) if (found := self.by_domain.get(".".join(labels[n:])))), None)

    def at_url(self, url: str) -> Outlet | None:
        """Return the outlet that owns the address."""
        try:
            return self.at_host(urlsplit(url).hostname or "")
        except ValueError:
            return None

    def signature(self, line: Line) -> Signature | None:
        """Return the outlet that signs a short line: its name stands by itself between separators or line ends."""
        words = line.words
        if len(words) > DATE_LINE_WORDS or (len(words) > SIGNATURE_WORDS and not line.dates):
            return None
        for hit in self.lexicon.scan(words):
            if _stands_alone(line, hit, words):
                return Signature(hit.value, words[hit.first].start, words[hit.last - 1].end)
        return None


def find_outlet(layout: Layout, registry: Registry, url: str | None) -> tuple[Outlet, Evidence] | None:
    """Return who published the page and why, by the first kind of evidence there is."""
    if url and (outlet := registry.at_url(url)) and outlet.kind is not Kind.AGGREGATOR:
        return outlet, _evidence(url, None, "domain", Confidence.CERTAIN)
    for search in (_source_line, _signature, _dateline, _printed_domain, _follow, _mention):
        if found := search(layout, registry):
            return found
    return None


def find_via(layout: Layout, registry: Registry, url: str | None, outlet: Outlet | None) -> tuple[Outlet, Evidence] | None:
    """Return the aggregator through which the page came: its address, its name in the furniture, its family's furniture."""
    if url and (via := registry.at_url(url)) and via.kind is Kind.AGGREGATOR:
        return via, _evidence(url, None, "domain", Confidence.CERTAIN, "via")
    lines = layout.having(Role.SOURCE, Role.FURNITURE, Role.END, Role.TEXT, Role.BYLINE)
    for line in lines:
        for hit in registry.lexicon.scan(line.words):
            if hit.value.kind is Kind.AGGREGATOR and hit.value is not outlet:
                start, end = line.words[hit.first].start, line.words[hit.last - 1].end
                return hit.value, _evidence_at(line, start, end, "furniture", Confidence.LIKELY, "via")
    country = outlet.country if outlet else None
    for furniture, by_country in tables.aggregator_families():
        for line in lines:
            key = by_country.get(country or "")
            if key in registry.by_key and (mark := furniture.at(line.words, 0)):
                start, end = line.words[0].start, line.words[mark.last - 1].end
                return registry.by_key[key], _evidence_at(line, start, end, "furniture", Confidence.LIKELY, "via")
    return None


def _stands_alone(line: Line, hit: Hit[Outlet], words: Sequence[Word]) -> bool:
    first = hit.first
    while first and (label := tables.phrases("by").start.at(words, first - 1)) and label.last == first:
        first -= 1
    before = line.folded[words[first - 1].end : words[first].start] if first else ""
    last = hit.last
    while qualifier := tables.phrases("qualifiers").start.at(words, last):
        last = qualifier.last
    after = line.folded[words[last - 1].end : words[last].start if last < len(words) else len(line.folded)]
    rest = len(words) - (last - hit.first)
    if hit.first == 0 and hit.last - hit.first > 1 and rest <= NAME_REST:
        return True
    opened = first == 0 or SEPARATOR.search(before) or _only_rights(words[: hit.first])
    closed = last == len(words) or SEPARATOR.search(after) or all(word.text.isdigit() for word in words[last:])
    signed_off = hit.first == 0 and line.folded.rstrip().endswith("//")
    return bool(opened and closed) or signed_off


def _ends_there(line: Line, hit: Hit[Outlet]) -> bool:
    """Tell whether a name is over where it seems to be: `العلم` is not `العلم والحياة`."""
    words = line.words
    if hit.last == len(words):
        return True
    following = words[hit.last]
    gap = line.folded[words[hit.last - 1].end : following.start]
    return bool(SEPARATOR.search(gap)) or following.text.isdigit() or following.text in AFTER_NAME


def _only_rights(words: Sequence[Word]) -> bool:
    """Tell whether the words before a name are those of a footer: `© 2026`, `جميع الحقوق محفوظة`."""
    index = 0
    while index < len(words):
        hit = tables.phrases("rights").start.at(words, index)
        if hit is None and not words[index].text.isdigit():
            return False
        index = hit.last if hit else index + 1
    return True


def _source_line(layout: Layout, registry: Registry) -> tuple[Outlet, Evidence] | None:
    """Return the outlet whose text the page says it shows: `نشر في كود يوم 01 - 11 - 2023`, `المصدر: هسبريس`."""
    for line in layout.having(Role.DATE, Role.SOURCE, Role.END):
        words = line.words
        label = tables.phrases("source").start.at(words, 0)
        hit = registry.lexicon.at(words, label.last) if label else None
        if hit and _ends_there(line, hit):
            start, end = words[hit.first].start, words[hit.last - 1].end
            return hit.value, _evidence_at(line, start, end, "source-line", Confidence.CERTAIN)
    return None


def _signature(layout: Layout, registry: Registry) -> tuple[Outlet, Evidence] | None:
    head = layout.having(Role.DATE, Role.BYLINE, before=layout.first)
    for rule, lines in (("byline", head), ("footer", layout.footer)):
        for line in lines:
            found = registry.signature(line)
            if found and found.outlet.kind not in (Kind.AGENCY, Kind.AGGREGATOR):
                return found.outlet, _evidence_at(line, found.start, found.end, rule, Confidence.CERTAIN)
    return None


def _dateline(layout: Layout, registry: Registry) -> tuple[Outlet, Evidence] | None:
    """Return the outlet whose name and a dash begin the body: `عمون - قال وزير ...`."""
    line = next(iter(layout.body), None)
    hit = registry.lexicon.at(line.words, 0) if line else None
    if not line or not hit or hit.value.kind is Kind.AGENCY or hit.last == len(line.words):
        return None
    start, end = line.words[0].start, line.words[hit.last - 1].end
    gap = line.folded[end : line.words[hit.last].start]
    return (hit.value, _evidence_at(line, start, end, "dateline", Confidence.LIKELY)) if re.search("[-–—/]", gap) else None


def _printed_domain(layout: Layout, registry: Registry) -> tuple[Outlet, Evidence] | None:
    """Return the outlet whose address is printed on the page (`Article printed from : http://...`)."""
    for line in layout.having(Role.FURNITURE, Role.END):
        for match in HOST.finditer(line.folded):
            outlet = registry.at_host(match[1])
            if outlet and outlet.kind is not Kind.AGGREGATOR:
                return outlet, _evidence_at(line, match.start(1), match.end(1), "masthead", Confidence.LIKELY)
    return None


def _follow(layout: Layout, registry: Registry) -> tuple[Outlet, Evidence] | None:
    """Return the outlet that the page asks to follow as its own: `تابعوا نيروز الإخبارية على ...`."""
    for line in layout.having(Role.FURNITURE, Role.END):
        opening = tables.phrases("follow").start.at(line.words, 0)
        hit = registry.lexicon.at(line.words, opening.last) if opening else None
        if hit and _ends_there(line, hit):
            start, end = line.words[hit.first].start, line.words[hit.last - 1].end
            return hit.value, _evidence_at(line, start, end, "masthead", Confidence.LIKELY)
    return None


def _mention(layout: Layout, registry: Registry) -> tuple[Outlet, Evidence] | None:
    """Return an outlet that speaks of itself by the words outlets use for that; a name alone proves nothing."""
    for line in layout.body:
        for hit in registry.lexicon.scan(line.words):
            for length in (2, 1):
                first = hit.first - length
                opener = tables.phrases("self_mention").start.at(line.words, first) if first >= 0 else None
                if opener and opener.last == hit.first:
                    start, end = line.words[first].start, line.words[hit.last - 1].end
                    return hit.value, _evidence_at(line, start, end, "mention", Confidence.WEAK)
    return None


def _evidence_at(line: Line, start: int, end: int, rule: str, confidence: Confidence, field: str = "outlet") -> Evidence:
    span = line.span_of(start, end)
    return _evidence(line.quote(span), span, rule, confidence, field)


def _evidence(raw: str, span: tuple[int, int] | None, rule: str, confidence: Confidence, field: str = "outlet") -> Evidence:
    return Evidence(field=field, raw=raw, span=span, rule=rule, confidence=confidence)
