"""The command that serves what is published."""

from __future__ import annotations

import os

import click

from service.cli.commands import main
from service.config import Config


@main.command()
@click.option("--ingest", "first_ingest", is_flag=True, help="Publish the captures in CORPUS_DIR before serving.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
def serve(host: str, *, first_ingest: bool) -> None:
    """Serve the feeds, the API and the pages on PORT."""
    # What serves and logs takes a tenth of a second to load, which other commands need not wait for.
    from service.cli import server

    server.run(Config.from_env(os.environ), host, first_ingest=first_ingest)
