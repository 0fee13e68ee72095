"""What errors mean in HTTP: the one place where an exception becomes a status and a problem (RFC 9457)."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException

from schemas.problem import ProblemBody
from service.errors import (
    ArchiveNotFoundError,
    ChannelNotFoundError,
    ContradictionError,
    CursorError,
    EntryNotFoundError,
    LineageError,
    PageError,
    QueryTimeoutError,
    SearchError,
    ServiceError,
    WithdrawnError,
    ZoneNotFoundError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTENT_TYPE = "application/problem+json"
# Paths that programs ask for; elsewhere an error is a page for whoever takes pages.
FOR_PROGRAMS = ("/api/", "/feeds/", "/feeds.opml", "/healthz", "/readyz", "/metrics")
STATUS: dict[type[ServiceError], HTTPStatus] = {
    EntryNotFoundError: HTTPStatus.NOT_FOUND,
    WithdrawnError: HTTPStatus.GONE,
    ChannelNotFoundError: HTTPStatus.NOT_FOUND,
    ArchiveNotFoundError: HTTPStatus.NOT_FOUND,
    LineageError: HTTPStatus.GONE,
    # These are well formed, and name what is not there.
    CursorError: HTTPStatus.NOT_FOUND,
    SearchError: HTTPStatus.NOT_FOUND,
    ZoneNotFoundError: HTTPStatus.NOT_FOUND,
    PageError: HTTPStatus.NOT_FOUND,
    ContradictionError: HTTPStatus.CONFLICT,
}
PARAMETER: dict[type[ServiceError], str] = {CursorError: "cursor", SearchError: "q", ZoneNotFoundError: "tz", PageError: "page"}

log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Answer every error of `app` with a problem or a page."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(ServiceError, _service_error)
    app.register_error_handler(Exception, _unexpected)


def _http_error(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or 500)
    errors = list(_parameter_errors(getattr(error, "data", {}).get("messages", {})))
    detail = "; ".join(f"{e['parameter']}: {e['detail']}" for e in errors) or _detail(error, status)
    response = _problem(status, detail, errors)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _service_error(error: ServiceError) -> Response:
    status = STATUS.get(type(error), HTTPStatus.SERVICE_UNAVAILABLE)
    if status is HTTPStatus.SERVICE_UNAVAILABLE and not isinstance(error, QueryTimeoutError):
        # The reason is for the log: it can name hosts and files.
        log.error("%s", error)
        response = _problem(status, "the database cannot be used right now", [])
        response.headers["Retry-After"] = "10"
        return response
    parameter = error.parameter if isinstance(error, ContradictionError) else PARAMETER.get(type(error))
    return _problem(status, str(error), [{"parameter": parameter, "detail": str(error)}] if parameter else [])


def _unexpected(error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "the service failed; its log says how", [])


def _problem(status: HTTPStatus, detail: str, errors: list[dict[str, Any]]) -> Response:
    if not request.path.startswith(FOR_PROGRAMS) and "text/html" in request.headers.get("Accept", ""):
        page = render_template("error.html", status=status, detail=detail)
        return Response(page, status, content_type="text/html; charset=utf-8")
    problem = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
        "instance": request.full_path.rstrip("?"),
    }
    body = ProblemBody().dump(problem | ({"errors": errors} if errors else {}))
    return Response(current_app.json.dumps(body), status, content_type=CONTENT_TYPE)


def _detail(error: HTTPException, status: HTTPStatus) -> str:
    if status is HTTPStatus.NOT_FOUND:
        return "nothing is published at this address"
    return (error.description or status.description).rstrip(".")


def _parameter_errors(messages: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Yield an error for each parameter that webargs refused: {location: {parameter: [text, ...]}}."""
    for parameters in messages.values():
        for parameter, texts in parameters.items():
            for text in texts if isinstance(texts, list) else [str(texts)]:
                yield {"parameter": parameter, "detail": text}
