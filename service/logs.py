"""What the service says while it runs: a line of JSON, or of text for a person, each with the id of its request."""

from __future__ import annotations

import json
import logging
import random
import re
import sys
from contextvars import ContextVar
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import unquote_plus

import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger

# What a proxy in front may have named a request; anything else could forge a line of the log, or flood it.
SANE_ID = re.compile(r"[A-Za-z0-9._:+/=-]{8,128}")
# Parts of the names of parameters whose values are nobody's business.
SECRETS = ("token", "key", "secret", "password", "auth", "signature", "session", "credential")
HIDDEN = "***"
_REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """Return the id of the request that this thread answers; empty outside of one."""
    return _REQUEST_ID.get()


def begin_request(given: str | None) -> str:
    """Take the id that a proxy `given` to a request where it is sane, else make one; all that is said from now on has it."""
    named = given if given and SANE_ID.fullmatch(given) else f"{random.getrandbits(64):016x}"
    _REQUEST_ID.set(named)
    return named


def form_for(setting: str | None, stream: TextIO | None = None) -> str:
    """Return the form of log lines: the one that is set, else text on a terminal and JSON for programs."""
    return setting or ("text" if (stream or sys.stdout).isatty() else "json")


def set_up(form: str, stream: TextIO | None = None) -> None:
    """Write what is logged to `stream` (standard output) as json or text; of libraries only what they warn of."""
    stream = stream or sys.stdout
    if isinstance(stream, TextIOWrapper):
        # A letter that the machine's locale lacks, or half a surrogate, must not cost the line.
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _add_request_id,
        structlog.processors.format_exc_info,
    ]
    render: Processor = structlog.processors.JSONRenderer(_to_json) if form == "json" else _as_text
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(stream),
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("service").setLevel(logging.INFO)
    # The server sets up loggers of its own, which would write in their own form.
    for name in ("_granian", "granian", "granian.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


def without_secrets(query: str) -> str:
    """Return a query string, as it was sent, with the values of all that may be a secret taken out."""
    return "&".join(map(_without_secret, query.split("&"))) if query else query


def _without_secret(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    is_secret = equals and any(part in unquote_plus(name).lower() for part in SECRETS)
    return f"{name}={HIDDEN}" if is_secret else pair


def _add_request_id(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    if named := _REQUEST_ID.get():
        line["request_id"] = named
    return line


def _to_json(line: EventDict, **_options: Any) -> str:
    return json.dumps(line, ensure_ascii=False, default=str, separators=(",", ":"))


def _as_text(_logger: WrappedLogger, _method: str, line: EventDict) -> str:
    """Return a line that a person reads; what could break it, or a terminal, is escaped."""
    exception = line.pop("exception", "")
    first = f"{line.pop('time')} {line.pop('level'):<7} {_visible(line.pop('event'))}"
    rest = "".join(f" {name}={_visible(value)}" for name, value in line.items())
    return first + rest + (f"\n{exception}" if exception else "")


def _visible(value: object) -> str:
    text = str(value)
    return text if text.isprintable() else json.dumps(text)
