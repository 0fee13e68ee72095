"""The commands that write capture files: when they were captured, and new ones."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from service.cli.commands import main, refusal
from service.cli.publishing import publish, require_folder
from service.config import Config
from service.errors import ConfigError
from service.ingest.files import add_file, replace_file
from service.ingest.formats.declared import mistake
from service.ingest.reader import Refused, files_below, read_captures
from service.ingest.stamp import NotStampedError, instant, stamp
from service.normalise.dates import read_instant


def _as_instant(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    try:
        return read_instant(value) if value else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _as_url(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value and (error := mistake("url", value)):
        raise click.BadParameter(error)
    return value


@main.command("stamp")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--mtime", is_flag=True, help="Write when each file was last changed, and not the present time.")
def stamp_command(folder: Path | None, *, mtime: bool) -> None:
    """Write into the files of FOLDER (default: CORPUS_DIR) when they were captured, where they do not say so."""
    config = Config.from_env(os.environ)
    folder = folder or config.corpus_dir
    require_folder(folder)
    now, stamped, already, left = datetime.now(UTC), 0, 0, 0
    for path in files_below(folder):
        try:
            if _stamp_file(path, datetime.fromtimestamp(path.lstat().st_mtime, UTC) if mtime else now):
                stamped += 1
            else:
                already += 1
        except (NotStampedError, OSError) as error:
            left += 1
            reason = error.strerror if isinstance(error, OSError) else error
            click.echo(f"not stamped {path.relative_to(folder)}: {reason}", err=True)
    click.echo(f"{stamped} stamped, {already} had a capture time, {left} not stamped in {folder}")


def _stamp_file(path: Path, moment: datetime) -> bool:
    """Write a capture time into a file; False where every capture in it has one."""
    if path.is_symlink():
        message = "it is a link; stamp the file it leads to"
        raise NotStampedError(message)
    results = list(read_captures(path))
    if all(not isinstance(result, Refused) and result.captured for result in results):
        return False
    if isinstance(results[0], Refused):
        raise NotStampedError(results[0].issue.message)
    replace_file(path, stamp(path.read_bytes(), path.name, {"captured": instant(moment)}))
    return True


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--url", callback=_as_url, help="The address of the page, where FILE does not say so.")
@click.option("--captured", callback=_as_instant, help="When it was captured, with offset; otherwise now, unless FILE says so.")
@click.option("--no-ingest", is_flag=True, help="Copy only; publish later.")
def add(files: tuple[Path, ...], url: str | None, captured: datetime | None, *, no_ingest: bool) -> None:
    """Copy captures into CORPUS_DIR with their capture time, and publish them."""
    if url and len(files) > 1:
        message = "--url is the address of one page; add the files one by one"
        raise click.UsageError(message)
    config = Config.from_env(os.environ)
    require_folder(config.corpus_dir)
    outcomes = [_add_file(path, config.corpus_dir, url, captured) for path in files]
    if any(outcomes) and not no_ingest:
        publish(config, config.corpus_dir)
    sys.exit(not all(outcomes))


def _add_file(path: Path, folder: Path, url: str | None, captured: datetime | None) -> bool:
    """Copy one file and say so; False where it is refused."""
    results = list(read_captures(path))
    refused = [result for result in results if isinstance(result, Refused)]
    if len(refused) == len(results):
        for result in refused:
            click.echo(refusal(result), err=True)
        return False
    first = results[0]
    has_time = not captured and not isinstance(first, Refused) and first.captured is not None
    fields = {"url": url} if url else {}
    if not has_time:
        fields["captured"] = instant(captured or datetime.now(UTC))
    try:
        content = path.read_bytes()
        try:
            content = stamp(content, path.name, fields, above_pages=True)
        except NotStampedError as error:
            if url or captured:
                click.echo(f"refused {path.name}: {error}", err=True)
                return False
            click.echo(f"not stamped {path.name}: {error}", err=True)
        added, is_new = add_file(folder, path.name, content)
    except OSError as error:
        message = f"{path} cannot be copied to {folder}: {error.strerror}"
        raise ConfigError(message) from error
    click.echo(f"added {added}" if is_new else f"already there {added}")
    return True
