"""The first tables: lineage, outlets, entries, captures, channels."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

COUNT = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "lineage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", COUNT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lineage"),
    )
    op.create_table(
        "outlets",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("name_ar", sa.Text(), nullable=False),
        sa.Column("name_latin", sa.Text(), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("domains", sa.Text(), nullable=False),
        sa.Column("country", sa.String(2)),
        sa.Column("zone", sa.String(64)),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_outlets"),
    )
    op.create_table(
        "entries",
        sa.Column("sequence", COUNT, autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("revision", COUNT, nullable=False),
        sa.Column("content_hash", sa.String(32), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("revised", sa.BigInteger(), nullable=False),
        sa.Column("sort_at", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("title", sa.Text()),
        sa.Column("subtitle", sa.Text()),
        sa.Column("outlet", sa.String(64), sa.ForeignKey("outlets.key", name="fk_entries_outlet")),
        sa.Column("via", sa.String(64), sa.ForeignKey("outlets.key", name="fk_entries_via")),
        sa.Column("agency", sa.String(64)),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.Column("section", sa.Text()),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("published", sa.String(32)),
        sa.Column("published_zone_source", sa.String(8)),
        sa.Column("modified", sa.String(32)),
        sa.Column("modified_zone_source", sa.String(8)),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("summary", sa.Text()),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("issues", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_entries"),
        sa.UniqueConstraint("id", name="uq_entries_id"),
        sa.UniqueConstraint("source", name="uq_entries_source"),
        sa.UniqueConstraint("revision", name="uq_entries_revision"),
    )
    op.create_index("ix_entries_sort_at_sequence", "entries", [sa.text("sort_at DESC"), sa.text("sequence DESC")])
    op.create_table(
        "captures",
        sa.Column("sequence", COUNT, autoincrement=False, nullable=False),
        sa.Column("captured", sa.BigInteger()),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_captures"),
        sa.ForeignKeyConstraint(["sequence"], ["entries.sequence"], name="fk_captures_sequence"),
    )
    op.create_table(
        "channels",
        sa.Column("facet", sa.String(16), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("count", COUNT, nullable=False),
        sa.Column("revision", COUNT, nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("facet", "value", name="pk_channels"),
    )
