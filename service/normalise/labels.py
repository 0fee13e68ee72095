"""What a page says around an article: its deck, its section, its tags."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, NamedTuple

from service.article import Confidence, Evidence
from service.normalise import tables
from service.normalise.datelines import BYLINE_WORDS
from service.normalise.headline import is_slogan
from service.normalise.layout import TRAIL_START
from service.normalise.menus import entries_of
from service.normalise.namesakes import HOST
from service.normalise.page import Role
from service.normalise.persons import begins_as_name
from service.normalise.relative import find_ago
from service.normalise.roles import BREADCRUMB, CRUMB_MARK, LOOSE_BREADCRUMB
from service.normalise.text import clean, collapse, fold, fold_offsets

if TYPE_CHECKING:
    from service.normalise.layout import Layout
    from service.normalise.page import Line
    from service.normalise.registry import Registry

# A deck has so many words, one that nothing but a gap tells from a caption more.
DECK_WORDS, LONG_DECK_WORDS = 4, 8
TAG_WORDS = 5
SECTION_WORDS = 3
IN_SECTION = re.compile(r"\d:\d\d\s+(?:في|ف|dans|in)\s+(?P<name>[^\d|]{2,60})$")
MOST_TAGS = 30
TAG_SEPARATOR = re.compile(r"\s*[,،;؛|•·/]\s*|\s{2,}")
SEGMENT = re.compile(r"\s*[|•·]\s*")
# What may stand between the name of a section and the headline.
ABOVE_TITLE = (Role.DATE, Role.BYLINE, Role.FURNITURE, Role.MENU, Role.TICKER)
NAME = re.compile(r"[^\W\d_][^\d_:@]*")
# Addresses, and captions with whose they are.
NO_DECK = re.compile(r"://|\)$")
DASHED_BREADCRUMB = re.compile(r"\s[-–—]\s")
CRUMB_ENDS = " /|<>«»›"
LABEL_END = re.compile(r"^\W*[:：]?\s*")


class Read(NamedTuple):
    """A value and why."""

    value: str
    evidence: Evidence


def read_subtitle(layout: Layout) -> Read | None:
    """Return the deck, the line right below the headline that says more about it, else the kicker above it."""
    if layout.title_index is None or layout.title_index >= layout.first:
        return None
    if deck := _deck(layout, layout.title_index):
        return deck
    above = _above_kicker(layout, layout.title_index) + 1
    if above == layout.title_index:
        return None
    return _read("subtitle", layout.lines[above], layout.lines[above].span, "kicker", Confidence.WEAK)


def _above_kicker(layout: Layout, title_index: int) -> int:
    """Return the place of the line above the headline and its kicker."""
    index = title_index - 1
    line = layout.lines[index]
    is_kicker = index >= 0 and layout.roles[index] is Role.TEXT and len(line.words) >= DECK_WORDS
    leads_on = line.text.endswith(":") and len(line.parts) == 1 and line.block == layout.lines[title_index].block
    return index - 1 if is_kicker and (leads_on or tables.phrases("kicker").start.at(line.words, 0)) else index


def _deck(layout: Layout, title_index: int) -> Read | None:
    title = layout.lines[title_index]
    index = title_index + 1
    while index < layout.first and layout.lines[index].folded == title.folded:
        index += 1
    if index >= layout.first or layout.roles[index] not in (Role.TEXT, Role.DECK):
        return None
    line = layout.lines[index]
    head = [other.folded for other in layout.lines[: layout.first]]
    if len(line.words) < DECK_WORDS or head.count(line.folded) > 1 or _is_no_deck(layout, index):
        return None
    is_label_below = index + 1 < layout.first and _says_who_or_when(layout, index + 1)
    is_sentence = len(line.parts) == 1 or (len(line.words) >= LONG_DECK_WORDS and not NO_DECK.search(line.text))
    is_deck = is_label_below and is_sentence and not line.text.endswith(":")
    ends_block = index + 1 < len(layout.lines) and layout.lines[index + 1].block != line.block
    is_long = len(line.words) >= LONG_DECK_WORDS and ends_block
    apart = line.block != title.block or line.ends_sentence or is_deck or is_long
    return _read("subtitle", line, line.span, "deck", Confidence.WEAK) if apart else None


def _is_no_deck(layout: Layout, index: int) -> bool:
    """Tell whether a line below the headline says who wrote, when, or what a picture shows."""
    line = layout.lines[index]
    if find_ago(line.words) or tables.phrases("published").start.at(line.words, 0):
        return True
    if len(line.parts) > 1:
        is_place = any(tables.cities().whole(part) for part in line.parts)
        is_byline = is_place or any(begins_as_name(part, line.printed(part)) for part in line.parts[1:])
    else:
        # A name may have four words: `عبد الرزاق بن ناصر`.
        is_byline = len(line.words) <= DECK_WORDS + 1 and _is_person(line)
    # What a picture shows may stand above its caption.
    is_above_caption = index + 1 < layout.first and layout.roles[index + 1] is Role.CAPTION
    return is_byline or (is_above_caption and len(line.words) < LONG_DECK_WORDS)


def _says_who_or_when(layout: Layout, index: int) -> bool:
    line = layout.lines[index]
    is_signed = len(line.words) <= BYLINE_WORDS and any(
        begins_as_name(part, line.printed(part)) for part in line.parts if len(part) > 1
    )
    return layout.roles[index] in (Role.BYLINE, Role.DATE) or (layout.roles[index] is Role.TEXT and is_signed)


def read_section(layout: Layout, registry: Registry) -> Read | None:
    """Return the section, by the best sign there is of it; an outlet's name above the headline is its masthead."""
    for search in (
        _labelled_section,
        _trail_above_title,
        _breadcrumb,
        _trail_without_marks,
        _entry_of_menu,
        _line_above_title,
        _known_section,
        _section_on_date_line,
        _apart_above_title,
    ):
        found = search(layout)
        if found is None or (search in (_line_above_title, _apart_above_title) and _is_masthead(found, layout, registry)):
            continue
        if search is _labelled_section or not _is_no_section(found.value, registry):
            return found
    return None


