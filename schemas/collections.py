"""What articles are gathered by: outlets, tags, authors, sections, languages; and counts."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import OneOf, Range

from schemas.articles import OutletDetailBody, TotalBody
from schemas.fields import Whole
from schemas.queries import FilterQuery

MOST_VALUES = 1_000
FACETS = ("outlet", "via", "author", "tag", "section", "language", "agency", "month", "day")


class CollectionQuery(FilterQuery):
    """The parameters of a collection: of which articles its values are counted."""

    limit = Whole(load_default=100, validate=Range(1, MOST_VALUES), metadata={"description": "How many values at most."})


class FeedsBody(Schema):
    """The feeds of a channel."""

    atom = fields.Url(dump_only=True)
    rss = fields.Url(dump_only=True)
    json = fields.Url(dump_only=True)


class ValueBody(Schema):
    """A value by which articles are gathered, and how many there are."""

    key = fields.String(dump_only=True, metadata={"example": "hespress"})
    name = fields.String(dump_only=True, metadata={"example": "هسبريس"})
    count = fields.Integer(dump_only=True, metadata={"description": "Articles under it, among those asked for."})
    url = fields.Url(dump_only=True, metadata={"description": "This value in the API."})
    articles_url = fields.Url(dump_only=True)
    page_url = fields.Url(dump_only=True, metadata={"description": "This value as a page for people."})
    feeds = fields.Nested(FeedsBody, dump_only=True)
    outlet = fields.Nested(OutletDetailBody, dump_only=True, metadata={"description": "Only of outlets."})


class CollectionBody(Schema):
    """The values with the most articles, the most first."""

    items = fields.List(fields.Nested(ValueBody), dump_only=True)


class StatsQuery(FilterQuery):
    """The parameters of counts."""

    by = fields.String(load_default="month", validate=OneOf(FACETS), metadata={"description": "What articles are counted by."})
    limit = Whole(load_default=120, validate=Range(1, MOST_VALUES), metadata={"description": "How many values at most."})


class CountBody(Schema):
    """How many articles have a value."""

    value = fields.String(dump_only=True, metadata={"example": "2023-11"})
    name = fields.String(dump_only=True, metadata={"example": "2023-11"})
    count = fields.Integer(dump_only=True)


class StatsBody(Schema):
    """How many articles there are, by one of their values: days and months in their order, others the most first."""

    by = fields.String(dump_only=True)
    total = fields.Nested(TotalBody, dump_only=True)
    items = fields.List(fields.Nested(CountBody), dump_only=True)
