"""OPML 2.0: the feeds of all channels as one list that readers import."""

from __future__ import annotations

from email.utils import format_datetime
from typing import TYPE_CHECKING

from lxml import etree

from service.channels import UNDETERMINED, collection_name, feed_language, name_of
from service.store import Facet, Term

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from service.feeds.channels import Subscription
    from service.feeds.documents import Press
    from service.store import Channel, FacetCount

# Part of every validator: raise it when the same channels are written differently.
VERSION = "opml-1"
CONTENT_TYPE = "text/x-opml; charset=utf-8"
# Feeds of each kind: those with the most entries. A reader that polls more is no reader.
MOST_FEEDS = 5_000
SPECIFICATION = "http://opml.org/spec2.opml"


def write(
    subscription: Subscription, channel: Channel, listed: Mapping[Facet, Sequence[FacetCount]], form: str, press: Press
) -> bytes:
    """Return the list: first the feed of all that is asked for, then a group for each facet."""
    config, links = press.config, press.links
    title = subscription.title(channel, config)
    root = etree.Element("opml", version="2.0")
    head, body = etree.SubElement(root, "head"), etree.SubElement(root, "body")
    etree.SubElement(head, "title").text = title
    if channel.changed:
        etree.SubElement(head, "dateModified").text = format_datetime(channel.changed.replace(microsecond=0), usegmt=True)
    etree.SubElement(head, "docs").text = SPECIFICATION
    _outline(body, title, subscription.url(links, form), subscription.page(links))
    for facet, found in listed.items():
        if not found:
            continue
        group = etree.SubElement(body, "outline", text=collection_name(facet, config.site_language))
        for counted in found:
            term = Term(facet, counted.value)
            name = name_of(term, counted.label, config.site_language)
            outline = _outline(group, name, links.feed(term, form), links.channel(term))
            if facet is Facet.LANGUAGE and counted.value != UNDETERMINED:
                outline.set("language", feed_language(counted.value) or counted.value)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _outline(parent: etree._Element, name: str, feed: str, page: str) -> etree._Element:
    # `rss` is what the specification calls every feed.
    return etree.SubElement(parent, "outline", type="rss", text=name, title=name, xmlUrl=feed, htmlUrl=page)
