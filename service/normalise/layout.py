"""Where title, date lines and body of a page stand: roles of single lines put in order."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.normalise import tables
from service.normalise.clocks import CLOCK
from service.normalise.headline import TITLE_WORDS, find_title, tells
from service.normalise.lookalikes import agendas, calendars, columns, latest, letters, matches, polls, posts
from service.normalise.marks import MARKS
from service.normalise.menus import find_columns
from service.normalise.page import LONG_LINE_WORDS, MOST_LINES, Line, Role, read_lines, read_rest
from service.normalise.persons import is_whole_name
from service.normalise.roles import FILE_ENDS, role_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.normalise.registry import Registry

# No name at the head of a page has more words.
NAME_WORDS = 4
DATELINE_MARK = re.compile(r"[-–—ـ/:(]")
# Who has the rights, and since when: `© 2024`, `Copyright 2019-2024`, `© Middle East Eye 2024`.
FOOTER = re.compile(r"(?:©|\bcopyright\b)[^©]{0,60}\b(?:19|20)\d\d\b", re.IGNORECASE)
# How many lines a deck and what stands under it (date, byline, caption) may take up before the body.
DECK_REACH = 9
# So many times of day alone on their lines head a list of the last news.
SEVERAL_CLOCKS = 3
LEADS_ON = ",،:"
NOTE, NOTE_WORDS = "*", 12
# What stands between the steps of a trail, how near to the last step, and how many lines below it the headline may stand.
TRAIL_MARK = re.compile(r"\s[-–—]\s|[»›>|/]")
BARRED = re.compile(r"\s(?:\||\*{2,}|•|\.{2,})\s")
DASHED = re.compile(r"\s[-–—]\s")
TRAIL_GAP, TRAIL_REACH = 3, 3
# Among so many words of a trail is the way home.
TRAIL_START = 4
# So many words has a menu in one row at least.
ROW_WORDS = 5
DOTTED = re.compile(r"\s[.·*]\s")
# How many lines a box of links within the body has.
BOX_REACH = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A page in parts: its lines with a role each, and where in them the article stands.

    `body` are the paragraphs and the headings between them, of `lines[first:last]`; the article is over at `end`,
    before related items and the footer.
    `rest` are the lines of an endless body beyond those that are searched, clean; `is_cut` tells whether there are any
    beyond, of the body or not; `length` is that of the capture's text, without white space at its end.
    `title` is None for a page of prose alone; `title_rule` names how it was found.
    `colophon` are the places of two lines below the body that say when and by whom it was written, one below the other.
    """

    lines: tuple[Line, ...]
    roles: tuple[Role, ...]
    first: int
    last: int
    end: int
    body: tuple[Line, ...]
    rest: tuple[str, ...]
    is_cut: bool
    length: int
    title_index: int | None
    title_rule: str | None
    colophon: range

    @property
    def title(self) -> Line | None:
        """The headline."""
        return None if self.title_index is None else self.lines[self.title_index]

    @property
    def footer(self) -> list[Line]:
        """The lines below the body that claim rights or carry a date, on which an outlet may sign."""
        rights = tables.phrases("rights").start
        below = zip(self.lines[self.last :], self.roles[self.last :], strict=True)
        return [
            line
            for line, role in below
            if role in (Role.DATE, Role.BYLINE) or (line.marks & MARKS["rights"] and rights.is_in(line.words))
        ]

    def below_body(self, count: int) -> range:
        """Return the places of the lines right below the body, at most `count`, above any box of links."""
        boxes = tables.phrases("box").whole
        place = self.last
        while place < min(self.last + count, len(self.lines)) and not boxes.whole(self.lines[place].words):
            place += 1
        return range(self.last, place)

    def having(self, *roles: Role, before: int | None = None) -> list[Line]:
        """Return the lines that have one of the roles, of the whole page or of `lines[:before]`."""
        return [line for line, role in list(zip(self.lines, self.roles, strict=True))[:before] if role in roles]


