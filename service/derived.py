"""What is computed from an article alone: before it is written, in the process that read it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from service import similar
from service.search import IndexDocument

if TYPE_CHECKING:
    from service.article import Article
    from service.search import Form
    from service.similar import Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What an article is found by: its document, in the form that the engine of the index takes, and its signature.

    Neither depends on the article's source nor on its issues.
    """

    document: tuple[str, ...]
    signature: Signature | None

    @classmethod
    def of(cls, article: Article, form: Form) -> Self:
        """Return what is derived from an article."""
        return cls(
            document=IndexDocument.of(article).rendered(form),
            signature=similar.signature(article.title or "", article.body),
        )
