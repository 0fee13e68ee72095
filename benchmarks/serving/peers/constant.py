"""Flask answering with the bytes of a file, which it read when it was started: the least that a Flask view can do."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, Response, request

BODY = Path(os.environ["BENCH_BODY"]).read_bytes()
ETAG = '"constant"'

app = Flask(__name__)


@app.get("/feed.atom")
def feed() -> Response:
    """Answer with the file, or say that the client has it."""
    if request.headers.get("If-None-Match") == ETAG:
        return Response(status=304, headers={"ETag": ETAG})
    return Response(BODY, mimetype="application/atom+xml", headers={"ETag": ETAG})