def lay_out(capture_text: str, registry: Registry) -> Layout:
    """Return the parts of a page."""
    lines, read_up_to = read_lines(capture_text)
    roles = [role_of(line, registry) for line in lines]
    _names_of_staff(lines, roles)
    _lists_of_tags(lines, roles)
    _notices(lines, roles)
    _follow_labels(lines, roles)
    letters(lines, roles)
    agendas(lines, roles)
    columns(lines, roles)
    posts(lines, roles)
    matches(lines, roles)
    calendars(lines, roles)
    polls(lines, roles)
    latest(lines, roles)
    first = _first_prose(lines, roles, registry)
    # Below its head a page has no menu: what looks like one is a table.
    roles[first:] = [Role.TEXT if role is Role.MENU else role for role in roles[first:]]
    for index in find_columns(lines, roles, first):
        roles[index] = Role.MENU
    _boxes_of_head(lines, roles, first)
    _headline_in_disguise(lines, roles, first)
    _trails_to_headline(lines, roles, first)
    _rows_from_home(lines, roles, first)
    end = _end(lines, roles, first)
    last = _after_sentences(lines, roles, first, end)
    if (box := _author_box(lines, roles, first, last)) is not None:
        last = _after_sentences(lines, roles, first, box)
    title, rule = find_title(lines, roles, first, last, end)
    # A body that has not ended by the last line that is searched goes on beyond it.
    is_cut = len(lines) == MOST_LINES and bool(capture_text[read_up_to:].strip())
    goes_on = is_cut and end == len(lines) and first < last and len(lines) - DECK_REACH < last
    last = len(lines) if goes_on else last
    body = (index for index in range(first, last) if roles[index] in (Role.PROSE, Role.TEXT, Role.SECTION) and index != title)
    return Layout(
        lines=tuple(lines),
        roles=tuple(roles),
        first=first,
        last=last,
        end=end,
        body=tuple(lines[index] for index in body),
        rest=read_rest(capture_text, read_up_to) if goes_on else (),
        is_cut=is_cut,
        length=len(capture_text.rstrip()),
        title_index=title,
        title_rule=rule,
        colophon=_colophon(lines, roles, last, end),
    )


def _colophon(lines: Sequence[Line], roles: Sequence[Role], last: int, end: int) -> range:
    # Beyond the heading of comments stand who wrote those, and when.
    comments = next((index for index in range(end, len(lines)) if _heads_comments(lines[index])), len(lines))
    dates = (index for index in range(last, comments) if roles[index] is Role.DATE)
    for index in dates:
        for first in (index - 1, index):
            pair = range(first, first + 2)
            if last <= first and pair.stop <= len(lines) and any(map(_names_author, lines[first : pair.stop])):
                return pair
    return range(0)


def _heads_comments(line: Line) -> bool:
    bare = [word for word in line.words if not word.text.isdigit()]
    return tables.phrases("comments").whole.whole(bare) is not None


def _names_author(line: Line) -> bool:
    return len(line.words) <= NAME_WORDS and (bool(line.opening & MARKS["author"]) or is_whole_name(line.text))


def _first_prose(lines: Sequence[Line], roles: list[Role], registry: Registry) -> int:
    """Return where the body begins. A sentence above the date line, byline or dateline is the deck, with the body below."""
    prose = list(itertools.islice((index for index, role in enumerate(roles) if role is Role.PROSE), 2))
    if len(prose) < 2:  # noqa: PLR2004 - a deck and a body
        return prose[0] if prose else len(lines)
    deck, body = prose
    between = range(deck + 1, body)
    # A box of links has dates of its own.
    above_box = itertools.takewhile(lambda index: roles[index] is not Role.END, between)
    is_signed_below = any(_says_when_or_who(lines[index], roles[index]) for index in above_box)
    if len(between) < DECK_REACH and (
        is_signed_below or (_has_dateline(lines[body], registry) and not _has_dateline(lines[deck], registry))
    ):
        roles[deck] = Role.DECK
        return body
    return deck


def _has_dateline(line: Line, registry: Registry) -> bool:
    """Tell whether a line begins with a city or an outlet set apart: `الرباط - `, `ایسنا/خراسان`, `نواكشوط ـ «القدس العربي»:`."""
    hit = tables.cities().at(line.words, 0) or registry.lexicon.at(line.words, 0)
    if hit is None or hit.last >= len(line.words):
        return False
    return DATELINE_MARK.search(line.folded[line.words[hit.last - 1].end : line.words[hit.last].start]) is not None


