"""Brings a database to the schema of this version: forward only, safe to run again, in the caller's transaction."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from service.errors import StoreError

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

# The newest revision in versions/; a test holds the two equal.
HEAD = "0007"


def is_current(connection: Connection) -> bool:
    """Tell whether the schema is this version's, without the cost of loading Alembic."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    found = connection.execute(text("select version_num from alembic_version")).scalar_one_or_none()
    return bool(found == HEAD)


def upgrade(connection: Connection) -> None:
    """Bring the schema up to date on `connection`; raises StoreError for a database of a newer version."""
    from alembic import command
    from alembic.util import CommandError

    try:
        command.upgrade(settings(connection), "head")
    except CommandError as error:
        message = f"the database was made by another version of Nashra ({error}); use that version or a new database"
        raise StoreError(message) from error


def settings(connection: Connection) -> Config:
    """Return Alembic's settings; there is no alembic.ini."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
