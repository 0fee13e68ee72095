"""The parameters of feeds."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range

from schemas.fields import Whole
from schemas.queries import FilterQuery

MOST_ENTRIES = 100
LONGEST_CURSOR = 300


class FeedQuery(Schema):
    """The parameters of every feed."""

    content = fields.String(
        validate=OneOf(["full", "summary"]), metadata={"description": "Whole articles, or their first sentences."}
    )
    limit = Whole(validate=Range(1, MOST_ENTRIES), metadata={"description": "How many entries at once."})
    cursor = fields.String(
        validate=Length(1, LONGEST_CURSOR), metadata={"description": "Where the page begins: taken from a link, never made up."}
    )


class SearchFeedQuery(FeedQuery, FilterQuery):
    """The parameters of the feed of a query."""


class ArchiveQuery(Schema):
    """The parameters of an archive."""

    content = fields.String(validate=OneOf(["full", "summary"]))
    part = Whole(load_default=1, validate=Range(1, 1_000_000))
