"""The pages that people read, and what leads readers, browsers and search engines to what is here."""

from __future__ import annotations

from flask import Blueprint

from service.links import COLLECTIONS
from service.web import archives, articles, bulletin, channels, discovery
from service.web.pages import harden, page_context

__all__ = ["blueprint", "harden"]

blueprint = Blueprint("web", __name__)
blueprint.app_context_processor(page_context)

COLLECTION = f"<any({', '.join(COLLECTIONS.values())}):collection>"

for rule, endpoint, view in (
    ("/", "bulletin", bulletin.show),
    ("/articles/<uuid:article_id>", "article", articles.article),
    ("/articles/<uuid:article_id>/evidence", "evidence", articles.evidence),
    ("/archives/<name>", "archive_of_everything", archives.of_everything),
    (f"/{COLLECTION}/<said>/archives/<name>", "archive", archives.of_channel),
    (f"/{COLLECTION}", "collection", channels.collection),
    (f"/{COLLECTION}/<said>", "channel", channels.channel),
    ("/feeds", "feeds", channels.feeds),
    ("/about", "about", channels.about),
    ("/opensearch.xml", "opensearch", discovery.opensearch),
    ("/robots.txt", "robots", discovery.robots),
    ("/sitemap.xml", "sitemap", discovery.sitemap),
    ("/sitemaps/pages.xml", "sitemap_pages", discovery.sitemap_pages),
    ("/sitemaps/articles-<int:number>.xml", "sitemap_articles", discovery.sitemap_articles),
    ("/favicon.ico", "favicon", discovery.favicon),
):
    blueprint.add_url_rule(rule, endpoint, view)
