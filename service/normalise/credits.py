"""Who wrote an article, and which news agency it credits.

An author is a person or printed initials. Photographers, editors in chief, organisations and cities are none.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from service.article import Confidence, Evidence, Kind
from service.normalise import tables
from service.normalise.clocks import find_times
from service.normalise.page import DATE_LINE_WORDS, Role
from service.normalise.relative import find_ago
from service.normalise.text import clean, collapse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.normalise.layout import Layout
    from service.normalise.lexicon import Hit, Word
    from service.normalise.page import Line
    from service.normalise.registry import Registry

SEVERAL_AGENCIES = "agencies"
NAME_WORDS = range(2, 5)
# A label makes even one word a name: a pen name, initials.
LABELLED_NAME_WORDS = range(1, 6)
BYLINE_WORDS = 14
# How many lines below the body a byline may stand.
BELOW_BODY = 3
# Characters of a dateline at most, and of a single name.
DATELINE = 60
LONGEST_NAME = 20
SEPARATOR = re.compile(r"[|/:•·()\[\]«»\"–—;؛،,]|\s-|-\s|\s{3}|(?<=\s)//+")
NAME_SEPARATOR = re.compile(r"\s*(?:[,،&]|\bet\b|\band\b|\by\b)\s*")
JOINED = re.compile(r"\s+و(?=\w{2,}\s+\w{2,})")
DATELINE_END = re.compile(r"[-–—/:(]")
ALI = "علي"
ARTICLES = ("al", "el")
INITIALS = re.compile(r"(?:\w\.\s?){2,3}|\w\.\s?\w")
PARENTHESES = re.compile(r"\(([^()]{2,60})\)")


class Credit(NamedTuple):
    """Names as they are printed, and the words that say so."""

    names: tuple[str, ...]
    evidence: Evidence


class _Segment(NamedTuple):
    """A part of a line between separators, as its words."""

    words: tuple[Word, ...]

    @property
    def texts(self) -> list[str]:
        return [word.text for word in self.words]


def read_authors(layout: Layout, registry: Registry) -> Credit | None:
    """Return who wrote the article, by the best sign there is."""
    for search in (_labelled, _beside_outlet, _beside_city, _beside_date, _alone):
        for credit in search(layout, registry):
            return credit
    return None


def read_agency(layout: Layout, registry: Registry) -> tuple[str, Evidence] | None:
    """Return the key of the agency that the article credits in a byline, a dateline, at its end or as its source.

    An agency stands by itself between separators (`ومع` is also `and with`); beside a city of the same name the
    later one is the agency.
    """
    for line, first, last in _agency_places(layout):
        found: tuple[str, Evidence] | None = None
        for segment in _segments(line, first, last):
            words = _without_place_and_date(list(segment.words))
            outlet = registry.lexicon.whole(words) if words else None
            if outlet and outlet.kind is Kind.AGENCY and (found is None or not tables.cities().whole(words)):
                found = outlet.key, _evidence("agency", line, words, "credit", Confidence.LIKELY)
            elif words and found is None and tables.phrases("agencies").start.whole(words):
                found = SEVERAL_AGENCIES, _evidence("agency", line, words, "credit", Confidence.LIKELY)
        if found:
            return found
    return None


def _without_place_and_date(words: list[Word]) -> list[Word]:
    """Return the words of a segment without the city and the date words that may stand glued before a signature."""
    index = 0
    while index < len(words) - 1:
        hit = tables.cities().at(words, index) or tables.phrases("date_words").anywhere.at(words, index)
        if hit is None and not words[index].text.isdigit():
            break
        index = hit.last if hit else index + 1
    return words[index:]


def _agency_places(layout: Layout) -> Iterator[tuple[Line, int, int]]:
    """Yield the words among which an agency may be credited: a line and a range of its words."""
    for index, (line, role) in enumerate(zip(layout.lines, layout.roles, strict=True)):
        if role is Role.SOURCE or (role is Role.END and ":" in line.text):
            label = tables.phrases("source").start.at(line.words, 0)
            if label:
                yield line, label.last, len(line.words)
        elif index < layout.first and role in (Role.TEXT, Role.BYLINE, Role.DATE) and index != layout.title_index:
            if len(line.words) <= BYLINE_WORDS:
                yield line, 0, len(line.words)
        elif layout.last <= index <= layout.last + 1 and role in (Role.TEXT, Role.BYLINE):
            yield line, 0, len(line.words)
    body = layout.body
    if body:
        yield from _dateline(body[0])
        for match in list(PARENTHESES.finditer(body[-1].folded))[-1:]:
            inside = [n for n, word in enumerate(body[-1].words) if match.start() < word.start < match.end()]
            if inside and match.end() >= len(body[-1].folded.rstrip(" .")):
                yield body[-1], inside[0], inside[-1] + 1


def _dateline(line: Line) -> Iterator[tuple[Line, int, int]]:
    """Yield the words before the first dash of a body: `الرباط - و م ع -`, `ا-ف-ب / دعت`, `PARIS (AFP) -`."""
    head = line.folded[:DATELINE]
    ends = [match.start() for match in DATELINE_END.finditer(head)]
    if ends:
        within = [n for n, word in enumerate(line.words) if word.start < ends[-1] + 30 and word.end <= DATELINE]
        cut = [n for n in within if line.words[n].start <= ends[-1] or line.folded[ends[-1]] == "("]
        if cut:
            yield line, 0, min(cut[-1] + 1, 10)


def _labelled(layout: Layout, registry: Registry) -> Iterator[Credit]:
    """Yield who a label names: `كتب : أبو زيد الحلبي`, `بقلم` with the name on the next line, `By A in Rabat`, `Par A et B`."""
    for index in _byline_places(layout):
        line = layout.lines[index]
        for segment in _segments(line):
            label = _author_label(line, segment)
            if not label:
                continue
            named = segment.words[label.last :]
            if not named:
                following = _next_segment(layout, index, segment)
                if following is None:
                    continue
                line, named = following
            if credit := _credit(line, named, registry, "author-label", Confidence.LIKELY, LABELLED_NAME_WORDS):
                yield credit


def _author_label(line: Line, segment: _Segment) -> Hit[str] | None:
    """Return the label of an author at the start of a segment, or after the time in it: `Hier à 18:40 par A`."""
    for section in ("author", "author_too"):
        if hit := tables.phrases(section).start.at(segment.words, 0):
            return hit
    says_when = line.dates or any(True for _ in find_times(line.folded)) or find_ago(line.words)
    return next(tables.phrases("author").start.scan(segment.words), None) if says_when else None


def _next_segment(layout: Layout, index: int, segment: _Segment) -> tuple[Line, tuple[Word, ...]] | None:
    """Return the words after a label that stands alone: the next part of its line, else the next line."""
    line = layout.lines[index]
    parts = _segments(line)
    place = parts.index(segment)
    if place + 1 < len(parts):
        return line, parts[place + 1].words
    if index + 1 < len(layout.lines) and layout.roles[index + 1] in (Role.TEXT, Role.BYLINE):
        return layout.lines[index + 1], layout.lines[index + 1].words[:]
    return None


def _beside_outlet(layout: Layout, registry: Registry) -> Iterator[Credit]:
    """Yield who signs beside the outlet: `العلم الإلكترونية - نجاة الناصري`, `كود هند لكلاوي كازا ///`."""
    for index in _byline_places(layout):
        line = layout.lines[index]
        signed = registry.signature(line) if layout.roles[index] in (Role.BYLINE, Role.DATE) else None
        if not signed:
            continue
        for segment in _segments(line):
            rest = tuple(word for word in segment.words if word.end <= signed.start or word.start >= signed.end)
            if credit := _credit(line, rest, registry, "byline", Confidence.LIKELY, NAME_WORDS):
                yield credit


def _beside_city(layout: Layout, registry: Registry) -> Iterator[Credit]:
    """Yield who signs beside a city: `لندن: جميلة حلفيشي`, `جميلة حلفيشي - لندن`."""
    for index in _byline_places(layout):
        parts = _segments(layout.lines[index])
        places = [part for part in parts if tables.cities().whole(part.words)]
        named = [part for part in parts if registry.lexicon.whole(part.words) or registry.short.whole(part.words)]
        others = [part for part in parts if part not in places and part not in named]
        if not places or len(others) != 1:
            continue
        (other,) = others
        if credit := _credit(layout.lines[index], other.words, registry, "beside-city", Confidence.LIKELY, NAME_WORDS):
            yield credit


def _beside_date(layout: Layout, registry: Registry) -> Iterator[Credit]:
    """Yield who signs on the date line (`Nevine Saad , Tuesday 24 May 2022`) or with a role (`Rasha Naim, Staff Reporter`)."""
    for index in range(layout.first if layout.title_index is None else layout.title_index + 1, layout.first):
        line = layout.lines[index]
        if len(line.words) > DATE_LINE_WORDS:
            continue
        parts = _segments(line)
        is_date = layout.roles[index] is Role.DATE and len(parts) == 1
        has_role = len(parts) == 2 and tables.phrases("author_end").anywhere.at(parts[1].words, 0)  # noqa: PLR2004 - a pair
        if not (is_date or has_role):
            continue
        if credit := _credit(line, parts[0].words, registry, "beside-date", Confidence.LIKELY, range(2, 4)):
            yield credit


def _alone(layout: Layout, registry: Registry) -> Iterator[Credit]:
    """Yield a name on a line of its own: below the title, or right below the body."""
    if layout.title_index is None:
        return
    counts = Counter(line.folded for line in layout.lines[: layout.first])
    below_title = range(layout.title_index + 1, layout.first) if layout.title_index < layout.first else range(0)
    for index in (*below_title, *range(layout.last, min(layout.last + 2, layout.end))):
        line = layout.lines[index]
        if layout.roles[index] is not Role.TEXT or counts[line.folded] > 1 or len(_segments(line)) > 1:
            continue
        # Under the date stand captions; a name stands under the headline or apart.
        above = layout.lines[index - 1]
        by_date = layout.roles[index - 1] is Role.DATE and above.block == line.block
        # Below the body stand buttons; a name that is glued to its last paragraph signs it, initials do anywhere.
        by_body = index < layout.first or above.block == line.block or INITIALS.fullmatch(line.text)
        whole = len(_until_name_ends(line.words)) == len(line.words)
        if (
            whole
            and by_body
            and not by_date
            and (credit := _credit(line, line.words, registry, "name-alone", Confidence.WEAK, range(2, 4)))
        ):
            yield credit


def _byline_places(layout: Layout) -> Iterator[int]:
    """Yield the lines that can be a byline: above the body, or just below it."""
    end = min(layout.last + BELOW_BODY, len(layout.lines))
    for index in (*range(layout.first), *range(layout.last, end)):
        role, line = layout.roles[index], layout.lines[index]
        fits = role in (Role.TEXT, Role.BYLINE, Role.DATE, Role.FURNITURE, Role.END) and len(line.words) <= BYLINE_WORDS
        if fits and index != layout.title_index:
            yield index


def _segments(line: Line, first: int = 0, last: int | None = None) -> list[_Segment]:
    """Return the parts of a line, or of its words from `first` to `last`, between separators; dates are left out."""
    parts: list[_Segment] = []
    run: list[Word] = []
    end = None
    for word in line.words[first:last]:
        in_date = any(date.start < word.end and word.start < date.end for date in line.dates)
        if run and (in_date or SEPARATOR.search(line.folded[end : word.start])):
            parts.append(_Segment(tuple(run)))
            run = []
        if not in_date:
            run.append(word)
        end = word.end
    return [*parts, _Segment(tuple(run))] if run else parts


def _credit(
    line: Line,
    words: Sequence[Word],
    registry: Registry,
    rule: str,
    confidence: Confidence,
    allowed: range,
) -> Credit | None:
    """Return the credit for the persons that `words` of a line name, None where they name none."""
    words = _until_name_ends(words)
    if not words:
        return None
    span = line.span_of(words[0].start, words[-1].end)
    printed = collapse(clean(line.quote(span)))
    names = [name for part in NAME_SEPARATOR.split(printed) for name in JOINED.split(part) if name]
    if not names or not all(_is_person(name, registry, allowed) for name in names):
        return None
    evidence = Evidence(field="authors", raw=line.quote(span), span=span, rule=rule, confidence=confidence)
    return Credit(tuple(names), evidence)


def _until_name_ends(words: Sequence[Word]) -> list[Word]:
    """Return the words of a name: up to what follows names (`تصوير`, `in`), without a city behind it."""
    name: list[Word] = []
    for index, word in enumerate(words):
        if word.text.isdigit() or tables.phrases("author_end").anywhere.at(words, index):
            break
        name.append(word)
    for length in (3, 2, 1):
        if len(name) - length >= 1 and tables.cities().whole(name[-length:]):
            return name[:-length]
    return name


def _without_particles(words: Sequence[Word], printed: str) -> list[Word]:
    """Return the words without the name `علي`, which folds to the same letters as `على` (on) and is printed otherwise."""
    is_name = "علي" in printed.split()
    kept = [word for word in words if not (is_name and word.text == ALI)]
    # An Arabic family name in Latin letters has its article: `Salma Al Harthy`.
    return [word for n, word in enumerate(kept) if not (0 < n < len(kept) - 1 and word.text in ARTICLES)]


def _is_person(name: str, registry: Registry, allowed: range) -> bool:
    if INITIALS.fullmatch(name):
        return True
    words = tables.words_of_text(name)
    if len(words) not in allowed or any(word.text.isdigit() or len(word.text) > LONGEST_NAME for word in words):
        return False
    if registry.lexicon.whole(words) or tables.cities().whole(words) or tables.is_country(words):
        return False
    if any(True for _ in tables.phrases("no_person").anywhere.scan(words)) or tables.has_function_word(
        _without_particles(words, name)
    ):
        return False
    if any(tables.phrases(section).start.at(words, 0) for section in ("published", "modified", "section_label", "tags")):
        return False
    sections = tables.phrases("sections").whole
    return not sections.whole(words) and not any(word.text in tables.weekdays() or word.text in tables.months() for word in words)


def _evidence(field: str, line: Line, words: Sequence[Word], rule: str, confidence: Confidence) -> Evidence:
    span = line.span_of(words[0].start, words[-1].end)
    return Evidence(field=field, raw=line.quote(span), span=span, rule=rule, confidence=confidence)
