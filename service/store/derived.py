"""What follows from an article alone: made before it is written, in the process that read it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from service import similar
from service.search import IndexDocument
from service.store.facets import terms_of
from service.store.rows import article_to_row

if TYPE_CHECKING:
    from service.article import Article
    from service.search import Form
    from service.similar import Signature
    from service.store.facets import Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What the store keeps of an article: its columns, the terms it stands under, what it is found by.

    `document` is in the form that the index takes. Nothing depends on the article's source or on its issues.
    """

    row: dict[str, Any]
    terms: dict[Term, str]
    document: tuple[str, ...]
    signature: Signature | None

    @classmethod
    def of(cls, article: Article, form: Form) -> Self:
        """Return what follows from an article."""
        return cls(
            row=article_to_row(article),
            terms=terms_of(article),
            document=IndexDocument.of(article).rendered(form),
            signature=similar.signature(article.title or "", article.body),
        )
