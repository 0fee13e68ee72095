"""Who wrote an article.

An author is a person or printed initials. Photographers, editors in chief, organisations and cities are none.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from service.article import Confidence, Evidence
from service.normalise import tables
from service.normalise.clocks import find_times
from service.normalise.marks import MARKS
from service.normalise.page import DATE_LINE_WORDS, DATELINE, DATELINE_WORDS, Role
from service.normalise.persons import INITIALS, begins_as_name, is_whole_name, persons_in, until_name_ends
from service.normalise.relative import find_ago
from service.normalise.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.normalise.layout import Layout
    from service.normalise.lexicon import Hit, Word
    from service.normalise.page import Line
    from service.normalise.registry import Registry

NAME_WORDS = range(2, 5)
# A label makes even one word a name: a pen name, initials.
LABELLED_NAME_WORDS = range(1, 6)
LABELS = MARKS["author"] | MARKS["author_too"]
# Words of a byline at most, and of one that says when as well, perhaps twice.
BYLINE_WORDS, DATED_BYLINE_WORDS = 14, 24
# Words of what follows a name to say what the person does.
ROLE_WORDS = 3
# A line that says who and where: its words, and those of each part but the name.
AMONG_PARTS_WORDS, OTHER_PART_WORDS = 12, 5
# Letters of the name of a site that may be glued to what follows it.
SHORTEST_SITE = 4
# How many lines below the body a byline may stand.
BELOW_BODY = 3
# Of several names in one line each has so many words.
MOST_NAMES, PAIR_WORDS = 3, range(2, 4)
# How many lines above the headline.
ABOVE_TITLE = 4
NAMES_APART = re.compile(r"\s?[,،]\s?|\s[-–]\s|\s+(?:و|et|and|y|ve)\s+")


DATELINE_DASH = re.compile(r"[-–—]\s")
SAY_WHO = (Role.TEXT, Role.BYLINE, Role.SOURCE)


class Credit(NamedTuple):
    """Names as they are printed, and the words that say so."""

    names: tuple[str, ...]
    evidence: Evidence


class Page(NamedTuple):
    """What is searched for who wrote: a layout, with the places of the lines that can be a byline."""

    layout: Layout
    registry: Registry
    places: tuple[int, ...]


def read_authors(layout: Layout, registry: Registry) -> Credit | None:
    """Return who wrote the article, by the best sign there is."""
    page, sources = Page(layout, registry, tuple(_byline_places(layout))), _sources(layout)
    for search in SEARCHES:
        for credit in search(page):
            # A site may sign with its own name, or with that of the paper whose text it shows.
            name, site = fold(credit.names[0]), layout.lines[0].folded
            if not site.startswith(name) and not (len(site) > SHORTEST_SITE and name.startswith(site)) and name not in sources:
                return credit
    return None


def _sources(layout: Layout) -> set[str]:
    """Return the folded names that stand behind `Source:`, or below it."""
    found: set[str] = set()
    for line, below in itertools.pairwise(layout.lines):
        if hit := tables.phrases("source").start.at(line.words, 0):
            found.add(line.folded[line.words[hit.last].start :] if hit.last < len(line.words) else below.folded)
    return found


def _labelled(page: Page) -> Iterator[Credit]:
    """Yield who a label names: `كتب : أبو زيد الحلبي`, `بقلم` with the name on the next line, `By A in Rabat`, `Par A et B`."""
    layout, registry, places = page
    for index in places:
        line = layout.lines[index]
        if not line.marks & LABELS:
            continue
        for part in line.parts:
            label = _author_label(line, part)
            if not label:
                continue
            named = part[label.last :]
            # One word is a name behind a colon or in a line of its own: `كاتبة لبنانية` is none.
            if len(named) == 1 and ":" not in line.folded[part[label.last - 1].end : named[0].start] and index >= layout.last:
                continue
            if not named:
                following = _next_part(layout, index, part)
                if following is None:
                    continue
                line, named = following
            if credit := _credit(line, named, registry, "author-label", Confidence.LIKELY, LABELLED_NAME_WORDS):
                yield credit


def _author_label(line: Line, part: Sequence[Word]) -> Hit[str] | None:
    """Return the label of an author at the start of a part of a line, or after the time in it: `Hier à 18:40 par A`."""
    for section in ("author", "author_too"):
        if hit := tables.phrases(section).start.at(part, 0):
            return hit
    says_when = line.dates or any(True for _ in find_times(line.folded)) or find_ago(line.words)
    return next(tables.phrases("author").start.scan(part), None) if says_when else None


def _next_part(layout: Layout, index: int, part: tuple[Word, ...]) -> tuple[Line, tuple[Word, ...]] | None:
    """Return the words after a label that stands alone: the next part of its line, else the next line."""
    line = layout.lines[index]
    parts = line.parts
    place = parts.index(part)
    if place + 1 < len(parts):
        return line, parts[place + 1]
    if index + 1 < len(layout.lines) and index + 1 != layout.title_index and layout.roles[index + 1] in (Role.TEXT, Role.BYLINE):
        return layout.lines[index + 1], layout.lines[index + 1].words[:]
    return None


def _beside_outlet(page: Page) -> Iterator[Credit]:
    """Yield who signs beside the outlet: `العلم الإلكترونية - نجاة الناصري`, `كود هند لكلاوي كازا ///`."""
    layout, registry, places = page
    for index in places:
        line = layout.lines[index]
        signed = registry.signature(line) if layout.roles[index] in (Role.BYLINE, Role.DATE) else None
        if not signed:
            continue
        for part in line.parts:
            rest = tuple(word for word in part if word.end <= signed.start or word.start >= signed.end)
            if credit := _credit(line, rest, registry, "byline", Confidence.LIKELY, NAME_WORDS):
                yield credit


def _beside_masthead(page: Page) -> Iterator[Credit]:
    """Yield who signs beside the name at the head of a page that the registry does not know: `جبالة بريس : سعيد الريسوني`."""
    layout, registry, places = page
    head = layout.lines[0].words.texts if layout.lines else ()
    for index in places:
        line = layout.lines[index]
        if layout.roles[index] is not Role.TEXT or len(line.parts) == 1:
            continue
        others = [part for part in line.parts if [word.text for word in part] != list(head)]
        if len(others) == 1 and (credit := _credit(line, others[0], registry, "byline", Confidence.LIKELY, NAME_WORDS)):
            yield credit


def _beside_city(page: Page) -> Iterator[Credit]:
    """Yield who signs beside a city: `لندن: جميلة حلفيشي`, `جميلة حلفيشي - لندن`."""
    layout, registry, places = page
    for index in places:
        if not tables.cities().is_in(layout.lines[index].words):
            continue
        parts = layout.lines[index].parts
        cities = [part for part in parts if tables.cities().whole(part)]
        named = [part for part in parts if registry.lexicon.whole(part) or registry.short.whole(part)]
        named += [part for part in parts if tables.phrases("source").start.whole(part)]
        others = [part for part in parts if part not in cities and part not in named]
        if not cities or len(others) != 1:
            continue
        (other,) = others
        if credit := _credit(layout.lines[index], other, registry, "beside-city", Confidence.LIKELY, NAME_WORDS):
            yield credit


def _in_dateline(page: Page) -> Iterator[Credit]:
    """Yield who signs at the beginning of the text beside outlet and city: `بندر الشمري- سبق- حائل: سلّم ...`."""
    line = next(iter(page.layout.body), None)
    if line is None:
        return
    colon = line.folded.find(":", 0, DATELINE)
    # `الطفيلة 21 شباط (بترا)- رنا المعايطة- باشرت ...`, `عجلون - بترا - عامر القضاة - بدأت ...`
    dashes = [dash.start() for dash in DATELINE_DASH.finditer(line.folded, 0, DATELINE)]
    for end in [colon] if colon >= 0 else reversed(dashes):
        yield from _before_text(page, line, end)


def _before_text(page: Page, line: Line, end: int) -> Iterator[Credit]:
    """Yield the one name that stands beside nothing but cities and outlets before `end`."""
    registry = page.registry
    parts = line.parts_of([word for word in line.words[:DATELINE_WORDS] if word.end <= end])
    named = [part for part in parts if begins_as_name(part, line.printed(part)) and not tables.cities().whole(part)]
    others = [part for part in parts if all(part is not name for name in named)]
    are_known = all(tables.cities().whole(part) or registry.lexicon.whole(part) or registry.short.whole(part) for part in others)
    if len(named) != 1 or not others or not are_known:
        return
    if credit := _credit(line, named[0], registry, "dateline", Confidence.LIKELY, NAME_WORDS):
        yield credit


def _in_city(page: Page) -> Iterator[Credit]:
    """Yield who signs with the city before or below the headline: `Rana Aziz in Abu Dhabi`."""
    layout, registry, places = page
    within = tables.phrases("in_city").anywhere
    for index in places:
        line = layout.lines[index]
        if layout.roles[index] is not Role.BYLINE or registry.signature(line):
            continue
        place = next((place for place in NAME_WORDS if len(line.words) > place + 1 and within.at(line.words, place)), None)
        if place and (credit := _credit(line, line.words[:place], registry, "beside-city", Confidence.LIKELY, NAME_WORDS)):
            yield credit


def _beside_date(page: Page) -> Iterator[Credit]:
    """Yield who signs on the date line (`Nevine Saad , Tuesday 24 May 2022`) or with a role (`Rasha Naim, Staff Reporter`)."""
    layout, registry, _ = page
    for index in range(layout.first if layout.title_index is None else layout.title_index + 1, layout.first):
        line = layout.lines[index]
        if len(line.words) > DATE_LINE_WORDS or layout.roles[index] not in (Role.TEXT, Role.BYLINE, Role.DATE):
            continue
        parts = [part for part in line.parts if not all(word.text in tables.weekdays() for word in part)]
        roles = tables.phrases("author_end").anywhere
        named = [part for part, role in itertools.pairwise(parts) if len(role) <= ROLE_WORDS and roles.is_in(role)]
        # `3 hours ago` is a date too.
        apart = [part for part in parts if not find_ago(part)]
        if len(apart) == 1 and (layout.roles[index] is Role.DATE or len(apart) < len(parts)):
            named = apart
        for part in named:
            allowed = NAME_WORDS if begins_as_name(part, line.printed(part)) else range(2, 4)
            if credit := _credit(line, part, registry, "beside-date", Confidence.LIKELY, allowed):
                yield credit


def _among_parts(page: Page) -> Iterator[Credit]:
    """Yield the name among the parts of a line that says little else: `سعيد المري (الأحساء) Okaz_online@`."""
    layout, registry, places = page
    for index in places:
        line = layout.lines[index]
        if layout.roles[index] not in SAY_WHO or len(line.parts) == 1 or line.ends_sentence:
            continue
        if line.text.endswith(("?", "؟", "!")) or len(line.words) > AMONG_PARTS_WORDS:
            continue
        named = [part for part in line.parts if begins_as_name(part, line.printed(part))]
        if len(named) != 1 or any(len(part) > OTHER_PART_WORDS for part in line.parts if part is not named[0]):
            continue
        if credit := _credit(line, named[0], registry, "beside-place", Confidence.LIKELY, NAME_WORDS):
            yield credit


def _alone(page: Page) -> Iterator[Credit]:
    """Yield a name on a line of its own: between date and headline, below the headline, or right below the body."""
    layout, registry, _ = page
    if layout.title_index is None:
        return
    head = Counter(line.folded for line in layout.lines[: layout.first])
    titled = set(layout.lines[layout.title_index].words.texts)
    below_title = range(layout.title_index + 1, layout.first) if layout.title_index < layout.first else range(0)
    for index in (*_above_title(layout), *below_title, *(index for index in layout.below_body(2) if index < layout.end)):
        line = layout.lines[index]
        is_sure = begins_as_name(line.words, line.text)
        # What a caption says is said again, by another or by the headline.
        is_said_again = head[line.folded] > 1 or set(line.words.texts) <= titled
        if layout.roles[index] is not Role.TEXT or (is_said_again and not is_sure):
            continue
        if not (_says_who(layout, index, is_sure=is_sure) and _stands_as_byline(layout, index, is_sure=is_sure)):
            continue
        allowed = NAME_WORDS if is_sure else range(2, 4)
        if credit := _credit(line, line.words, registry, "name-alone", Confidence.WEAK, allowed):
            yield credit


def _says_who(layout: Layout, index: int, *, is_sure: bool) -> bool:
    """Tell whether a line is a name, perhaps with what the person does, or several names."""
    line = layout.lines[index]
    if len(line.parts) == 1:
        return _says_only_who(line, is_sure=is_sure) or is_whole_name(line.text)
    are_sure = all(begins_as_name(part, line.printed(part)) for part in line.parts)
    return _can_be_names(line) and (are_sure or _is_above_date(layout, index))


def _stands_as_byline(layout: Layout, index: int, *, is_sure: bool) -> bool:
    """Tell whether what may be a name stands where bylines do."""
    line, above = layout.lines[index], layout.lines[index - 1]
    # Under the date stand captions; what is no name for sure is one only under the headline or apart.
    is_under_date = layout.roles[index - 1] is Role.DATE and above.block == line.block and not _is_above_date(layout, index)
    if is_under_date and not is_sure:
        return False
    # Below the body stand buttons and tags; a name that is glued to its last paragraph signs it, initials do anywhere.
    ends = index == layout.last or (index == layout.last + 1 and layout.roles[layout.last] is Role.DATE)
    signs = ends and (is_sure or above.block == line.block)
    return index < layout.first or signs or INITIALS.fullmatch(line.text) is not None


def _is_above_date(layout: Layout, index: int) -> bool:
    return index + 1 < layout.first and layout.roles[index + 1] is Role.DATE


def _above_title(layout: Layout) -> Iterator[int]:
    """Yield the lines between a date and the headline below it that are a name for sure."""
    top = min(layout.title_index or 0, layout.first)
    dates = [index for index in range(max(top - ABOVE_TITLE, 0), top) if layout.roles[index] is Role.DATE]
    for index in range(dates[-1] + 1, top) if dates else ():
        if begins_as_name(layout.lines[index].words, layout.lines[index].text):
            yield index


def _can_be_names(line: Line) -> bool:
    """Tell whether a line is nothing but two or three names, with commas or dashes between: `נועה כרמון, אורי ששון`."""
    names = NAMES_APART.split(line.text)
    return 1 < len(names) <= MOST_NAMES and all(len(name.split()) in PAIR_WORDS for name in names) and not line.ends_sentence


def _in_box(page: Page) -> Iterator[Credit]:
    """Yield who is named right below `About the author`."""
    layout, registry, _ = page
    boxes = tables.phrases("about_author").whole
    for line, below in itertools.pairwise(layout.lines[layout.last :]):
        is_named = boxes.whole(line.words) and len(below.words) in NAME_WORDS and not below.ends_sentence
        if is_named and (credit := _credit(below, below.words, registry, "author-box", Confidence.LIKELY, NAME_WORDS)):
            yield credit


def _says_only_who(line: Line, *, is_sure: bool) -> bool:
    """Tell whether a line is a name, perhaps with what the person does behind it: `Owen Price Transport correspondent`."""
    name = until_name_ends(line.words)
    rest = line.words[len(name) :]
    does = tables.phrases("author_end").anywhere
    return not rest or (len(rest) <= ROLE_WORDS and (is_sure or does.whole(rest[-1:]) is not None))


def _byline_places(layout: Layout) -> Iterator[int]:
    """Yield the lines that can be a byline: above the body, or just below it."""
    for index in (*range(layout.first), *layout.below_body(BELOW_BODY), *layout.colophon):
        role, line = layout.roles[index], layout.lines[index]
        most = DATED_BYLINE_WORDS if role is Role.DATE else BYLINE_WORDS
        fits = role in (*SAY_WHO, Role.DATE, Role.FURNITURE, Role.END) and len(line.words) <= most
        if fits and not (layout.title and layout.title.folded == line.folded):
            yield index


def _credit(
    line: Line,
    words: Sequence[Word],
    registry: Registry,
    rule: str,
    confidence: Confidence,
    allowed: range,
) -> Credit | None:
    """Return the credit for the persons that `words` of a line name, None where they name none."""
    # The stop of an initial ends the line.
    printed = line.text if len(words) == len(line.words) else line.printed(words) if words else ""
    is_whole = is_whole_name(printed) and not tables.phrases("with").anywhere.at(words, 0)
    words = words if is_whole else until_name_ends(words)
    names = persons_in(line, words, registry, allowed) if words else ()
    return Credit(names, line.vouch("authors", words[0].start, words[-1].end, rule, confidence)) if names else None


# By the best sign first.
SEARCHES = (
    _labelled,
    _beside_outlet,
    _beside_masthead,
    _beside_city,
    _in_city,
    _in_dateline,
    _beside_date,
    _among_parts,
    _in_box,
    _alone,
)
