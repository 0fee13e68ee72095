"""The commands that keep the service in good order: is all well, a copy for the day it is not, and that copy put back."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from service.cli.commands import main
from service.config import Config
from service.errors import ConfigError

DUMP = 'pg_dump --format=custom --no-owner --file={file} "$DATABASE_URL"'
LOAD = 'pg_restore --clean --if-exists --no-owner --single-transaction --dbname="$DATABASE_URL" {file}'


@main.command()
def doctor() -> None:
    """Check settings, database, feeds, disk and time zones; exit status 1, and a line for each fault, where there is any."""
    from service.cli.doctor import faults

    found = 0
    for fault in faults(os.environ):
        found += 1
        click.echo(fault)
    click.echo(f"{found} to see to" if found else "all is well")
    sys.exit(bool(found))


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Copy the SQLite database to FILE while it is in use; the copy is checked, and replaces an older one at once."""
    from service.store.backups import back_up

    database = _database(DUMP, file)
    if not database.is_file():
        message = f"DATABASE_URL: {database} is not there"
        raise ConfigError(message)
    back_up(database, file)
    click.echo(f"{database} is copied to {file} ({file.stat().st_size:,} bytes, checked)")


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def restore(file: Path) -> None:
    """Put the copy FILE in the place of what the SQLite database holds; readers see the old state until it is done."""
    from service.store.backups import restore

    database = _database(LOAD, file)
    if not database.exists():
        database.parent.mkdir(parents=True, exist_ok=True)
        database.touch(mode=0o644)
    count = restore(file, database)
    click.echo(f"{file} is restored to {database}: {count} articles")


def _database(instead: str, file: Path) -> Path:
    """Return the file of the database; raises ConfigError with what to run `instead` where it is a server's."""
    from service.store.engine import database_url

    url = database_url(Config.from_env(os.environ).database_url)
    if url.get_backend_name() != "sqlite":
        message = f"DATABASE_URL names a PostgreSQL server; run: {instead.format(file=file)}"
        raise ConfigError(message)
    return Path(str(url.database)).absolute()
