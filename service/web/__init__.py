"""The pages that people read: the bulletin, one article, and why it says what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, render_template, request

from service.article import RTL_LANGUAGES
from service.conditional import Validators
from service.documents import Document, answer, has_current
from service.services import services
from service.store import EVERYTHING, ArticleQuery
from service.web import days
from service.web.words import words_in

if TYPE_CHECKING:
    from uuid import UUID

blueprint = Blueprint("web", __name__)

# Part of every validator: raise it when the same entries are shown differently.
RENDERING = "web-1"
LENGTH = 20
HTML = "text/html; charset=utf-8"
# The pages load their own style sheet and icon, and nothing else from anywhere.
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


@blueprint.get("/")
def bulletin() -> Response:
    """Show the latest articles."""
    store, links = services().store, services().links
    cursor = request.args.get("cursor")
    channel = store.channel()
    state = (channel.lineage, channel.revision, channel.digest)
    validators = Validators.of(RENDERING, _site(), state, cursor, changed=None)
    body = None
    if not has_current(validators):
        page = store.page(ArticleQuery(limit=LENGTH, cursor=cursor))
        older = links.page(page.next) if page.next else None
        body = _page("bulletin.html", entries=page.entries, older=older, cursor=cursor)
    return answer(Document(body=body, validators=validators, watched=(EVERYTHING, channel)), HTML)


@blueprint.get("/articles/<uuid:article_id>")
def article(article_id: UUID) -> Response:
    """Show one article."""
    return _one("article.html", article_id)


@blueprint.get("/articles/<uuid:article_id>/evidence")
def evidence(article_id: UUID) -> Response:
    """Show why an article has its values."""
    return _one("evidence.html", article_id)


@blueprint.app_context_processor
def page_context() -> dict[str, Any]:
    """Give every template the site, its words and its addresses."""
    config = services().config
    language, words = words_in(config.site_language)
    direction = "rtl" if language in RTL_LANGUAGES else "ltr"
    return {
        "site": config,
        "links": services().links,
        "words": words,
        "page_language": language,
        "page_direction": direction,
        "day": lambda dated, outlet: days.day(dated, language, outlet.country if outlet else None),
        "clock": days.clock,
    }


def harden(response: Response) -> Response:
    """Tell browsers to take every answer for what it says it is and to load nothing from elsewhere."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response


def _one(template: str, article_id: UUID) -> Response:
    entry = services().store.entry(article_id)
    validators = Validators.of(RENDERING, _site(), template, entry, changed=None)
    body = None if has_current(validators) else _page(template, entry=entry)
    return answer(Document(body=body, validators=validators), HTML)


def _site() -> tuple[str, ...]:
    """Return the settings that pages show: neither the port nor the database makes a page another."""
    config = services().config
    return config.public_url, config.site_title, config.site_language


def _page(template: str, **values: object) -> bytes:
    return render_template(template, **values).encode()
