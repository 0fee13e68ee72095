"""Fields that marshmallow lacks."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields
from marshmallow.validate import Length


class Whole(fields.Integer):
    """A whole number in ASCII digits: marshmallow's own integer also takes `1_000` and any script's digits."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, str) and not (value.isascii() and value.isdigit()):
            message = "Not a whole number."
            raise ValidationError(message)
        return super()._deserialize(value, attr, data, **kwargs)


class Text(fields.String):
    """A text that a database takes: without NUL and lone surrogates, which marshmallow's own string lets through."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
            message = "It holds a character that no text has."
            raise ValidationError(message)
        return text


class Several(fields.List[Any]):
    """Values of one parameter, given again and again or in one with commas between them.

    So many may be `given`, and stand in one: of commas descriptions of an API know nothing, so whoever takes the values
    looks at how many they are together.
    """

    def __init__(self, value: fields.Field[Any], *, given: int, metadata: dict[str, Any] | None = None, **options: Any) -> None:
        super().__init__(value, metadata={"minItems": 1, "maxItems": given} | (metadata or {}), **options)
        self._given = Length(1, given)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        given = value if isinstance(value, list) else [value]
        parted = [_parts(each) for each in given]
        for values in (given, *parted):
            self._given(values)
        return super()._deserialize([part for parts in parted for part in parts], attr, data, **kwargs)


def _parts(value: Any) -> list[Any]:
    if not isinstance(value, str):
        return [value]
    return [part for part in (piece.strip(" ") for piece in value.split(",")) if part] or [value]


class Flag(fields.Boolean):
    """Yes or no, by `true` or `false` alone."""

    truthy = {"true", True}  # noqa: RUF012 - marshmallow's own
    falsy = {"false", False}  # noqa: RUF012
