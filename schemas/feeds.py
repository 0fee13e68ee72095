"""The parameters of feeds."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range

from schemas.fields import Several, Whole
from schemas.queries import FilterQuery

MOST_ENTRIES = 100
LONGEST_CURSOR = 300
# The facets whose values have feeds of their own, and the forms of these.
SUBSCRIBABLE = ("outlet", "tag", "author", "section", "language")
FORMS = ("atom", "rss", "json")


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


class OpmlQuery(FilterQuery):
    """The parameters of the list of feeds: of which kind, in which form, and of which articles they have some."""

    facet = Several(
        fields.String(validate=OneOf(SUBSCRIBABLE)),
        load_default=list(SUBSCRIBABLE),
        given=len(SUBSCRIBABLE),
        metadata={"description": "Only feeds of these kinds."},
    )
    format = fields.String(
        load_default="atom", validate=OneOf(FORMS), metadata={"description": "The form of the feeds that are listed."}
    )
