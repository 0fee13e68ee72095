"""Who an article is: the keys of a source, and the id that is minted from the first of them. Pure."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID, uuid5

if TYPE_CHECKING:
    from service.article import Capture

# Entries are named within this UUID for good: changing it would make every article look new to every reader.
NAMESPACE = UUID("f6ed7058-73c6-4d57-aba1-32ed6e831820")

# What campaigns, shares and click counters append: the page is the same without.
TRACKING = re.compile(
    r"utm_\w+|at_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|mc_[ce]id|_ga|_gl|ref_src|ref_url|"
    r"cmpid|ocid|ito|xtor|spm|share|smid|ncid|amp|outputtype"
)
MOBILE = re.compile(r"^(?:www\d?|m|mobile|amp)\.(?=[^.]+\.)")
AMP_END = re.compile(r"(?:/amp|\.amp|/amp\.html)$")
DEFAULT_PORTS = {"http": 80, "https": 443}
CONTENT = "content:"
# PostgreSQL indexes keys of up to 2,700 bytes; a longer one is known by its hash.
LONGEST_KEY = 500


# Asked several times of each capture on its way: of as many as are on their way at once.
@lru_cache(maxsize=4096)
def entry_id(source: str) -> UUID:
    """Return the id of the entry whose source is first seen under this key."""
    return uuid5(NAMESPACE, source_key(source))


@lru_cache(maxsize=4096)
def source_key(source: str) -> str:
    """Return the key under which all spellings of one source meet.

    Of an address: without scheme, `www.`, the marks of its AMP and mobile versions, tracking parameters, fragment
    and a slash at the end. The name of a file stays as it is.
    """
    key = _address_key(source) if source.startswith(("http://", "https://")) else source
    if len(key) > LONGEST_KEY:
        return "hash:" + hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return key


def content_key(capture: Capture) -> str | None:
    """Return the key by which a file is known again that was moved; None for a page that has an address."""
    if capture.source != capture.name:
        return None
    return CONTENT + hashlib.blake2b(capture.text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _address_key(address: str) -> str:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return address
    host = MOBILE.sub("", (parts.hostname or "").removesuffix("."))
    if port and port != DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{port}"
    query = [
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not TRACKING.fullmatch(name.lower())
    ]
    path = AMP_END.sub("", parts.path.rstrip("/")).rstrip("/")
    return f"{host}{path}" + (f"?{urlencode(query)}" if query else "")
