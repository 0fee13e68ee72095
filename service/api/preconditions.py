"""Conditional writing (RFC 9110, section 13): nobody's change is lost, and nothing is replaced that should be new."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from flask import request
from werkzeug.exceptions import BadRequest

from service.api.articles import validators_of
from service.conditional import uncoded
from service.errors import PreconditionError

if TYPE_CHECKING:
    from service.article import Entry

TAG = r'(?:W/)?"[!#-~\x80-\xff]*"'
TAGS = re.compile(rf"{TAG}(?:\s*,\s*{TAG})*")
EACH_TAG = re.compile(r'(W/)?"([^"]*)"')


class Tags(NamedTuple):
    """The ETags that a header names, without the marks of codings; `is_any` where it names all by a star."""

    is_any: bool
    strong: frozenset[str]
    weak: frozenset[str]


def require(entry: Entry | None) -> None:
    """Refuse what the current request must not do to an entry as it is, None where there is none."""
    wanted, unwanted = _named("If-Match"), _named("If-None-Match")
    present = None if entry is None else validators_of(entry).etag
    if wanted:
        if present is None:
            raise PreconditionError("If-Match: there is no article of this source")
        # Strong comparison: what is only much the same is not what would be replaced.
        if not wanted.is_any and present not in wanted.strong:
            raise PreconditionError(f'If-Match: the article was changed meanwhile; its ETag is "{present}" now')
    if unwanted and entry is not None and (unwanted.is_any or present in unwanted.strong | unwanted.weak):
        raise PreconditionError(f"If-None-Match: there is an article already, {entry.id}")


def _named(header: str) -> Tags | None:
    """Return what a header of the current request names; None where there is none of it."""
    given = request.headers.get(header)
    if given is None:
        return None
    given = given.strip()
    if given != "*" and not TAGS.fullmatch(given):
        raise BadRequest(f'{header}: give an ETag in its quotes, such as "0123abcd", or *')
    tags = [(mark, uncoded(tag)) for mark, tag in EACH_TAG.findall(given)]
    strong, weak = (frozenset(tag for mark, tag in tags if bool(mark) == is_weak) for is_weak in (False, True))
    return Tags(given == "*", strong, weak)
