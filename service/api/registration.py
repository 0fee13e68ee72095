"""The REST API put together: its resources, what describes them, and what limits their use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.api import limits
from service.api.articles import articles
from service.api.blueprints import PREFIX, SECURITY, Api
from service.api.captures import captures
from service.api.changes import changes
from service.api.collections import collections, stats
from service.api.corrections import corrections
from service.api.docs import docs
from service.api.normalising import normalising

if TYPE_CHECKING:
    from flask import Flask

    from service.config import Config

INFO = {
    "description": (
        "What is published here, with evidence for every value. Lists are walked by the `next` they name, each article "
        "once, whatever is published meanwhile; a log of changes keeps a mirror exact without clocks. Errors are problem "
        "details (RFC 9457) that name the parameter. Within v1 members, parameters and values of enumerations may be added; "
        "none is taken away, renamed or given another meaning."
    ),
    "license": {"name": "MIT", "identifier": "MIT"},
    "contact": {"name": "Nashra"},
}
# Nobody has to say who he is to read.
OPEN: list[dict[str, list[str]]] = [{}]
SETTINGS = {
    "API_TITLE": "Nashra",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": PREFIX,
    "OPENAPI_JSON_PATH": "openapi.json",
    "OPENAPI_JSON_INDENT": 2,
}

BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "A token that `nashra token create NAME --scope write` shows once; `--scope curate` for corrections.",
}


def register(app: Flask, config: Config) -> None:
    """Serve the API, its OpenAPI description and the page on which it can be tried."""
    app.config.update(SETTINGS)
    api = Api(app, spec_kwargs={"servers": [{"url": config.public_url}], "info": INFO, "security": OPEN})
    # flask-smorest describes its own way of paging, which is not this one.
    del api.spec.components.schemas["PaginationMetadata"]
    api.spec.components.security_scheme(SECURITY, BEARER)
    for blueprint in (articles, corrections, collections, stats, changes, captures, normalising):
        api.register_blueprint(blueprint)
    app.register_blueprint(docs)
    limits.register(app, config)
