"""Front matter: what the person who saved a capture wrote above its text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from service.article import Issue
from service.ingest.formats.declared import ADDRESSES, FIELD_KEYS, FIELDS, LISTS, TAG_END, joined, mistake
from service.normalise.text import legal

if TYPE_CHECKING:
    from collections.abc import Mapping

FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(?P<yaml>.*?\r?\n)---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
FRONT_MATTER_KEYS = FIELDS | {"authors"}
FIELD_OF = {key.lower(): field for field, keys in FIELD_KEYS.items() for key in keys}


@dataclass(frozen=True, slots=True)
class Front:
    """What the front matter declares, the text below it, and what is wrong with it."""

    declared: Mapping[str, str]
    text: str
    issues: tuple[Issue, ...] = ()


def read_front_matter(text: str) -> Front:
    """Return the front matter of a text and the rest of it."""
    match = FRONT_MATTER.match(text)
    if not match:
        return Front({}, text)
    below = text[match.end() :]
    try:
        # The base loader leaves every value the text it is: no date is built, no `no` becomes false.
        values = yaml.load(match["yaml"], Loader=yaml.BaseLoader)  # noqa: S506 - it builds nothing but text
    except RecursionError:
        return Front({}, below, (_issue("bad-front-matter", "the front matter is nested too deeply"),))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 2}: " if mark else ""
        problem = f"{where}{getattr(error, 'problem', None) or error}; put a value with a colon in double quotes"
        return Front({}, below, (_issue("bad-front-matter", f"the front matter is not YAML, {problem}"),))
    if not isinstance(values, dict):
        return Front({}, text)
    return _declared(values, below)


def _declared(values: Mapping[str, Any], below: str) -> Front:
    """Return what the members of front matter declare."""
    declared: dict[str, str] = {}
    issues: list[Issue] = []
    for key, value in values.items():
        field = FIELD_OF.get(key.lower())
        # Clippers of pages write there where they found one.
        if key == "source" and isinstance(value, str) and value.startswith(ADDRESSES):
            field = "url"
        # A field under its own name goes before one that is called otherwise.
        if field != key and (field in values or field in declared):
            continue
        if field is None:
            known = ", ".join(sorted(FRONT_MATTER_KEYS))
            issues.append(_issue("unknown-front-matter", f"front matter key {key!r} is not read; the keys are {known}"))
            continue
        cleaned, fault = _value(field, key, value)
        if fault:
            issues.append(_issue("bad-front-matter", fault, field))
        elif cleaned:
            declared[field] = cleaned
    return Front(declared, below, tuple(issues))


def _value(field: str, key: str, value: Any) -> tuple[str, str | None]:
    """Return a value as it is declared, or what is wrong with it."""
    if field in LISTS and isinstance(value, list):
        if not all(isinstance(item, str) for item in value):
            return "", f"front matter key {key!r} must be one text or a list of texts"
        return joined(value), None
    if not isinstance(value, str):
        return "", f"front matter key {key!r} must be one text"
    # YAML can write any character as an escape, so what is legal is told after it is read.
    cleaned = legal(value).strip()
    if cleaned and (error := mistake(field, cleaned)):
        return "", f"front matter {key}: {legal(value)!r}: {error}"
    if field == "tags":
        return joined(TAG_END.split(cleaned)), None
    return cleaned, None


def _issue(code: str, message: str, field: str | None = None) -> Issue:
    return Issue(code=code, field=field, message=message)
