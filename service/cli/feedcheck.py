"""Whether every feed that is published is one: well-formed, with ids that differ and dates that name their zone."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient

ATOM = "{http://www.w3.org/2005/Atom}"
BELOW = "/feeds/"
LIST = "/feeds.opml"


class _Item(NamedTuple):
    """What is checked of an entry; a date that is missing is None, where a format allows that."""

    id: str | None
    date: str | None


def feed_faults(app: Flask, public_url: str) -> Iterator[str]:
    """Yield what is wrong with the feeds of an application, those that its list of channels names among them."""
    client = app.test_client()
    for path in dict.fromkeys(_paths(app, client, public_url)):
        answer = client.get(path)
        if answer.status_code == HTTPStatus.MOVED_PERMANENTLY:
            # An old spelling, of an address that is looked at by itself.
            continue
        if answer.status_code != HTTPStatus.OK:
            yield f"{path} answers {answer.status_code}"
            continue
        try:
            items, as_date = _items(answer.data)
        except (etree.XMLSyntaxError, ValueError) as error:
            yield f"{path} is not well-formed: {error}"
            continue
        yield from (f"{path} {fault}" for fault in _faults(items, as_date))


def _paths(app: Flask, client: FlaskClient, public_url: str) -> Iterator[str]:
    rules = [
        rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and rule.arguments <= set(rule.defaults or ())
    ]
    yield from (rule.rule for rule in rules if rule.rule.startswith(BELOW))
    if any(rule.rule == LIST for rule in rules):
        outlines = etree.fromstring(client.get(LIST).data).iter("outline")
        yield from (url.removeprefix(public_url) for outline in outlines if (url := outline.get("xmlUrl")))


def _items(body: bytes) -> tuple[list[_Item], Callable[[str], datetime]]:
    """Return the items of a feed in any of the formats, and what reads their dates."""
    if body.lstrip()[:1] == b"{":
        items = json.loads(body)["items"]
        return [_Item(item.get("id"), item.get("date_modified")) for item in items], datetime.fromisoformat
    root = etree.fromstring(body)
    if root.tag == f"{ATOM}feed":
        entries = root.iter(f"{ATOM}entry")
        return [_Item(e.findtext(f"{ATOM}id"), e.findtext(f"{ATOM}updated") or "") for e in entries], datetime.fromisoformat
    return [_Item(item.findtext("guid"), item.findtext("pubDate")) for item in root.iter("item")], parsedate_to_datetime


def _faults(items: list[_Item], as_date: Callable[[str], datetime]) -> Iterator[str]:
    counts = Counter(item.id for item in items)
    for named, count in counts.items():
        if not named:
            yield f"has {count} entries without an id"
        elif count > 1:
            yield f"has the id {named} {count} times"
    for item in items:
        try:
            is_zoned = item.date is None or as_date(item.date).tzinfo is not None
        except ValueError:
            is_zoned = False
        if not is_zoned:
            yield f"has no usable date in the entry {item.id}: {item.date}"
