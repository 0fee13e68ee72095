"""How often what costs much may be asked for: counted by Flask-Limiter, told in the RateLimit headers."""

from __future__ import annotations

import hashlib
import logging
import time
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from flask import request
from flask_limiter import Limiter
from limits.errors import ConfigurationError, StorageError

from service.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask, Response
    from flask.typing import RouteCallable

    from service.config import Config

WRITES, NORMALISE = "writes", "normalise"
MARK = "nashra_limit"
READS = ("GET", "HEAD")
# Platforms ask these every few seconds.
CHECKS = ("/healthz", "/readyz", "/metrics")
HEADERS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")

log = logging.getLogger(__name__)


def limited(which: str) -> Callable[[Any], Any]:
    """Let a view be called as often as the setting of this name says; it must be the outermost but the route."""

    def decorate(view: Any) -> Any:
        setattr(view, MARK, which)
        return view

    return decorate


def register(app: Flask, config: Config) -> None:
    """Count requests to the views of `app` that are limited, and all reads where there is a limit for those."""
    rates = {WRITES: config.rate_limit_writes, NORMALISE: config.rate_limit_normalise}
    limiter = Limiter(
        key_func=_client,
        default_limits=[config.rate_limit_reads] if config.rate_limit_reads else [],
        default_limits_exempt_when=lambda: request.method not in READS or request.path in CHECKS,
        storage_uri=config.rate_limit_storage,
        storage_options={"wrap_exceptions": True},
        strategy="fixed-window",
        key_prefix="nashra",
        in_memory_fallback_enabled=True,
    )
    hooks: tuple[dict[str | None, list[Any]], ...] = (
        app.before_request_funcs,
        app.after_request_funcs,
        app.teardown_request_funcs,
    )
    others = [list(each.get(None, ())) for each in hooks]
    try:
        limiter.init_app(app)
    except ConfigurationError as error:
        message = f"RATE_LIMIT_STORAGE: {error}; `pip install nashra[redis]` brings what redis:// needs"
        raise ConfigError(message) from error
    if not config.rate_limit_reads:
        # The views that are limited see to it themselves; the hooks would cost every request 60 µs.
        for each, known in zip(hooks, others, strict=True):
            each[None] = known
    for endpoint, view in app.view_functions.items():
        which = getattr(view, MARK, "")
        if rate := rates.get(which):
            # One count for all the ways to write.
            shared = limiter.shared_limit(rate, which, key_func=_bearer if which == WRITES else _client)
            app.view_functions[endpoint] = cast("RouteCallable", shared(view))

    app.after_request(partial(_tell, limiter, has_reads=config.rate_limit_reads is not None))


def _tell(limiter: Limiter, response: Response, *, has_reads: bool) -> Response:
    """Say how much is left, where requests of this kind are counted."""
    if request.method in READS and not has_reads:
        return response
    current = limiter.current_limit
    # What caches may keep says nothing of one client.
    if current and (current.breached or request.method not in READS):
        try:
            seconds = max(1, round(current.reset_at - time.time()))
            values = current.limit.amount, max(0, current.remaining), seconds
        except StorageError as error:
            log.warning("the storage of rate limits went away: %s", error)
            return response
        response.headers.extend(zip(HEADERS, map(str, values), strict=True))
        response.headers["RateLimit-Policy"] = f"{current.limit.amount};w={current.limit.get_expiry()}"
        if current.breached:
            response.headers["Retry-After"] = str(seconds)
    return response


def _client() -> str:
    """Return who asks: the address that the trusted proxies tell."""
    return request.remote_addr or "unknown"


def _bearer() -> str:
    """Return whose token it is, by its hash; who gives none is known by the address."""
    given = request.headers.get("Authorization")
    return hashlib.sha256(given.encode("utf-8", "surrogatepass")).hexdigest() if given else _client()
