"""Articles: lists in three formats, and one with its evidence and its capture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Response, request
from werkzeug.exceptions import NotAcceptable

from schemas.articles import (
    FORMATS,
    ArticleDetailBody,
    ArticleEvidenceBody,
    ArticleListBody,
    ArticleListQuery,
    ArticleQuery,
    CaptureBody,
    CaptureQuery,
)
from service.api import exports, jsonld, listing
from service.api.blueprints import LINK_HEADER, Blueprint
from service.api.fragments import Resource, dump
from service.conditional import Validators
from service.documents import Document, answer, has_current, share
from service.formats import CONTENT_TYPES, chosen
from service.services import services

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from marshmallow import Schema

    from service.article import Entry
    from service.store import Channel

# Part of every validator: raise it when the same entries are written differently.
RENDERING = "api-3"
VARIED = ("Vary", "Accept")
STREAMED = {
    "application/x-ndjson": {"schema": {"type": "string", "description": "An article a line."}},
    "text/csv": {"schema": {"type": "string", "description": "RFC 4180, with a line of names."}},
}
# Made once: each copies all its fields.
LIST_QUERY = ArticleListQuery()
DETAIL, EVIDENCE, CAPTURE = ArticleDetailBody(), ArticleEvidenceBody(), CaptureBody()

articles = Blueprint("articles", "/articles", "What is published.")


@articles.get("")
@articles.arguments(LIST_QUERY, location="query")
@articles.response(200, ArticleListBody, headers=LINK_HEADER)
@articles.doc(responses={200: {"content": STREAMED}})
@articles.fails(400, 404, 406, 409, 503)
def list_articles(loaded: dict[str, Any]) -> Any:
    """List the articles, the latest published first; undated ones come last.

    Follow `next` to walk a list of any length: each article is seen once, whatever is published meanwhile. As NDJSON or CSV
    the whole list is streamed.
    """
    form = _format(loaded, FORMATS)
    asked = listing.Asked.of(loaded, dict(request.args.lists()))
    if form == "json":
        return _page(asked)
    store, links = services().store, services().links
    parts = exports.portions(store, asked, links, loaded.get("limit") or loaded.get("page_size"))
    # The first portion now: what is wrong with the query must be told before anything is sent.
    first = next(parts)
    whole = _again(first, parts)
    lines = exports.ndjson(whole) if form == "ndjson" else exports.table(whole, asked, has_bom=loaded.get("bom", False))
    response = Response(lines, content_type=CONTENT_TYPES[form], headers=[VARIED])
    if form == "csv":
        response.headers["Content-Disposition"] = 'attachment; filename="articles.csv"'
    return _varied(share(response))


@articles.get("/<uuid:article_id>")
@articles.arguments(ArticleQuery, location="query")
@articles.response(200, ArticleDetailBody)
@articles.doc(responses={200: {"content": {"application/ld+json": {"schema": {"type": "object"}}}}})
@articles.fails(400, 404, 406, 410)
def get_article(loaded: dict[str, Any], article_id: UUID) -> Any:
    """Return one article with all its text.

    As JSON-LD it is a NewsArticle of schema.org. What was withdrawn is gone (410).
    """
    form = _format(loaded, ("json", "jsonld"))
    if form == "json":
        return _one(article_id, DETAIL)
    entry, links = services().store.entry(article_id), services().links
    validators = Validators.of(RENDERING, links, form, entry, changed=None)
    body = None if has_current(validators) else dump(jsonld.news_article(entry, links))
    return _varied(answer(Document(body=body, validators=validators), CONTENT_TYPES[form]))


@articles.get("/<uuid:article_id>/evidence")
@articles.response(200, ArticleEvidenceBody)
@articles.fails(404, 410)
def get_evidence(article_id: UUID) -> Any:
    """Return why an article has its values.

    Each piece of evidence has the words that were read, where they stand in the capture, the rule that read them and how
    far it is to be trusted; issues say what is doubtful or missing.
    """
    return _one(article_id, EVIDENCE)


@articles.get("/<uuid:article_id>/capture")
@articles.arguments(CaptureQuery, location="query")
@articles.response(200, CaptureBody)
@articles.doc(responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}})
@articles.fails(400, 404, 410)
def get_capture(loaded: dict[str, Any], article_id: UUID) -> Any:
    """Return the page as it was captured.

    Spans of evidence count the characters of its text; `format=raw` gives the bytes as they came.
    """
    with services().store.reader() as reader:
        capture = reader.capture(article_id)
    url = services().links.api_article(article_id)
    validators = Validators.of(RENDERING, url, loaded, capture, changed=None)
    is_raw = loaded.get("format") == "raw"
    body = None
    if not has_current(validators):
        said = {name: getattr(capture, name) for name in ("name", "source", "captured", "declared", "text")}
        body = capture.raw if is_raw else dump(CAPTURE.dump(said | {"article_url": url}))
    if not is_raw:
        return answer(Document(body=body, validators=validators), CONTENT_TYPES["json"])
    named = f"attachment; filename*=UTF-8''{quote(capture.name.rsplit('/', 1)[-1], safe='')}"
    headers = [("Content-Disposition", named)]
    return answer(Document(body=body, validators=validators), "application/octet-stream", headers=headers)


def _page(asked: listing.Asked) -> Response:
    store, links = services().store, services().links

    def validators_of(channel: Channel) -> Validators:
        # The cursors in the body name the lineage and the revision, so the validator does too.
        state = (channel.lineage, channel.revision, channel.digest)
        return Validators.of(RENDERING, links, asked, state, changed=channel.changed)

    found = store.channel(asked.watched)
    validators = validators_of(found)
    if has_current(validators) and not asked.has_evidence:
        return _varied(answer(Document(body=None, validators=validators, watched=(asked.watched, found)), CONTENT_TYPES["json"]))
    with store.reader(is_limited=True) as reader:
        # The state again, as the page sees it: another may have been published since.
        found = reader.channel(asked.watched)
        listed = listing.read(reader, asked, links, found)
    body = listed.body()
    if asked.has_evidence:
        # A better explanation is no change of an article, and no channel tells of it.
        document = Document(body=body, validators=Validators.of(body, changed=None))
    else:
        document = Document(body=body, validators=validators_of(found), watched=(asked.watched, found))
    return _varied(answer(document, CONTENT_TYPES["json"], headers=[("Link", listed.link_header())]))


def validators_of(entry: Entry, schema: Schema = DETAIL) -> Validators:
    """Return the validators of one article, as GET answers and as If-Match names them."""
    return Validators.of(RENDERING, services().links, type(schema), entry, changed=None)


def _one(article_id: UUID, schema: Schema) -> Response:
    entry, links = services().store.entry(article_id), services().links
    validators = validators_of(entry, schema)
    body = None if has_current(validators) else dump(schema.dump(Resource.of(entry, links)))
    return _varied(answer(Document(body=body, validators=validators), CONTENT_TYPES["json"]))


def _format(loaded: dict[str, Any], offered: Sequence[str]) -> str:
    form = loaded.get("format") or chosen(request.headers.get("Accept", ""), offered)
    if form is None:
        raise NotAcceptable(f"this address answers as {', '.join(offered)}; name one in `format`")
    return str(form)


def _varied(response: Response) -> Response:
    response.vary.update(["Accept", "Accept-Encoding"])
    return response


def _again(first: Sequence[bytes], rest: Iterator[Sequence[bytes]]) -> Iterator[Sequence[bytes]]:
    yield first
    yield from rest
