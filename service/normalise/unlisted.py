"""Outlets that the registry does not know, where a page names its own in so many words.

Such an outlet has a key made of its name and nothing else: the page is no place to learn its country from.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from anyascii import anyascii

from service.article import Confidence, Evidence, Kind, Outlet
from service.normalise import tables
from service.normalise.headline import is_slogan as is_slogan_line
from service.normalise.lookalikes import GLOBES
from service.normalise.mentions import is_quoted_to
from service.normalise.menus import entries_of
from service.normalise.page import Role
from service.normalise.text import clean, collapse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.normalise.layout import Layout
    from service.normalise.lexicon import Word
    from service.normalise.page import Line
    from service.normalise.registry import Registry

NAME_WORDS, LONGEST_WORD = 4, 20
LONGEST_KEY = 64
NOT_KEY = re.compile(r"[^a-z0-9]+")
SOURCE_LINE = re.compile(r"(?P<name>.{2,60}?)\s+(?:يوم|بتاريخ|le|on)\s*$")
# The name of a page that begins `X | the paper of ...`, and the frequency behind a radio's.
NAME_END = re.compile(r"\s+[|–—-]\s+.*|\s+(?:\d+[.,]\d+|\d{3,})$")
RIGHTS_GAP = re.compile(r"[©|–—,،.:]|\s-\s")
NOT_NAME = frozenset("@:/")
OF = "ل"
# How far below its name stands the number of a paper's issue.
ISSUE_REACH = 2
# Among the first lines of a page, and of so many words, is the name of a public body.
INSTITUTION_REACH, INSTITUTION_WORDS = 4, 7
# Where more stand in a line, it is a menu.
BESIDE = 2
# What may stand above the name of a page.
ABOVE_NAME = (Role.DATE, Role.TICKER, Role.END)
IN_HEAD = (Role.TEXT, Role.SECTION, Role.MASTHEAD, Role.CAPTION, Role.BYLINE)
# Below it stand the letters of the Latin alphabets.
FIRST_GREEK = "\u0370"
# How far above its menu stands the name of a page, and how many entries a menu has at least.
NAME_REACH, MENU_ROWS = 3, 3


def find_unlisted(layout: Layout, registry: Registry) -> tuple[Outlet, Evidence] | None:
    """Return the outlet that a source line, the masthead or the footer names and the registry does not know."""
    for search in (
        (_source_line, _source_below, _byline)
        if reposts(layout, registry)
        else (_source_line, _letterhead, _masthead, _post, _institution, _byline, _footer)
    ):
        if found := search(layout):
            # A footer may name a known outlet in the midst of a sentence.
            known = registry.lexicon.whole(tables.words_of_text(found[0].name))
            return (known, found[1]) if known and known.kind is not Kind.AGGREGATOR else found
    return None


def reposts(layout: Layout, registry: Registry) -> bool:
    """Tell whether the page is one that re-posts others' articles: its own name is not who published them."""
    head = layout.lines[0] if layout.lines else None
    named = registry.lexicon.whole(head.words) or registry.short.whole(head.words) if head else None
    return named is not None and named.kind is Kind.AGGREGATOR


def _source_below(layout: Layout) -> tuple[Outlet, Evidence] | None:
    """Return who stands behind a label and a colon: `Source: L'Indépendant`."""
    for line in layout.having(Role.SOURCE, Role.END):
        label = tables.phrases("source").start.at(line.words, 0)
        if label and label.last < len(line.words) and ":" in line.folded[: line.words[label.last].start]:
            return _found(line, line.words[label.last].start, line.words[-1].end, "source-line")
    return None


def _source_line(layout: Layout) -> tuple[Outlet, Evidence] | None:
    """Return who stands between the label and the date of `نشر في X يوم 01 - 11 - 2023`."""
    for line in layout.having(Role.DATE):
        label = tables.phrases("source").start.at(line.words, 0)
        if not label or not line.dates:
            continue
        start = line.words[label.last - 1].end
        if match := SOURCE_LINE.match(line.folded[start : line.dates[0].start]):
            return _found(line, start + match.start("name"), start + match.end("name"), "source-line")
    return None


def _masthead(layout: Layout) -> tuple[Outlet, Evidence] | None:
    """Return a name above everything else that says what it is (`مجلة ...`, `... نيوز`) or is the page's in another way."""
    # Today's date may stand above the name, or the link that skips what is above the text.
    skips = layout.lines and tables.phrases("skip").start.at(layout.lines[0].words, 0)
    place = 1 if skips else 0
    place += sum(1 for _ in itertools.takewhile(lambda role: role in ABOVE_NAME, layout.roles[place:]))
    place += any(_is_state(line) for line in layout.lines[place : place + 1])
    if not layout.title_index or layout.title_index <= place:
        return None
    line, role = layout.lines[place], layout.roles[place]
    if role not in (Role.TEXT, Role.SECTION) or line.dates:
        return None
    name = NAME_END.sub("", line.folded)
    if role is Role.SECTION and not _is_kind(line.folded[len(name) :]):
        return None
    words = tables.words_of_folded(name)
    if (
        not words.texts
        or len(name.split()) > NAME_WORDS
        or not NOT_NAME.isdisjoint(name)
        or tables.cities().whole(words)
        or tables.is_country(words)
        or tables.phrases("ticker").start.whole(words)
        # `أخبار البحرين` is a section.
        or (tables.phrases("home").whole.whole(words[:1]) and tables.is_country(words[1:]))
    ):
        return None
    has_name_words = len(words) > 1 and (
        tables.phrases("outlet_kinds").start.at(words, 0) or tables.phrases("outlet_words").anywhere.is_in(words)
    )
    is_named = has_name_words or _describes(layout, place, name) or _signs_again(layout, name) or _is_quoted(layout, name)
    return _found(line, 0, len(name), "masthead") if is_named else None


