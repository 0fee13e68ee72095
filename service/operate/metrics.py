"""Numbers for Prometheus: requests as this server counted them, in all its processes, and the state of the collection.

Processes count together where PROMETHEUS_MULTIPROC_DIR names a folder, which `nashra serve` makes for each start.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from hmac import compare_digest
from itertools import accumulate
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, request
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from service.errors import StoreError
from service.operate.tally import BUCKETS, NUMBERS, Tally
from service.services import services

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.metrics_core import Metric

    from service.store import Store

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
BOUNDS = tuple(map(floatToGoString, (*BUCKETS, float("inf"))))
LOOPBACK = ("127.", "::1", "::ffff:127.")
# A request that has one of these came through a proxy, whoever runs it.
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via")

blueprint = Blueprint("metrics", __name__)

# Of the process, as its file is, whatever applications it has.
tally = Tally(FOLDER)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Answer with all numbers, to those who may know them."""
    _require_reader(services().config.metrics_token)
    registry = CollectorRegistry()
    registry.register(_Requests())
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


class _Requests(Collector):
    """What was answered, in all processes that count together."""

    def collect(self) -> Iterator[Metric]:
        """Yield the numbers of all requests."""
        answered: Counter[tuple[str, str]] = Counter()
        ready: Counter[str] = Counter()
        timed: defaultdict[str, list[float]] = defaultdict(lambda: [0.0] * NUMBERS)
        for series, numbers in tally.totals().items():
            number = int(sum(numbers[1:]))
            answered[series.route, series.status] += number
            ready[series.route] += number if series.is_ready else 0
            timed[series.route] = [had + more for had, more in zip(timed[series.route], numbers, strict=True)]
        requests = CounterMetricFamily("nashra_requests", "Requests answered, by route and status.", labels=("route", "status"))
        for (route, status), number in sorted(answered.items()):
            requests.add_metric((route, status), number)
        seconds = HistogramMetricFamily("nashra_request_seconds", "Seconds until an answer was out.", labels=("route",))
        of_ready = CounterMetricFamily(
            "nashra_ready_answers", "Requests answered from ready documents, before Flask.", labels=("route",)
        )
        for route, (total, *within) in sorted(timed.items()):
            seconds.add_metric((route,), list(zip(BOUNDS, accumulate(within), strict=True)), total)
            of_ready.add_metric((route,), ready[route])
        yield from (requests, seconds, of_ready)


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
