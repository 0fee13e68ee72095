"""What programs ask for to find their way: how to search here (OpenSearch 1.1), what to index (robots.txt, sitemaps)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import abort, redirect
from lxml import etree

from schemas.pages import PlainQuery
from service.arguments import arguments
from service.conditional import Validators
from service.documents import Document, answer, has_current
from service.links import COLLECTIONS
from service.services import services
from service.store import Term
from service.web.offers import MEDIA_TYPES
from service.web.words import words_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from flask import Response

    from service.store import Reader

OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
OPENSEARCH_TYPE = "application/opensearchdescription+xml"
LONGEST_NAME = 16
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XML = "application/xml; charset=utf-8"
# Sequences in a part of the sitemap: it has no more articles than that, and weighs less than a megabyte.
PART = 5_000
# Channels of each facet in the sitemap: those with the most articles.
MOST_CHANNELS = 5_000
# No search engine comes more often.
DAY = timedelta(days=1)


def opensearch() -> Response:
    """Tell browsers and readers how to search here."""
    arguments(PlainQuery)
    config, links = services().config, services().links
    _, words = words_in(config.site_language)
    root = etree.Element("OpenSearchDescription", nsmap={None: OPENSEARCH})
    for name, text in (
        ("ShortName", config.site_title[:LONGEST_NAME].strip()),
        ("Description", words["search_in"].format(config.site_title)),
        ("Language", config.site_language),
        ("InputEncoding", "UTF-8"),
        ("OutputEncoding", "UTF-8"),
    ):
        etree.SubElement(root, name).text = text
    etree.SubElement(root, "Image", width="16", height="16", type="image/svg+xml").text = links.icon
    etree.SubElement(root, "Url", type="text/html", template=f"{links.home}?q={{searchTerms}}")
    for form in ("atom", "rss"):
        template = f"{links.search_feed(form, {})}?q={{searchTerms}}"
        etree.SubElement(root, "Url", type=MEDIA_TYPES[form], rel="results", template=template)
    etree.SubElement(root, "Url", type=OPENSEARCH_TYPE, rel="self", template=links.opensearch)
    return _settled(_written(root), f"{OPENSEARCH_TYPE}; charset=utf-8")


def robots() -> Response:
    """Tell search engines what to leave: what is there for programs, and pages that cut out what others show."""
    arguments(PlainQuery)
    lines = ["User-agent: *", "Disallow: /api/", "Disallow: /*?", f"Sitemap: {services().links.sitemap}", ""]
    return _settled("\n".join(lines).encode(), "text/plain; charset=utf-8")


def favicon() -> Response:
    """Send those who guess where the icon is to it."""
    return redirect(services().links.icon, 301)  # type: ignore[return-value]


def sitemap() -> Response:
    """List the parts of the list of all pages."""

    def parts(reader: Reader) -> Iterator[tuple[str, datetime | None]]:
        links = services().links
        yield links.sitemap_part("pages"), None
        for number in reader.ranges(PART):
            yield links.sitemap_part(f"articles-{number}"), None

    return _listed("sitemapindex", "sitemap", parts)


def sitemap_pages() -> Response:
    """List all pages but those of articles."""

    def pages(reader: Reader) -> Iterator[tuple[str, datetime | None]]:
        links = services().links
        yield from ((url, None) for url in (links.home, links.about, links.feeds))
        for facet in COLLECTIONS:
            yield links.collection(facet), None
            for counted in reader.facet(facet, limit=MOST_CHANNELS):
                yield links.channel(Term(facet, counted.value)), None

    return _listed("urlset", "url", pages)


def sitemap_articles(number: int) -> Response:
    """List the pages of a part of the articles."""

    def articles(reader: Reader) -> Iterator[tuple[str, datetime | None]]:
        # A number that no database could count to is never asked for.
        found = reader.range(number, PART) if number * PART <= reader.channel().revision else []
        for article_id, revised in found:
            yield services().links.article(article_id), revised

    return _listed("urlset", "url", articles, number)


def _listed(
    root_name: str, name: str, read: Callable[[Reader], Iterable[tuple[str, datetime | None]]], *said: object
) -> Response:
    """Answer with a sitemap; it is not kept, since it is long and rarely asked for. One without a page is none."""
    arguments(PlainQuery)
    with services().store.reader() as reader:
        found = reader.channel()
        state = (found.lineage, found.revision, found.digest)
        validators = Validators.of(services().links, root_name, *said, state, changed=found.changed)
        if has_current(validators):
            return answer(Document(body=None, validators=validators), XML)
        pages = list(read(reader))
    if not pages:
        abort(404)
    root = etree.Element(root_name, nsmap={None: SITEMAP})
    for url, changed in pages:
        listed = etree.SubElement(root, name)
        etree.SubElement(listed, "loc").text = url
        if changed:
            etree.SubElement(listed, "lastmod").text = changed.isoformat(timespec="seconds")
    return answer(Document(body=_written(root), validators=validators), XML, max_age=int(DAY.total_seconds()))


def _settled(body: bytes, content_type: str) -> Response:
    """Answer with what the settings alone decide."""
    validators = Validators.of(body, changed=None)
    return answer(Document(body=body, validators=validators), content_type, max_age=int(DAY.total_seconds()))


def _written(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
