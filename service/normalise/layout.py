"""Where title, date lines and body of a page stand: roles of single lines put in order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.normalise import tables
from service.normalise.page import MOST_LINES, Line, Role, read_lines, read_rest
from service.normalise.roles import role_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.normalise.registry import Registry

TITLE_WORDS = 3
REPEATED_TITLE_WORDS = 4
# How many lines a deck and what stands under it (date, byline, caption) may take up before the body.
DECK_REACH = 4
# A kicker has few words, the headline under it more, a deck more still.
KICKER_WORDS = 5
HEADLINE_WORDS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A page in parts: its lines with a role each, and where in them the article stands.

    The body is of `lines[first:last]`; the article is over at `end`, before related items and the footer.
    `rest` are the lines of an endless body beyond those that are searched, clean; `is_cut` tells whether there are any
    beyond, of the body or not; `length` is that of the capture's text, without white space at its end.
    `title` is None for a page of prose alone; `title_rule` names how it was found.
    """

    lines: tuple[Line, ...]
    roles: tuple[Role, ...]
    first: int
    last: int
    end: int
    rest: tuple[str, ...]
    is_cut: bool
    length: int
    title_index: int | None
    title_rule: str | None

    @property
    def title(self) -> Line | None:
        """The headline."""
        return None if self.title_index is None else self.lines[self.title_index]

    @property
    def body(self) -> list[Line]:
        """The paragraphs and the headings between them."""
        return [
            self.lines[index]
            for index in range(self.first, self.last)
            if self.roles[index] in (Role.PROSE, Role.TEXT, Role.SECTION) and index != self.title_index
        ]

    @property
    def footer(self) -> list[Line]:
        """The lines below the body that claim rights or carry a date, on which an outlet may sign."""
        rights = tables.phrases("rights").start
        return [
            self.lines[index]
            for index in range(self.last, len(self.lines))
            if self.roles[index] in (Role.DATE, Role.BYLINE) or rights.is_in(self.lines[index].words)
        ]

    def having(self, *roles: Role, before: int | None = None) -> list[Line]:
        """Return the lines that have one of the roles, of the whole page or of `lines[:before]`."""
        return [line for line, role in list(zip(self.lines, self.roles, strict=True))[:before] if role in roles]


def lay_out(capture_text: str, registry: Registry) -> Layout:
    """Return the parts of a page."""
    lines, read_up_to = read_lines(capture_text)
    roles = [role_of(line, registry) for line in lines]
    _names_of_staff(lines, roles)
    first = _first_prose(lines, roles)
    _headline_that_names_an_outlet(lines, roles, first)
    end = next((index for index in range(first, len(lines)) if roles[index] is Role.END), len(lines))
    in_body = (index for index in range(first, end) if roles[index] is Role.PROSE or _is_short_sentence(lines[index]))
    last = max(in_body, default=first - 1) + 1
    title, rule = _title(lines, roles, first, last, end)
    # A body that has not ended by the last line that is searched goes on beyond it.
    is_cut = len(lines) == MOST_LINES and bool(capture_text[read_up_to:].strip())
    goes_on = is_cut and end == len(lines) and first < last and len(lines) - DECK_REACH < last
    return Layout(
        lines=tuple(lines),
        roles=tuple(roles),
        first=first,
        last=len(lines) if goes_on else last,
        end=end,
        rest=read_rest(capture_text, read_up_to) if goes_on else (),
        is_cut=is_cut,
        length=len(capture_text.rstrip()),
        title_index=title,
        title_rule=rule,
    )


def _first_prose(lines: Sequence[Line], roles: list[Role]) -> int:
    """Return where the body begins. A sentence above the date line is the deck, when the body follows below it."""
    prose = [index for index, role in enumerate(roles) if role is Role.PROSE]
    if len(prose) > 1 and Role.DATE in roles[prose[0] + 1 : prose[1]] and prose[1] - prose[0] <= DECK_REACH:
        roles[prose[0]] = Role.DECK
        return prose[1]
    return prose[0] if prose else len(lines)


def _headline_that_names_an_outlet(lines: Sequence[Line], roles: list[Role], first: int) -> None:
    """Take a line that seems signed (`العلم: رمز السيادة`) for the headline of a page that has no other."""
    if any(roles[index] is Role.TEXT and _tells(lines[index]) for index in range(first)):
        return
    bylines = (index for index in range(first) if roles[index] is Role.BYLINE and _tells(lines[index]))
    if (index := next(bylines, None)) is not None:
        roles[index] = Role.TEXT


