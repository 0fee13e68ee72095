"""Articles on the wire: the parameters of lists, and the bodies of lists, articles and their evidence."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range

from schemas.fields import Flag, Several, Whole
from schemas.queries import FilterQuery

LONGEST_CURSOR = 200
MOST_ITEMS = 500
# How deep lists are read by page numbers.
MOST_NUMBERED = 10_000
LIMIT = 20
SORTS = ("published", "revised", "relevance")
EXPANSIONS = ("body", "evidence", "outlet")
FORMATS = ("json", "ndjson", "csv")


class OutletBody(Schema):
    """Who published an article."""

    key = fields.String(dump_only=True, metadata={"example": "hespress"})
    name = fields.String(dump_only=True, metadata={"description": "In the outlet's own script.", "example": "هسبريس"})
    name_ar = fields.String(dump_only=True, metadata={"example": "هسبريس"})
    name_latin = fields.String(dump_only=True, metadata={"example": "Hespress"})
    country = fields.String(dump_only=True, allow_none=True, metadata={"description": "ISO 3166-1 alpha-2.", "example": "MA"})


class OutletDetailBody(OutletBody):
    """An outlet with all that the registry knows of it."""

    kind = fields.String(
        dump_only=True,
        validate=OneOf(["newspaper", "site", "agency", "magazine", "broadcaster", "aggregator"]),
        metadata={"example": "site"},
    )
    zone = fields.String(
        dump_only=True, allow_none=True, metadata={"description": "IANA time zone.", "example": "Africa/Casablanca"}
    )
    languages = fields.List(fields.String(), dump_only=True, metadata={"description": "BCP 47, the main one first."})
    domains = fields.List(fields.String(), dump_only=True, metadata={"example": ["hespress.com"]})


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


class SnippetBody(Schema):
    """The piece of a text that shows best what was sought."""

    text = fields.String(dump_only=True)
    highlights = fields.List(
        fields.List(fields.Integer()),
        dump_only=True,
        metadata={"description": "Start and end of each hit in `text`.", "example": [[4, 9]]},
    )


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


class IssueBody(Schema):
    """A problem with a capture."""

    code = fields.String(dump_only=True, metadata={"example": "no-date"})
    field = fields.String(dump_only=True, allow_none=True, metadata={"example": "published"})
    raw = fields.String(dump_only=True, allow_none=True)
    message = fields.String(dump_only=True, metadata={"example": "no line says when this was published"})


class ArticleHeadBody(Schema):
    """What stands of an article before its outlet."""

    id = fields.UUID(dump_only=True, attribute="entry.id", metadata={"description": "Minted once, for good."})
    url = fields.Url(dump_only=True, metadata={"description": "This article in the API."})
    page_url = fields.Url(dump_only=True, metadata={"description": "This article as a page for people."})
    evidence_url = fields.Url(dump_only=True, metadata={"description": "Why each value is what it is."})
    source = fields.String(
        dump_only=True,
        attribute="entry.article.source",
        metadata={"description": "The key of the capture: its URL if it declares one, else its file name."},
    )
    source_url = fields.String(
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


class ArticleTailBody(Schema):
    """What stands of an article after its outlet."""

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


class ArticleTextBody(Schema):
    """The text of an article."""

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


class ArticleItemBody(ArticleTailBody, ArticleHeadBody):
    """An article as it stands in a list; with `fields=` only what was asked for, with `expand=` more."""

    outlet = fields.Nested(
        OutletDetailBody,
        dump_only=True,
        allow_none=True,
        metadata={"description": "Who published it; from `kind` on only with `expand=outlet`."},
    )
    snippet = fields.Nested(
        SnippetBody, dump_only=True, allow_none=True, metadata={"description": "Only where `q` was sought: the best piece."}
    )
    body = fields.List(fields.String(), dump_only=True, metadata={"description": "Only with `expand=body`."})
    word_count = fields.Integer(dump_only=True, metadata={"description": "Only with `expand=body`."})
    reading_minutes = fields.Integer(dump_only=True, metadata={"description": "Only with `expand=body`."})
    evidence = fields.List(fields.Nested(EvidenceBody), dump_only=True, metadata={"description": "Only with `expand=evidence`."})


class ArticleDetailBody(ArticleTextBody, ArticleTailBody, ArticleHeadBody):
    """An article with all its text."""

    outlet = fields.Nested(OutletDetailBody, dump_only=True, attribute="entry.article.outlet", allow_none=True)
    issues = fields.List(fields.Nested(IssueBody), dump_only=True, attribute="entry.article.issues")


class TotalBody(Schema):
    """How many entries there are; where it is not exact there are more."""

    count = fields.Integer(dump_only=True, metadata={"example": 10_000})
    is_exact = fields.Boolean(dump_only=True, metadata={"example": False})


class ArticleListBody(Schema):
    """A page of a list, and the addresses of those around it; null where there is none."""

    items = fields.List(fields.Nested(ArticleItemBody), dump_only=True)
    total = fields.Nested(TotalBody, dump_only=True, metadata={"description": "Only with `page`."})
    next = fields.Url(dump_only=True, allow_none=True)
    prev = fields.Url(dump_only=True, allow_none=True)
    first = fields.Url(dump_only=True)


class ArticleEvidenceBody(Schema):
    """Why an article has its values, and what is doubtful or missing."""

    id = fields.UUID(dump_only=True, attribute="entry.id")
    article_url = fields.Url(dump_only=True, attribute="url")
    evidence = fields.List(fields.Nested(EvidenceBody), dump_only=True, attribute="entry.article.evidence")
    issues = fields.List(fields.Nested(IssueBody), dump_only=True, attribute="entry.article.issues")


class CaptureBody(Schema):
    """What came in: the page as it was captured."""

    article_url = fields.Url(dump_only=True)
    name = fields.String(dump_only=True, metadata={"description": "The path below the corpus folder."})
    source = fields.String(dump_only=True)
    captured = fields.AwareDateTime(dump_only=True, allow_none=True, metadata={"description": "When, if that is known."})
    declared = fields.Dict(
        keys=fields.String(), values=fields.String(), dump_only=True, metadata={"description": "Values that were said, not read."}
    )
    text = fields.String(dump_only=True, metadata={"description": "The text; spans of evidence count its characters."})


ITEM_FIELDS = tuple(ArticleItemBody().fields)


class ArticleListQuery(FilterQuery):
    """The parameters of a list of articles."""

    limit = Whole(validate=Range(1, MOST_ITEMS), metadata={"description": f"How many articles at once; {LIMIT} unless said."})
    cursor = fields.String(
        validate=Length(1, LONGEST_CURSOR),
        metadata={"description": "Where the page begins: taken from `next` or `prev`, never made up."},
    )
    page = Whole(
        validate=Range(1, MOST_NUMBERED),
        metadata={"description": f"A page by its number, from 1; up to {MOST_NUMBERED} articles deep. Deeper, follow `next`."},
    )
    page_size = Whole(validate=Range(1, MOST_ITEMS), metadata={"description": "Articles on a numbered page."})
    sort = fields.String(
        validate=OneOf(SORTS),
        metadata={"description": "Newest published, newest revised, or best match first; `relevance` where `q` is given."},
    )
    fields_ = Several(
        fields.String(validate=OneOf(ITEM_FIELDS)),
        data_key="fields",
        given=len(ITEM_FIELDS),
        metadata={"description": "Only these fields of each article.", "example": ["id", "title", "published"]},
    )
    expand = Several(
        fields.String(validate=OneOf(EXPANSIONS)),
        given=len(EXPANSIONS),
        metadata={"description": "More of each article: its text, why it has its values, all of its outlet."},
    )
    format = fields.String(
        validate=OneOf(FORMATS),
        metadata={"description": "Outranks the Accept header. `ndjson` and `csv` stream all articles unless `limit` is given."},
    )
    bom = Flag(metadata={"description": "Begin CSV with a byte order mark, for spreadsheets that guess the encoding."})


class ArticleQuery(Schema):
    """The parameters of one article."""

    format = fields.String(validate=OneOf(["json", "jsonld"]), metadata={"description": "Outranks the Accept header."})


class CaptureQuery(Schema):
    """The parameters of a capture."""

    format = fields.String(
        validate=OneOf(["json", "raw"]),
        metadata={"description": "`raw`: the bytes as they came, as a file."},
    )
