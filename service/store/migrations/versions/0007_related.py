"""The earlier reports of its story that an entry refers to; opening the store finds them, as all that is derived."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table("entries", recreate="always" if is_sqlite else "never") as entries:
        # SQLite reads a row up to the column wanted, so that the long ones come last.
        place = {"insert_before": "url"} if is_sqlite else {}
        entries.add_column(sa.Column("related", sa.Text(), nullable=False, server_default="[]"), **place)