def _is_short_sentence(line: Line) -> bool:
    """Tell whether a line within the body is a sentence, though too short to be known for prose by itself."""
    return len(line.words) >= TITLE_WORDS and line.ends_sentence


def _names_of_staff(lines: Sequence[Line], roles: list[Role]) -> None:
    """Mark the name under `رئيس التحرير` as staff too: it is neither headline nor author."""
    for index in range(1, len(lines)):
        if roles[index - 1] is Role.STAFF and roles[index] is Role.TEXT and len(lines[index].words) <= TITLE_WORDS:
            roles[index] = Role.STAFF


def _title(lines: Sequence[Line], roles: Sequence[Role], first: int, last: int, end: int) -> tuple[int | None, str | None]:
    """Return the place of the title and the rule that found it.

    It stands above the body; of the lines there the one that looks most like a headline is taken. A page without
    any such line has its title below the body, or carries its date in it.
    """
    head = [index for index in range(first) if roles[index] is Role.TEXT]
    labels = [index for index in range(first) if roles[index] in (Role.DATE, Role.SOURCE)]
    head = _without_masthead(lines, roles, head, labels)
    telling = [index for index in head if _tells(lines[index])]
    if telling:
        best = _most_like_headline(lines, telling, labels)
        best = _below_kicker(lines, roles, best, telling)
        is_repeated = sum(lines[index].folded == lines[best].folded for index in head) > 1
        return best, "repeated-line" if is_repeated else "headline"
    if head and labels and head[-1] == labels[0] - 1 and tables.phrases("source").start.at(lines[labels[0]].words, 0):
        return head[-1], "above-source-line"
    under = [index for index in range(last, end) if roles[index] is Role.TEXT and _tells(lines[index])]
    dated = [index for index in labels if roles[index] is Role.DATE and _tells(lines[index])]
    for candidates, rule in ((dated, "dated-headline"), (under, "below-body"), (head[::-1], "short-line")):
        if candidates:
            return candidates[0], rule
    return None, None


def _most_like_headline(lines: Sequence[Line], telling: Sequence[int], labels: Sequence[int]) -> int:
    """Return the line above the body that looks most like its headline; of equals the first."""
    counts = Counter(lines[index].folded for index in telling)
    scores: dict[int, float] = {}
    for place, index in enumerate(telling):
        line = lines[index]
        words = sum(not text.isdigit() for text in line.words.texts)
        score = 0.0 if words == TITLE_WORDS else 2.0
        score += 2.0 * (counts[line.folded] > 1 and words >= REPEATED_TITLE_WORDS)
        score += 1.5 * (index + 1 in labels or index + 2 in labels)
        score -= 3.0 * line.text.endswith(":")
        score -= 1.5 * (place == 0 and tables.phrases("outlet_kinds").start.at(line.words, 0) is not None)
        # Below a headline stand its deck and its captions: they have to look much better to be taken for it.
        scores[index] = score - 0.2 * bool(labels and index > labels[0]) - 0.6 * place
    return max(telling, key=lambda index: scores[index])


def _below_kicker(lines: Sequence[Line], roles: Sequence[Role], best: int, telling: Sequence[int]) -> int:
    """Return the line below `best` where `best` is the kicker glued above a longer headline."""
    below = best + 1
    if below not in telling or lines[below].block != lines[best].block or lines[below].folded == lines[best].folded:
        return best
    if lines[best].ends_sentence or tables.phrases("legal").anywhere.is_in(lines[below].words):
        return best
    short, longer = len(lines[best].words), len(lines[below].words)
    has_more = below + 1 < len(lines) and lines[below + 1].block == lines[below].block and roles[below + 1] is not Role.PROSE
    return below if short <= KICKER_WORDS < longer <= HEADLINE_WORDS and has_more else best


def _without_masthead(lines: Sequence[Line], roles: Sequence[Role], head: list[int], labels: Sequence[int]) -> list[int]:
    """Leave out the lines that a newspaper prints around its own date: its staff, its slogan, its number."""
    if not labels:
        return head
    block = lines[labels[0]].block
    is_masthead = any(role in (Role.STAFF, Role.MASTHEAD) for line, role in zip(lines, roles, strict=True) if line.block == block)
    rest = [index for index in head if lines[index].block != block]
    return rest if is_masthead and any(_tells(lines[index]) for index in rest) else head


def _tells(line: Line) -> bool:
    """Tell whether a line has words enough to be a headline."""
    return sum(not text.isdigit() for text in line.words.texts) >= TITLE_WORDS
