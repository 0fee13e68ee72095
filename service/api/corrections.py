"""Corrections: fields of an article pinned by a person, and left to its page again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Response, request

from schemas.articles import ArticleDetailBody
from service.api import bodies, preconditions, samples
from service.api.articles import DETAIL, validators_of
from service.api.blueprints import ETAG_HEADER, Blueprint
from service.api.bodies import MERGE_PATCH
from service.api.fragments import Resource, dump
from service.errors import RecordError
from service.formats import CONTENT_TYPES
from service.ingest import curate
from service.ingest.formats.declared import LISTS, to_edtf
from service.ingest.formats.declared import mistake as declared_mistake
from service.ingest.overrides import PINNED
from service.normalise.text import collapse, legal
from service.services import services
from service.tokens import Scope

if TYPE_CHECKING:
    from uuid import UUID

    from service.normalise import Registry
    from service.tokens import Token

# What the API calls otherwise than the front matter of captures does.
CALLED = {"authors": "author"}
MEMBERS = sorted((PINNED - set(CALLED.values())) | set(CALLED))
DATES = ("published", "modified")
LONGEST = 2000

corrections = Blueprint("corrections", "/articles", "What people know better.")


@corrections.patch("/<uuid:article_id>")
@corrections.writes(Scope.CURATE, MERGE_PATCH)
@corrections.response(200, ArticleDetailBody, headers=ETAG_HEADER)
@corrections.doc(requestBody=samples.AMENDMENT, tags=["articles"])
@corrections.conditional("If-Match")
@corrections.fails(400, 404, 410, 411, 412, 413, 415, 503)
def patch_article(_token: Token, article_id: UUID) -> Response:
    """Pin fields of an article, whatever its page says; null lets one be read from the page again (RFC 7396).

    Pins outlast every new capture. Answers with the article as it is published now.
    """
    store, rules = services().store, services().rules()
    amendment = _amendment(bodies.parsed(request.get_data()), rules.registry)
    since = store.written()
    _, entry = curate.amend(store, rules, article_id, amendment, lambda: datetime.now(UTC), preconditions.require)
    services().published(since)
    body = dump(DETAIL.dump(Resource.of(entry, services().links)))
    return validators_of(entry).put_on(Response(body, content_type=CONTENT_TYPES["json"]))


def _amendment(value: Any, registry: Registry) -> curate.Amendment:
    if not isinstance(value, dict):
        raise RecordError("no-object", 'send an object of fields such as {"published": "2024-05-01"}', "")
    for name in value:
        if name not in MEMBERS:
            where = "/" + name.replace("~", "~0").replace("/", "~1")
            raise RecordError("unknown-field", f"{name[:64]} cannot be corrected; the fields are {', '.join(MEMBERS)}", where)
    return curate.Amendment(
        {_field(name): _pinned(name, given, registry) for name, given in value.items() if given is not None},
        [_field(name) for name, given in value.items() if given is None],
    )


def _field(name: str) -> str:
    return CALLED.get(name, name)


def _pinned(name: str, given: Any, registry: Registry) -> str:
    """Return a value as it is pinned; raises RecordError where the field cannot have it."""
    field = _field(name)
    several = given if field in LISTS and isinstance(given, list) else [given]
    if not several or not all(isinstance(text, str) and collapse(legal(text)) and len(text) <= LONGEST for text in several):
        kind = "a text, or a list of texts" if field in LISTS else "a text"
        raise RecordError("bad-value", f"{name}: give {kind} of up to {LONGEST} characters, or null", f"/{name}")
    value = "\n".join(collapse(legal(text)) for text in several)
    try:
        fault = declared_mistake(field, value)
        if field in DATES:
            value = to_edtf(value)
    except ValueError as error:
        fault = str(error)
    if field == "outlet" and registry.declared(value) is None:
        fault = "not in the registry of outlets; give a key or a name that is"
    if fault:
        raise RecordError("bad-value", f"{name}: {fault}", f"/{name}")
    return value