def _is_no_section(name: str, registry: Registry) -> bool:
    """Tell whether a name is one of an outlet, a public body or a language, or an address."""
    words = tables.words_of_text(name)
    is_body = len(words) > 1 and tables.phrases("institutions").start.at(words, 0)
    is_named = registry.lexicon.whole(words) or is_body
    return bool(is_named) or HOST.fullmatch(name) is not None or tables.phrases("tongues").whole.whole(words) is not None


def _is_masthead(found: Read, layout: Layout, registry: Registry) -> bool:
    """Tell whether what may be a section is the name of the site: one of an outlet, below no other one's."""
    if not registry.short.whole(tables.words_of_text(found.value)):
        return False
    head = layout.lines[0]
    is_below_name = found.evidence.span != head.span and (registry.lexicon.whole(head.words) or registry.short.whole(head.words))
    return not is_below_name


def _labelled_section(layout: Layout) -> Read | None:
    labels = tables.phrases("section_label").start
    for index, line in enumerate(layout.lines):
        label = labels.at(line.words, 0)
        if label and ":" in line.text and label.last < len(line.words) <= label.last + TAG_WORDS and index != layout.title_index:
            span = line.span_of(line.words[label.last].start, line.words[-1].end)
            return _read("section", line, span, "section-label", Confidence.CERTAIN)
    return None


