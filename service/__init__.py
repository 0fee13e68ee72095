"""Nashra publishes a folder of article captures as feeds, as a REST API and as pages."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from service.config import Config
    from service.links import Links
    from service.store import Store


def create_app(config: Config, store: Store, links: Links | None = None) -> Flask:
    """Return the application that publishes what `store` holds; `links` where its addresses are others than a server's."""
    # Here, as commands that serve nothing need none of it.
    from flask import Flask
    from flask.json.provider import DefaultJSONProvider

    from service import feeds, operate, problems, web
    from service.api import registration as api
    from service.edge import EDGE, Edge
    from service.ingest.rules import rules_of
    from service.links import Links
    from service.publication import published
    from service.services import EXTENSION, Services

    app = Flask(__name__, static_folder="web/static", template_folder="web/templates")
    links = links or Links(config.public_url)
    app.extensions[EXTENSION] = Services(
        config=config,
        store=store,
        links=links,
        published=lambda since: published(store, config, since, datetime.now(UTC)),
        rules=partial(rules_of, config.outlets_file, config.overrides_file),
    )
    provider = app.json
    assert isinstance(provider, DefaultJSONProvider)
    # Arabic travels as UTF-8, at a third of the bytes of escapes, and in the order of the schemas.
    provider.ensure_ascii = False
    provider.sort_keys = False
    provider.compact = True
    api.register(app, config)
    app.register_blueprint(feeds.blueprint)
    app.register_blueprint(web.blueprint)
    operate.register(app)
    problems.register(app)
    app.after_request(web.harden)
    app.extensions[EDGE] = app.wsgi_app = Edge(app.wsgi_app, store, config.cache_mb * 1_000_000)  # type: ignore[method-assign]
    operate.watch(app, config)
    return app
