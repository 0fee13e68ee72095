"""Numbers for Prometheus: requests as this server counted them, in all its processes, and the state of the collection.

prometheus_client decides when it is loaded whether it counts in memory or in files that processes share: in files where
PROMETHEUS_MULTIPROC_DIR names a folder, which `nashra serve` makes for each start.
"""

from __future__ import annotations

import os
from hmac import compare_digest
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, request
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from service.errors import StoreError
from service.services import services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prometheus_client.metrics_core import Metric

    from service.store import Store

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
# From a ready document to a search that is stopped.
BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
LOOPBACK = ("127.", "::1", "::ffff:127.")
# A request that has one of these came through a proxy, whoever runs it.
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via")

blueprint = Blueprint("metrics", __name__)

_own = CollectorRegistry()
_requests = Counter("nashra_requests", "Requests answered, by route and status.", ("route", "status"), registry=_own)
_seconds = Histogram("nashra_request_seconds", "Seconds until an answer was out.", ("route",), buckets=BUCKETS, registry=_own)
_ready = Counter("nashra_ready_answers", "Requests answered from ready documents, before Flask.", ("route",), registry=_own)
# Looking a series up costs more than counting in it.
_Known = tuple["Callable[[], None]", "Callable[[float], None]", "Callable[[], None]"]
_known: dict[tuple[str, str], _Known] = {}


def count(route: str, status: str, seconds: float, *, is_ready: bool) -> None:
    """Count one request."""
    known = _known.get((route, status))
    if known is None:
        known = _requests.labels(route, status).inc, _seconds.labels(route).observe, _ready.labels(route).inc
        _known[route, status] = known
    known[0]()
    known[1](seconds)
    if is_ready:
        known[2]()


@blueprint.get("/metrics")
def metrics() -> Response:
    """Answer with all numbers, to those who may know them."""
    _require_reader(services().config.metrics_token)
    registry = CollectorRegistry()
    if os.environ.get(FOLDER):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_own)
    registry.register(_Collection(services().store))
    response = Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    response.headers["Cache-Control"] = "no-store"
    return response


def _require_reader(token: str | None) -> None:
    """Let in who has the token; where none is set, who is on this machine and did not come through a proxy."""
    if token:
        given = request.authorization
        if given is None or given.type != "bearer" or not compare_digest((given.token or "").encode(), token.encode()):
            raise Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": "metrics"}))
    elif not (request.remote_addr or "").startswith(LOOPBACK) or any(name in request.headers for name in FORWARDED):
        abort(404)


class _Collection(Collector):
    """The state of what is published, read when it is asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> Iterator[Metric]:
        """Yield what the database says, or only that it says nothing."""
        try:
            found = list(self._read())
        except StoreError:
            found = []
        yield GaugeMetricFamily("nashra_database_up", "Whether the database can be read.", value=bool(found))
        yield from found

    def _read(self) -> Iterator[Metric]:
        channel = self._store.channel()
        yield GaugeMetricFamily("nashra_entries", "Articles published.", value=channel.count)
        yield GaugeMetricFamily("nashra_revision", "The revision of the last published change.", value=self._store.revision())
        with self._store.reader() as reader:
            report = reader.report()
        if report is None:
            return
        ended = report["ended"].timestamp()
        yield GaugeMetricFamily("nashra_last_ingest_timestamp_seconds", "When the last ingest ended.", value=ended)
        captures = GaugeMetricFamily("nashra_last_ingest_captures", "Captures of the last ingest.", labels=("outcome",))
        for outcome, number in {**report["outcomes"], "refused": len(report["refused"])}.items():
            captures.add_metric((outcome,), number)
        findings = GaugeMetricFamily("nashra_last_ingest_findings", "Findings of the last ingest.", labels=("code",))
        for code, number in sorted(report["findings"].items()):
            findings.add_metric((code,), number)
        yield from (captures, findings)
