"""Keeps an exact copy of what a Nashra service publishes, in an SQLite file: `python mirror.py URL FILE`.

Run it as often as the copy is to be brought up to date; each time it asks only for what changed. Needs Python alone.
"""

import json
import sqlite3
import sys
import urllib.error
import urllib.parse
import urllib.request
from contextlib import closing

SCHEMA = """
create table if not exists articles (id text primary key, article text not null);
create table if not exists state (only integer primary key check (only = 1), token text not null);
"""


def ask(url: str, token: str | None) -> dict | None:
    """Return the changes that follow a token; None where the database there was made anew and the token is of the old one."""
    query = urllib.parse.urlencode({"limit": 500} | ({"since": token} if token else {}))
    try:
        with urllib.request.urlopen(f"{url}/api/v1/changes?{query}", timeout=60) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 410:
                return None
            raise


def step(url: str, copy: sqlite3.Connection) -> bool:
    """Apply one page of changes and keep its token, both or neither; tell whether there is more."""
    kept = copy.execute("select token from state").fetchone()
    page = ask(url, kept and kept[0])
    with copy:
        if page is None:
            copy.execute("delete from articles")
            copy.execute("delete from state")
            return True
        for change in page["items"]:
            if change["kind"] == "published":
                article = json.dumps(change["article"], ensure_ascii=False)
                copy.execute("replace into articles values (?, ?)", (change["id"], article))
            elif change["kind"] == "withdrawn":
                copy.execute("delete from articles where id = ?", (change["id"],))
        copy.execute("replace into state values (1, ?)", (page["token"],))
    return page["has_more"]


def open_copy(file: str) -> sqlite3.Connection:
    """Return the copy in a file; a new one is empty."""
    copy = sqlite3.connect(file)
    copy.executescript(SCHEMA)
    return copy


if __name__ == "__main__":
    with closing(open_copy(sys.argv[2])) as mirrored:
        while step(sys.argv[1].rstrip("/"), mirrored):
            pass
        print(mirrored.execute("select count(*) from articles").fetchone()[0], "articles")
