"""How many articles each month has, or each year where that is more than fits: the bars of a chart. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# More bars than this are no longer told apart on a phone.
MOST_BARS = 36
MONTHS = 12
MONTH_LENGTH = len("2023-11")
# In the units of the drawing.
STEP, GAP, HEIGHT, LEAST = 20, 4, 60, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A month (`2023-11`) or a year (`2023`), its count, and where its bar stands."""

    period: str
    count: int
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars from the earliest to the latest period, in the direction in which a language is read."""

    bars: tuple[Bar, ...]
    width: int
    height: int = HEIGHT

    @property
    def most(self) -> int:
        """The highest count."""
        return max(bar.count for bar in self.bars)

    @property
    def is_by_month(self) -> bool:
        """Whether the bars are months."""
        return len(self.bars[0].period) == MONTH_LENGTH


def chart_of(counts: Mapping[str, int], *, is_rtl: bool) -> Chart | None:
    """Return the chart of months with their counts; None where it would have fewer than two bars.

    A date that names a year alone is counted only where the bars are years.
    """
    months = {month: count for month, count in counts.items() if len(month) == MONTH_LENGTH}
    periods = _months(min(months), max(months)) if months else []
    if not 1 < len(periods) <= MOST_BARS:
        yearly: Counter[str] = Counter()
        for month, count in counts.items():
            yearly[month[:4]] += count
        months = dict(yearly)
        # The latest ones, where a collection goes back for longer than a chart.
        periods = _years(min(months), max(months))[-MOST_BARS:] if months else []
    if len(periods) < 2:  # noqa: PLR2004 - one bar compares nothing.
        return None
    return _drawn(periods, months, is_rtl=is_rtl)


def _drawn(periods: list[str], counts: Mapping[str, int], *, is_rtl: bool) -> Chart:
    width, most = STEP * len(periods), max(counts.get(period, 0) for period in periods) or 1
    bars = []
    for place, period in enumerate(periods):
        count = counts.get(period, 0)
        height = max(LEAST, round(HEIGHT * count / most)) if count else 0
        x = width - STEP * (place + 1) if is_rtl else STEP * place
        bars.append(Bar(period=period, count=count, x=x + GAP // 2, y=HEIGHT - height, width=STEP - GAP, height=height))
    return Chart(bars=tuple(bars), width=width)


def _months(first: str, last: str) -> list[str]:
    begin, end = (int(month[:4]) * MONTHS + int(month[5:]) - 1 for month in (first, last))
    return [f"{at // MONTHS:04}-{at % MONTHS + 1:02}" for at in range(begin, end + 1)]


def _years(first: str, last: str) -> list[str]:
    return [f"{year:04}" for year in range(int(first), int(last) + 1)]
