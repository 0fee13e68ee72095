"""Rendered fragments of entries, and what feeds need of withdrawals.

The table of fragments begins empty: what is not kept there is rendered when it is asked for.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

COUNT = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the table and the columns."""
    op.create_table(
        "fragments",
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("revision", COUNT, autoincrement=False, nullable=False),
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "revision", name="pk_fragments"),
    )
    with op.batch_alter_table("tombstones") as tombstones:
        tombstones.add_column(sa.Column("members", sa.Text(), nullable=False, server_default="[]"))
    with op.batch_alter_table("channels") as channels:
        channels.add_column(sa.Column("withdrawn", COUNT, nullable=False, server_default="0"))
