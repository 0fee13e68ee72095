"""Which country a page is of: by its month names, its furniture, or what it speaks of."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from service.normalise import tables

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from service.normalise.layout import Layout
    from service.normalise.page import Line

# A country is shown by a page that names it often and hardly any other.
MENTIONS = 2
MENTION_SHARE = 0.75
MENTION_LINES = 40


def country_of(layout: Layout, month_countries: Collection[str] = ()) -> str | None:
    """Return the country that the page shows; `month_countries` are those that alone use the month name of its date."""
    if len(month_countries) == 1 and (only := next(iter(month_countries))) in tables.country_zones():
        return only
    for line in layout.lines:
        for hit in tables.country_interfaces().scan(line.words):
            return hit.value
    mentions = country_mentions(layout.lines)
    if not mentions:
        return None
    code, count = mentions.most_common(1)[0]
    in_title = layout.title and any(hit.value == code for hit in tables.country_mentions().scan(layout.title.words))
    return code if (count >= MENTIONS or in_title) and count >= MENTION_SHARE * mentions.total() else None


def country_mentions(lines: Iterable[Line]) -> Counter[str]:
    """Return how often the first lines of a page name each country, its people or its cities."""
    first = list(lines)[:MENTION_LINES]
    return Counter(hit.value for line in first for hit in tables.country_mentions().scan(line.words))