def _post(layout: Layout) -> tuple[Outlet, Evidence] | None:
    """Return the page of a social network above the date of its post (see layout)."""
    for index, line in enumerate(layout.lines[1:], start=1):
        if layout.roles[index] is Role.DATE and line.text[-1] in GLOBES and layout.roles[index - 1] is Role.MASTHEAD:
            above = layout.lines[index - 1]
            return _found(above, 0, len(NAME_END.sub("", above.folded)), "masthead")
    return None


def _letterhead(layout: Layout) -> tuple[Outlet, Evidence] | None:
    """Return the public body whose name stands below that of the state."""
    return _institution(layout) if any(map(_is_state, layout.lines[:1])) else None


def _institution(layout: Layout) -> tuple[Outlet, Evidence] | None:
    """Return the public body whose name stands above the menu of its page, the lowest of several."""
    found: tuple[Line, Sequence[Word]] | None = None
    is_below_state = False
    for index, line in enumerate(layout.lines[: min(INSTITUTION_REACH, layout.title_index or 0)]):
        is_below_state = is_below_state or _is_state(line)
        if layout.roles[index] not in IN_HEAD or line.ends_sentence or tables.phrases("home").whole.at(line.words, 0):
            continue
        part = next((part for part in line.parts if _is_institution(part)), None)
        # A faculty is named below its university.
        if part is None or len(part) > INSTITUTION_WORDS or (found and tables.phrases("faculties").start.at(part, 0)):
            continue
        heads_menu = Role.MENU in itertools.takewhile(lambda role: role in (*IN_HEAD, Role.MENU), layout.roles[index + 1 :])
        # The same name may stand again in another script.
        is_again = found is not None and _is_latin(found[0]) != _is_latin(line)
        stands_out = heads_menu or is_below_state or len(line.parts) > 1
        named = sum(not words[0].text[0].isdigit() for words in line.parts)
        if stands_out and not is_again and named <= BESIDE:
            found = line, part
    return _found(found[0], found[1][0].start, found[1][-1].end, "masthead") if found else None


def _is_institution(words: Sequence[Word]) -> bool:
    """Tell whether a name has the kind of a public body at its beginning, or at its end as Turkish and English ones do."""
    begins = tables.phrases("institutions").start.at(words, 0) or tables.phrases("faculties").start.at(words, 0)
    ends = tables.phrases("institution_ends").anywhere
    return begins is not None or (len(words) > 1 and ends.at(words, len(words) - 1) is not None)


def _is_latin(line: Line) -> bool:
    return line.text[0].casefold() < FIRST_GREEK


def _is_state(line: Line) -> bool:
    return tables.phrases("states").whole.whole(line.words) is not None


def _byline(layout: Layout) -> tuple[Outlet, Evidence] | None:
    """Return a name alone below the headline that ends as names of sites do: `نبأ نيوز`."""
    endings = tables.phrases("outlet_words").anywhere
    below = range(layout.first) if layout.title_index is None else range(layout.title_index + 1, layout.first)
    for line in (layout.lines[index] for index in below if layout.roles[index] is Role.TEXT):
        name, *others = line.parts or [()]
        is_signed = all(tables.cities().whole(part) or tables.phrases("author_end").anywhere.whole(part) for part in others)
        if 1 < len(name) < NAME_WORDS and endings.whole(name[-1:]) and is_signed:
            return _found(line, name[0].start, name[-1].end, "byline")
    return None


def _describes(layout: Layout, place: int, name: str) -> bool:
    """Tell whether the rest of its line, or the next, says what sort of paper has the name, or begins its menu."""
    if _is_kind(layout.lines[place].folded[len(name) :]):
        return True
    line, role = layout.lines[place + 1], layout.roles[place + 1]
    below = layout.lines[place + 1 : place + 1 + ISSUE_REACH]
    if any(tables.names_issue(other.words.texts) for other in below):
        return True
    if layout.title_index == place + 1 or tables.phrases("no_person").anywhere.is_in(tables.words_of_folded(name)):
        return False
    says_kind = tables.phrases("outlet_kinds").start.at(line.words, 0) is not None
    is_slogan = line.block == layout.lines[place].block and (is_slogan_line(line) or says_kind)
    # Between the name and the menu may stand where the paper is.
    if role is Role.TEXT and any(tables.cities().whole(part) or tables.is_country(part) for part in line.parts):
        role = layout.roles[place + 2]
    is_headed = len(name.split()) > 1 and role in (Role.SECTION, Role.MENU, Role.STAFF)
    return is_slogan or is_headed or _is_above_menu(layout, place)


