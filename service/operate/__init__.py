"""What those who run the service need of it: is it well, how is it doing, what did it answer.

`watch` comes last in `create_app`, so that what it measures is what clients see, whoever answered them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from flask import request
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from service.operate import health, metrics
from service.operate.observed import NO_ROUTE, ROUTE, Observed

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from service.config import Config

# More paths than documents are kept ready by one process; those beyond are only looked up once more.
MOST_PATHS = 4096


def register(app: Flask) -> None:
    """Answer at /healthz, /readyz and /metrics."""
    app.register_blueprint(health.blueprint)
    app.register_blueprint(metrics.blueprint)


def watch(app: Flask, config: Config) -> None:
    """Count, time and log every request to `app`, and believe what as many proxies say as the settings trust."""
    app.before_request(_note_route)
    app.wsgi_app = Observed(app.wsgi_app, _route_finder(app), is_logging=config.access_log)  # type: ignore[method-assign]
    if config.trusted_proxies:
        trusted = config.trusted_proxies
        # Never the host: every link begins with PUBLIC_URL.
        proxied = ProxyFix(app.wsgi_app, x_for=trusted, x_proto=trusted, x_host=0, x_port=0, x_prefix=0)
        app.wsgi_app = proxied  # type: ignore[method-assign]


def _note_route() -> None:
    """Leave the rule that fits a request where `Observed` finds it; a path of its own for each article would be no statistic."""
    request.environ[ROUTE] = request.url_rule.rule if request.url_rule else NO_ROUTE


def _route_finder(app: Flask) -> Callable[[str], str]:
    """Return what tells the rule of a path, for requests that were answered before Flask looked at them."""
    adapter = app.url_map.bind("localhost")

    @lru_cache(maxsize=MOST_PATHS)
    def find(path: str) -> str:
        try:
            rule, _ = adapter.match(path.encode("latin-1").decode("utf-8", "replace"), return_rule=True)
        except HTTPException:
            return NO_ROUTE
        return rule.rule

    return find
