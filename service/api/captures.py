"""Captures: published one by one or many at once, replaced and withdrawn by their source."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from schemas.captures import LineResultBody, ResultBody, ResultsBody, SourceQuery
from service.api import bodies, preconditions, samples
from service.api.articles import validators_of
from service.api.blueprints import ETAG_HEADER, Blueprint
from service.api.bodies import JSON, NDJSON
from service.api.fragments import dump
from service.errors import BodyError, RecordError
from service.formats import CONTENT_TYPES
from service.identity import source_key
from service.ingest import submit
from service.ingest.decide import Outcome
from service.problems import described
from service.services import services
from service.tokens import Scope

if TYPE_CHECKING:
    from service.article import Capture
    from service.ingest.submit import Submitted
    from service.tokens import Token

REFUSED = "refused"
STATUSES = (*(outcome.value for outcome in Outcome), REFUSED)
LOCATION_HEADER = {"Location": {"description": "The article in the API.", "schema": {"type": "string", "format": "uri"}}}
RESULT, RESULTS, LINE = ResultBody(), ResultsBody(), LineResultBody()

captures = Blueprint("captures", "/captures", "What comes in.")


@captures.post("")
@captures.writes(Scope.WRITE, JSON, NDJSON)
@captures.response(200, ResultBody)
@captures.alt_response(201, schema=ResultBody, headers=LOCATION_HEADER | ETAG_HEADER, description="The article is new.")
@captures.doc(requestBody=samples.CAPTURES, responses={200: {"content": samples.RESULTS}})
@captures.conditional("If-Match", "If-None-Match")
@captures.fails(400, 411, 412, 413, 415, 503)
def post_captures(_token: Token) -> Response:
    """Publish a capture (application/json), or up to a thousand of them, one a line (application/x-ndjson).

    A record that comes again changes nothing; one of a known source that says something else replaces what was published.
    What a curator withdrew stays withdrawn. Each line is answered, also where others are refused.
    """
    raw = request.get_data()
    if request.mimetype == JSON:
        return _one(raw)
    return _many(raw)


@captures.put("")
@captures.writes(Scope.WRITE, JSON)
@captures.arguments(SourceQuery, location="query")
@captures.response(200, ResultBody, headers=ETAG_HEADER)
@captures.alt_response(201, schema=ResultBody, headers=LOCATION_HEADER | ETAG_HEADER, description="The article is new.")
@captures.doc(requestBody=samples.CAPTURE)
@captures.conditional("If-Match", "If-None-Match")
@captures.fails(400, 411, 412, 413, 415, 503)
def put_capture(token: Token, loaded: dict[str, Any]) -> Response:
    """Publish a capture under this source, in the place of what it gave before.

    `If-Match` with the article's ETag replaces only what you know; `If-None-Match: *` only creates. What a curator
    withdrew comes back only by a token with the scope `curate`.
    """
    raw = request.get_data()
    if fault := submit.source_fault(loaded["source"]):
        raise RecordError("bad-source", f"source: {fault}", "")
    capture = submit.capture_of(bodies.parsed(raw), raw, loaded["source"])
    since = services().store.written()
    may_restore = Scope.CURATE in token.scopes
    done = submit.put(services().store, services().rules(), capture, _now, preconditions.require, may_restore=may_restore)
    return _answer(done, since)


@captures.delete("")
@captures.writes(Scope.WRITE)
@captures.arguments(SourceQuery, location="query")
@captures.response(204)
@captures.conditional("If-Match")
@captures.fails(400, 404, 410, 412, 503)
def delete_capture(_token: Token, loaded: dict[str, Any]) -> Response:
    """Withdraw what this source gave.

    For good: feeds and the API say that it is gone, and no ingest publishes it again.
    """
    since = services().store.written()
    submit.remove(services().store, loaded["source"], _now, preconditions.require)
    services().published(since)
    response = Response(status=HTTPStatus.NO_CONTENT)
    del response.headers["Content-Type"]
    return response


def _one(raw: bytes) -> Response:
    capture = submit.capture_of(bodies.parsed(raw), raw)
    since = services().store.written()
    return _answer(submit.put(services().store, services().rules(), capture, _now, preconditions.require), since)


def _many(raw: bytes) -> Response:
    most, lines = services().config.write_lines, raw.split(b"\n")
    numbered = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not numbered:
        raise BodyError("there is no line in it; send a record a line")
    if len(numbered) > most:
        raise RequestEntityTooLarge(f"{len(numbered)} lines are too many; send {most} at once at most")
    results: dict[int, dict[str, Any]] = {}
    taken: dict[str, int] = {}
    read: dict[str, tuple[int, Capture]] = {}
    for number, line in numbered:
        try:
            capture = submit.capture_of(bodies.parsed(line.strip()), line.strip())
            submit.require_first(taken.setdefault(source_key(capture.source), number), number)
        except (BodyError, RecordError) as error:
            results[number] = {"status": REFUSED, "id": None, "url": None, "source": None, "revision": None, "issues": ()}
            results[number]["problem"] = described(error)
        else:
            read[capture.source] = number, capture
    since = services().store.written()
    for done in submit.submit(services().store, services().rules(), [capture for _, capture in read.values()], _now):
        number, _ = read[done.decision.capture.source]
        results[number] = _result(done)
    services().published(since)
    counts = Counter(result["status"] for result in results.values())
    items = [LINE.dump({"line": number, **results[number]}) for number in sorted(results)]
    body = dump({"items": items, "counts": {status: counts[status] for status in STATUSES}})
    return Response(body, HTTPStatus.OK, content_type=CONTENT_TYPES["json"])


def _answer(done: Submitted, since: int) -> Response:
    """Answer for one capture that is published, once that was seen to."""
    services().published(since)
    assert done.entry
    is_new = done.decision.outcome is Outcome.NEW
    status = HTTPStatus.CREATED if is_new else HTTPStatus.OK
    response = Response(dump(RESULT.dump(_result(done))), status, content_type=CONTENT_TYPES["json"])
    if is_new:
        response.headers["Location"] = services().links.api_article(done.entry.id)
    return validators_of(done.entry).put_on(response)


def _result(done: Submitted) -> dict[str, Any]:
    entry, decision = done.entry, done.decision
    return {
        "status": decision.outcome.value,
        "id": entry and entry.id,
        "url": entry and services().links.api_article(entry.id),
        "source": decision.capture.source,
        "revision": entry and entry.revision,
        "issues": decision.article.issues,
    }


def _now() -> datetime:
    return datetime.now(UTC)
