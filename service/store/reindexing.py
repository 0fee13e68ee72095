"""Makes anew all that is derived from the entries, a batch at a time, so that others read and write meanwhile.

Entries are taken in the order of their revisions: what is written meanwhile comes last. Their places in channels, their
stories and their aliases are set right where they stand; the full-text index is made beside the one in use and takes
its place at the end. How far it came is kept in the database and changes in the transaction of each batch, so that what
was begun and left is completed when the database is opened next.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, String, column, inspect, select, table, text, update

from service.content import hash_content
from service.normalise import VERSION as NORMALISER
from service.store import bulk, clusters, fulltext, rows, sweeping
from service.store.channels import Change
from service.store.derived import Derived
from service.store.engine import alone, reading, writing
from service.store.maintenance import DERIVED, is_derived
from service.store.portions import select_entries
from service.store.tables import entries, lineage, memberships
from service.store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Engine

    from service.article import Entry
    from service.store.facets import Term

BATCH = 500
# It stands only while the index is made: for which derivation, up to which revision of the entries, and what is being
# done: a stage, or the mark of the one process that counts the channels.
NAME = "fulltext_progress"
PROGRESS = table(NAME, column("derived", String), column("revision", BigInteger), column("stage", String))
ENTRIES, REST = "entries", "rest"
# What is written into the rows of entries themselves, besides their members.
DERIVED_COLUMNS = (
    "sequence",
    "content_hash",
    "published_at",
    "published_floats",
    "modified_at",
    "cluster",
    "signature",
    "related",
)


def is_halfway(connection: Connection) -> bool:
    """Tell whether making anew was begun and has not ended."""
    return inspect(connection).has_table(NAME)


def complete(engine: Engine) -> None:
    """Make anew what an older version derived, and go on where a process was stopped that did so.

    Where that is only a matter of order, and another process is at it, it is left to that one.
    """
    with reading(engine) as connection:
        is_usable = is_derived(connection)
    with alone(engine, waits=not is_usable) as is_ours:
        if not is_ours:
            return
        with reading(engine) as connection:
            is_done = is_derived(connection) and not is_halfway(connection)
        if not is_done:
            _rebuild(engine, lambda _count: None)


def rebuild(engine: Engine, progress: Callable[[int], None]) -> None:
    """Make anew all that is derived from entries; ids, revisions and dates of change stay.

    `progress` is told how many entries were read with each batch, with nothing locked.
    """
    with alone(engine, waits=True):
        _rebuild(engine, progress)


def _rebuild(engine: Engine, progress: Callable[[int], None]) -> None:
    with writing(engine) as connection:
        _begin(connection)
    while _next_batch(engine, progress):
        pass
    sweeping.sweep(engine)
    while not sweeping.count_again(engine, PROGRESS):
        pass
    with writing(engine) as connection:
        connection.execute(update(lineage).values(derived=DERIVED))
        connection.execute(text(f"drop table if exists {NAME}"))


def _begin(connection: Connection) -> None:
    """Begin, or go on where the same derivation was left half done."""
    if is_halfway(connection):
        if connection.execute(select(PROGRESS.c.derived)).scalar_one() == DERIVED:
            return
        connection.execute(text(f"drop table {NAME}"))
    fulltext.create(connection, fulltext.NEXT)
    connection.execute(text(f"create table {NAME} (derived varchar(32), revision bigint, stage varchar(32))"))
    connection.execute(PROGRESS.insert().values(derived=DERIVED, revision=-1, stage=ENTRIES))


def _mark(connection: Connection) -> int | None:
    """Return the revision up to which entries are done; None where all are."""
    at = connection.execute(select(PROGRESS.c.revision, PROGRESS.c.stage)).one()
    return int(at.revision) if at.stage == ENTRIES else None


def _next_batch(engine: Engine, progress: Callable[[int], None]) -> bool:
    """Make the next entries anew; False once all are."""
    with reading(engine) as connection:
        mark = _mark(connection)
        if mark is None:
            return False
        wanted = select_entries().where(entries.c.revision > mark).order_by(entries.c.revision).limit(BATCH)
        batch = connection.execute(wanted).mappings().all()
        form = fulltext.form_of(connection.dialect)
    # What takes longest is done with nothing locked.
    ready = [(row, entry, Derived.of(entry.article, form)) for row in batch for entry in (_rehashed(row),)]
    with writing(engine) as connection:
        if _mark(connection) != mark:
            return True
        if batch:
            here = bulk.is_among(connection, entries.c.revision, [row["revision"] for row in batch])
            standing = set(connection.execute(select(entries.c.revision).where(here)).scalars())
            _write(connection, [one for one in ready if one[0]["revision"] in standing], mark)
            connection.execute(update(PROGRESS).values(revision=batch[-1]["revision"]))
        elif not _has_more(connection, mark):
            fulltext.take_over(connection)
            connection.execute(update(PROGRESS).values(stage=REST))
    progress(len(batch))
    return True


def _has_more(connection: Connection, mark: int) -> bool:
    return connection.execute(select(entries.c.revision).where(entries.c.revision > mark).limit(1)).first() is not None


def _rehashed(row: Any) -> Entry:
    """Return the entry of a row with the hash of its content as this version makes it: no reader is told of a change."""
    entry = rows.entry_from_row(row)
    return replace(entry, content_hash=hash_content(entry.article))


def _write(connection: Connection, ready: Sequence[tuple[Any, Entry, Derived]], mark: int) -> None:
    """Set right what is derived from entries of which those up to the revision `mark` are right."""
    if not ready:
        return
    writer = Writer(connection, NORMALISER)
    batch, found, derived = zip(*ready, strict=True)
    values = [rows.entry_to_row(entry, one.row) for entry, one in zip(found, derived, strict=True)]
    stood = {row["sequence"]: row["cluster"] for row in batch}
    clusters.take_out(connection, batch)
    reports = [clusters.Report(value, one.signature, stood) for value, one in zip(values, derived, strict=True)]
    stories, later = clusters.assign(connection, reports, mark)
    for value, story in zip(values, stories, strict=True):
        value.update(story.columns)
    ids = writer.count_in(values, [one.terms for one in derived], _counted_out(writer, batch))
    members = [sorted(ids[term] for term in one.terms) for one in derived]
    places = {
        (channel, at["sort_at"], at["sequence"])
        for row, value, new in zip(batch, values, members, strict=True)
        for at in (row, value)
        for channel in {*json.loads(row["members"]), *new}
    }
    names = "channel", "sort_at", "sequence"
    bulk.remove(connection, memberships, [dict(zip(names, place, strict=True)) for place in sorted(places)])
    writer.keep_members(values, members)
    new_rows = [
        {name: value[name] for name in DERIVED_COLUMNS} | {"members": json.dumps(channels)}
        for value, channels in zip(values, members, strict=True)
    ]
    bulk.change(connection, entries, "sequence", new_rows)
    last = batch[-1]["revision"]
    writer.relate(later | clusters.referring(connection, batch), last, None, last)
    writer.keep_own_aliases(found)
    fulltext.add(connection, [(row["revision"], *one.document) for row, _, one in ready], fulltext.NEXT)


def _counted_out(writer: Writer, batch: Sequence[Any]) -> defaultdict[Term, Change]:
    """Return the changes of the channels in which entries stand, once they stand there no more."""
    tally: defaultdict[Term, Change] = defaultdict(lambda: Change(label=""))
    members = {row["sequence"]: json.loads(row["members"]) for row in batch}
    terms = writer.terms({channel for each in members.values() for channel in each})
    for row in batch:
        digest = rows.entry_digest(row)
        for channel in members[row["sequence"]]:
            if channel in terms:
                tally[terms[channel]].remove(digest, row["revision"])
    return tally
