"""Outlets that the registry does not know, where a page names its own in so many words.

Such an outlet has a key made of its name and nothing else: the page is no place to learn its country from.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from anyascii import anyascii

from service.article import Confidence, Evidence, Kind, Outlet
from service.normalise import tables
from service.normalise.page import Role
from service.normalise.text import clean, collapse

if TYPE_CHECKING:
    from service.normalise.layout import Layout
    from service.normalise.page import Line
    from service.normalise.registry import Registry

NAME_WORDS = 4
LONGEST_KEY = 64
NOT_KEY = re.compile(r"[^a-z0-9]+")
NEWS_WORDS = frozenset(
    {"نيوز", "بريس", "ميديا", "اونلاين", "الاخباريه", "الاخباري"}
    | {"online", "news", "press", "presse", "tv", "fm", "radio", "info", "times", "post", "herald", "daily"}
)
SOURCE_LINE = re.compile(r"(?P<name>.{2,60}?)\s+(?:يوم|بتاريخ|le|on)\s*$")
RIGHTS_LINE = re.compile(r"(?:©\s*(?:\d{4}\s*)?(?P<after>[^\d©|.]{2,60}?)\s*(?:\d{4}.*)?|(?P<before>[^\d©|.]{2,60}?)\s*©.*)")


def find_unlisted(layout: Layout, _registry: Registry) -> tuple[Outlet, Evidence] | None:
    """Return the outlet that a source line, the masthead or the footer names and the registry does not know."""
    for search in (_source_line, _masthead, _footer):
        if found := search(layout):
            return found
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
    """Return a name above everything else that says what it is (`مجلة ...`, `... نيوز`) or signs the page again."""
    if not layout.title_index or layout.roles[0] is not Role.TEXT or layout.lines[0].dates:
        return None
    line = layout.lines[0]
    words = [word.text for word in line.words]
    if not 1 < len(words) <= NAME_WORDS:
        return None
    is_named = tables.phrases("outlet_kinds").start.at(line.words, 0) or words[-1] in NEWS_WORDS
    signs_again = any(
        other is not line and index != layout.title_index and other.folded.startswith(line.folded)
        for index, other in enumerate(layout.lines)
    )
    return _found(line, 0, len(line.folded), "masthead") if is_named or signs_again else None


def _footer(layout: Layout) -> tuple[Outlet, Evidence] | None:
    """Return who claims the rights: `© X 2023`."""
    for line in layout.lines[layout.last :]:
        match = RIGHTS_LINE.fullmatch(line.folded.strip())
        group = "after" if match and match["after"] else "before"
        if match and match[group] and not tables.phrases("rights").start.is_in(tables.words_of_folded(match[group])):
            return _found(line, match.start(group), match.end(group), "footer")
    return None


def _found(line: Line, start: int, end: int, rule: str) -> tuple[Outlet, Evidence] | None:
    span = line.span_of(start, end)
    name = collapse(clean(line.quote(span))).strip(" -–—|:,،.")
    key = NOT_KEY.sub("-", anyascii(name).lower()).strip("-")[:LONGEST_KEY].rstrip("-")
    if not key or len(name.split()) > NAME_WORDS or tables.phrases("agencies").start.at(tables.words_of_text(name), 0):
        return None
    outlet = Outlet(key=key, name_ar=name, name_latin=name, country=None, zone=None, languages=(), kind=Kind.SITE)
    return outlet, Evidence(field="outlet", raw=line.quote(span), span=span, rule=rule, confidence=Confidence.WEAK)
