"""What is served: made-up articles, published by ours, and the same rows in tables as the peers would have them."""

from __future__ import annotations

import base64
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode
from uuid import UUID

from benchmarks.printing import Press, batches
from benchmarks.store import prepared, publish
from service.publication import render
from service.store import ArticleQuery, Cursor, Facet, Order, Store, Term

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGE = 100
# No date at all is a date for the peers, who then need no case for it.
UNKNOWN = "1970-01-01 00:00:00"
TABLES = """
create table outlet (id integer primary key, key text, name_ar text, name_latin text, country text);
create table tag (id integer primary key, name text unique);
create table article (
  id integer primary key, uuid text, url text, title text, outlet_id integer references outlet, outlet text, authors text,
  tags text, section text, published text, language text, revised text, summary text, body text
);
create table article_tag (
  id integer primary key, article_id integer references article, tag_id integer references tag, unique (article_id, tag_id)
);
"""
INDEXES = """
create index by_date on article (published desc, id desc);
create index by_date_as_datasette_sorts on article (published desc, id);
create index by_revision on article (revised desc, id desc);
create index by_tag on article_tag (tag_id);
"""
OURS = """
select sequence, id, url, title, outlet, authors, tags, section, published_at, language, revised, summary, body
from entries order by sequence
"""


def fill(database: Path, count: int) -> None:
    """Publish so many articles, and render what is served of each, unless they are there from a run before."""
    with closing(Store.open(f"sqlite:///{database}")) as store:
        there = store.channel().count
        if there == 0:
            for batch in batches(Press(), count):
                publish(store, prepared(store, batch))
        elif there != count:
            message = f"{database} has {there:,} articles instead of {count:,}; delete it"
            raise SystemExit(message)
        render(store)


def fill_peers(database: Path, ours: Path) -> None:
    """Copy the rows of ours into tables for the peers, unless that was done."""
    if database.exists():
        return
    begun = database.with_suffix(".new")
    begun.unlink(missing_ok=True)
    with closing(sqlite3.connect(ours)) as source, closing(sqlite3.connect(begun)) as target:
        # As whoever serves from SQLite while it is written to would have it.
        target.execute("pragma journal_mode = wal")
        target.executescript(TABLES)
        rows = source.execute("select key, name_ar, name_latin, country from outlets order by key").fetchall()
        target.executemany("insert into outlet (key, name_ar, name_latin, country) values (?, ?, ?, ?)", rows)
        outlets = dict(target.execute("select key, id from outlet"))
        tags: dict[str, int] = {}
        for (
            number,
            uuid,
            url,
            title,
            outlet,
            authors,
            tagged,
            section,
            published,
            language,
            revised,
            summary,
            body,
        ) in source.execute(OURS):
            named = [tags.setdefault(name, len(tags) + 1) for name in json.loads(tagged)]
            dates = (_moment(published) if published is not None else UNKNOWN), _moment(revised)
            told = str(UUID(uuid)), url, title, outlets.get(outlet), outlet, authors, tagged, section
            row = number, *told, dates[0], language, dates[1], summary, body
            target.execute(f"insert into article values ({', '.join('?' * len(row))})", row)  # noqa: S608 - question marks
            target.executemany("insert into article_tag (article_id, tag_id) values (?, ?)", [(number, tag) for tag in named])
        target.executemany("insert into tag (name, id) values (?, ?)", tags.items())
        target.executescript(INDEXES)
        target.commit()
    begun.rename(database)


def our_cursors(store: Store, places: range) -> list[str]:
    """Return the pages of articles with their texts that begin at these places of the order of publication."""
    found = _sorted(store.engine.url.database or "", "select sort_at, sequence from entries order by 1 desc, 2 desc", places)
    lineage, revision = store.now()
    query = ArticleQuery(limit=PAGE)
    pages = []
    for key, sequence in found:
        cursor = Cursor(
            order=Order.PUBLISHED,
            lineage=lineage,
            fingerprint=query.fingerprint,
            key=key,
            sequence=sequence,
            bound=revision,
        )
        pages.append(f"/api/v1/articles?limit={PAGE}&expand=body&cursor={cursor.encode()}")
    return pages


def django_cursors(peers: Path, places: range) -> list[str]:
    """Return the same pages as REST framework's cursors name them."""
    found = _sorted(str(peers), "select published, id from article order by 1 desc, 2 desc", places)
    said = [urlencode({"p": f"{published}+00:00"}) for published, _ in found]
    return [f"/cursor?cursor={quote(base64.b64encode(each.encode()).decode())}" for each in said]


def datasette_cursors(peers: Path, places: range) -> list[str]:
    """Return the same pages as Datasette names them."""
    found = _sorted(str(peers), "select published, id from article order by 1 desc, 2 desc", places)
    table = f"/{quote(peers.stem)}/article.json?_size={PAGE}&_sort_desc=published&_shape=objects&_nocount=1&_nosuggest=1"
    return [f"{table}&_next={quote(published.replace(' ', '~20').replace(':', '~3A'))},{number}" for published, number in found]


def channel_paths(store: Store, count: int) -> list[str]:
    """Return the feeds of so many channels, in each format."""
    terms = [Term(facet, each.value) for facet in (Facet.TAG, Facet.AUTHOR) for each in store.facet(facet, limit=count)]
    collections = {Facet.TAG: "tags", Facet.AUTHOR: "authors"}
    feeds = [f"/feeds/{collections[term.facet]}/{quote(term.value, safe='')}" for term in terms[:count]]
    return [f"{feed}.{form}" for feed in feeds for form in ("atom", "rss", "json")]


def changer(database: Path, peers: Path) -> Callable[[], None]:
    """Return what makes all documents old, as a change of an article would: in our database and in that of the peers."""
    ours, theirs = (sqlite3.connect(path, isolation_level=None, timeout=10) for path in (database, peers))
    for connection in (ours, theirs):
        connection.execute("pragma synchronous = off")
    digests = iter(range(1, 10**9))

    def change() -> None:
        ours.execute("begin immediate")
        ours.execute("update lineage set revision = revision + 1")
        ours.execute(
            "update channels set revision = (select revision from lineage), digest = ? where facet = 'all'",
            (f"{next(digests):032x}",),
        )
        ours.execute("commit")
        theirs.execute("update article set title = title where id = (select max(id) from article)")

    return change


def _sorted(database: str, statement: str, places: range) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        found: list[tuple[Any, ...]] = connection.execute(f"{statement} limit {len(places)} offset {places.start}").fetchall()
    return found


def _moment(microseconds: int) -> str:
    return f"{datetime.fromtimestamp(microseconds / 1_000_000, UTC):%Y-%m-%d %H:%M:%S}"
