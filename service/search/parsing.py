"""What a person types into a search box, understood: words, "phrases", -exclusion, prefix*, field:word."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from service.errors import SearchError
from service.search.documents import FIELDS
from service.search.terms import WORD, folded_word, terms, without_article

LONGEST_QUERY = 400
MOST_CLAUSES = 16
LEAST_PREFIX = 3
CLAUSE = re.compile(
    r"(?P<sign>[-−](?=\S))?(?:(?P<field>[A-Za-z]+):(?=[^\s/]))?"
    r'(?:["“”„](?P<quoted>[^"“”„]*)["“”„]?|«(?P<angled>[^»]*)»?|(?P<word>[^\s"“”„«»]+))'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """Terms that follow one another, in a field or anywhere; the last one may be the beginning of a word."""

    terms: tuple[str, ...]
    field: str | None = None
    is_prefix: bool = False
    is_excluded: bool = False


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """Clauses that all hold, but the excluded ones, of which none does."""

    clauses: tuple[Clause, ...]

    @property
    def wanted(self) -> tuple[Clause, ...]:
        """The clauses that hold."""
        return tuple(clause for clause in self.clauses if not clause.is_excluded)

    @property
    def excluded(self) -> tuple[Clause, ...]:
        """The clauses of which none holds."""
        return tuple(clause for clause in self.clauses if clause.is_excluded)

    @property
    def is_plain(self) -> bool:
        """Whether it asks for words anywhere, and neither for their order nor for their place."""
        return not any(len(clause.terms) > 1 or clause.field for clause in self.clauses)

    def loosely(self) -> SearchQuery:
        """Return the query for articles that have all the words, wherever they stand."""
        split = (
            Clause(terms=(term,), is_prefix=clause.is_prefix and number == len(clause.terms))
            for clause in self.wanted
            for number, term in enumerate(clause.terms, start=1)
        )
        return SearchQuery(tuple(dict.fromkeys(split)))

    def in_title(self) -> SearchQuery:
        """Return the query for articles that say all of this in their title."""
        return SearchQuery(tuple(replace(clause, field="title") for clause in self.wanted))


def parse(said: str) -> SearchQuery:
    """Return what is sought; raises SearchError, with what to write instead, where that cannot be."""
    if len(said) > LONGEST_QUERY:
        raise SearchError(f"the search has {len(said)} characters; {LONGEST_QUERY} at most")
    clauses = tuple(dict.fromkeys(clause for match in CLAUSE.finditer(said) if (clause := _clause(match))))
    if len(clauses) > MOST_CLAUSES:
        raise SearchError(f"the search has {len(clauses)} words or phrases; {MOST_CLAUSES} at most")
    query = SearchQuery(clauses)
    if not query.wanted:
        what = "it only excludes" if clauses else "it has no word that is indexed; the most common words are not"
        raise SearchError(f"nothing is sought: {what}")
    return query


def _clause(match: re.Match[str]) -> Clause | None:
    field = match["field"] and match["field"].lower()
    if field is not None and field not in FIELDS:
        known = ", ".join(f"{name}:" for name in FIELDS)
        raise SearchError(f"{field}: is no field; search in {known} or write the word without a colon")
    said = next((match[name] for name in ("quoted", "angled", "word") if match[name] is not None), "")
    if match["word"] and said.endswith("*"):
        return _prefix(said, field, is_excluded=bool(match["sign"]))
    found = tuple(terms(said))
    return Clause(terms=found, field=field, is_excluded=bool(match["sign"])) if found else None


def _prefix(said: str, field: str | None, *, is_excluded: bool) -> Clause:
    """Return the clause for the beginning of a word: of its stem, so without article and conjunctions."""
    *before, last = WORD.findall(said) or [""]
    start = without_article(folded_word(last))
    if len(start) < LEAST_PREFIX:
        raise SearchError(f"{said}: write at least {LEAST_PREFIX} letters before the *")
    return Clause(terms=(*terms(" ".join(before)), start), field=field, is_prefix=True, is_excluded=is_excluded)
