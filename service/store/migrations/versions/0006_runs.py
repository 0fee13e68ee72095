"""Ingests that workers share: their parcels, and on PostgreSQL the queue of jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

COUNT = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "runs",
        sa.Column("id", COUNT, nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
        sa.Column("reached", COUNT, nullable=False),
        sa.Column("is_filling", sa.Boolean(), nullable=False),
        sa.Column("prune", sa.Boolean(), nullable=False),
        sa.Column("turn", COUNT, nullable=False),
        sa.Column("parcels", COUNT),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("gone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.UniqueConstraint("folder", name="uq_runs_folder"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "parcels",
        sa.Column("run", COUNT, autoincrement=False, nullable=False),
        sa.Column("number", COUNT, autoincrement=False, nullable=False),
        sa.Column("captures", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run", "number", name="pk_parcels"),
    )
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        from procrastinate.schema import SchemaManager

        # The package is held to one schema (see pyproject.toml): what changes it is a migration of ours too.
        # By the driver: there are many statements, and percent signs that are no parameters.
        connection.connection.driver_connection.execute(SchemaManager.get_schema())
