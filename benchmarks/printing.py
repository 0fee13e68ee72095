"""Prints made-up articles, the same ones each time, for what measures the store and what serves it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from service.article import Article, Capture, Confidence, Dated, Evidence, Kind, Outlet

if TYPE_CHECKING:
    from collections.abc import Iterator

BATCH = 500
WORDS = 50_000
BODY_WORDS = 340
LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAYS = 3652


def skewed(kind: str, count: int) -> tuple[list[str], list[float]]:
    """Return names of one kind, and their cumulated weights: the n-th is met 1/n as often as the first."""
    return [f"{kind} {number}" for number in range(count)], list(accumulate(1 / (number + 1) for number in range(count)))


@dataclass(frozen=True, slots=True)
class Press:
    """Prints articles: words, outlets, authors, tags and sections, the frequent ones far oftener than the rare ones."""

    chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - no secret: the same each run
    words: list[str] = field(init=False)
    weights: list[float] = field(init=False)

    def __post_init__(self) -> None:
        """Make up the vocabulary."""
        made = {"".join(self.chance.choices(LETTERS, k=self.chance.randint(3, 8))) for _ in range(WORDS)}
        object.__setattr__(self, "words", self.chance.sample(sorted(made), len(made)))
        object.__setattr__(self, "weights", list(accumulate(1 / (rank + 3) for rank in range(len(made)))))

    def text(self, count: int) -> str:
        """Return as many words."""
        return " ".join(self.chance.choices(self.words, cum_weights=self.weights, k=count))

    def pick(self, names: tuple[list[str], list[float]], count: int = 1) -> tuple[str, ...]:
        """Return distinct names, at most as many as asked for."""
        return tuple(dict.fromkeys(self.chance.choices(names[0], cum_weights=names[1], k=count)))

    def print(self, number: int) -> tuple[Capture, Article]:
        """Return the capture and the article of a number as they are once it was read."""
        source = f"https://news.example.org/{number}"
        day = NOON.date() - timedelta(days=self.chance.randrange(DAYS))
        body = tuple(" ".join(f"{self.text(BODY_WORDS // 20)}." for _ in range(4)) for _ in range(5))
        article = Article(
            source=source,
            url=source,
            title=self.text(9),
            outlet=OUTLETS[self.pick(OUTLET_KEYS)[0]],
            authors=self.pick(AUTHORS),
            tags=self.pick(TAGS, 3),
            section=self.pick(SECTIONS)[0],
            published=None if self.chance.random() < 0.05 else Dated.of(day.isoformat()),  # noqa: PLR2004 - one in twenty
            language="ar",
            summary=body[0],
            body=body,
            evidence=tuple(
                Evidence(field=name, raw=self.text(7), span=(0, 40), rule="printed", confidence=Confidence.LIKELY) for name in WHY
            ),
        )
        raw = "\n\n".join((article.title or "", *body))
        return Capture(name=f"{number}.txt", source=source, raw=raw.encode(), text=raw, captured=NOON), article


# For so many values of an article it is noted, at the median of real captures, why they are what they are.
WHY = ("title", "outlet", "published", "authors", "language", "body")
AUTHORS, TAGS, SECTIONS, OUTLET_KEYS = skewed("author", 3000), skewed("tag", 5000), skewed("section", 12), skewed("outlet", 60)
OUTLETS = {
    key: Outlet(key=key, name_ar=key, name_latin=key, country="MA", zone="Africa/Casablanca", languages=("ar",), kind=Kind.SITE)
    for key in OUTLET_KEYS[0]
}


def batches(press: Press, count: int) -> Iterator[list[tuple[Capture, Article]]]:
    """Yield so many articles, printed batch by batch."""
    for first in range(1, count + 1, BATCH):
        yield [press.print(number) for number in range(first, min(first + BATCH, count + 1))]
