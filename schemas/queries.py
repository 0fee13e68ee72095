"""Which articles are asked for: the parameters that feeds, API and pages share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Regexp

from schemas.fields import Several, Text

LONGEST_SEARCH = 400
LONGEST_VALUE = 200
MOST_VALUES = 50
DATE_FIELDS = ("published", "modified", "revised", "first_seen")
CONFIDENCES = ("weak", "likely", "certain")
LINE = Regexp(r"^[^\x00]*$", error="It holds a character that no text has.")
MOMENT = {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}
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
    value = Text(validate=[Length(1, LONGEST_VALUE), LINE])
    return Several(value, given=MOST_VALUES, metadata={"description": description})


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
                else:
                    return moment
        raise self.make_error("invalid")


class FilterQuery(Schema):
    """The filters of articles: of each one that is named, one of its values must fit, and none of those excluded."""

    q = Text(
        validate=[Length(1, LONGEST_SEARCH), LINE],
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
    since = Moment(metadata={"description": "From this day or moment on.", "example": "2023-11-01"} | MOMENT)
    until = Moment(metadata={"description": "Up to this day, included, or up to this moment.", "example": "2023-11-30"} | MOMENT)
    tz = Text(
        validate=[Length(1, LONGEST_VALUE), LINE],
        metadata={
            "description": "The zone of `since` and `until`, by its IANA name; UTC unless named.",
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
    min_confidence = fields.String(
        validate=OneOf(CONFIDENCES),
        metadata={"description": "Only articles whose outlet and date of publication are known and trusted at least this far."},
    )
    collapse = fields.String(
        validate=OneOf(["cluster"]), metadata={"description": "Of the reprints of one story only the earliest."}
    )
