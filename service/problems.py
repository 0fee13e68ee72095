"""What errors mean in HTTP: the one place where an exception becomes a status and a problem (RFC 9457)."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import Flask, Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException, NotFound

from schemas.problem import ProblemBody
from service.documents import READABLE_HEADERS
from service.errors import (
    ArchiveNotFoundError,
    BodyError,
    ChannelNotFoundError,
    ConfigError,
    ContradictionError,
    CuratedError,
    CursorError,
    EntryNotFoundError,
    KeyInUseError,
    KeyReusedError,
    LineageError,
    MediaTypeError,
    PageError,
    PreconditionError,
    QueryTimeoutError,
    RecordError,
    ScopeError,
    SearchError,
    ServiceError,
    SourceNotFoundError,
    TokenError,
    WithdrawnError,
    WritingOffError,
    ZoneNotFoundError,
)
from service.kinds import KINDS, kind_named
from service.logs import request_id
from service.services import services

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTENT_TYPE = "application/problem+json"
# Paths that programs ask for; elsewhere an error is a page, unless JSON is asked for.
FOR_PROGRAMS = ("/api/", "/feeds/", "/feeds.opml", "/healthz", "/readyz", "/metrics")
# Seconds after which it is worth to ask again.
DATABASE_PAUSE, BUSY_PAUSE = "10", "1"


class Meaning(NamedTuple):
    """What an error means: a status, and the kind of problem where more is to be said of it than the status does."""

    status: HTTPStatus
    kind: str | None = None


MEANINGS: dict[type[ServiceError], Meaning] = {
    EntryNotFoundError: Meaning(HTTPStatus.NOT_FOUND),
    SourceNotFoundError: Meaning(HTTPStatus.NOT_FOUND),
    WithdrawnError: Meaning(HTTPStatus.GONE, "withdrawn"),
    ChannelNotFoundError: Meaning(HTTPStatus.NOT_FOUND),
    ArchiveNotFoundError: Meaning(HTTPStatus.NOT_FOUND),
    LineageError: Meaning(HTTPStatus.GONE, "made-anew"),
    # These are well formed, and name what is not there.
    CursorError: Meaning(HTTPStatus.NOT_FOUND),
    SearchError: Meaning(HTTPStatus.NOT_FOUND),
    ZoneNotFoundError: Meaning(HTTPStatus.NOT_FOUND),
    PageError: Meaning(HTTPStatus.NOT_FOUND),
    ContradictionError: Meaning(HTTPStatus.CONFLICT),
    QueryTimeoutError: Meaning(HTTPStatus.SERVICE_UNAVAILABLE, "query-timeout"),
    WritingOffError: Meaning(HTTPStatus.FORBIDDEN, "writing-off"),
    TokenError: Meaning(HTTPStatus.UNAUTHORIZED, "bad-token"),
    ScopeError: Meaning(HTTPStatus.FORBIDDEN, "missing-scope"),
    BodyError: Meaning(HTTPStatus.BAD_REQUEST, "bad-body"),
    MediaTypeError: Meaning(HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    RecordError: Meaning(HTTPStatus.UNPROCESSABLE_ENTITY, "unusable-record"),
    PreconditionError: Meaning(HTTPStatus.PRECONDITION_FAILED, "precondition-failed"),
    CuratedError: Meaning(HTTPStatus.CONFLICT, "curated"),
    KeyReusedError: Meaning(HTTPStatus.UNPROCESSABLE_ENTITY, "key-reused"),
    KeyInUseError: Meaning(HTTPStatus.CONFLICT, "key-in-use"),
}
# Statuses that frameworks answer with, of which more is to be said.
KIND_OF_STATUS = {HTTPStatus.TOO_MANY_REQUESTS: "rate-limited"}
PARAMETER: dict[type[ServiceError], str] = {SearchError: "q", ZoneNotFoundError: "tz", PageError: "page"}

log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Answer every error of `app` with a problem or a page, and say at its address what each kind of problem is."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(ServiceError, _service_error)
    app.register_error_handler(Exception, _unexpected)
    app.add_url_rule("/problems", "problems", _show_kinds)
    app.add_url_rule("/problems/<name>", "problem", _show_kind)


def described(error: ServiceError) -> dict[str, Any]:
    """Return what a problem says of an error of one part of a request, whatever becomes of the others."""
    meaning = MEANINGS[type(error)]
    return _members(meaning.status, meaning.kind, str(error)) | _errors(error)


def _http_error(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or 500)
    errors = list(_parameter_errors(getattr(error, "data", {}).get("messages", {})))
    detail = "; ".join(f"{e['parameter']}: {e['detail']}" for e in errors) or _detail(error, status)
    more = {"errors": errors} if errors else {}
    response = _answer(status, _members(status, KIND_OF_STATUS.get(status), detail) | more)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _service_error(error: ServiceError) -> Response:
    meaning = MEANINGS.get(type(error))
    if meaning is None:
        # The reason is for the log: it can name hosts and files.
        log.error("%s", error)
        status = HTTPStatus.SERVICE_UNAVAILABLE
        is_wrong = isinstance(error, ConfigError)
        detail = "the service is not set up right; its log says how" if is_wrong else "the database cannot be used right now"
        response = _answer(status, _members(status, None, detail))
        response.headers["Retry-After"] = DATABASE_PAUSE
        return response
    response = _answer(meaning.status, described(error))
    response.headers.extend(_headers(error))
    return response


def _unexpected(error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return _answer(status, _members(status, None, "the service failed; its log says how"))


def _members(status: HTTPStatus, kind: str | None, detail: str) -> dict[str, Any]:
    return {
        "type": f"{services().links.public_url}/problems/{kind}" if kind else "about:blank",
        "title": KINDS[kind].title if kind else status.phrase,
        "status": status.value,
        "detail": detail,
    }


def _errors(error: ServiceError) -> dict[str, Any]:
    if isinstance(error, RecordError):
        return {"errors": [{"pointer": error.pointer, "code": error.code, "detail": str(error)}]}
    parameter = error.parameter if isinstance(error, ContradictionError | CursorError) else PARAMETER.get(type(error))
    return {"errors": [{"parameter": parameter, "detail": str(error)}]} if parameter else {}


def _headers(error: ServiceError) -> Iterator[tuple[str, str]]:
    """Yield what the head of an answer says of an error."""
    match error:
        case TokenError():
            # RFC 6750, section 3: who gave no token is told of no error.
            said = f', error="invalid_token", error_description="{error}"' if error.is_given else ""
            yield "WWW-Authenticate", f'Bearer realm="nashra"{said}'
        case ScopeError():
            yield "WWW-Authenticate", f'Bearer realm="nashra", error="insufficient_scope", scope="{error.scope}"'
        case MediaTypeError():
            yield error.header, error.accepted
        case KeyInUseError() | QueryTimeoutError():
            yield "Retry-After", BUSY_PAUSE


def _answer(status: HTTPStatus, members: dict[str, Any]) -> Response:
    if not _is_for_program():
        is_request_wrong = bool(members.get("errors"))
        page = render_template("error.html", status=status, detail=members["detail"], is_request_wrong=is_request_wrong)
        return Response(page, status, content_type="text/html; charset=utf-8")
    body = ProblemBody().dump({**members, "instance": request.full_path.rstrip("?"), "request_id": request_id()})
    response = Response(current_app.json.dumps(body), status, content_type=CONTENT_TYPE)
    # Scripts of every site may read why they failed.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = f"Allow, WWW-Authenticate, {READABLE_HEADERS}"
    return response


def _is_for_program() -> bool:
    """Tell whether a program asks: by the path, or since it takes JSON rather than a page."""
    wanted = request.accept_mimetypes
    is_json = max(wanted[CONTENT_TYPE], wanted["application/json"]) > wanted["text/html"]
    return request.path.startswith(FOR_PROGRAMS) or is_json


def _detail(error: HTTPException, status: HTTPStatus) -> str:
    if status is HTTPStatus.NOT_FOUND:
        return "nothing is published at this address"
    if status is HTTPStatus.TOO_MANY_REQUESTS:
        return f"more than {error.description} were asked for; Retry-After says when to go on"
    return (error.description or status.description).rstrip(".")


def _parameter_errors(messages: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Yield an error for each parameter that webargs refused: {location: {parameter: [text, ...]}}."""
    for parameters in messages.values():
        for parameter, texts in parameters.items():
            for text in texts if isinstance(texts, list) else [str(texts)]:
                yield {"parameter": parameter, "detail": text}


def _show_kinds() -> str:
    return render_template("problems.html", kinds=KINDS)


def _show_kind(name: str) -> str:
    kind = kind_named(name)
    if kind is None:
        raise NotFound
    return render_template("problems.html", kinds={name: kind})