def _is_above_menu(layout: Layout, place: int) -> bool:
    """Tell whether a name stands above the whole menu of a page, with at most its address, its slogan and the day between."""
    index, most = place + 1, min(place + NAME_REACH, len(layout.lines) - 1)
    while index <= most and layout.roles[index] in (Role.TEXT, Role.DATE, Role.MASTHEAD):
        index += 1
    if index > most:
        return False
    rows = itertools.takewhile(lambda role: role is Role.MENU, layout.roles[index:])
    return len(list(rows)) >= MENU_ROWS or (
        layout.roles[index] is Role.MENU and len(entries_of(layout.lines[index].text)) >= MENU_ROWS
    )


def _is_kind(rest: str) -> bool:
    return tables.phrases("outlet_kinds").start.at(tables.words_of_folded(rest), 0) is not None


def _signs_again(layout: Layout, name: str) -> bool:
    """Tell whether another line that is not the headline begins with the name or ends a source line with it."""
    sources = tables.phrases("source").start
    for index, line in enumerate(layout.lines[1:], start=1):
        if (index != layout.title_index and layout.first > index) or index >= layout.last:
            if line.folded.startswith(name):
                return True
            if line.folded.endswith(name) and sources.at(line.words, 0):
                return True
    return False


def _is_quoted(layout: Layout, name: str) -> bool:
    """Tell whether the body has the name where a paper names itself: `قال لـ"الفيحاء بوست"`."""
    for line in layout.body:
        place = line.folded.find(name)
        if place > 0 and is_quoted_to(line, place):
            return True
    return False


def _footer(layout: Layout) -> tuple[Outlet, Evidence] | None:
    """Return who claims the rights: `© X 2023`, `جميع الحقوق محفوظة لموقع X`."""
    rights = tables.phrases("rights").start
    for line in layout.lines[layout.last :]:
        if not rights.is_in(line.words):
            continue
        owned = [hit for lexicon in (rights, tables.phrases("owned").start) for hit in lexicon.scan(line.words)]
        free = [
            word
            for index, word in enumerate(line.words)
            if not word.text.isdigit() and not any(hit.first <= index < hit.last for hit in owned)
        ]
        run = _first_run(line, free)
        if run and run[0].text.startswith(OF) and (kind := tables.phrases("outlet_kinds").start.at(_without_of(run[:1]), 0)):
            run = run[kind.last :]
        elif run and run[0].text.startswith(OF) and (named := _named_above(layout, line.folded[run[0].start + 1 : run[-1].end])):
            return _found(named, 0, len(named.folded), "footer")
        if 0 < len(run) <= NAME_WORDS:
            return _found(line, run[0].start, run[-1].end, "footer")
    return None


def _named_above(layout: Layout, name: str) -> Line | None:
    """Return the line of the head that is the name, which the footer has with `of` written onto it."""
    return next((line for line in layout.lines[: layout.first] if line.folded == name), None)


def _first_run(line: Line, words: list[Word]) -> list[Word]:
    """Return the first of the words that nothing separates."""
    run: list[Word] = []
    for word in words:
        if run and (
            RIGHTS_GAP.search(line.folded[run[-1].end : word.start]) or line.folded[run[-1].end : word.start].strip().isdigit()
        ):
            break
        run.append(word)
    return run


def _without_of(words: list[Word]) -> list[Word]:
    """Return words without the Arabic `of` written onto the first: `لموقع`."""
    return [word._replace(text=word.text.removeprefix(OF)) for word in words]


def _found(line: Line, start: int, end: int, rule: str) -> tuple[Outlet, Evidence] | None:
    span = line.span_of(start, end)
    name = collapse(clean(line.quote(span))).strip(" -–—|:,،.")
    key = NOT_KEY.sub("-", anyascii(name).lower()).strip("-")[:LONGEST_KEY].rstrip("-")
    words = tables.words_of_text(name)
    # Above many a page stands the weather (`Tunis 17°C`), or a menu whose entries are glued together.
    is_glued = any(len(word) > LONGEST_WORD for word in words.texts)
    is_none = (
        "°" in name
        or is_glued
        or tables.phrases("agencies").start.at(words, 0)
        or tables.phrases("no_outlet").anywhere.is_in(words)
    )
    most = INSTITUTION_WORDS if tables.phrases("institutions").start.at(words, 0) else NAME_WORDS
    if not key or len(name.split()) > most or is_none:
        return None
    outlet = Outlet(key=key, name_ar=name, name_latin=name, country=None, zone=None, languages=(), kind=Kind.SITE)
    return outlet, Evidence(field="outlet", raw=line.quote(span), span=span, rule=rule, confidence=Confidence.WEAK)
