"""What hosts of files are told, in the files by which each is told it: types and headers, old addresses, no Jekyll."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.build.asking import Asker
from service.feeds import GUESSES
from service.links import API
from service.web.offers import MEDIA_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from service.build.settings import Settings

HARDENING = ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy")
SHARED = "Access-Control-Allow-Origin"


def files(app: Flask, settings: Settings) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each of the files for hosts."""
    asker = Asker(app, settings.config.public_url)
    yield "_headers", _headers(asker).encode()
    yield "_redirects", _redirects(asker).encode()
    # GitHub Pages would leave out what begins with an underscore.
    yield ".nojekyll", b""


def _headers(asker: Asker) -> str:
    """Return the headers of the server's answers, as Cloudflare Pages and Netlify read them."""
    lines = ["/*"]
    about = asker.get("/about").headers
    lines += [f"  {name}: {about[name.lower()]}" for name in HARDENING]
    for below in ("/feeds/*", f"{API}/*"):
        lines += [below, f"  {SHARED}: *"]
    for form in MEDIA_TYPES:
        lines += [f"/feeds/*.{form}", f"  Content-Type: {asker.get(f'/feeds/all.{form}').headers['content-type']}"]
    lines += ["/feeds.opml", f"  Content-Type: {asker.get('/feeds.opml').headers['content-type']}", f"  {SHARED}: *"]
    return "\n".join([*lines, ""])


def _redirects(asker: Asker) -> str:
    """Return where the server sends those who guess an address."""
    return "".join(f"{path} {asker.get(path).headers['location']} 301\n" for path in (*GUESSES, "/favicon.ico"))
