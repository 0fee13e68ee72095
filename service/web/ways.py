"""Where more of a kind is found: by a parameter of the bulletin, or, where files answer, on a page of its own. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from service.store import EVERYTHING, Facet
from service.web import filters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.links import Links
    from service.store import Archive, Term

YEAR_LENGTH = len("2023")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The ways from a bulletin; `months` are the archives that there are, the last part of each month, the last first."""

    links: Links
    said: filters.Said
    months: Sequence[Archive] = ()

    def to_value(self, term: Term) -> str | None:
        """Return where the articles shown are that have this value too; None where no file shows it."""
        if not self.links.is_static:
            return self.links.search(filters.with_value(self.said, term.facet, term.value))
        return self.to_period(term.value) if term.facet is Facet.MONTH else self.links.channel(term)

    def to_period(self, period: str) -> str | None:
        """Return where the articles of a month or a year are; None where no file shows them."""
        if not self.links.is_static:
            return self.links.search(_of_period(self.said, period))
        # Archives are by UTC: what was printed around midnight may be in the month beside the one that it names.
        return next((self.links.archive_page(EVERYTHING, one) for one in self.months if one.month.startswith(period)), None)


def _of_period(said: filters.Said, period: str) -> dict[str, Any]:
    if len(period) > YEAR_LENGTH:
        return filters.with_value(said, Facet.MONTH, period)
    return {**said, "since": f"{period}-01-01", "until": f"{period}-12-31"}
