"""Fields that marshmallow lacks."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields


class Whole(fields.Integer):
    """A whole number in ASCII digits: marshmallow's own integer also takes `1_000` and any script's digits."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, str) and not (value.isascii() and value.isdigit()):
            message = "Not a whole number."
            raise ValidationError(message)
        return super()._deserialize(value, attr, data, **kwargs)
