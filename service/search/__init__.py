"""Full text, the same on every engine: one stream of terms, made here, that the engines index and are asked for.

Neither SQLite's tokenizers nor PostgreSQL's parser ever see raw Arabic: both would shatter vocalised words, and they
would not agree. Pure.
"""

from service.search.documents import Form, IndexDocument
from service.search.parsing import Clause, SearchQuery, parse
from service.search.rendering import to_fts5, to_tsquery
from service.search.snippets import Snippet, snippet
from service.search.terms import VERSION, terms

__all__ = [
    "VERSION",
    "Clause",
    "Form",
    "IndexDocument",
    "SearchQuery",
    "Snippet",
    "parse",
    "snippet",
    "terms",
    "to_fts5",
    "to_tsquery",
]