def _breadcrumb(layout: Layout) -> Read | None:
    """Return the last crumb above the headline that is not the home page."""
    top = layout.first if layout.title_index is None else min(layout.title_index, layout.first)
    home = tables.phrases("home").whole
    for line in reversed(layout.having(Role.SECTION, before=top)):
        leads_home = home.at(line.words, 0) is not None
        marks = LOOSE_BREADCRUMB if leads_home else BREADCRUMB
        steps = (DASHED_BREADCRUMB if leads_home and not CRUMB_MARK.search(line.text) else marks).split(line.text)
        named = [(crumb, tables.words_of_text(crumb)) for crumb in steps if crumb.strip()]
        crumbs = [crumb for crumb, words in named if not home.whole(words) and not tables.phrases("furniture").whole.whole(words)]
        # `الصفحة الرئيسية > الأخبار`
        crumbs = crumbs or [crumb for crumb, _ in named[1:][-1:]]
        # The last step of many trails is the headline itself, cut short or with a word more.
        # A trail without marks has the headline at its end: `الرئيسية اقتصاد الفلاحة: ...`.
        way = next(tables.phrases("home").start.scan(line.words[:TRAIL_START]), None)
        if way and len(crumbs) == 1 and layout.title and (at := line.folded.find(layout.title.folded)) > 0:
            between = [word for word in line.words[way.last :] if word.end <= at]
            crumbs = [line.printed(between)] if between else []
        if not way and layout.title and (at := line.folded.rfind(layout.title.folded)) > 0:
            crumbs = [
                crumb
                for crumb in marks.split(line.printed([word for word in line.words if word.end <= at]))
                if crumb.strip(CRUMB_ENDS)
            ]
        step = fold(crumbs[-1].strip(" .…")) if crumbs else ""
        if step and layout.title and (layout.title.folded.startswith(step) or step.startswith(layout.title.folded)):
            crumbs.pop()
        if crumbs:
            return _read_text("section", line, crumbs[-1].strip(), "breadcrumb", Confidence.LIKELY)
    return None


def _trail_above_title(layout: Layout) -> Read | None:
    """Return the last of the steps, one a line, that lead from the way home or from a menu to the headline."""
    if not layout.title_index or layout.title_index > layout.first:
        return None
    index = _above_kicker(layout, layout.title_index)
    if index < 1 or layout.roles[index] not in (Role.TEXT, Role.SECTION) or not _is_name_of_section(layout.lines[index]):
        return None
    line, above, role = layout.lines[index], layout.lines[index - 1], layout.roles[index - 1]
    if tables.phrases("home").start.at(line.words, 0):
        return None
    is_step = role is Role.SECTION or tables.phrases("home").whole.whole(above.words) is not None
    if not (is_step if above.block == line.block else role is Role.MENU):
        return None
    return _read("section", line, line.span, "breadcrumb", Confidence.LIKELY)


def _entry_of_menu(layout: Layout) -> Read | None:
    """Return the entry of the menu that stands again above the headline."""
    menu = [index for index in range(layout.title_index or 0) if layout.roles[index] is Role.MENU]
    entries = {fold(entry) for index in menu for entry in entries_of(layout.lines[index].text)}
    for index in range((layout.title_index or 0) - 1, menu[-1] if menu else 0, -1):
        line = layout.lines[index]
        if layout.roles[index] in (Role.TEXT, Role.SECTION) and line.folded in entries:
            return _read("section", line, line.span, "menu-entry", Confidence.LIKELY)
    return None


def _is_name_of_section(line: Line) -> bool:
    """Tell whether a line can be the name of a section: few words, no digits, and nothing that it says otherwise."""
    name = line.text.strip(CRUMB_ENDS)
    if len(line.words) > SECTION_WORDS or NAME.fullmatch(name) is None or CRUMB_MARK.search(name) or line.ends_sentence:
        return False
    if any(tables.phrases(section).whole.whole(line.words) for section in ("home", "furniture")):
        return False
    if tables.phrases("section_label").start.whole(line.words):
        return False
    says_else = find_ago(line.words) or tables.phrases("outlet_kinds").start.at(line.words, 0)
    return not says_else and not _is_person(line) and not tables.phrases("outlet_words").anywhere.is_in(line.words)


