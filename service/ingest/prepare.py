"""All that can be made of a capture before the store is asked. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.content import hash_content
from service.ingest.decide import Prepared
from service.normalise import normalise
from service.store.derived import Derived

if TYPE_CHECKING:
    from service.article import Capture
    from service.normalise import Registry
    from service.search import Form


def prepare(capture: Capture, registry: Registry, form: Form | None) -> Prepared:
    """Return what a capture means; `form` is how the index takes it, None where nothing will be written."""
    article = normalise(capture, registry)
    return Prepared(capture, article, hash_content(article), None if form is None else Derived.of(article, form))
