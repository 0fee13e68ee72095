"""How many entries there are: of a query, by the values of facets, by day."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, case, func, literal_column, select

from service import search
from service.store.facets import EVERYTHING, Facet
from service.store.matching import MOST_COUNTED, MOST_STALE, all_matching, counted
from service.store.portions import portions
from service.store.query import FacetCount, Total
from service.store.selection import Known, selection_of
from service.store.tables import channels, entries
from service.store.walker import Walker

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from service.store.query import ArticleQuery
    from service.store.selection import Selection

# Microseconds in a day.
DAY = literal_column("86400000000", BigInteger)
EPOCH_DAY = date(1970, 1, 1)


class CountingReader(Walker):
    """Counts the entries of queries."""

    def total(self, query: ArticleQuery) -> Total:
        """Return how many entries a query has, counted up to a bound."""
        if not query.is_filtered:
            return Total(self.channel().count, is_exact=True)
        is_alone = query.text is not None and not replace(query, text=None).is_filtered
        count = self._counted(query, MOST_COUNTED + MOST_STALE if is_alone else None)
        if is_alone and count <= MOST_COUNTED:
            # Fewer than were looked at: what edits left behind may stand for others, which all have to be looked at then.
            count = self._counted(query, None)
        return Total(min(count, MOST_COUNTED), is_exact=count <= MOST_COUNTED)

    def _counted(self, query: ArticleQuery, most: int | None) -> int:
        return counted(self._connection, self._chosen(query, most).select(literal_column("1")), MOST_COUNTED + 1)

    def _chosen(self, query: ArticleQuery, most: int | None = None) -> Selection:
        """Return the rows of a query of which more than a page is counted: of a text `most` matches, by default all."""
        if query.text is not None and not query.collapse:
            wanted = search.parse(query.text)
            if matched := all_matching(self._connection, wanted, most):
                known = Known.of(self._connection, query.include | query.exclude | {EVERYTHING})
                return selection_of(self._connection, query, known, wanted=wanted, matched=matched)
        chosen, _ = self._selection(query)
        return chosen

    def facet(self, facet: Facet, query: ArticleQuery | None = None, limit: int = 100) -> list[FacetCount]:
        """Return the values of a facet with the most entries, the most first.

        Of a query that has more than 10,000 entries the first 10,000 in its order are counted.
        """
        columns = channels.c.id, channels.c.value, channels.c.label
        by_count = channels.c["count"].desc(), channels.c.value
        if query is None or not query.is_filtered:
            wanted = channels.c.facet == facet, channels.c["count"] > 0
            found = select(*columns, channels.c["count"]).where(*wanted).order_by(*by_count).limit(limit)
            return [FacetCount(row.value, row.label, row[3]) for row in self._connection.execute(found)]
        return self._ranked([facet], self._members(query), limit)[facet]

    def facets(self, wanted: Sequence[Facet], query: ArticleQuery, limit: int = 100) -> dict[Facet, list[FacetCount]]:
        """Return for each of several facets what `facet` does; the entries of the query are read once."""
        if not query.is_filtered:
            return {facet: self.facet(facet, None, limit) for facet in wanted}
        return self._ranked(wanted, self._members(query), limit)

    def days(self, query: ArticleQuery) -> list[tuple[date, int]]:
        """Return how many entries of a query were published on each day, the earliest first; undated ones on none."""
        chosen = self._chosen(query)
        # Both engines divide whole numbers towards zero.
        day = case((entries.c.published_at >= 0, entries.c.published_at // DAY), else_=(entries.c.published_at - DAY + 1) // DAY)
        joined = select(day.label("day"), func.count()).where(
            entries.c.sequence.in_(chosen.select(chosen.walked.c.sequence)), entries.c.published_at.is_not(None)
        )
        found = self._connection.execute(joined.group_by("day").order_by("day"))
        return [(EPOCH_DAY + timedelta(days=number), count) for number, count in found]

    def _ranked(self, wanted: Sequence[Facet], counts: Mapping[int, int], limit: int) -> dict[Facet, list[FacetCount]]:
        """Return the values of each facet among the channels counted, those with the most entries first."""
        columns = channels.c.id, channels.c.facet, channels.c.value, channels.c.label
        of_facets = select(*columns).where(channels.c.facet.in_(wanted))
        found: dict[Facet, list[FacetCount]] = {facet: [] for facet in wanted}
        for some in portions(list(counts)):
            for row in self._connection.execute(of_facets.where(channels.c.id.in_(some))):
                found[Facet(row.facet)].append(FacetCount(row.value, row.label, counts[row.id]))
        return {facet: sorted(values, key=lambda one: (-one.count, one.value))[:limit] for facet, values in found.items()}

    def _members(self, query: ArticleQuery) -> Counter[int]:
        """Return in how many of the entries of a query each channel is, of 10,000 at most."""
        chosen = self._chosen(query)
        first = chosen.select(chosen.walked.c.sequence).order_by(chosen.walked.c.sort_at.desc()).limit(MOST_COUNTED)
        members = select(entries.c.members).where(entries.c.sequence.in_(first))
        counts: Counter[int] = Counter()
        for packed in self._connection.execute(members).scalars():
            counts.update(json.loads(packed))
        return counts
