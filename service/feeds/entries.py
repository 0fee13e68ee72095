"""What an entry says in a feed of any format. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup, escape

from service.channels import feed_language
from service.store import Facet

if TYPE_CHECKING:
    from service.article import Article, Dated, Entry

UNTITLED_LENGTH = 80
TAG = re.compile(r"</?[A-Za-z!][^<>]*>")
# Stands for a character that was lost; validators take it for a wrong encoding.
LOST = "\ufffd"
LOOKALIKES = str.maketrans("<>&", "‹›＆")
# What is left of a name that was nothing but markup.
UNTITLED = "–"
MARKUP = re.compile(r"<[A-Za-z/!?]|&(?:#\w+|[A-Za-z]+);")
# No feed is made too large by what is no text of the article; no title or summary that is one comes near.
LONGEST_LINE = 1_000


class Category(NamedTuple):
    """A category of an entry: the facet that is its scheme, its term there, and the name shown for it."""

    facet: Facet
    term: str
    label: str


def title_of(article: Article) -> str:
    """Return the title, which Atom requires: the first words of a text that has none, else its key."""
    if article.title:
        return _cut(article.title, LONGEST_LINE)
    return _cut(article.summary or article.source, UNTITLED_LENGTH) or UNTITLED


def summary_of(article: Article) -> str | None:
    """Return the summary, if there is one."""
    return article.summary and _cut(article.summary, LONGEST_LINE)


def content_of(article: Article) -> str | None:
    """Return the body as HTML whose language and direction survive readers that strip styles; None where there is none."""
    if not article.body:
        return None
    language = feed_language(article.language)
    attributes = Markup(' lang="{}"').format(language) if language else Markup("")
    paragraphs = Markup("").join(Markup("<p>{}</p>").format(paragraph) for paragraph in article.body)
    return str(Markup('<div dir="{}"{}>{}</div>').format(escape(article.direction), attributes, paragraphs))


def authors_of(article: Article) -> list[str]:
    """Return the authors: persons, then the outlet. An author may be a body (RFC 4287, section 3.2)."""
    return [plain(name) for name in (*article.authors, *([article.outlet.name] if article.outlet else []))]


def categories_of(article: Article) -> list[Category]:
    """Return what an article is filed under."""
    filed = [Category(Facet.OUTLET, article.outlet.key, plain(article.outlet.name))] if article.outlet else []
    named = ([(Facet.SECTION, article.section)] if article.section else []) + [(Facet.TAG, tag) for tag in article.tags]
    return [*filed, *(Category(facet, plain(name), plain(name)) for facet, name in named)]


def looks_like_markup(text: str) -> bool:
    """Tell whether a program that guesses would take a text for HTML."""
    return MARKUP.search(text) is not None


def plain(text: str) -> str:
    """Return a text as names and labels have it, which are never HTML: without what a program could take for that."""
    whole = text.replace(LOST, "")
    if looks_like_markup(whole):
        whole = " ".join(TAG.sub(" ", whole).translate(LOOKALIKES).split())
    return whole or UNTITLED


def updated_of(entry: Entry) -> str:
    """Return when an entry was revised (RFC 3339).

    Entries that were captured in one second lie within it as their dates tell, and some of a day at the same instant: the
    last digits tell these apart, since feeds want no two entries of one instant.
    """
    if not entry.revised.microsecond:
        return entry.revised.isoformat()
    return f"{entry.revised:%Y-%m-%dT%H:%M:%S.%f}{entry.id.int // 50 % 1000:03}+00:00"


def published_of(entry: Entry) -> datetime | None:
    """Return when an entry was published, at the start of what is printed; None where that is not known.

    A date that lies after the page was captured is no date of publication, and readers would pin it to the top.
    """
    dated = entry.article.published
    if dated is None or dated.starts > entry.revised:
        return None
    return local_start(dated)


def local_start(dated: Dated) -> datetime:
    """Return the first instant of a date under the offset that it was printed with."""
    printed = datetime.fromisoformat(dated.edtf) if "T" in dated.edtf else dated.starts
    return printed if printed.tzinfo else dated.starts


def _cut(text: str, longest: int) -> str:
    text = text.replace(LOST, "")
    if len(text) < longest:
        return text
    words = text[:longest]
    return (words.rsplit(" ", 1)[0] if " " in words else words[: longest - 1]) + "…"
