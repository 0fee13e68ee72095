"""The parameters of pages."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import Length

from schemas.feeds import LONGEST_CURSOR
from schemas.queries import FilterQuery


class PageQuery(Schema):
    """The parameters of a page that lists articles."""

    cursor = fields.String(validate=Length(1, LONGEST_CURSOR))


class BulletinQuery(PageQuery, FilterQuery):
    """The parameters of the bulletin."""


class PlainQuery(Schema):
    """The parameters of a page that takes none."""
