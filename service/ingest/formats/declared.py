"""Declared fields: which there are, what a usable value is, and which of several claims counts."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from service.article import Issue
from service.normalise.dates import EARLIEST_YEAR, LATEST_YEAR, read_edtf, read_instant
from service.normalise.text import collapse, fold, legal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

# What can be declared, and under which names, the best first: those of this service, of other programs that write front
# matter or JSON (static sites, clippers of pages), of schema.org.
FIELD_KEYS = {
    "url": ("url", "link", "canonical"),
    "outlet": ("outlet", "source", "site", "site_name", "publisher"),
    "captured": ("captured", "captured_at"),
    "published": ("published", "published_at", "date", "date_published", "pubdate", "datePublished"),
    "modified": ("modified", "modified_at", "updated", "updated_at", "date_modified", "lastmod", "dateModified"),
    "title": ("title", "headline"),
    "subtitle": ("subtitle",),
    "author": ("authors", "author", "byline"),
    "section": ("section", "category"),
    "tags": ("tags", "keywords"),
    "language": ("language", "lang"),
    "agency": ("agency",),
}
FIELDS = frozenset(FIELD_KEYS)
# These hold several texts, one a line.
LISTS = frozenset({"author", "tags"})
LONGEST_URL = 2000
# No tag in use is longer; the database has room for these.
LONGEST_LANGUAGE, LONGEST_AGENCY = 35, 64
ADDRESSES = ("https://", "http://")
HTTP_URL = re.compile(r"https?://[^\s<>\"]+")
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
TAG_END = re.compile(r"[,،;؛\n]")
LONGEST_DATE = 64
DAY_OR_LESS = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)
# What ISO 8601 writers make of it in the wild: a blank for the T, any fraction of a second, `+0100` and `+01`.
ISO_MINUTE = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:T|\s{1,2})(\d{2}:\d{2})(?::\d{2}(?:[.,]\d{1,9})?)?\s?(Z|[+-]\d{2}(?::?\d{2})?)?", re.ASCII
)
RFC_2822 = re.compile(r"(?:[A-Z]{3},\s?)?\d{1,2} [A-Z]{3} \d{4} \d{2}:\d{2}(?::\d{2})?(?: (?:[+-]\d{4}|[A-Z]{1,5}))?")
# What a database writes for no date at all, once in UTC.
UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Claim(NamedTuple):
    """That `rule` says `field` is `value`."""

    field: str
    value: str
    rule: str


def declare(claims: Iterable[Claim], person: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str], list[Issue]]:
    """Return the declared values, the rule behind each, and what is wrong with the claims that were dropped.

    What a person declared stays; beside that the first usable claim of a field counts.
    """
    values, by, issues = dict(person), dict[str, str](), list[Issue]()
    for claim in claims:
        value = legal(claim.value).strip()
        if not value or claim.field in values:
            continue
        try:
            if usable := CHECKS.get(claim.field, _one_line)(value):
                values[claim.field] = usable
                by[claim.field] = claim.rule
        except ValueError as error:
            code = "bad-declared-date" if claim.field in DATES else "bad-declared-value"
            message = f"{claim.rule} {claim.field}: {value[:LONGEST_DATE]!r}: {error}"
            issues.append(Issue(code=code, field=claim.field, raw=value[:LONGEST_URL], message=message))
    return values, by, issues


def joined(values: Iterable[str]) -> str:
    """Return several texts as one value, a line each, without the empty and the repeated."""
    return "\n".join(dict.fromkeys(text for value in values if (text := collapse(html.unescape(legal(value))))))


def names(value: Any) -> list[str]:
    """Return the texts in a value of JSON: a text, an object with a name, or a list of such."""
    items = value if isinstance(value, list) else [value]
    named = [item.get("name") if isinstance(item, dict) else item for item in items]
    return [name for name in named if isinstance(name, str)]


def mistake(field: str, value: str) -> str | None:
    """Return what is wrong with an address, a language tag or the key of an agency."""
    if field == "url" and (not HTTP_URL.fullmatch(value) or len(value) > LONGEST_URL):
        return f"not an address of up to {LONGEST_URL} characters that begins with https:// or http://"
    if field == "language" and (not LANGUAGE_TAG.fullmatch(value) or len(value) > LONGEST_LANGUAGE):
        return "not a BCP 47 tag such as ar, ary or fr"
    if field == "agency" and len(value) > LONGEST_AGENCY:
        return f"longer than {LONGEST_AGENCY} characters; give the key of an agency such as afp"
    return None


def to_edtf(text: str) -> str:
    """Return a date of ISO 8601, EDTF or RFC 2822 as EDTF, to the minute at most, with its own offset.

    Raises ValueError for anything else, and for the dates that stand for none: year 0, 1 January 1970 at midnight.
    """
    if len(text) > LONGEST_DATE:
        message = "too long for a date"
        raise ValueError(message)
    # Folding turns Arabic digits into ASCII.
    value = fold(text).upper().strip()
    if DAY_OR_LESS.fullmatch(value):
        edtf = value
    elif match := ISO_MINUTE.fullmatch(value):
        offset = (match[3] or "").replace(":", "")
        edtf = f"{match[1]}T{match[2]}" + (f"{offset[:3]}:{offset[3:] or '00'}" if offset not in ("", "Z") else offset)
    elif RFC_2822.fullmatch(value):
        edtf = parsedate_to_datetime(value).isoformat(timespec="minutes")
    else:
        message = "not a date of ISO 8601 such as 2023, 2023-11-01 or 2023-11-01T12:30:00+01:00"
        raise ValueError(message)
    dated = read_edtf(edtf)
    if not EARLIEST_YEAR <= int(edtf[:4]) <= LATEST_YEAR or ("T" in edtf and dated.starts == UNIX_EPOCH):
        message = "it stands for no date"
        raise ValueError(message)
    return dated.edtf


def _one_line(value: str) -> str:
    return collapse(html.unescape(value))


def _checked(field: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        # POSIX writes a language with an underscore.
        tidy = value.replace("_", "-") if field == "language" else value
        if error := mistake(field, tidy):
            raise ValueError(error)
        return tidy

    return check


def _instant(value: str) -> str:
    read_instant(value)
    return value


def _authors(value: str) -> str:
    # A profile's address is no name.
    return joined(line for line in value.split("\n") if not HTTP_URL.fullmatch(line.strip()))


def _tags(value: str) -> str:
    return joined(TAG_END.split(html.unescape(value)))


DATES = frozenset({"captured", "published", "modified"})
CHECKS: dict[str, Callable[[str], str]] = {
    "agency": lambda value: _checked("agency")(_one_line(value)),
    "author": _authors,
    "captured": _instant,
    "language": _checked("language"),
    "modified": to_edtf,
    "published": to_edtf,
    "tags": _tags,
    "url": _checked("url"),
}
