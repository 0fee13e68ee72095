"""The way into the API: what there is, and a page on which it can be tried.

The page is Swagger UI as the package flask-swagger-ui carries it: nothing is loaded from another host. It needs scripts,
so it has a content security policy of its own; every other page goes without.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, redirect, render_template, request

from service.api.blueprints import PREFIX
from service.api.fragments import dump
from service.conditional import Validators
from service.documents import Document, allow_scripts, answer, share
from service.edge.codings import coding_for, encode
from service.formats import CONTENT_TYPES
from service.links import COLLECTIONS
from service.services import services

if TYPE_CHECKING:
    from collections.abc import Mapping

DIST = files("flask_swagger_ui") / "dist"
VERSION = (DIST / "VERSION").read_text(encoding="ascii").strip()
# What the page loads of the package; the rest of it is for other pages.
ASSETS = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "LICENSE": "text/plain; charset=utf-8",
}
# The address of an asset names its version, so what stands there is the same for good.
FOR_GOOD = "public, max-age=31536000, immutable"
# Swagger UI sets styles on elements and draws its signs as data.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self' {}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# What a client must like better than JSON to be shown a page.
PAGE = "text/html"

docs = Blueprint("docs", __name__, url_prefix="/api")
docs.after_request(allow_scripts)


@docs.get("")
@docs.get("/")
@docs.get("/v1")
@docs.get("/v1/")
def index() -> Response:
    """Answer programs with what there is, and send people to the page."""
    links = services().links
    if request.accept_mimetypes.best_match([CONTENT_TYPES["json"], PAGE]) == PAGE:
        found = share(redirect(links.api_docs, 302))  # type: ignore[arg-type]
        found.vary.add("Accept")
        return found
    body = dump(_index())
    found = answer(Document(body=body, validators=Validators.of(body, changed=None)), CONTENT_TYPES["json"])
    found.vary.add("Accept")
    return found


@docs.get("/docs")
def page() -> Response:
    """Show what the API can do, and let it be tried."""
    body = render_template("api_docs.html", version=VERSION, description=f"{PREFIX}/openapi.json").encode()
    public = urlsplit(services().links.public_url)
    policy = POLICY.format(f"{public.scheme}://{public.netloc}")
    headers = [("Content-Security-Policy", policy)]
    document = Document(body=body, validators=Validators.of(body, policy, changed=None))
    return answer(document, "text/html; charset=utf-8", headers=headers)


@docs.get("/docs/<version>/<name>")
def asset(version: str, name: str) -> Response:
    """Send what the page loads."""
    if version != VERSION or name not in ASSETS:
        abort(404)
    coding = coding_for(request.headers.get("Accept-Encoding", ""))
    response = Response(_coded(name, coding), content_type=ASSETS[name])
    if coding:
        response.headers["Content-Encoding"] = coding
    response.headers["Cache-Control"] = FOR_GOOD
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(f"{version}-{coding or 'identity'}")
    response.make_conditional(request)
    return response


@cache
def _coded(name: str, coding: str) -> bytes:
    """Return an asset in a coding, which is worked out once: they are few, and one of them is long."""
    return encode((DIST / name).read_bytes(), coding)


def _index() -> Mapping[str, object]:
    links = services().links
    return {
        "title": services().config.site_title,
        "docs_url": links.api_docs,
        "openapi_url": links.openapi,
        "articles_url": links.api_articles(),
        "changes_url": links.api("changes"),
        "stats_url": links.api("stats"),
        **{f"{name}_url": links.api(name) for name in COLLECTIONS.values()},
    }
