"""The REST API: read the query, ask the store, answer with what the schemas dumped, with links and validators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.api.articles import articles
from service.api.blueprints import PREFIX, Api
from service.api.changes import changes
from service.api.collections import collections, stats

if TYPE_CHECKING:
    from flask import Flask

SETTINGS = {
    "API_TITLE": "Nashra",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": PREFIX,
    "OPENAPI_JSON_PATH": "openapi.json",
    "OPENAPI_JSON_INDENT": 2,
}


def register(app: Flask, public_url: str) -> None:
    """Serve the API and its OpenAPI description."""
    app.config.update(SETTINGS)
    api = Api(app, spec_kwargs={"servers": [{"url": public_url}]})
    for blueprint in (articles, collections, stats, changes):
        api.register_blueprint(blueprint)
