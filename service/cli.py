"""The command line: the one place, beside the HTTP edge, that reads the clock and the environment."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from service.config import Config
from service.errors import ConfigError, ServiceError
from service.findings import HELP
from service.ingest import Report, ingest
from service.ingest.decide import Outcome
from service.ingest.overrides import load_overrides, pin
from service.ingest.reader import Refused, count_files, read_captures, read_folder
from service.ingest.registry import load_registry
from service.links import Links
from service.normalise import normalise
from service.normalise.layout import lay_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.article import Article, Capture, Dated
    from service.normalise import Registry

ROLE_COLOURS = {"title": "cyan", "date": "green", "byline": "green", "source": "green", "prose": "white", "deck": "cyan"}
CONFIDENCE_COLOURS = {"certain": "green", "likely": "yellow", "weak": "red"}
# What gold data calls the kinds of evidence for an outlet.
OUTLET_EVIDENCE = {None: "none", "source-line": "aggregator-line", "mention": "mention"}
EDGE_WORDS = 4
# How much of the words read fits on a line of a terminal.
SHOWN = 100


class _Commands(click.Group):
    """Says what is wrong in one line, and not in a traceback, wherever the fault is not ours."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ServiceError as error:
            for line in str(error).splitlines():
                click.echo(f"nashra: {line}", err=True)
            sys.exit(2)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nashra")
def main() -> None:
    """Publish a folder of article captures as feeds and as a REST API."""


@main.command("ingest")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def ingest_command(folder: Path | None) -> None:
    """Publish the captures in FOLDER (default: CORPUS_DIR). Running it again changes nothing."""
    config = Config.from_env(os.environ)
    _ingest(config, folder or config.corpus_dir)


@main.command()
def migrate() -> None:
    """Bring the database up to date; safe to run again."""
    from service.store import Store

    Store.open(Config.from_env(os.environ).database_url).close()


