"""How much a feed may weigh: what is too long falls back to its summary. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.feeds.feed import Fragment


def within(fragments: Sequence[Fragment], budget: int, *, is_full: bool) -> list[bytes]:
    """Return the entries that together weigh up to `budget` bytes, in order.

    The longest contents fall back to their summaries first. Where even that does not suffice the last entries are
    left to the next page; the first is always there.
    """
    sizes = [_size(fragment, is_full=is_full) for fragment in fragments]
    total = sum(sizes)
    if total <= budget:
        return [_join(fragment, is_full=is_full) for fragment in fragments]
    shown = [is_full] * len(fragments)
    longest_first = sorted(range(len(fragments)), key=lambda at: (-len(fragments[at].full), at))
    for at in longest_first if is_full else ():
        if total <= budget:
            break
        total -= len(fragments[at].full) - len(fragments[at].short)
        shown[at] = False
    written = [_join(fragment, is_full=full) for fragment, full in zip(fragments, shown, strict=True)]
    while len(written) > 1 and sum(map(len, written)) > budget:
        written.pop()
    return written


def _size(fragment: Fragment, *, is_full: bool) -> int:
    return len(fragment.head) + len(fragment.full if is_full else fragment.short) + len(fragment.tail)


def _join(fragment: Fragment, *, is_full: bool) -> bytes:
    return b"".join((fragment.head, fragment.full if is_full else fragment.short, fragment.tail))
