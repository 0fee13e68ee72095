"""The log of changes on the wire."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import OneOf, Range, Regexp

from schemas.articles import ArticleHeadBody, ArticleTailBody, ArticleTextBody, OutletDetailBody
from schemas.fields import Whole

MOST_CHANGES = 500


class ChangesQuery(Schema):
    """The parameters of the log of changes."""

    since = fields.String(
        validate=Regexp(r"^[A-Za-z0-9_-]{36}$", error="Not a token; give one as it was given, or none to start again."),
        metadata={"description": "Where the log goes on: a `token` given before; the beginning where it is left out."},
    )
    limit = Whole(load_default=100, validate=Range(1, MOST_CHANGES), metadata={"description": "How many changes at once."})


class ChangedArticleBody(ArticleTextBody, ArticleTailBody, ArticleHeadBody):
    """An article as it is now, with all its text."""

    outlet = fields.Nested(OutletDetailBody, dump_only=True, allow_none=True)


class ChangeBody(Schema):
    """A change: an article as it is published now, or one that is withdrawn."""

    kind = fields.String(dump_only=True, validate=OneOf(["published", "withdrawn"]))
    id = fields.UUID(dump_only=True)
    revision = fields.Integer(dump_only=True)
    withdrawn = fields.AwareDateTime(dump_only=True, metadata={"description": "When; only of what is withdrawn."})
    article = fields.Nested(ChangedArticleBody, dump_only=True, metadata={"description": "Only of what is published."})


class ChangesBody(Schema):
    """Changes in the order in which they were made, each article once, at its last one."""

    items = fields.List(fields.Nested(ChangeBody), dump_only=True)
    token = fields.String(dump_only=True, metadata={"description": "Keep it, and give it as `since` the next time."})
    has_more = fields.Boolean(dump_only=True, metadata={"description": "Whether to ask again at once."})
    next = fields.Url(dump_only=True, metadata={"description": "The log from `token` on."})
