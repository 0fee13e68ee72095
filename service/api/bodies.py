"""The bodies of requests: of the right kind, not too long, and JSON that means one thing."""

from __future__ import annotations

import codecs
import json
from typing import TYPE_CHECKING, Any, NoReturn

from flask import request
from werkzeug.exceptions import LengthRequired, RequestEntityTooLarge

from service.errors import BodyError, MediaTypeError

if TYPE_CHECKING:
    from collections.abc import Sequence

JSON = "application/json"
NDJSON = "application/x-ndjson"
MERGE_PATCH = "application/merge-patch+json"
DEEPEST = 64
MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
UTF_8 = ("utf-8", "utf8", "us-ascii")


def require(accepted: Sequence[str], most_bytes: int) -> bytes:
    """Return the body of the current request, which is of an accepted kind.

    Raises MediaTypeError, and what werkzeug raises for a body that is too long or of unknown length.
    """
    header = "Accept-Patch" if request.method == "PATCH" else "Accept-Post"
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype not in accepted or charset not in UTF_8:
        raise MediaTypeError(request.headers.get("Content-Type", ""), ", ".join(accepted), header)
    coding = request.headers.get("Content-Encoding", "identity").lower()
    if coding != "identity":
        # RFC 9110, section 12.5.3: so a client learns that it is the coding that is wrong.
        raise MediaTypeError(f"{request.mimetype} in {coding}", "identity", "Accept-Encoding")
    request.max_content_length = most_bytes
    is_open = "chunked" in request.headers.get("Transfer-Encoding", "").lower()
    if is_open and request.content_length is None and not request.environ.get("wsgi.input_terminated"):
        raise LengthRequired
    too_long = RequestEntityTooLarge(f"the body is longer than the {most_bytes:,} bytes that are read here")
    try:
        raw = request.get_data()
    except RequestEntityTooLarge as error:
        raise too_long from error
    if request.content_length is None and len(raw) >= most_bytes:
        # Of unknown length, it was read so far and no further: what is missing must not pass for what was meant.
        raise too_long
    return raw


def parsed(raw: bytes) -> Any:
    """Return the value of a JSON text; raises BodyError where it is none, or would mean different things to others."""
    if not raw.strip():
        raise BodyError("there is nothing in it; send JSON")
    if raw.startswith(MARKS):
        raise BodyError("it begins with a byte order mark; send UTF-8 without one")
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise BodyError(f"byte {error.start + 1} ({raw[error.start]:#04x}) is no UTF-8") from error
    except RecursionError as error:
        raise BodyError(f"it is nested too deeply; {DEEPEST} levels are read") from error
    except json.JSONDecodeError as error:
        raise BodyError(f"it is not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from error
    except ValueError as error:
        raise BodyError("it is not JSON that can be read: a number has too many digits") from error
    if _depth(value) > DEEPEST:
        raise BodyError(f"it is nested too deeply; {DEEPEST} levels are read")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BodyError(f"the member {twice[:64]!r} is there twice; it may mean one thing to you and another here")
    return made


def _refuse_constant(name: str) -> NoReturn:
    raise BodyError(f"{name} is no JSON; write null, or leave the member out")


def _depth(value: Any) -> int:
    """Return how many levels a value has; level by level, as the deep ones would be too much for a recursion."""
    depth, level = 0, [value]
    while level := [item for item in level if isinstance(item, (dict, list))]:
        depth += 1
        level = [part for item in level for part in (item.values() if isinstance(item, dict) else item)]
    return depth
