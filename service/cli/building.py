"""The command that writes the whole site as files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from service.cli.commands import main
from service.config import Config

CODINGS = ("gzip", "br", "zstd")


@main.command("build")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--base-url", help="Where the files will be reached; PUBLIC_URL unless it is given.")
@click.option("--ingest", "first_ingest", is_flag=True, help="Publish the captures in CORPUS_DIR before.")
@click.option(
    "--beside", "is_beside", is_flag=True, help="For files in front of `nashra serve`, which answers what has parameters."
)
@click.option(
    "--coding", "codings", multiple=True, type=click.Choice([*CODINGS, "none"]), help="Only in this coding; repeatable."
)
@click.option(
    "--jobs", type=click.IntRange(min=0), default=1, show_default=True, help="How many processes share the work; 0: one a core."
)
def build_command(
    folder: Path, base_url: str | None, codings: tuple[str, ...], jobs: int, *, first_ingest: bool, is_beside: bool
) -> None:
    """Write the whole site to FOLDER as static files; running it again writes only what changed."""
    # What builds loads all that serves, which other commands need not wait for.
    from service.build import build
    from service.build.settings import Settings
    from service.cli.platform import unreachable
    from service.cli.publishing import publish
    from service.ingest.parallel import cores

    environment = {**os.environ, **({"PUBLIC_URL": base_url} if base_url else {})}
    config = Config.from_env(environment)
    for warning in unreachable(config, environment):
        click.echo(f"nashra: {warning}", err=True)
    if first_ingest:
        publish(config, config.corpus_dir, patience=0)
    wanted = tuple(coding for coding in CODINGS if coding in (codings or CODINGS))
    report = build(Settings(config=config, is_beside=is_beside, codings=wanted, jobs=jobs or cores()), folder)
    click.echo(
        f"{folder}: {report.written} documents written ({report.bytes_written / 1e6:.1f} MB), {report.unchanged} unchanged, "
        f"{report.removed} removed, in {report.seconds:.1f} s"
    )
    for name in report.unnameable:
        click.echo(f"nashra: {name}: the name is too long for a file, so links to it lead nowhere", err=True)
    if not report.is_current:
        click.echo("nashra: more was published meanwhile; build again", err=True)
    sys.exit(1 if report.unnameable or not report.is_current else 0)
