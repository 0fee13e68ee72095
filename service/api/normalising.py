"""What a record means, without publishing it: open to everyone, within bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response

from schemas.captures import NormalisedBody
from service.api import bodies, limits, samples
from service.api.blueprints import Blueprint
from service.api.bodies import JSON
from service.api.fragments import dump
from service.formats import CONTENT_TYPES
from service.ingest import submit
from service.ingest.overrides import pin
from service.normalise import normalise
from service.services import services

if TYPE_CHECKING:
    from service.article import Article

MOST_BYTES = 1_000_000
NORMALISED = NormalisedBody()

normalising = Blueprint("normalise", "/normalise", "What a capture would be read as.")


@dataclass(frozen=True, slots=True)
class Read:
    """An article that is no entry, where schemas look for an entry's."""

    article: Article

    @property
    def entry(self) -> Read:
        """Itself, which has the article."""
        return self


@normalising.post("")
@limits.limited(limits.NORMALISE)
@normalising.response(200, NormalisedBody)
@normalising.doc(requestBody=samples.CAPTURE)
@normalising.fails(400, 411, 413, 415, 422, 429, 503)
def normalise_record() -> Response:
    """Read a record as it would be read if it was published.

    Nothing is stored. The answer has the article, the evidence for each value, and what is doubtful or missing.
    """
    raw = bodies.require([JSON], MOST_BYTES)
    rules = services().rules()
    article = normalise(pin(submit.capture_of(bodies.parsed(raw), raw), rules.overrides), rules.registry)
    body = NORMALISED.dump({"article": Read(article), "evidence": article.evidence, "issues": article.issues})
    return Response(dump(body), content_type=CONTENT_TYPES["json"])
