"""The command that looks for articles."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import click

from service import search
from service.article import Confidence
from service.cli.commands import main
from service.cli.publishing import open_store
from service.config import Config
from service.store import ArticleQuery, Facet, Order, Term

if TYPE_CHECKING:
    from service.article import Entry

FACETS = (Facet.OUTLET, Facet.AUTHOR, Facet.SECTION, Facet.TAG, Facet.LANGUAGE, Facet.AGENCY, Facet.VIA, Facet.MONTH)
WIDTH = 160


# `-word` is a word to exclude, no option.
@main.command(
    "search",
    context_settings={"ignore_unknown_options": True},
    params=[click.Option([f"--{facet}"], multiple=True, help=f"Only of this {facet}.") for facet in FACETS],
)
@click.argument("text", nargs=-1)
@click.option("--by-date", is_flag=True, help="The newest first; else those with all the words in their title.")
@click.option("--collapse", is_flag=True, help="Of the reprints of one story only the earliest.")
@click.option(
    "--min-confidence",
    type=click.Choice([str(each) for each in Confidence]),
    help="Only where outlet and date are known and trusted at least this far.",
)
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True, help="How many at most.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON line for each.")
def search_command(
    text: tuple[str, ...],
    min_confidence: str | None,
    limit: int,
    *,
    by_date: bool,
    collapse: bool,
    as_json: bool,
    **said: tuple[str, ...],
) -> None:
    """Find the articles with TEXT: words, "phrases", -exclusion, prefix*, title:word. Without TEXT, list them."""
    sought = " ".join(text) or None
    trusted = {Term(Facet.CONFIDENCE, min_confidence)} if min_confidence else set()
    query = ArticleQuery(
        include=frozenset(trusted | {Term.of(facet, value) for facet in FACETS for value in said[facet]}),
        text=sought,
        collapse=collapse,
        order=Order.RELEVANCE if sought and not by_date else Order.PUBLISHED,
        limit=limit,
    )
    store = open_store(Config.from_env(os.environ))
    try:
        page, total = store.page(query), store.total(query)
    finally:
        store.close()
    for entry in page.entries:
        click.echo(_as_json(entry) if as_json else _shown(entry, sought))
    if not as_json:
        click.echo(f"{len(page.entries)} of {total} articles")


def _shown(entry: Entry, sought: str | None) -> str:
    article = entry.article
    date = article.published.edtf if article.published else "undated"
    outlet = article.outlet.name if article.outlet else "unknown outlet"
    lines = [click.style(article.title or article.source, bold=True), f"    {date}  {outlet}  {article.source}"]
    if sought:
        piece = search.snippet("\n".join(article.body), search.parse(sought), WIDTH)
        lines.append("    " + _marked(piece).replace("\n", " "))
    return "\n".join(lines)


def _marked(piece: search.Snippet) -> str:
    parts, at = [], 0
    for start, end in piece.highlights:
        parts += [piece.text[at:start], click.style(piece.text[start:end], fg="yellow")]
        at = end
    return "".join([*parts, piece.text[at:]])


def _as_json(entry: Entry) -> str:
    article = entry.article
    found = {
        "id": str(entry.id),
        "source": article.source,
        "title": article.title,
        "outlet": article.outlet and article.outlet.key,
        "published": article.published and article.published.edtf,
    }
    return json.dumps(found, ensure_ascii=False)
