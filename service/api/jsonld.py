"""An article as linked data: a NewsArticle of schema.org, as search engines and libraries read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from service.article import Kind

if TYPE_CHECKING:
    from service.article import Entry, Outlet
    from service.links import Links

CONTEXT = "https://schema.org"
MEDIA = frozenset({Kind.NEWSPAPER, Kind.SITE, Kind.AGENCY, Kind.MAGAZINE, Kind.BROADCASTER})


def news_article(entry: Entry, links: Links) -> dict[str, Any]:
    """Return an entry as a NewsArticle; what is not known is left out."""
    article = entry.article
    said = {
        "@context": CONTEXT,
        "@type": "NewsArticle",
        "@id": entry.id.urn,
        "url": links.article(entry.id),
        "isBasedOn": article.url,
        "headline": article.title,
        "alternativeHeadline": article.subtitle,
        "abstract": article.summary,
        "articleBody": "\n\n".join(article.body),
        "articleSection": article.section,
        "keywords": list(article.tags),
        # Dates of schema.org are ISO 8601, which these values are; a month or a year alone is one as well.
        "datePublished": article.published and article.published.edtf,
        "dateModified": article.modified and article.modified.edtf,
        "inLanguage": None if article.language == "und" else article.language,
        "wordCount": article.word_count,
        "author": [{"@type": "Person", "name": name} for name in article.authors],
        "publisher": article.outlet and _organization(article.outlet),
        "provider": article.via and _organization(article.via),
        "creditText": article.agency,
    }
    return {name: value for name, value in said.items() if value not in (None, [], "")}


def _organization(outlet: Outlet) -> dict[str, Any]:
    said = {
        "@type": "NewsMediaOrganization" if outlet.kind in MEDIA else "Organization",
        "name": outlet.name,
        "alternateName": outlet.name_latin if outlet.name_latin != outlet.name else None,
        "url": f"https://{outlet.domains[0]}/" if outlet.domains else None,
    }
    return {name: value for name, value in said.items() if value is not None}
