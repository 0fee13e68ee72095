"""JSON Feed 1.1 on the wire."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_dump


class _Body(Schema):
    """A body that leaves out what is not known: JSON Feed has no null."""

    @post_dump
    def leave_out_unknown(self, body: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Return the body without what is unknown or empty."""
        return {name: value for name, value in body.items() if value not in (None, [], {}, "")}


class JsonFeedAuthorBody(Schema):
    """Who wrote or published an item."""

    name = fields.String(dump_only=True)


class JsonFeedHubBody(Schema):
    """Where a feed's changes are announced."""

    type = fields.String(dump_only=True)
    url = fields.String(dump_only=True)


class JsonFeedDateBody(_Body):
    """How exactly the date of publication is known."""

    edtf = fields.String(dump_only=True)
    precision = fields.String(dump_only=True)
    zone_source = fields.String(dump_only=True)
    confidence = fields.String(dump_only=True)


class JsonFeedItemExtensionBody(_Body):
    """What Nashra knows of an item beyond JSON Feed."""

    published = fields.Nested(JsonFeedDateBody, dump_only=True)
    outlet = fields.String(dump_only=True)
    via = fields.String(dump_only=True)
    section = fields.String(dump_only=True)


class JsonFeedItemBody(_Body):
    """An item, without its content."""

    id = fields.String(dump_only=True)
    url = fields.String(dump_only=True)
    external_url = fields.String(dump_only=True)
    title = fields.String(dump_only=True)
    summary = fields.String(dump_only=True)
    date_published = fields.String(dump_only=True)
    date_modified = fields.String(dump_only=True)
    authors = fields.List(fields.Nested(JsonFeedAuthorBody), dump_only=True)
    tags = fields.List(fields.String(), dump_only=True)
    language = fields.String(dump_only=True)
    nashra = fields.Nested(JsonFeedItemExtensionBody, dump_only=True, data_key="_nashra")


class JsonFeedBody(_Body):
    """A feed, without its items."""

    version = fields.String(dump_only=True)
    title = fields.String(dump_only=True)
    home_page_url = fields.String(dump_only=True)
    feed_url = fields.String(dump_only=True)
    description = fields.String(dump_only=True)
    next_url = fields.String(dump_only=True)
    icon = fields.String(dump_only=True)
    favicon = fields.String(dump_only=True)
    language = fields.String(dump_only=True)
    hubs = fields.List(fields.Nested(JsonFeedHubBody), dump_only=True)