def _trail_without_marks(layout: Layout) -> Read | None:
    """Return what follows the way home on a short line above the headline: `الرئيسية محليات`, `Inicio Educación`."""
    top = layout.first if layout.title_index is None else min(layout.title_index, layout.first)
    for line in reversed(layout.having(Role.TEXT, Role.SECTION, Role.MENU, Role.FURNITURE, before=top)):
        home = tables.phrases("home").start.at(line.words, 0)
        is_short = home and home.last < len(line.words) <= home.last + SECTION_WORDS
        if home and is_short and NAME.fullmatch(line.text) and not CRUMB_MARK.search(line.text):
            span = line.span_of(line.words[home.last].start, line.words[-1].end)
            return _read("section", line, span, "breadcrumb", Confidence.LIKELY)
    return None


def _known_section(layout: Layout) -> Read | None:
    """Return a known section that stands below the headline."""
    sections = tables.phrases("sections").whole
    lines = layout.having(Role.SECTION, before=layout.first)
    line = next((line for line in lines if sections.whole([word for word in line.words if not word.text.isdigit()])), None)
    return _read("section", line, line.span, "known-section", Confidence.LIKELY) if line else None


def _section_on_date_line(layout: Layout) -> Read | None:
    sections = tables.phrases("sections").whole
    for line in layout.having(Role.DATE, before=layout.first):
        if inside := _section_after_in(line):
            return inside
        for segment in SEGMENT.split(line.text):
            if sections.whole(tables.words_of_text(segment)):
                return _read_text("section", line, segment.strip(), "date-line", Confidence.LIKELY)
    return None


def _line_above_title(layout: Layout) -> Read | None:
    """Return the short line right above the headline, where sites print the section."""
    if not layout.title_index or layout.title_index > layout.first:
        return None
    index = _above_kicker(layout, layout.title_index)
    if index < 0:
        return None
    line, title = layout.lines[index], layout.lines[index + 1]
    fits = layout.roles[index] is Role.TEXT and len(line.words) <= SECTION_WORDS
    fits = fits and not find_ago(line.words)
    is_name = fits and not any(word.text.isdigit() for word in line.words) and not line.ends_sentence
    if not is_name or line.folded == title.folded or title.block != line.block:
        return None
    # `Régions : Kabylie` is a section and one of its parts.
    is_part = ":" in line.text and tables.phrases("sections").whole.whole(line.parts[0]) is not None
    if not is_part and not _is_name_of_section(line):
        return None
    return _read("section", line, line.span, "line-above-title", Confidence.LIKELY)


def _apart_above_title(layout: Layout) -> Read | None:
    """Return the short line above the headline that a gap or a row of the page's own separates from it, below the masthead."""
    if not layout.title_index or layout.title_index > layout.first:
        return None
    index = layout.title_index - 1
    while index > 0 and layout.roles[index] in ABOVE_TITLE:
        index -= 1
    line = layout.lines[index]
    if layout.roles[index] not in (Role.TEXT, Role.SECTION) or not 0 < len(line.words) <= SECTION_WORDS:
        return None
    # At the top of the page stands the name of the site, or a section that is known.
    if (index == 0 or layout.roles[index] is Role.SECTION) and not _is_known_section(line):
        return None
    if not _is_name_of_section(line) or tables.cities().whole(line.words) or is_slogan(line):
        return None
    return _read("section", line, line.span, "above-title", Confidence.WEAK)


def _is_known_section(line: Line) -> bool:
    """Tell whether a line is the name of a section by its words: `محليات`, `أخبار البحرين`."""
    words = line.words
    news_of = tables.phrases("home").whole.whole(words[:1]) is not None and tables.is_country(words[1:])
    return tables.phrases("sections").whole.whole(words) is not None or news_of


