"""Which country a page is of, by its month names, its furniture, or what it speaks of; and so in which zone it is read."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from service.article import ZoneSource
from service.normalise import tables
from service.normalise.clocks import zone_named

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import tzinfo

    from service.article import Outlet
    from service.normalise.dates import Found
    from service.normalise.layout import Layout
    from service.normalise.page import Line

    # The zone in which a date is read, and whence it is known.
    ZoneOf = Callable[[Found], tuple[tzinfo | None, ZoneSource]]

# A country is shown by a page that names it often and hardly any other.
MENTIONS = 2
MENTION_SHARE = 0.75
MENTION_LINES = 40
# Month names that more countries use tell of none.
FEW_COUNTRIES = 5


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


def zone_of(
    found: Found, *, layout: Layout, outlet: Outlet | None, via: Outlet | None, language: str
) -> tuple[tzinfo | None, ZoneSource]:
    """Return the zone in which a date is read, and whence it is known: printed, the outlet's, or the country's.

    Where nothing is known of an outlet, the site `via` which its text came is of its country.
    """
    if found.offset:
        return found.offset, ZoneSource.TEXT
    if outlet and outlet.zone:
        return zone_named(outlet.zone), ZoneSource.OUTLET
    if via and via.zone:
        return zone_named(via.zone), ZoneSource.COUNTRY
    if country := tables.language_country(language) or country_of(layout, found.countries):
        return zone_named(tables.country_zones()[country]), ZoneSource.COUNTRY
    return _shared_offset(found), ZoneSource.COUNTRY


def _shared_offset(found: Found) -> tzinfo | None:
    """Return the offset that all countries have at the time which use the month's name: `آب` is three hours ahead in each."""
    if found.hour is None or found.month is None or found.day is None or len(found.countries) > FEW_COUNTRIES:
        return None
    moment = datetime(found.year, found.month, found.day, found.hour, found.minute or 0)  # noqa: DTZ001 - it is to get its zone
    zones = [zone_named(zone) for country in found.countries if (zone := tables.country_zones().get(country))]
    offsets = {moment.replace(tzinfo=zone).utcoffset() for zone in zones}
    offset = offsets.pop() if len(offsets) == 1 and len(zones) == len(found.countries) else None
    return None if offset is None else timezone(offset)
