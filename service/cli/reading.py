"""The commands that show how captures are read, and store nothing."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from service.cli.commands import main, refusal
from service.config import Config
from service.findings import HELP
from service.ingest.overrides import load_overrides, pin
from service.ingest.reader import Refused, read_captures, read_folder
from service.ingest.registry import load_registry
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
            click.echo(refusal(result), err=True)
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
                click.echo(refusal(result), err=True)
                refused = True
            else:
                click.echo(json.dumps(_flat(result, normalise(pin(result, overrides), registry)), ensure_ascii=False))
    sys.exit(refused)


@main.command()
def findings() -> None:
    """Say what each finding of an ingest means, and what to do about it."""
    for code, text in sorted(HELP.items()):
        click.echo(f"{code:<24}{text}")


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
