"""Which articles are asked for: the parameters that feeds, API and pages share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, OneOf

from schemas.fields import Several, Text

LONGEST_SEARCH = 500
LONGEST_VALUE = 200
MOST_VALUES = 50
# Beyond these, a day more or another zone would be no date.
FIRST_YEAR, LAST_YEAR = 2, 9998
DATE_FIELDS = ("published", "modified", "revised", "first_seen")
VALUES = {
    "outlet": "Keys of outlets, such as `hespress`.",
    "via": "Keys of aggregators.",
    "author": "Names of authors, in any spelling.",
    "tag": "Tags, in any spelling.",
    "section": "Sections, in any spelling.",
    "language": "Languages (BCP 47), such as `ar`.",
    "agency": "Keys of news agencies, such as `afp`.",
    "month": "Months of publication, such as `2023-11`.",
}


def _several(description: str) -> Several:
    lengths = Length(1, LONGEST_VALUE)
    return Several(Text(validate=lengths), validate=Length(1, MOST_VALUES), metadata={"description": description})


class Moment(fields.Field[Any]):
    """A day (`2023-11-01`), or a moment (`2023-11-01T12:30`, with or without an offset)."""

    default_error_messages = {"invalid": "Not a day or a time; write 2023-11-01 or 2023-11-01T12:30+01:00."}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date | datetime:  # noqa: ARG002 - marshmallow's
        # The digits of other scripts would pass: `isdigit` and the parser take them.
        if isinstance(value, str) and value.isascii():
            # A plus sign in an address is a space unless it is escaped.
            text = value.replace(" ", "+") if "T" in value else value
            for read in (date.fromisoformat, datetime.fromisoformat):
                try:
                    moment = read(text)
                except ValueError:
                    continue
                if FIRST_YEAR <= moment.year <= LAST_YEAR:
                    return moment
        raise self.make_error("invalid")


class Zone(fields.Field[ZoneInfo]):
    """A time zone by its IANA name."""

    default_error_messages = {"invalid": "Not a time zone; write an IANA name such as Africa/Casablanca."}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> ZoneInfo:  # noqa: ARG002 - marshmallow's
        try:
            return ZoneInfo(str(value))
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise self.make_error("invalid") from error


class FilterQuery(Schema):
    """The filters of articles: of each one that is named, one of its values must fit, and none of those excluded."""

    q = Text(
        validate=Length(1, LONGEST_SEARCH),
        metadata={"description": 'Words, "phrases", -exclusion, prefix*, title:word, outlet:word.', "example": "مراكش -مطار"},
    )
    outlet = _several(VALUES["outlet"])
    via = _several(VALUES["via"])
    author = _several(VALUES["author"])
    tag = _several(VALUES["tag"])
    section = _several(VALUES["section"])
    language = _several(VALUES["language"])
    agency = _several(VALUES["agency"])
    month = _several(VALUES["month"])
    not_outlet = _several("Outlets to leave out.")
    not_via = _several("Aggregators to leave out.")
    not_author = _several("Authors to leave out.")
    not_tag = _several("Tags to leave out.")
    not_section = _several("Sections to leave out.")
    not_language = _several("Languages to leave out.")
    not_agency = _several("News agencies to leave out.")
    not_month = _several("Months to leave out.")
    since = Moment(metadata={"description": "From this day or moment on.", "type": "string", "example": "2023-11-01"})
    until = Moment(
        metadata={"description": "Up to this day, included, or up to this moment.", "type": "string", "example": "2023-11-30"}
    )
    tz = Zone(
        metadata={
            "description": "The zone of `since` and `until`; UTC unless named.",
            "type": "string",
            "example": "Africa/Casablanca",
        },
    )
    date_field = fields.String(
        load_default="published",
        validate=OneOf(DATE_FIELDS),
        metadata={"description": "Which date `since` and `until` bound."},
    )
    has = fields.String(validate=OneOf(["date"]), metadata={"description": "Only articles that have this."})
    lacks = fields.String(validate=OneOf(["date"]), metadata={"description": "Only articles that lack this."})
    collapse = fields.String(
        validate=OneOf(["cluster"]), metadata={"description": "Of the reprints of one story only the earliest."}
    )

    @validates_schema
    def check_period(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a period that ends before it begins, and contradictions."""
        if data.get("has") and data.get("lacks"):
            raise ValidationError("Give either `has` or `lacks`.", "lacks")
        since, until = data.get("since"), data.get("until")
        if since is not None and until is not None and str(until)[:10] < str(since)[:10]:
            raise ValidationError("It lies before `since`.", "until")
