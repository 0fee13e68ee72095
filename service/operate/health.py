"""Is the process there, and can it serve: what platforms ask before they send it requests.

Neither redirects, asks who it is or may be kept by a cache; neither says more than a stranger may know.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, current_app, request

from service.errors import StoreError
from service.logs import request_id
from service.problems import CONTENT_TYPE
from service.services import services
from service.store import upkeep

UNREACHABLE, OUTDATED = "database-unreachable", "schema-outdated"
DETAIL = {
    UNREACHABLE: "the database cannot be used right now",
    OUTDATED: "the database has another schema than this version; `nashra migrate` brings it up to date",
}

blueprint = Blueprint("health", __name__)
log = logging.getLogger(__name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that the process answers; whether the database does is no reason to restart it."""
    return _answer({"status": "ok"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """Say whether requests can be answered: the database is there, in the schema of this version."""
    store = services().store
    try:
        if not upkeep.is_current(store.engine):
            return _not_ready(OUTDATED)
        entries, revision = store.channel().count, store.revision()
        with store.reader() as reader:
            report = reader.report()
    except StoreError as error:
        log.warning("not ready: %s", error)
        return _not_ready(UNREACHABLE)
    return _answer({"status": "ready", "entries": entries, "revision": revision, "last_ingest": report and _summary(report)})


def _summary(report: dict[str, Any]) -> dict[str, Any]:
    return {
        "ended": report["ended"].isoformat(timespec="seconds").replace("+00:00", "Z"),
        **report["outcomes"],
        "refused": len(report["refused"]),
    }


def _not_ready(reason: str) -> Response:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    problem = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": DETAIL[reason],
        "instance": request.path,
        "reason": reason,
        "request_id": request_id(),
    }
    return _answer(problem, status, CONTENT_TYPE)


def _answer(body: dict[str, Any], status: HTTPStatus = HTTPStatus.OK, content_type: str = "application/json") -> Response:
    response = Response(current_app.json.dumps(body), status, content_type=content_type)
    response.headers["Cache-Control"] = "no-store"
    return response
