"""Paragraphs that a mail program or a terminal broke at a fixed width, put together again."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Characters of a full line.
NARROWEST, WIDEST = 45, 100
# A long word leaves so much of a line at least.
SHORTEST = 30
# So many lines of a page show the width: one paragraph of three, or two of two.
SHOWING_LINES = 3
STOPS = '.!?؟…。۔:"”»)'
# Of the lines within a paragraph hardly any ends where a sentence does.
MOST_STOPS = 0.4


def join_wrapped(lines: Sequence[str]) -> list[str]:
    """Return lines, with their ends, where those of one wrapped paragraph are one."""
    if sum(SHORTEST <= len(line) <= WIDEST for line in lines) < SHOWING_LINES:
        return list(lines)
    blocks = list(_blocks(lines))
    paragraphs = [block for block in blocks if len(block) > 1 and _is_wrapped(block, _width(block))]
    if sum(map(len, paragraphs)) < SHOWING_LINES:
        return list(lines)
    width = max(map(_width, paragraphs))
    joined: list[str] = []
    for block in blocks:
        joined += ["".join(block)] if len(block) > 1 and _is_wrapped(block, width) else block
    return joined


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    """Yield the runs of lines with text in them, and each empty line by itself."""
    run: list[str] = []
    for line in lines:
        if line.strip():
            run.append(line)
            continue
        if run:
            yield run
        yield [line]
        run = []
    if run:
        yield run


def _width(block: Sequence[str]) -> int:
    return max(len(line.rstrip()) for line in block)


def _is_wrapped(block: Sequence[str], width: int) -> bool:
    """Tell whether no first word of a line had room on the line before, and the block reads as one paragraph."""
    if not NARROWEST <= width <= WIDEST or _width(block) > width or block[-1].rstrip()[-1:] not in STOPS:
        return False
    full = [line.rstrip() for line in block[:-1]]
    if sum(line[-1:] in STOPS for line in full) > MOST_STOPS * len(full):
        return False
    return all(len(line.rstrip()) + 1 + len(following.split(maxsplit=1)[0]) > width for line, following in pairwise(block))