@main.command()
@click.option("--ingest", "first_ingest", is_flag=True, help="Publish the captures in CORPUS_DIR before serving.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
def serve(host: str, *, first_ingest: bool) -> None:
    """Serve the feeds, the API and the pages on PORT."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from service.store import Store

    config = Config.from_env(os.environ)
    _require_free(host, config.port)
    if first_ingest:
        _ingest(config, config.corpus_dir)
    else:
        Store.open(config.database_url).close()
    links = Links(config.public_url)

    def announce() -> None:
        click.echo(f"Bulletin  {links.home}\nFeed      {links.feed}\nAPI       {links.api_articles(20)}")
        click.echo("Press Ctrl+C to stop.")

    server = Granian(
        "service.wsgi:app",
        address=host,
        port=config.port,
        interface=Interfaces.WSGI,
        workers=config.web_concurrency,
        blocking_threads=1,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    )
    server.on_startup(announce)
    server.serve()


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON line for each capture, evidence and all.")
def inspect(file: Path, *, as_json: bool) -> None:
    """Show what is understood in FILE, for each field why, and which line was taken for what."""
    config = Config.from_env(os.environ)
    registry, overrides = load_registry(config.outlets_file), load_overrides(config.overrides_file)
    refused = False
    for result in read_captures(file):
        if isinstance(result, Refused):
            click.echo(_refusal(result), err=True)
            refused = True
        elif as_json:
            click.echo(json.dumps(asdict(normalise(pin(result, overrides), registry)), ensure_ascii=False, default=str))
        else:
            for line in _inspection(pin(result, overrides), registry):
                click.echo(line)
    sys.exit(refused)


@main.command("normalise")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def normalise_command(paths: tuple[Path, ...]) -> None:
    """Print a JSON line for each capture in PATHS, files or folders: its fields, nothing stored."""
    config = Config.from_env(os.environ)
    registry, overrides = load_registry(config.outlets_file), load_overrides(config.overrides_file)
    refused = False
    for path in paths:
        for result in read_folder(path) if path.is_dir() else read_captures(path):
            if isinstance(result, Refused):
                click.echo(_refusal(result), err=True)
                refused = True
            else:
                click.echo(json.dumps(_flat(result, normalise(pin(result, overrides), registry)), ensure_ascii=False))
    sys.exit(refused)


def _require_free(host: str, port: int) -> None:
    """Refuse a port that is taken: the server would share it with its like, and each would get half the requests."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # What the kernel keeps of a server that has just ended is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = f"PORT={port}: {error.strerror} on {host}; stop what listens there, or set another PORT"
            raise ConfigError(message) from error


def _ingest(config: Config, folder: Path) -> None:
    from service.store import Store

    if not folder.is_dir():
        message = f"{folder}: no such folder; name the folder of captures, or set CORPUS_DIR"
        raise ConfigError(message)
    registry = load_registry(config.outlets_file)
    overrides = load_overrides(config.overrides_file)
    store = Store.open(config.database_url)
    began = time.monotonic()
    try:
        with click.progressbar(
            length=count_files(folder), label="Reading captures", file=sys.stderr, hidden=not sys.stderr.isatty()
        ) as bar:
            report = ingest(folder, registry, store, lambda: datetime.now(UTC), lambda _name: bar.update(1), overrides)
    finally:
        store.close()
    for line in _summary(report, folder, time.monotonic() - began):
        click.echo(line)
    for refused in report.refused:
        click.echo(_refusal(refused), err=True)


def _summary(report: Report, folder: Path, seconds: float) -> Iterator[str]:
    counts = ", ".join(f"{report.outcomes[outcome]} {outcome}" for outcome in Outcome)
    yield f"{report.published} captures of {folder} are published: {counts}; {len(report.refused)} refused ({seconds:.1f} s)"
    if report.elsewhere:
        yield f"{report.elsewhere} more stay published that are not in this folder; a new DATABASE_URL starts afresh"
    if report.findings:
        yield "Findings: " + ", ".join(f"{code} {number}" for code, number in report.findings.most_common())


@main.command()
def findings() -> None:
    """Say what each finding of an ingest means, and what to do about it."""
    for code, text in sorted(HELP.items()):
        click.echo(f"{code:<24}{text}")


def _refusal(refused: Refused) -> str:
    return f"refused {refused.name}: {refused.issue.message} [{refused.issue.code}]"


def _inspection(capture: Capture, registry: Registry) -> Iterator[str]:
    article, layout = normalise(capture, registry), lay_out(capture.text, registry)
    yield click.style(capture.name, underline=True)
    for name, value in _values(article).items():
        evidence = article.why(name)
        yield click.style(f"{name:<10}", bold=True) + (value if value is not None else click.style("unknown", dim=True))
        if evidence:
            colour = CONFIDENCE_COLOURS[evidence.confidence]
            where = f" at {evidence.span[0]}-{evidence.span[1]}" if evidence.span else ""
            raw = evidence.raw if len(evidence.raw) <= SHOWN else evidence.raw[:SHOWN] + "…"
            yield f"{'':<10}{click.style(evidence.confidence, fg=colour)}, {evidence.rule}{where}: {raw!r}"
    for issue in article.issues:
        yield click.style(f"{issue.code}: ", fg="yellow") + issue.message
    for line, role in zip(layout.lines, layout.roles, strict=True):
        shown = "title" if line is layout.title else role.value
        yield click.style(f"{shown:<10}", fg=ROLE_COLOURS.get(shown), dim=shown not in ROLE_COLOURS) + line.text[:SHOWN]


def _values(article: Article) -> dict[str, str | None]:
    def shown(dated: Dated | None) -> str | None:
        return f"{dated.edtf} ({dated.precision}, zone from {dated.zone_source})" if dated else None

    return {
        "title": article.title,
        "subtitle": article.subtitle,
        "authors": ", ".join(article.authors) or None,
        "agency": article.agency,
        "section": article.section,
        "tags": ", ".join(article.tags) or None,
        "via": f"{article.via.name} ({article.via.key})" if article.via else None,
        "outlet": f"{article.outlet.name} ({article.outlet.key})" if article.outlet else None,
        "published": shown(article.published),
        "modified": shown(article.modified),
        "language": f"{article.language} ({article.direction})" if article.language != "und" else None,
        "summary": article.summary,
        "body": f"{len(article.body)} paragraphs" if article.body else None,
    }


def _flat(capture: Capture, article: Article) -> dict[str, Any]:
    outlet, published, words = article.outlet, article.published, " ".join(article.body).split()
    why = article.why("outlet")
    return {
        "id": capture.name.removesuffix(Path(capture.name).suffix) if "#" not in capture.name else capture.name,
        "title": article.title,
        "subtitle": article.subtitle,
        "outlet": outlet and {"name": outlet.name, "key": outlet.key},
        "outlet_evidence": OUTLET_EVIDENCE.get(why.rule if why else None, "byline"),
        "authors": article.authors,
        "agency": article.agency,
        "section": article.section,
        "tags": article.tags,
        "aggregator": article.via and article.via.key,
        "original_source": outlet.key if outlet and (article.via or (why and why.rule == "source-line")) else None,
        "language": article.language,
        "published": published and published.edtf,
        "published_precision": published and published.precision,
        "modified": article.modified and article.modified.edtf,
        "body_first_words": " ".join(words[:EDGE_WORDS]) or None,
        "body_last_words": " ".join(words[-EDGE_WORDS:]) or None,
    }
