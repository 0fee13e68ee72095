"""Errors on the wire: RFC 9457."""

from __future__ import annotations

from marshmallow import Schema, fields


class ProblemErrorBody(Schema):
    """One thing that is wrong with a request."""

    parameter = fields.String(dump_only=True, metadata={"example": "limit"})
    detail = fields.String(
        dump_only=True, metadata={"example": "Must be greater than or equal to 1 and less than or equal to 500."}
    )


class ProblemBody(Schema):
    """Problem details (RFC 9457)."""

    type = fields.String(dump_only=True, metadata={"example": "about:blank"})
    title = fields.String(dump_only=True, metadata={"example": "Bad Request"})
    status = fields.Integer(dump_only=True, metadata={"example": 400})
    detail = fields.String(dump_only=True, metadata={"example": "limitt: Unknown field."})
    instance = fields.String(dump_only=True, metadata={"example": "/api/v1/articles?limitt=5"})
    errors = fields.List(fields.Nested(ProblemErrorBody), dump_only=True)
