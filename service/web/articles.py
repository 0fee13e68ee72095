"""The pages of one article: what it says, and why we think that it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.channels import feed_language
from service.documents import has_current
from service.services import services
from service.store import EVERYTHING, Facet, Term
from service.web.offers import Offer
from service.web.pages import Page, respond, unchanged, validators_by
from service.web.words import words_in

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Response

    from service.article import Article, Entry

# Other reports of the same story that are named.
MOST_REPORTS = 20


def article(article_id: UUID) -> Response:
    """Show one article."""
    return _one("article.html", article_id)


def evidence(article_id: UUID) -> Response:
    """Show why an article has its values."""
    return _one("evidence.html", article_id)


def _one(template: str, article_id: UUID) -> Response:
    with services().store.reader() as reader:
        channel = reader.channel()
        entry = reader.entry(article_id)
        reports = reader.cluster(article_id, MOST_REPORTS) if template == "article.html" else []
    # By what it shows: the rest of the collection changes, and the page stays what it is.
    validators = validators_by(template, entry, [(each.id, each.content_hash, each.revised) for each in reports])
    if has_current(validators):
        return unchanged(validators)
    return respond(_page(template, entry, reports), validators, (EVERYTHING, channel))


def _page(template: str, entry: Entry, reports: list[Entry]) -> Page:
    config, links = services().config, services().links
    _, words = words_in(config.site_language)
    shown, title = entry.article, entry.article.title or words["untitled"]
    is_whole = template == "article.html"
    outlet = shown.outlet
    return Page(
        template=template,
        url=links.article(entry.id) if is_whole else links.evidence(entry.id),
        title=title if is_whole else f"{words['why']} · {title}",
        description=shown.summary or title,
        offers=(Offer.of(Term(Facet.OUTLET, outlet.key), outlet.name, links, config),) if outlet else (),
        is_part=not is_whole,
        values={"entry": entry, "reports": reports, "data": _data(entry)},
    )


def _data(entry: Entry) -> dict[str, object]:
    """Return what search engines understand of an article: schema.org's NewsArticle; its dates are as exact as known."""
    shown, links = entry.article, services().links
    said = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": entry.id.urn,
        "url": links.article(entry.id),
        "headline": shown.title,
        "description": shown.summary,
        "inLanguage": feed_language(shown.language),
        "datePublished": shown.published and shown.published.edtf,
        "dateModified": shown.modified and shown.modified.edtf,
        "author": [{"@type": "Person", "name": name} for name in shown.authors],
        "publisher": _publisher(shown),
        "articleSection": shown.section,
        "keywords": list(shown.tags),
        "isBasedOn": shown.url,
    }
    return {name: value for name, value in said.items() if value}


def _publisher(article: Article) -> dict[str, str] | None:
    outlet = article.outlet
    if outlet is None:
        return None
    url = {"url": f"https://{outlet.domains[0]}/"} if outlet.domains else {}
    return {"@type": "NewsMediaOrganization", "name": outlet.name, **url}
