"""Errors on the wire: RFC 9457."""

from __future__ import annotations

from marshmallow import Schema, fields


class ProblemErrorBody(Schema):
    """One thing that is wrong with a request."""

    parameter = fields.String(dump_only=True, metadata={"description": "What is wrong in the address.", "example": "limit"})
    pointer = fields.String(
        dump_only=True, metadata={"description": "What is wrong in the body: a JSON pointer (RFC 6901).", "example": "/url"}
    )
    code = fields.String(dump_only=True, metadata={"description": "Why a record is refused.", "example": "bad-url"})
    detail = fields.String(
        dump_only=True, metadata={"example": "Must be greater than or equal to 1 and less than or equal to 500."}
    )


class ProblemBody(Schema):
    """Problem details (RFC 9457)."""

    type = fields.String(
        dump_only=True,
        metadata={
            "description": "The address of a page on this kind of problem; `about:blank` where the status says it all.",
            "example": "about:blank",
        },
    )
    title = fields.String(dump_only=True, metadata={"example": "Bad Request"})
    status = fields.Integer(dump_only=True, metadata={"example": 400})
    detail = fields.String(dump_only=True, metadata={"example": "limitt: Unknown parameter; did you mean limit?"})
    instance = fields.String(dump_only=True, metadata={"example": "/api/v1/articles?limitt=5"})
    request_id = fields.String(
        dump_only=True, metadata={"description": "Under which the log tells more.", "example": "6f1c0b9a2d3e4f50"}
    )
    errors = fields.List(fields.Nested(ProblemErrorBody), dump_only=True)