def _is_person(line: Line) -> bool:
    return len(line.words) > 1 and begins_as_name(line.words, line.text)


def _section_after_in(line: Line) -> Read | None:
    """Return the section behind the time of a date line: `مع 22:15 في آش واقع تابعونا على`, `10:31 dans A LA UNE, CULTURE`."""
    match = IN_SECTION.search(line.text)
    if not match:
        return None
    name = match["name"].split(",")[-1].strip()
    words = tables.words_of_text(name)
    if follow := next(tables.phrases("follow").start.scan(words), None):
        name = " ".join(name.split()[: follow.first])
    return _read_text("section", line, name, "date-line", Confidence.LIKELY) if 0 < len(name.split()) <= SECTION_WORDS else None


def read_tags(layout: Layout) -> tuple[tuple[str, ...], Evidence] | None:
    """Return the tags: hashtags on a line of their own, or what follows a label."""
    labels = tables.phrases("tags")
    for index, (line, role) in enumerate(zip(layout.lines, layout.roles, strict=True)):
        if role is Role.TAGS:
            run = itertools.takewhile(
                lambda pair: pair[1] is Role.TAGS, zip(layout.lines[index:], layout.roles[index:], strict=True)
            )
            found = _tags([name for tagged, _ in run for name in _split(tagged.text)], line, "hashtags")
            if found:
                return found
            continue
        if index < layout.first or role is Role.PROSE:
            continue
        label = labels.start.at(line.words, 0)
        if label is None and labels.whole.whole(line.words) is None:
            continue
        rest = LABEL_END.sub("", line.text[_text_offset(line, line.words[label.last - 1].end) :]) if label else ""
        names = _split(rest) if rest else _listed_below(layout, index)
        if names:
            return _tags(names, line, "tags-label")
    return None


def _listed_below(layout: Layout, index: int) -> list[str]:
    names: list[str] = []
    for line, role in zip(layout.lines[index + 1 :], layout.roles[index + 1 :], strict=True):
        if role not in (Role.TEXT, Role.SECTION, Role.BYLINE, Role.TAGS, Role.MENU) or len(line.words) > TAG_WORDS * 3:
            break
        found = _split(line.text)
        if any(len(name.split()) > TAG_WORDS for name in found):
            break
        names += found
    return names


def _split(text: str) -> list[str]:
    if "#" in text:
        return [part.replace("_", " ") for part in text.split("#")]
    # Dashes stand within tags too, and between them only where nothing else does.
    return TAG_SEPARATOR.split(text) if TAG_SEPARATOR.search(text) else text.split(" - ")


def _tags(names: list[str], line: Line, rule: str) -> tuple[tuple[str, ...], Evidence] | None:
    cleaned = [name.strip(" .,،#") for name in names]
    tags = tuple(
        dict.fromkeys(name for name in cleaned if name and not name.isdigit() and "{{" not in name and "}}" not in name)
    )[:MOST_TAGS]
    if not tags:
        return None
    evidence = Evidence(field="tags", raw=line.quote(line.span), span=line.span, rule=rule, confidence=Confidence.LIKELY)
    return tags, evidence


def _text_offset(line: Line, folded_offset: int) -> int:
    """Return where in the clean line the folded character before `folded_offset` ends."""
    return fold_offsets(line.text)[folded_offset - 1] + 1


def _read_text(field: str, line: Line, printed: str, rule: str, confidence: Confidence) -> Read:
    """Return the reading of words that stand in a clean line."""
    start = line.text.find(printed)
    begin = len(fold(line.text[:start]))
    span = line.span_of(begin, begin + len(fold(printed)))
    return _read(field, line, span, rule, confidence)


def _read(field: str, line: Line, span: tuple[int, int], rule: str, confidence: Confidence) -> Read:
    raw = line.quote(span)
    return Read(collapse(clean(raw)), Evidence(field=field, raw=raw, span=span, rule=rule, confidence=confidence))
