"""Flask with feedgen: the twenty latest articles from rows of SQLite, as a feed that is written for each request."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from datetime import datetime

from feedgen.feed import FeedGenerator
from flask import Flask, Response

LATEST = """
select article.uuid, title, url, published, revised, authors, tags, summary, body, outlet.name_ar
from article left join outlet on outlet.id = article.outlet_id order by article.revised desc, article.id desc limit 20
"""

app = Flask(__name__)
local = threading.local()


@app.get("/feed.atom")
def feed() -> Response:
    """Answer with the feed."""
    if not hasattr(local, "connection"):
        local.connection = sqlite3.connect(os.environ["BENCH_DATABASE"])
    made = FeedGenerator()
    made.id("urn:bench")
    made.title("Bench")
    made.link(href="http://127.0.0.1/feed.atom", rel="self")
    for uuid, title, url, published, revised, authors, tags, summary, body, outlet in local.connection.execute(LATEST):
        entry = made.add_entry(order="append")
        entry.id(f"urn:uuid:{uuid}")
        entry.title(title)
        entry.link(href=url)
        for name in (*json.loads(authors), outlet):
            entry.author(name=name)
        entry.published(datetime.fromisoformat(f"{published}+00:00"))
        entry.updated(datetime.fromisoformat(f"{revised}+00:00"))
        for tag in json.loads(tags):
            entry.category(term=tag)
        entry.summary(summary)
        entry.content(body, type="html")
    return Response(made.atom_str(), mimetype="application/atom+xml")
