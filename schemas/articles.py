"""Articles on the wire: the parameters of a list, and the bodies of lists, articles and their evidence."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range

from schemas.fields import Whole

LONGEST_CURSOR = 200
MOST_ITEMS = 500


class ArticleListQuery(Schema):
    """The parameters of a list of articles."""

    limit = Whole(
        load_default=20,
        validate=Range(1, MOST_ITEMS),
        metadata={"description": "How many articles at once."},
    )
    cursor = fields.String(
        validate=Length(1, LONGEST_CURSOR),
        metadata={"description": "Where the page begins: taken from `next`, never made up."},
    )


class OutletBody(Schema):
    """Who published an article."""

    key = fields.String(dump_only=True, metadata={"example": "hespress"})
    name = fields.String(dump_only=True, metadata={"description": "In the outlet's own script.", "example": "هسبريس"})
    name_ar = fields.String(dump_only=True, metadata={"example": "هسبريس"})
    name_latin = fields.String(dump_only=True, metadata={"example": "Hespress"})
    country = fields.String(dump_only=True, allow_none=True, metadata={"description": "ISO 3166-1 alpha-2.", "example": "MA"})


class DatedBody(Schema):
    """A date exactly as precise as its source."""

    edtf = fields.String(
        dump_only=True,
        metadata={
            "description": "EDTF, such as `2023`, `2023-11` or `2023-11-01T12:30+01:00`; no offset where no zone is known.",
            "example": "2023-12-26T12:30+01:00",
        },
    )
    precision = fields.String(
        dump_only=True,
        validate=OneOf(["minute", "day", "month", "year"]),
        metadata={"description": "How exactly the source states it.", "example": "minute"},
    )
    starts = fields.AwareDateTime(
        dump_only=True,
        metadata={"description": "The first instant of it, in UTC; days, months and years start at midnight UTC."},
    )
    zone_source = fields.String(
        dump_only=True,
        validate=OneOf(["text", "outlet", "country", "default"]),
        metadata={"description": "Where the time zone came from; `default`: nothing named one."},
    )


class ArticleBody(Schema):
    """An article as it stands in a list."""

    id = fields.UUID(dump_only=True, attribute="entry.id", metadata={"description": "Minted once, for good."})
    url = fields.Url(dump_only=True, metadata={"description": "This article in the API."})
    page_url = fields.Url(dump_only=True, metadata={"description": "This article as a page for people."})
    evidence_url = fields.Url(dump_only=True, metadata={"description": "Why each value is what it is."})
    source = fields.String(
        dump_only=True,
        attribute="entry.article.source",
        metadata={"description": "The key of the capture: its URL if it declares one, else its file name."},
    )
    source_url = fields.Url(
        dump_only=True,
        attribute="entry.article.url",
        allow_none=True,
        metadata={"description": "The address of the captured page, if known."},
    )
    title = fields.String(dump_only=True, attribute="entry.article.title", allow_none=True)
    subtitle = fields.String(dump_only=True, attribute="entry.article.subtitle", allow_none=True)
    summary = fields.String(dump_only=True, attribute="entry.article.summary", allow_none=True)
    authors = fields.List(fields.String(), dump_only=True, attribute="entry.article.authors")
    agency = fields.String(
        dump_only=True,
        attribute="entry.article.agency",
        allow_none=True,
        metadata={"description": "Key of the news agency credited; `agencies` for several unnamed.", "example": "afp"},
    )
    section = fields.String(dump_only=True, attribute="entry.article.section", allow_none=True)
    tags = fields.List(fields.String(), dump_only=True, attribute="entry.article.tags")
    outlet = fields.Nested(OutletBody, dump_only=True, attribute="entry.article.outlet", allow_none=True)
    via = fields.Nested(
        OutletBody,
        dump_only=True,
        attribute="entry.article.via",
        allow_none=True,
        metadata={"description": "The aggregator through which the article came, never its outlet."},
    )
    published = fields.Nested(DatedBody, dump_only=True, attribute="entry.article.published", allow_none=True)
    modified = fields.Nested(DatedBody, dump_only=True, attribute="entry.article.modified", allow_none=True)
    language = fields.String(
        dump_only=True,
        attribute="entry.article.language",
        metadata={"description": "BCP 47; `und` where it is not clear.", "example": "ar"},
    )
    direction = fields.String(dump_only=True, attribute="entry.article.direction", validate=OneOf(["rtl", "ltr"]))
    first_seen = fields.AwareDateTime(dump_only=True, attribute="entry.first_seen")
    revised = fields.AwareDateTime(
        dump_only=True,
        attribute="entry.revised",
        metadata={"description": "When the published entry last changed."},
    )
    revision = fields.Integer(dump_only=True, attribute="entry.revision")


class IssueBody(Schema):
    """A problem with a capture."""

    code = fields.String(dump_only=True, metadata={"example": "no-date"})
    field = fields.String(dump_only=True, allow_none=True, metadata={"example": "published"})
    raw = fields.String(dump_only=True, allow_none=True)
    message = fields.String(dump_only=True, metadata={"example": "no line says when this was published"})


class ArticleDetailBody(ArticleBody):
    """An article with all its text."""

    body = fields.List(
        fields.String(),
        dump_only=True,
        attribute="entry.article.body",
        metadata={"description": "The paragraphs, without the furniture of the page."},
    )
    word_count = fields.Integer(dump_only=True, attribute="entry.article.word_count")
    reading_minutes = fields.Integer(
        dump_only=True, attribute="entry.article.reading_minutes", metadata={"description": "At 238 words a minute, rounded up."}
    )
    issues = fields.List(fields.Nested(IssueBody), dump_only=True, attribute="entry.article.issues")


class ArticleListBody(Schema):
    """A page of a list: `next` is the address of the following one, null on the last."""

    items = fields.List(fields.Nested(ArticleBody), dump_only=True)
    next = fields.Url(dump_only=True, allow_none=True)
    first = fields.Url(dump_only=True)


class EvidenceBody(Schema):
    """Why one field has its value."""

    field = fields.String(dump_only=True, metadata={"example": "published"})
    raw = fields.String(dump_only=True, metadata={"description": "The words that were read."})
    span = fields.List(
        fields.Integer(),
        dump_only=True,
        allow_none=True,
        metadata={"description": "Start and end of them in the capture's text; null for a declared value."},
    )
    rule = fields.String(dump_only=True, metadata={"description": "The rule that read them."})
    confidence = fields.String(dump_only=True, validate=OneOf(["certain", "likely", "weak"]))


class ArticleEvidenceBody(Schema):
    """Why an article has its values, and what is doubtful or missing."""

    id = fields.UUID(dump_only=True, attribute="entry.id")
    article_url = fields.Url(dump_only=True, attribute="url")
    evidence = fields.List(fields.Nested(EvidenceBody), dump_only=True, attribute="entry.article.evidence")
    issues = fields.List(fields.Nested(IssueBody), dump_only=True, attribute="entry.article.issues")
