"""Captures on the wire: the records that come in, and what became of each."""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE, RAISE, Schema, fields
from marshmallow.validate import Length, OneOf, Regexp

from schemas.articles import ArticleHeadBody, ArticleTailBody, ArticleTextBody, EvidenceBody, IssueBody, OutletDetailBody
from schemas.fields import Text
from schemas.problem import ProblemErrorBody

LONGEST_SOURCE = 2000
NAME = Regexp(r"^[^\x00-\x1f\x7f-\x9f]+$", error="A name has no control characters.")


def _several(description: str) -> dict[str, Any]:
    """Return how a text or a list of texts is described."""
    return {"description": description, "type": ["array", "string", "null"], "items": {"type": "string"}}


class SourceQuery(Schema):
    """Which capture is meant."""

    source = Text(
        required=True,
        validate=[Length(1, LONGEST_SOURCE), NAME],
        metadata={
            "description": "The key of the capture: the address of its page in any spelling, or a name.",
            "example": "https://www.hespress.com/1234567.html",
        },
    )


class RecordBody(Schema):
    """A capture, with the members that a JSON file in the corpus has; those that are not known are passed over."""

    class Meta:
        """Records of crawlers have members of their own."""

        unknown = INCLUDE

    url = fields.String(
        allow_none=True,
        metadata={
            "description": "The address of the page, by which it is known again.",
            "pattern": r"^(https?://[^\s<>\"/?#:.@\[\]-][^\s<>\"]*)?$",
            "maxLength": LONGEST_SOURCE,
        },
    )
    text = fields.String(
        allow_none=True, metadata={"description": "The text of the page. This, `body`, `content` or `html` is required."}
    )
    body = fields.String(allow_none=True, metadata={"description": "Another name of `text`, where that is empty."})
    content = fields.String(allow_none=True, metadata={"description": "Another name of `text`, where both are empty."})
    html = fields.String(
        allow_none=True, metadata={"description": "The page itself, whose metadata are read too, where there is no text."}
    )
    title = fields.String(allow_none=True)
    subtitle = fields.String(allow_none=True)
    authors = fields.Raw(metadata=_several("Who wrote it."))
    outlet = fields.String(allow_none=True, metadata={"description": "The key or a name of the outlet."})
    published = fields.String(
        allow_none=True, metadata={"description": "ISO 8601, as precise as it is known.", "example": "2023-11-01"}
    )
    modified = fields.String(allow_none=True)
    captured = fields.String(
        allow_none=True, metadata={"description": "When it was captured, with offset.", "example": "2023-11-02T08:00:00Z"}
    )
    section = fields.String(allow_none=True)
    tags = fields.Raw(metadata=_several("What it is about."))
    language = fields.String(allow_none=True, metadata={"example": "ar"})
    agency = fields.String(allow_none=True)


class ResultProblemBody(Schema):
    """Why a line was refused."""

    type = fields.String(dump_only=True)
    title = fields.String(dump_only=True)
    status = fields.Integer(dump_only=True)
    detail = fields.String(dump_only=True)
    errors = fields.List(fields.Nested(ProblemErrorBody), dump_only=True)


class ResultBody(Schema):
    """What became of a capture; id, address and revision are null where nothing of it is published."""

    status = fields.String(dump_only=True, validate=OneOf(["new", "changed", "unchanged", "withdrawn", "refused"]))
    id = fields.UUID(dump_only=True, allow_none=True)
    url = fields.Url(dump_only=True, allow_none=True, metadata={"description": "The article in the API."})
    source = fields.String(dump_only=True, allow_none=True, metadata={"description": "The key for PUT and DELETE."})
    revision = fields.Integer(dump_only=True, allow_none=True)
    issues = fields.List(fields.Nested(IssueBody), dump_only=True, metadata={"description": "What is doubtful or missing."})


class LineResultBody(ResultBody):
    """What became of a line."""

    line = fields.Integer(dump_only=True, metadata={"description": "From 1."})
    problem = fields.Nested(ResultProblemBody, dump_only=True, metadata={"description": "Only where it was refused."})


class CountsBody(Schema):
    """How many lines came to what."""

    new = fields.Integer(dump_only=True)
    changed = fields.Integer(dump_only=True)
    unchanged = fields.Integer(dump_only=True)
    withdrawn = fields.Integer(dump_only=True)
    refused = fields.Integer(dump_only=True)


class ResultsBody(Schema):
    """What became of each line, in their order."""

    items = fields.List(fields.Nested(LineResultBody), dump_only=True)
    counts = fields.Nested(CountsBody, dump_only=True)


class AmendmentBody(Schema):
    """Fields to pin, each to its value, and fields to read from the page again (null)."""

    class Meta:
        """No other field can be pinned."""

        unknown = RAISE

    title = fields.String(allow_none=True)
    subtitle = fields.String(allow_none=True)
    authors = fields.Raw(metadata=_several("Who wrote it."))
    outlet = fields.String(allow_none=True, metadata={"description": "A key or a name of an outlet in the registry."})
    agency = fields.String(allow_none=True)
    section = fields.String(allow_none=True)
    tags = fields.Raw(metadata=_several("What it is about."))
    published = fields.String(allow_none=True, metadata={"description": "ISO 8601, to the minute at most."})
    modified = fields.String(allow_none=True)
    language = fields.String(allow_none=True, metadata={"description": "BCP 47."})


class ReadArticleBody(ArticleTextBody, ArticleTailBody, ArticleHeadBody):
    """An article as it was read, with nothing that only publishing gives."""

    class Meta:
        """Leave out what an article has once it is published."""

        exclude = ("id", "url", "page_url", "evidence_url", "first_seen", "revised", "revision")

    outlet = fields.Nested(OutletDetailBody, dump_only=True, attribute="entry.article.outlet", allow_none=True)


class NormalisedBody(Schema):
    """What a record means, why, and what is doubtful or missing."""

    article = fields.Nested(ReadArticleBody, dump_only=True)
    evidence = fields.List(fields.Nested(EvidenceBody), dump_only=True)
    issues = fields.List(fields.Nested(IssueBody), dump_only=True)
