"""How entries rest: the tables, on SQLite and PostgreSQL alike.

Instants are integers, microseconds since 1970 UTC: they sort and compare the same on both engines. The full-text
index stands beside these tables and is each engine's own (see `fulltext`).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite makes a primary key of 64 bits only of its own INTEGER.
Count = BigInteger().with_variant(Integer, "sqlite")

lineage = Table(
    "lineage",
    metadata,
    # One row: the id of this database's history and the revision of the last published change.
    Column("id", Uuid, primary_key=True),
    Column("revision", Count, nullable=False),
    # What the tables that are derived from entries were made by; where it is another version's, they are made anew.
    Column("derived", String(32)),
)

outlets = Table(
    "outlets",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("name_ar", Text, nullable=False),
    Column("name_latin", Text, nullable=False),
    Column("aliases", Text, nullable=False),
    Column("domains", Text, nullable=False),
    Column("country", String(2)),
    Column("zone", String(64)),
    Column("languages", Text, nullable=False),
    Column("kind", String(16), nullable=False),
)

entries = Table(
    "entries",
    metadata,
    # The revision at which the entry was first published names its row: it grows, and is never used again.
    Column("sequence", Count, primary_key=True, autoincrement=False),
    Column("id", Uuid, nullable=False, unique=True),
    Column("source", Text, nullable=False, unique=True),
    Column("revision", Count, nullable=False, unique=True),
    Column("content_hash", String(32), nullable=False),
    Column("first_seen", BigInteger, nullable=False),
    Column("revised", BigInteger, nullable=False),
    # The publication date as lists are ordered by it: never null, see rows.sort_key.
    Column("sort_at", BigInteger, nullable=False),
    # The dates as they are, for ranges; one that floats names no zone and is compared by its calendar.
    Column("published_at", BigInteger),
    Column("published_floats", Boolean, nullable=False),
    Column("modified_at", BigInteger),
    # The sequence of one entry of the same story; an entry alone has its own.
    Column("cluster", Count, nullable=False),
    # What near-duplicates are known by; null for a text too short to judge.
    Column("signature", LargeBinary),
    # The ids of the channels it stands in, as a JSON list: what `memberships` says, read in one go.
    Column("members", Text, nullable=False),
    # The ids of the earlier reports of the same story that it refers to, as a JSON list (see store.clusters).
    Column("related", Text, nullable=False, server_default="[]"),
    Column("url", Text),
    Column("title", Text),
    Column("subtitle", Text),
    Column("outlet", ForeignKey("outlets.key")),
    Column("via", ForeignKey("outlets.key")),
    Column("agency", String(64)),
    Column("authors", Text, nullable=False),
    Column("section", Text),
    Column("tags", Text, nullable=False),
    Column("published", String(32)),
    Column("published_zone_source", String(8)),
    Column("modified", String(32)),
    Column("modified_zone_source", String(8)),
    Column("language", String(35), nullable=False),
    Column("summary", Text),
    Column("evidence", Text, nullable=False),
    Column("issues", Text, nullable=False),
    Column("body", Text, nullable=False),
)
Index(None, entries.c.sort_at.desc(), entries.c.sequence.desc())
Index(None, entries.c.revised)
Index(None, entries.c.cluster)
# The few dates that lie ahead of their capture: ranges must find them where the order does not place them.
IS_AHEAD = entries.c.published_at > entries.c.sort_at
Index("ix_entries_ahead", entries.c.published_at, sqlite_where=IS_AHEAD, postgresql_where=IS_AHEAD)

captures = Table(
    "captures",
    metadata,
    Column("sequence", Count, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    # Where the last ingest found it; null for what no folder gave.
    Column("folder", Text),
    Column("captured", BigInteger),
    # The version of the normaliser that read it last.
    Column("normaliser", String(32), nullable=False),
    Column("declared", Text, nullable=False),
    Column("declared_by", Text, nullable=False),
    Column("issues", Text, nullable=False),
    # The decoded text, where it is another than the UTF-8 of `raw`.
    Column("text", Text),
    Column("raw", LargeBinary, nullable=False),
)

channels = Table(
    "channels",
    metadata,
    # A set of entries that can be subscribed to, and what tells whether it changed (see store.Channel).
    Column("id", Count, primary_key=True),
    Column("facet", String(16), nullable=False),
    Column("value", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("count", Count, nullable=False),
    Column("revision", Count, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("digest", String(32), nullable=False),
    # How many entries were ever withdrawn from it: feeds name those, which the digest knows nothing of.
    Column("withdrawn", Count, nullable=False, server_default="0"),
    UniqueConstraint("facet", "value"),
)
Index(None, channels.c.facet, channels.c["count"].desc(), channels.c.value)
Index(None, channels.c.revision)

memberships = Table(
    "memberships",
    metadata,
    # Which entries a channel has, in both orders of lists, without a look at the entries.
    Column("channel", Count, primary_key=True, autoincrement=False),
    Column("sort_at", BigInteger, primary_key=True, autoincrement=False),
    Column("sequence", Count, primary_key=True, autoincrement=False),
    Column("revision", Count, nullable=False),
    sqlite_with_rowid=False,
)
Index(None, memberships.c.channel, memberships.c.revision)

aliases = Table(
    "aliases",
    metadata,
    # Every key under which a source may come again, and the entry it is (see service.identity).
    Column("key", Text, primary_key=True),
    Column("id", Uuid, nullable=False),
    sqlite_with_rowid=False,
)
Index(None, aliases.c.id)

tombstones = Table(
    "tombstones",
    metadata,
    # What was published once and is withdrawn. `by` is who withdrew it: a curator's word outlasts the next ingest.
    Column("id", Uuid, primary_key=True),
    Column("source", Text, nullable=False),
    Column("sequence", Count, nullable=False),
    Column("revision", Count, nullable=False, unique=True),
    Column("withdrawn", BigInteger, nullable=False),
    Column("by", String(16), nullable=False),
    # The ids of the channels that it stood in, as a JSON list.
    Column("members", Text, nullable=False, server_default="[]"),
)

fragments = Table(
    "fragments",
    metadata,
    # What a kind of document says of an entry, rendered once for each of its revisions; who renders gives the version.
    Column("kind", String(8), primary_key=True),
    Column("revision", Count, primary_key=True, autoincrement=False),
    Column("version", String(16), nullable=False),
    Column("packed", LargeBinary, nullable=False),
)

bands = Table(
    "bands",
    metadata,
    # Where near-duplicates meet (see service.similar).
    Column("band", BigInteger, primary_key=True, autoincrement=False),
    Column("sequence", Count, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

pins = Table(
    "pins",
    metadata,
    # Fields that a person fixed, by the key of the source: they outlast every reading.
    Column("key", Text, primary_key=True),
    Column("field", String(16), primary_key=True),
    Column("value", Text, nullable=False),
    Column("pinned", BigInteger, nullable=False),
)

reports = Table(
    "reports",
    metadata,
    # What each ingest did.
    Column("id", Count, primary_key=True),
    Column("folder", Text, nullable=False),
    Column("began", BigInteger, nullable=False),
    Column("ended", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    # An ingest whose captures wait for workers (see store.backlog), until its last parcel is published: then it is a report.
    Column("id", Count, primary_key=True),
    Column("folder", Text, nullable=False, unique=True),
    Column("began", BigInteger, nullable=False),
    # The revision that was reached when it began.
    Column("reached", Count, nullable=False),
    Column("is_filling", Boolean, nullable=False),
    Column("prune", Boolean, nullable=False),
    # Which parcel is published next, and how many there are; null while the folder is still being read.
    Column("turn", Count, nullable=False),
    Column("parcels", Count),
    # What was done so far, as a report; and the ids of the entries whose files are gone, by name.
    Column("content", Text, nullable=False),
    Column("gone", Text, nullable=False),
    # Jobs name runs by their ids, also those that have ended: none is used again.
    sqlite_autoincrement=True,
)

parcels = Table(
    "parcels",
    metadata,
    # Captures of a run that are published together: how many, how often that failed and why, themselves.
    Column("run", Count, primary_key=True, autoincrement=False),
    Column("number", Count, primary_key=True, autoincrement=False),
    Column("captures", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("reason", Text),
    Column("packed", LargeBinary, nullable=False),
)

hubs = Table(
    "hubs",
    metadata,
    # The WebSub hubs that were told of changes: up to which revision, how often in a row one failed, until when it rests.
    Column("hub", Text, primary_key=True),
    Column("announced", Count, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("rests_until", BigInteger, nullable=False),
)

pings = Table(
    "pings",
    metadata,
    # What a hub has still to be told of (see store.outbox): when it changed last, when to try, and how often it was tried.
    Column("hub", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("queued", BigInteger, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
)
Index(None, pings.c.hub, pings.c.due)

tokens = Table(
    "tokens",
    metadata,
    # Who may write: the hash of each token, never the token itself.
    Column("id", String(8), primary_key=True),
    Column("name", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger),
    Column("revoked", BigInteger),
    # The day, as midnight: a write for each request would cost more than most of them.
    Column("used", BigInteger),
)

answers = Table(
    "answers",
    metadata,
    # What was answered to requests with an Idempotency-Key, for a day; without a status it is under way.
    Column("name", String(64), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("claimed", BigInteger, nullable=False),
    Column("status", Integer),
    Column("headers", Text),
    Column("body", LargeBinary),
)
Index(None, answers.c.claimed)
