"""A query in the language of each engine. Every term is quoted: nobody's words are ever read as syntax."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.search.documents import WEIGHTS

if TYPE_CHECKING:
    from service.search.parsing import Clause, SearchQuery


def to_fts5(query: SearchQuery) -> str:
    """Return the right side of FTS5's `match`."""
    wanted = " AND ".join(map(_fts5, query.wanted))
    return f"({wanted})" + "".join(f" NOT {_fts5(clause)}" for clause in query.excluded)


def to_tsquery(query: SearchQuery) -> str:
    """Return the literal of a `tsquery`."""
    return " & ".join([*map(_tsquery, query.wanted), *(f"!{_tsquery(clause)}" for clause in query.excluded)])


def _fts5(clause: Clause) -> str:
    field = f"{clause.field} : " if clause.field else ""
    return f'({field}"{" ".join(clause.terms)}"{" *" if clause.is_prefix else ""})'


def _tsquery(clause: Clause) -> str:
    weight = WEIGHTS[clause.field] if clause.field else ""
    marks = [weight] * (len(clause.terms) - 1) + [("*" if clause.is_prefix else "") + weight]
    phrase = " <-> ".join(f"'{term}'" + (f":{mark}" if mark else "") for term, mark in zip(clause.terms, marks, strict=True))
    return f"({phrase})"
