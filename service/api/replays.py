"""Idempotency-Key: a request that is sent again, as its answer never arrived, is not done again but answered again."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, current_app, make_response, request
from werkzeug.exceptions import BadRequest

from service.errors import KeyInUseError, KeyReusedError
from service.services import services
from service.store import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

    from service.tokens import Token

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
# The draft of the header wants a quoted string; many send the bare one.
KEY = re.compile(r'("?)([!#-\[\]-~]{1,255})\1', re.ASCII)
KEEP = timedelta(hours=24)
# After this a request without an answer is one whose worker died.
LEASE = timedelta(minutes=10)
SAID_AGAIN = ("Content-Type", "ETag", "Location")
# What makes one request another, besides its body.
CONDITIONS = ("If-Match", "If-None-Match", "Content-Type")


def once(token: Token, view: Callable[[], ResponseReturnValue]) -> Response:
    """Answer the current request by `view`, or as it was answered before; raises KeyReusedError, KeyInUseError."""
    given = request.headers.get(HEADER)
    if given is None:
        return make_response(view())
    key = KEY.fullmatch(given.strip())
    if key is None:
        raise BadRequest(f"{HEADER}: give up to 255 visible ASCII characters, such as a UUID")
    name, fingerprint = _digest(f"{token.id} {key[2]}".encode()), _fingerprint()
    store = services().store
    with store.access(is_writing=True) as access:
        claimed = access.claim(name, fingerprint, datetime.now(UTC), KEEP, LEASE)
    if claimed:
        if claimed.fingerprint != fingerprint:
            raise KeyReusedError
        if claimed.answer is None:
            raise KeyInUseError
        headers = [*claimed.answer.headers, (REPLAYED, "true")]
        return Response(claimed.answer.body, claimed.answer.status, headers)
    response = _answered(view)
    with store.access(is_writing=True) as access:
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            access.let_go(name)
        else:
            headers = [(header, response.headers[header]) for header in SAID_AGAIN if header in response.headers]
            access.keep_answer(name, Answer(status=response.status_code, headers=tuple(headers), body=response.get_data()))
    return response


def _answered(view: Callable[[], ResponseReturnValue]) -> Response:
    """Answer by `view`, or with what becomes of its error: that is an answer too, and is kept like one."""
    try:
        return make_response(view())
    except Exception as error:  # noqa: BLE001 - as Flask itself does, which would come too late here
        return make_response(current_app.handle_user_exception(error))


def _fingerprint() -> str:
    said = "\n".join([request.method, request.full_path, *(request.headers.get(name, "") for name in CONDITIONS)])
    return _digest(said.encode("utf-8", "surrogatepass") + b"\n" + request.get_data())


def _digest(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()
