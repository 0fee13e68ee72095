"""The REST API: read the query, ask the store, dump by a schema, answer with links and validators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Response, after_this_request
from flask_smorest import Api, Blueprint

from schemas.articles import ArticleDetailBody, ArticleEvidenceBody, ArticleListBody, ArticleListQuery
from schemas.problem import ProblemBody
from service import problems
from service.arguments import Parser
from service.conditional import Validators
from service.documents import has_current, share
from service.services import services
from service.store import ArticleQuery, Channel

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Flask

    from service.article import Entry
    from service.links import Links

# Part of every validator: raise it when the same entries are written differently.
RENDERING = "api-2"
SETTINGS = {
    "API_TITLE": "Nashra",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/api/v1",
    "OPENAPI_JSON_PATH": "openapi.json",
    "OPENAPI_JSON_INDENT": 2,
}


class _Blueprint(Blueprint):
    ARGUMENTS_PARSER = Parser()


class _Api(Api):
    """flask-smorest with the errors of `service.problems`."""

    ERROR_SCHEMA = ProblemBody

    def _register_error_handlers(self) -> None:
        """Leave every error to `service.problems`."""

    def _register_responses(self) -> None:
        """Document every error as what it is, a problem."""
        self.DEFAULT_RESPONSE_CONTENT_TYPE = problems.CONTENT_TYPE
        super()._register_responses()
        del self.DEFAULT_RESPONSE_CONTENT_TYPE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Resource:
    """An entry with its addresses, as the schemas dump it."""

    entry: Entry
    url: str
    page_url: str
    evidence_url: str

    @classmethod
    def of(cls, entry: Entry, links: Links) -> _Resource:
        url = links.api_article(entry.id)
        return cls(entry=entry, url=url, page_url=links.article(entry.id), evidence_url=f"{url}/evidence")


articles = _Blueprint("articles", __name__, url_prefix="/api/v1/articles", description="What is published.")


def register(app: Flask, public_url: str) -> None:
    """Serve the API and its OpenAPI description."""
    app.config.update(SETTINGS)
    api = _Api(app, spec_kwargs={"servers": [{"url": public_url}]})
    api.register_blueprint(articles)


@articles.get("")
@articles.arguments(ArticleListQuery, location="query")
@articles.response(
    200,
    ArticleListBody,
    headers={"Link": {"description": "RFC 8288: `next` and `first`.", "schema": {"type": "string"}}},
)
def list_articles(query: dict[str, Any]) -> Any:
    """List the articles, the latest published first; undated ones come last."""
    store, links = services().store, services().links
    limit, cursor = query["limit"], query.get("cursor")

    def validators_of(channel: Channel) -> Validators:
        # The cursor in the body names the lineage, so the validator does too.
        state = (channel.lineage, channel.revision, channel.digest)
        return Validators.of(RENDERING, links, state, limit, cursor, changed=channel.changed)

    before = validators_of(store.channel())
    if has_current(before):
        return share(before.put_on(Response(status=304)))
    with store.reader() as reader:
        # The state again, as the page sees it: another may have been published since.
        validators, page = validators_of(reader.channel()), reader.page(ArticleQuery(limit=limit, cursor=cursor))
    following = links.api_articles(limit, page.next) if page.next else None
    first = links.api_articles(limit)
    relations = [(first, "first")] + ([(following, "next")] if following else [])

    @after_this_request
    def add_headers(response: Response) -> Response:
        response.headers["Link"] = ", ".join(f'<{url}>; rel="{relation}"' for url, relation in relations)
        return share(validators.put_on(response))

    return {"items": [_Resource.of(entry, links) for entry in page.entries], "next": following, "first": first}


@articles.get("/<uuid:article_id>")
@articles.response(200, ArticleDetailBody)
@articles.alt_response(404, success=False, schema=ProblemBody, content_type=problems.CONTENT_TYPE)
@articles.alt_response(410, success=False, schema=ProblemBody, content_type=problems.CONTENT_TYPE)
def get_article(article_id: UUID) -> Any:
    """Return one article with all its text."""
    return _one(article_id)


@articles.get("/<uuid:article_id>/evidence")
@articles.response(200, ArticleEvidenceBody)
@articles.alt_response(404, success=False, schema=ProblemBody, content_type=problems.CONTENT_TYPE)
@articles.alt_response(410, success=False, schema=ProblemBody, content_type=problems.CONTENT_TYPE)
def get_evidence(article_id: UUID) -> Any:
    """Return why an article has its values: the words read, where they stand, the rule, the confidence."""
    return _one(article_id)


def _one(article_id: UUID) -> Any:
    entry, links = services().store.entry(article_id), services().links
    validators = Validators.of(RENDERING, links, entry, changed=None)
    if has_current(validators):
        return share(validators.put_on(Response(status=304)))
    after_this_request(lambda response: share(validators.put_on(response)))
    return _Resource.of(entry, links)
