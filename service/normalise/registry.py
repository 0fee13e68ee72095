"""The known outlets, and how their names stand on a line when they sign it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from service.article import Kind
from service.normalise import tables
from service.normalise.clocks import CLOCK
from service.normalise.lexicon import Lexicon, words_of
from service.normalise.page import DATE_LINE_WORDS
from service.normalise.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from service.article import Outlet
    from service.normalise.lexicon import Hit, Word
    from service.normalise.page import Line

SEPARATOR = re.compile(r"[|/:•·،,()\[\]«»\"\-–—_]|\s{2}")
SIGNATURE_WORDS = 8
# A name of several words may have a little beside it on its line (`Asharq Al-Awsat Saudi Edition`).
NAME_REST = 2


class Signature(NamedTuple):
    """An outlet's name as it signs a line, in characters of the folded line."""

    outlet: Outlet
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Registry:
    """The known outlets, found by key, name or domain.

    `lexicon` knows their names, `owned` the same with the Arabic `of` written onto them (`لصحيفة الرياض`), `short`
    the same without the word for what they are (`الرياض`), which means them only where an outlet must stand.
    `namesakes` knows the names that several outlets bear once what they are and of which country is left out: `الراي` is a
    paper of Jordan and one of Kuwait. `agencies` are those that are alone in their country, by its code.
    """

    by_key: dict[str, Outlet]
    by_domain: dict[str, Outlet]
    lexicon: Lexicon[Outlet]
    owned: Lexicon[Outlet]
    short: Lexicon[Outlet]
    namesakes: Lexicon[tuple[Outlet, ...]]
    agencies: dict[str, Outlet]

    @classmethod
    def of(cls, outlets: Iterable[Outlet]) -> Registry:
        """Return the registry of `outlets`."""
        known = tuple(outlets)
        names = [(name, outlet) for outlet in known for name in outlet.names]
        agencies = [outlet for outlet in known if outlet.kind is Kind.AGENCY and outlet.country]
        countries = Counter(outlet.country for outlet in agencies)
        return cls(
            by_key={outlet.key: outlet for outlet in known},
            by_domain={domain: outlet for outlet in known for domain in outlet.domains},
            lexicon=Lexicon.of(names),
            short=Lexicon.of((_short(name), outlet) for name, outlet in names),
            owned=Lexicon.of((_owned(name), outlet) for name, outlet in names),
            namesakes=Lexicon.of(_namesakes(names)),
            agencies={outlet.country: outlet for outlet in agencies if outlet.country and countries[outlet.country] == 1},
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

    def bearers(self, name: str) -> tuple[Outlet, ...]:
        """Return the outlets of several countries that bear a printed name, none for a name that one alone has."""
        words = words_of(fold(name))
        kind = tables.phrases("outlet_kinds").start.at(words, 0)
        return self.namesakes.whole(words) or (kind and self.namesakes.whole(words[kind.last :])) or ()

    def is_bare(self, name: str) -> bool:
        """Tell whether a printed name lacks the word for what it is, with which it is one outlet's own: `بوابة الشروق`."""
        return tables.phrases("outlet_kinds").start.at(words_of(fold(name)), 0) is None

    def signature(self, line: Line) -> Signature | None:
        """Return the outlet that signs a short line: its name stands by itself between separators or line ends."""
        words = line.words
        if len(words) > DATE_LINE_WORDS or (len(words) > SIGNATURE_WORDS and not line.dates and not CLOCK.search(line.folded)):
            return None
        for hit in self.lexicon.scan(words):
            if _stands_alone(line, hit, words):
                return Signature(hit.value, words[hit.first].start, words[hit.last - 1].end)
        for hit in self.owned.scan(words):
            if _after_owner_words(words, hit.first):
                return Signature(hit.value, words[hit.first].start, words[hit.last - 1].end)
        return None


def ends_there(line: Line, hit: Hit[Outlet] | Hit[tuple[Outlet, ...]]) -> bool:
    """Tell whether a name is over where it seems to be: `العلم` is not `العلم والحياة`."""
    words = line.words
    last = _after_qualifiers(words, hit.last)
    if last == len(words):
        return True
    following = words[last]
    gap = line.folded[words[last - 1].end : following.start]
    is_apart = SEPARATOR.search(gap) is not None or "+" in gap
    return is_apart or following.text.isdigit() or tables.phrases("after_name").start.at(words, last) is not None


def _owned(name: str) -> str:
    return "لل" + name.removeprefix("ال") if name.startswith("ال") else "ل" + name


def _short(name: str) -> str:
    words = name.split()
    kind = tables.phrases("outlet_kinds").start.at(tables.words_of_text(words[0]), 0) if len(words) > 1 else None
    return " ".join(words[1:]) if kind else name


def _namesakes(names: Iterable[tuple[str, Outlet]]) -> Iterator[tuple[str, tuple[Outlet, ...]]]:
    """Yield the bare names that outlets of several countries bear, with all who do."""
    bearers: dict[str, dict[str, Outlet]] = {}
    for name, outlet in names:
        words = list(tables.words_of_text(_short(name)).texts)
        while len(words) > 1 and tables.country_mentions().whole(tables.words_of_folded(words[-1])) == outlet.country:
            words.pop()
        is_name = words and not tables.has_function_word(tables.words_of_folded(words[-1]))
        # Broadcasters report from every country: what a page of theirs speaks of tells nothing.
        if is_name and outlet.kind not in (Kind.AGENCY, Kind.AGGREGATOR, Kind.BROADCASTER):
            bearers.setdefault(" ".join(words), {})[outlet.key] = outlet
    for name, outlets in bearers.items():
        if len({outlet.country for outlet in outlets.values()}) > 1:
            yield name, tuple(outlets.values())


def _stands_alone(line: Line, hit: Hit[Outlet], words: Sequence[Word]) -> bool:
    first, last = hit.first, _after_qualifiers(words, hit.last)
    for section in ("outlet_kinds", "by"):
        while first and (label := tables.phrases(section).start.at(words, first - 1)) and label.last == first:
            first -= 1
    rest = len(words) - (last - first)
    if first == 0 and hit.last - _after_kind(words, hit.first) > 1 and rest <= NAME_REST:
        return True
    before = line.folded[words[first - 1].end : words[first].start] if first else ""
    after = line.folded[words[last - 1].end : words[last].start if last < len(words) else len(line.folded)]
    opened = first == 0 or SEPARATOR.search(before) or _only_rights(words[:first])
    closed = last == len(words) or SEPARATOR.search(after) or _only_rights(words[last:])
    is_at_edge = hit.first == 0 or tables.cities().whole(words[hit.last :]) is not None
    signed_off = is_at_edge and line.folded.rstrip().endswith("//")
    return bool(opened and closed) or signed_off


def _after_kind(words: Sequence[Word], first: int) -> int:
    """Return where a name goes on after the word for what it is: `صحيفة العرب` is not `صحيفة العرب اليوم`."""
    kind = tables.phrases("outlet_kinds").start.at(words, first)
    return kind.last if kind else first


def _after_qualifiers(words: Sequence[Word], last: int) -> int:
    """Return where a name ends with the words that do not make it another (`الإلكترونية`, `اليومي`)."""
    while qualifier := tables.phrases("qualifiers").start.at(words, last):
        last = qualifier.last
    return last


def _after_owner_words(words: Sequence[Word], first: int) -> bool:
    """Tell whether the words right before say that what follows owns the text: `جميع الحقوق محفوظة`."""
    owner = tables.phrases("owned").start
    return any(hit.last == first for start in range(max(0, first - 4), first) if (hit := owner.at(words, start)))


def _only_rights(words: Sequence[Word]) -> bool:
    """Tell whether the words before a name are those of a footer: `© 2026`, `جميع الحقوق محفوظة`."""
    index = 0
    while index < len(words):
        hit = tables.phrases("rights").start.at(words, index)
        if hit is None and not words[index].text.isdigit():
            return False
        index = hit.last if hit else index + 1
    return True
