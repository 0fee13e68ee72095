"""How entries rest: the tables, on SQLite and PostgreSQL alike.

Instants are integers, microseconds since 1970 UTC: they sort and compare the same on both engines.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
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

captures = Table(
    "captures",
    metadata,
    Column("sequence", ForeignKey("entries.sequence"), primary_key=True),
    Column("captured", BigInteger),
    Column("raw", LargeBinary, nullable=False),
)

channels = Table(
    "channels",
    metadata,
    # A set of entries that can be subscribed to, and what tells whether it changed (see store.Channel).
    Column("facet", String(16), primary_key=True),
    Column("value", Text, primary_key=True),
    Column("count", Count, nullable=False),
    Column("revision", Count, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("digest", String(32), nullable=False),
)