def _says_when_or_who(line: Line, role: Role) -> bool:
    return role in (Role.DATE, Role.SOURCE) or bool(line.words.texts and line.opening & MARKS["author"])


def _headline_in_disguise(lines: Sequence[Line], roles: list[Role], first: int) -> None:
    """Take what seems a signature (`العلم: رمز السيادة`) or an end (`المزيد من الأمطار`) for the only headline."""
    if any(roles[index] is Role.TEXT and tells(lines[index]) for index in range(first)):
        return
    seeming = (index for index in range(first) if roles[index] in (Role.BYLINE, Role.END) and tells(lines[index]))
    if (index := next(seeming, None)) is not None:
        roles[index] = Role.TEXT


def _trails_to_headline(lines: Sequence[Line], roles: list[Role], first: int) -> None:
    """Mark a line that leads to one of the next, which it has at its end: `الرئيسية - محليات - ...`, `Home › News › ...`."""
    home = tables.phrases("home").start
    for index in (index for index in range(first - 1) if roles[index] is Role.TEXT):
        line = lines[index]
        # `الرئيسية اقتصاد ...`, `أنت هنا: الرئيسية ...`
        leads_home = home.may_be_among(line.words.texts[:TRAIL_START]) and home.is_in(line.words[:TRAIL_START])
        if not leads_home and not TRAIL_MARK.search(line.text):
            continue
        for below in range(index + 1, min(index + 1 + TRAIL_REACH, first)):
            place = line.folded.rfind(lines[below].folded) if tells(lines[below]) else 0
            is_apart = place > 0 and (leads_home or TRAIL_MARK.search(line.folded[:place][-TRAIL_GAP:]))
            if is_apart and roles[below] is Role.TEXT:
                roles[index] = Role.SECTION


def _rows_from_home(lines: Sequence[Line], roles: list[Role], first: int) -> None:
    """Mark a menu that nothing parts: it begins with the way home, has another entry, and leads to no line below."""
    home, entries = tables.phrases("home").start, tables.menu_entries()
    for index in (index for index in range(first) if roles[index] is Role.TEXT):
        words = lines[index].words
        if home.at(words, 0) and ROW_WORDS <= len(words) <= LONG_LINE_WORDS and ":" not in lines[index].text:
            below = lines[index + 1 : min(index + 1 + TRAIL_REACH, len(lines))]
            leads = any(lines[index].folded.endswith(line.folded) for line in below if tells(line))
            if not leads and (sum(1 for _ in entries.scan(words)) > 1 or len(DOTTED.findall(lines[index].text)) > 1):
                roles[index] = Role.MENU


def _end(lines: Sequence[Line], roles: list[Role], first: int) -> int:
    """Return where the article is over; a box of links within the body becomes furniture."""
    boxes = tables.phrases("box").whole
    index = first
    while index < len(lines):
        if roles[index] is Role.END:
            after = _resumes(lines, roles, index) if boxes.whole(lines[index].words) else None
            if after is None:
                return index
            roles[index:after] = [Role.FURNITURE] * (after - index)
            index = after
        index += 1
    return len(lines)


def _resumes(lines: Sequence[Line], roles: Sequence[Role], index: int) -> int | None:
    """Return where two paragraphs follow each other below a box of links, as they do in a body; teasers have titles between."""
    below = range(index + 1, min(index + BOX_REACH, len(lines) - 1))
    start = next((place for place in below if roles[place] in (Role.PROSE, Role.END)), None)
    if start is None:
        return None
    is_body = all(roles[place] is Role.PROSE and len(lines[place].words) >= LONG_LINE_WORDS for place in (start, start + 1))
    return start if is_body else None


def _after_sentences(lines: Sequence[Line], roles: Sequence[Role], first: int, end: int) -> int:
    """Return the place behind the last line before `end` that is running text, or a short sentence right below some."""
    # A footer may be as long as a paragraph, and end as a sentence does.
    prose = (index for index in range(end - 1, first - 1, -1) if roles[index] is Role.PROSE)
    last = next((index for index in prose if index == first or not FOOTER.search(lines[index].text)), first - 1) + 1
    while last < end and _is_short_sentence(lines[last], roles[last]) and not FOOTER.search(lines[last].text):
        last += 1
    # Who wrote, as a note: `* Architecte et urbaniste.`
    while last > first + 1 and lines[last - 1].text[0] == NOTE and len(lines[last - 1].words) <= NOTE_WORDS:
        last -= 1
    return last


