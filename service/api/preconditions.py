"""Conditional writing (RFC 9110, section 13): nobody's change is lost, and nothing is replaced that should be new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from service.api.articles import validators_of
from service.conditional import uncoded
from service.errors import PreconditionError

if TYPE_CHECKING:
    from service.article import Entry


def require(entry: Entry | None) -> None:
    """Refuse what the current request must not do to an entry as it is, None where there is none."""
    if "If-Match" in request.headers:
        if entry is None:
            raise PreconditionError("If-Match: there is no article of this source")
        wanted = request.if_match
        present = validators_of(entry).etag
        # Strong comparison, but for the mark of the coding in which the article was sent.
        if not wanted.star_tag and present not in map(uncoded, wanted.as_set()):
            raise PreconditionError(f'If-Match: the article was changed meanwhile; its ETag is "{present}" now')
    if "If-None-Match" in request.headers and entry is not None:
        unwanted = request.if_none_match
        tags = map(uncoded, unwanted.as_set(include_weak=True))
        if unwanted.star_tag or validators_of(entry).etag in tags:
            raise PreconditionError(f"If-None-Match: there is an article already, {entry.id}")
