"""The request that tells a hub of a topic (PubSubHubbub 0.4, section 7.1; WebSub leaves it to hub and publisher)."""

from __future__ import annotations

from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from service.websub.answers import Answer

if TYPE_CHECKING:
    from http.client import HTTPResponse

# Nothing else than HTTP, and no redirects: where a hub moved to, a person has to look.
_opener = OpenerDirector()
for _handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler()):
    _opener.add_handler(_handler)


def tell(hub: str, topic: str, seconds: float, agent: str) -> Answer:
    """Tell a hub that a topic changed; it has so many seconds to answer. `agent` is who tells."""
    # Hubs differ in which of the two names they read.
    form = urlencode({"hub.mode": "publish", "hub.url": topic, "hub.topic": topic}).encode("ascii")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": agent, "Accept": "*/*"}
    request = Request(hub, form, headers, method="POST")  # noqa: S310 - settings allow http and https alone.
    try:
        response: HTTPResponse | None
        with _opener.open(request, timeout=seconds) as response:
            if response is None:
                return Answer(reason="no such kind of address")
            said = f"{response.status} {response.reason}"
            if location := response.headers.get("Location"):
                said += f", sends to {location}"
            return Answer(status=response.status, reason=said, retry_after=response.headers.get("Retry-After"))
    except (OSError, HTTPException, ValueError) as error:
        return Answer(reason=str(getattr(error, "reason", "") or error or type(error).__name__))
