"""Channels of every facet, full text, clusters, aliases, tombstones, pins and reports.

What is derived from entries (memberships, clusters, the full-text index, most channels) is left empty: opening the
store fills it, as it does whenever its derivation changes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

COUNT = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the columns and tables."""
    with op.batch_alter_table("lineage") as lineage:
        lineage.add_column(sa.Column("derived", sa.String(32)))
    _captures()
    _entries()
    _channels()
    _new_tables()


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _before(column: str) -> dict[str, str]:
    """Place a column before another: SQLite reads a row up to the column wanted, so that the long ones come last."""
    return {"insert_before": column} if _is_sqlite() else {}


def _captures() -> None:
    # Without the foreign key, which SQLite would trip over when the table of entries is made anew below.
    with op.batch_alter_table("captures", recreate="always" if _is_sqlite() else "never") as captures:
        captures.drop_constraint("fk_captures_sequence", type_="foreignkey")
        captures.add_column(sa.Column("name", sa.Text(), nullable=False, server_default=""), **_before("captured"))
        captures.add_column(sa.Column("folder", sa.Text()), **_before("captured"))
        captures.add_column(sa.Column("normaliser", sa.String(32), nullable=False, server_default="0"), **_before("raw"))
        for name, empty in (("declared", "{}"), ("declared_by", "{}"), ("issues", "[]")):
            captures.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=empty), **_before("raw"))
        captures.add_column(sa.Column("text", sa.Text()), **_before("raw"))
    op.execute("update captures set name = (select source from entries where entries.sequence = captures.sequence)")


def _entries() -> None:
    with op.batch_alter_table("entries", recreate="always" if _is_sqlite() else "never") as entries:
        entries.add_column(sa.Column("published_at", sa.BigInteger()), **_before("url"))
        entries.add_column(
            sa.Column("published_floats", sa.Boolean(), nullable=False, server_default=sa.false()), **_before("url")
        )
        entries.add_column(sa.Column("modified_at", sa.BigInteger()), **_before("url"))
        entries.add_column(sa.Column("cluster", COUNT, nullable=False, server_default="0"), **_before("url"))
        entries.add_column(sa.Column("signature", sa.LargeBinary()), **_before("url"))
        entries.add_column(sa.Column("members", sa.Text(), nullable=False, server_default="[]"), **_before("url"))
    op.execute("update entries set cluster = sequence")
    op.create_index("ix_entries_revised", "entries", ["revised"])
    op.create_index("ix_entries_cluster", "entries", ["cluster"])
    is_ahead = sa.text("published_at > sort_at")
    op.create_index("ix_entries_ahead", "entries", ["published_at"], sqlite_where=is_ahead, postgresql_where=is_ahead)


def _channels() -> None:
    op.rename_table("channels", "old_channels")
    if not _is_sqlite():
        op.execute("alter index pk_channels rename to pk_old_channels")
    op.create_table(
        "channels",
        sa.Column("id", COUNT, nullable=False),
        sa.Column("facet", sa.String(16), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("count", COUNT, nullable=False),
        sa.Column("revision", COUNT, nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_channels"),
        sa.UniqueConstraint("facet", "value", name="uq_channels_facet_value"),
    )
    op.execute(
        "insert into channels (facet, value, label, count, revision, changed, digest) "
        "select facet, value, '', count, revision, changed, digest from old_channels"
    )
    op.drop_table("old_channels")
    op.create_index("ix_channels_facet_count_value", "channels", ["facet", sa.text("count DESC"), "value"])
    op.create_index("ix_channels_revision", "channels", ["revision"])


def _new_tables() -> None:
    op.create_table(
        "memberships",
        sa.Column("channel", COUNT, autoincrement=False, nullable=False),
        sa.Column("sort_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", COUNT, autoincrement=False, nullable=False),
        sa.Column("revision", COUNT, nullable=False),
        sa.PrimaryKeyConstraint("channel", "sort_at", "sequence", name="pk_memberships"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_memberships_channel_revision", "memberships", ["channel", "revision"])
    op.create_table(
        "aliases",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_aliases"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_aliases_id", "aliases", ["id"])
    op.create_table(
        "tombstones",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sequence", COUNT, nullable=False),
        sa.Column("revision", COUNT, nullable=False),
        sa.Column("withdrawn", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tombstones"),
        sa.UniqueConstraint("revision", name="uq_tombstones_revision"),
    )
    op.create_table(
        "bands",
        sa.Column("band", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", COUNT, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("band", "sequence", name="pk_bands"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pins",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("field", sa.String(16), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("pinned", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "field", name="pk_pins"),
    )
    op.create_table(
        "reports",
        sa.Column("id", COUNT, nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
    )
