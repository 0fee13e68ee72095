"""Whether `03/04/2023` is of April or of March: by another date on the page, else by how its outlet writes dates."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from service.normalise import tables
from service.normalise.dates import DAY_FIRST, MONTH_FIRST

if TYPE_CHECKING:
    from service.normalise.dates import Found
    from service.normalise.layout import Layout

DATELINE_WORDS = 8


def settle_order(layout: Layout, found: Found, usual: str | None) -> Found:
    """Return the date with day and month as they are meant; `usual` is the order that the outlet is known for."""
    if not found.swapped:
        return found
    order = _shown_order(layout, found) or _dateline_order(layout, found) or usual
    if order == MONTH_FIRST:
        return replace(found, month=found.day, day=found.month, swapped=False)
    return replace(found, swapped=False) if order == DAY_FIRST else found


def _dateline_order(layout: Layout, found: Found) -> str | None:
    """Return the order in which a date is the day that begins the text without its year: `KUWAIT, June 12 (KUNA) --`."""
    words = [word.text for line in layout.body[:1] for word in line.words[:DATELINE_WORDS]]
    for first, second in itertools.pairwise(words):
        name, number = (first, second) if first in tables.months() else (second, first)
        if name in tables.months() and number.isdigit():
            readings = {(found.month, found.day): DAY_FIRST, (found.day, found.month): MONTH_FIRST}
            return readings.get((tables.months()[name].number, int(number)))
    return None


def _shown_order(layout: Layout, found: Found) -> str | None:
    """Return the order that the other dates on the page have, None where they show none or both."""
    readings = {(found.year, found.month, found.day): DAY_FIRST, (found.year, found.day, found.month): MONTH_FIRST}
    orders: set[str | None] = set()
    for line in layout.lines:
        for other in line.dates:
            if other.order:
                orders.add(other.order)
            elif not other.swapped:
                # The same day with its month in letters, or the year first.
                orders.add(readings.get((other.year, other.month, other.day)))
    orders.discard(None)
    return orders.pop() if len(orders) == 1 else None
