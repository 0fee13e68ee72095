"""Only what is new (RFC 3229 with `A-IM: feed`): for a client that says which state of the feed it has."""

from __future__ import annotations

from collections import OrderedDict
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING

from flask import Response, request
from werkzeug.http import parse_list_header

from service.conditional import uncoded

if TYPE_CHECKING:
    from service.conditional import Validators
    from service.feeds.documents import Written
    from service.store import Channel

# States that a process remembers having answered with; of one that it does not know it answers with the whole feed.
MOST = 10_000

_revisions: OrderedDict[str, tuple[object, int]] = OrderedDict()
_lock = Lock()


def remember(validators: Validators, channel: Channel) -> None:
    """Remember at which revision a feed had these validators."""
    with _lock:
        _revisions[validators.etag] = channel.lineage, channel.revision
        _revisions.move_to_end(validators.etag)
        while len(_revisions) > MOST:
            _revisions.popitem(last=False)


def since(channel: Channel) -> int | None:
    """Return the revision at which the client last saw the feed, if it asks for what is new and that is remembered."""
    if "feed" not in parse_list_header(request.headers.get("A-IM", "").lower()):
        return None
    for etag in request.if_none_match.as_set(include_weak=True):
        lineage, revision = _revisions.get(uncoded(etag or ""), (None, 0))
        if lineage == channel.lineage:
            return revision
    return None


def answer(written: Written, content_type: str, validators: Validators) -> Response:
    """Answer with only the new entries; caches must know that this is not the whole."""
    response = Response(written.body, HTTPStatus.IM_USED, content_type=content_type)
    response.headers["IM"] = "feed"
    response.headers["Cache-Control"] = "no-store, im"
    return validators.put_on(response)
