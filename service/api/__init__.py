"""The REST API: read the query, ask the store, answer with what the schemas dumped, with links and validators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.api import limits
from service.api.articles import articles
from service.api.blueprints import PREFIX, SECURITY, Api
from service.api.captures import captures
from service.api.changes import changes
from service.api.collections import collections, stats
from service.api.corrections import corrections
from service.api.normalising import normalising

if TYPE_CHECKING:
    from flask import Flask

    from service.config import Config

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
    """Serve the API and its OpenAPI description."""
    app.config.update(SETTINGS)
    api = Api(app, spec_kwargs={"servers": [{"url": config.public_url}]})
    api.spec.components.security_scheme(SECURITY, BEARER)
    for blueprint in (articles, corrections, collections, stats, changes, captures, normalising):
        api.register_blueprint(blueprint)
    limits.register(app, config)