def _author_box(lines: Sequence[Line], roles: Sequence[Role], first: int, last: int) -> int | None:
    """Return the place of a short line of the head that comes again in the body with nothing but short lines below it.

    There a page tells who its author is, or repeats whose page it is.
    """
    head = {line.folded for line in lines[:first] if len(line.words) <= NAME_WORDS}
    for index in range(last - 1, first, -1):
        if len(lines[index].words) >= LONG_LINE_WORDS:
            return None
        if roles[index] is Role.TEXT and lines[index].folded in head:
            return index
    return None


def _is_short_sentence(line: Line, role: Role) -> bool:
    """Tell whether a line within the body is a sentence, though too short to be known for prose by itself."""
    return role is not Role.CAPTION and len(line.words) >= TITLE_WORDS and line.ends_sentence


def _lists_of_tags(lines: Sequence[Line], roles: list[Role]) -> None:
    """Mark a tag of several words as one where others stand around it: `#Bağ Bozumu`."""
    for index, line in enumerate(lines):
        around = roles[max(index - 1, 0) : index + 2]
        if roles[index] is Role.TEXT and line.text[0] == "#" and Role.TAGS in around and len(line.words) <= NAME_WORDS:
            roles[index] = Role.TAGS


def _notices(lines: Sequence[Line], roles: list[Role]) -> None:
    """Mark what asks for cookies above everything else that is running text."""
    cookies = tables.phrases("cookies").anywhere
    for index in (index for index, role in enumerate(roles) if role is Role.PROSE):
        if not cookies.is_in(lines[index].words):
            return
        roles[index] = Role.FURNITURE


def _follow_labels(lines: Sequence[Line], roles: list[Role]) -> None:
    """Mark the lines that those above them say are captions, or headlines of the last hours: `16:44` and what happened."""
    clocks = [index for index, line in enumerate(lines[:-1]) if CLOCK.fullmatch(line.folded)]
    for index in clocks if len(clocks) >= SEVERAL_CLOCKS else ():
        roles[index] = Role.TICKER
        if roles[index + 1] is Role.TEXT:
            roles[index + 1] = Role.TICKER
    labels = tables.phrases("ticker").start
    for index in range(1, len(lines)):
        # `أخبار عاجلة`, and below it headlines with dashes or bars between.
        is_row = roles[index] is Role.TEXT and (len(DASHED.findall(lines[index].text)) > 1 or BARRED.search(lines[index].text))
        if is_row and labels.whole(lines[index - 1].words):
            roles[index - 1 : index + 1] = [Role.TICKER] * 2
        # Below a file's name stands what the picture shows.
        if roles[index] is Role.TEXT and _is_picture(lines[index - 1]) and lines[index - 1].block == lines[index].block:
            roles[index] = Role.CAPTION
        if roles[index - 1] is Role.CAPTION and roles[index] is Role.TEXT and lines[index - 1].text[-1] in LEADS_ON:
            roles[index] = Role.CAPTION


def _boxes_of_head(lines: Sequence[Line], roles: list[Role], first: int) -> None:
    """Leave out the headlines of others that stand in a box between a headline and its byline or body."""
    boxes = tables.phrases("box").whole
    for index in range(1, first):
        if roles[index] not in (Role.END, Role.FURNITURE) or not boxes.whole(lines[index].words):
            continue
        if not any(roles[above] is Role.TEXT and tells(lines[above]) for above in range(index)):
            continue
        for below in range(index + 1, first):
            if lines[below].block != lines[index].block or roles[below] not in (Role.TEXT, Role.DATE):
                break
            roles[below] = Role.FURNITURE


def _is_picture(line: Line) -> bool:
    return line.text[-5:].lower().endswith(FILE_ENDS)


def _names_of_staff(lines: Sequence[Line], roles: list[Role]) -> None:
    """Mark the name under `رئيس التحرير` as staff too: it is neither headline nor author."""
    for index in range(1, len(lines)):
        if roles[index - 1] is Role.STAFF and roles[index] is Role.TEXT and len(lines[index].words) <= TITLE_WORDS:
            roles[index] = Role.STAFF
