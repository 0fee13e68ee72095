"""What a page declares of itself for machines: JSON-LD, OpenGraph, meta elements, time elements, in that order of trust."""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from service.ingest.formats.declared import Claim, joined, names
from service.ingest.formats.html_text import is_dropped
from service.normalise.text import collapse

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON_LD, OPENGRAPH, META, TIME = "json-ld", "opengraph", "html-meta", "html-time"
ARTICLE_TYPES = ("Article", "BlogPosting")
NODES = 2000
PROPERTIES = {
    "og:title": "title",
    "og:url": "url",
    "og:site_name": "outlet",
    "article:published_time": "published",
    "article:modified_time": "modified",
    "og:updated_time": "modified",
    "article:section": "section",
    "article:author": "author",
    "article:tag": "tags",
}
# Names as they are compared: lower case, `dcterms.` and `dc:` as `dc.`.
METAS = {
    "dc.title": "title",
    "author": "author",
    "dc.creator": "author",
    "datepublished": "published",
    "date": "published",
    "dc.date.issued": "published",
    "dc.issued": "published",
    "dc.created": "published",
    "dc.date": "published",
    "datemodified": "modified",
    "dc.modified": "modified",
    "dc.date.modified": "modified",
    "keywords": "tags",
    "news_keywords": "tags",
    "dc.subject": "tags",
    "dc.publisher": "outlet",
}
LISTS = ("author", "tags")
DUBLIN_CORE = re.compile(r"^(?:dcterms[.:]|dc:)")
MODIFIED_CLASS = re.compile(r"updated|modif", re.IGNORECASE)
PUBLISHED_CLASS = re.compile(r"publish", re.IGNORECASE)


def claims_of(root: Any, region: Any, text: str) -> Iterator[Claim]:
    """Yield what a page claims of itself, the most trusted first; `text` is what its article's region shows."""
    yield from _json_ld(root)
    site = next((meta.get("content") or "" for meta in root.iter("meta") if meta.get("property") == "og:site_name"), "")
    for field, value in _metas(root, "property", PROPERTIES):
        yield Claim(field, _without_site(value, site) if field == "title" else value, OPENGRAPH)
    for link in root.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            yield Claim("url", link.get("href") or "", META)
    for attribute in ("name", "itemprop"):
        yield from (Claim(field, value, META) for field, value in _metas(root, attribute, METAS))
    shown = set(text.split("\n"))
    for _, value in _metas(root, "name", {"description": "subtitle"}):
        # Most descriptions are written for search engines; the deck is on the page as well.
        if collapse(value) in shown:
            yield Claim("subtitle", value, META)
    yield from _times(region)


def _metas(root: Any, attribute: str, fields: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield field and value of the meta elements, in the order of `fields`; several authors or tags are one value."""
    found: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        key = DUBLIN_CORE.sub("dc.", (meta.get(attribute) or "").strip().lower())
        if key in fields and meta.get("content"):
            found.setdefault(key, []).append(meta.get("content"))
    for key, field in fields.items():
        values = found.get(key, [])
        yield from [(field, "\n".join(values))] if field in LISTS and values else [(field, value) for value in values]


def _without_site(title: str, site: str) -> str:
    """Return a title without the name of its site at the end: `خبر - جريدة`."""
    bare = title.strip().removesuffix(site.strip()).rstrip() if site.strip() else title
    return bare.rstrip("-–—|:· ") if bare and bare[-1] in "-–—|:·" else title


def _times(region: Any) -> Iterator[Claim]:
    """Yield the dates of the time elements, those nearest to the headline first."""
    elements = [
        node for node in region.iter("h1", "time") if not any(is_dropped(above) for above in islice(node.iterancestors(), 64))
    ]
    heads = [index for index, node in enumerate(elements) if node.tag == "h1"]
    times = [(index, node) for index, node in enumerate(elements) if node.tag == "time" and node.get("datetime")]
    if heads:
        times.sort(key=lambda item: (abs(item[0] - heads[0]), item[0] < heads[0]))
    elif len(times) > 1:
        return
    for _, node in times:
        label = f"{node.get('itemprop') or ''} {node.get('class') or ''}"
        is_modified = MODIFIED_CLASS.search(label) and not PUBLISHED_CLASS.search(label)
        yield Claim("modified" if is_modified else "published", node.get("datetime"), TIME)


def _json_ld(root: Any) -> Iterator[Claim]:
    nodes: list[dict[str, Any]] = []
    for script in root.iter("script"):
        if (script.get("type") or "").partition(";")[0].strip().lower() == "application/ld+json":
            nodes += _nodes(script.text or "")
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    article = next((node for node in nodes if _is_article(node) and (node.get("headline") or node.get("datePublished"))), None)
    if article is None:
        return

    def named(key: str) -> str:
        value = article.get(key)
        items = value if isinstance(value, list) else [value]
        return joined(names([by_id.get(_id(item) or "", item) if not _has_name(item) else item for item in items]))

    def first(key: str) -> str:
        return next(iter(names(article.get(key))), "")

    for field, key in (("title", "headline"), ("subtitle", "alternativeHeadline"), ("published", "datePublished")):
        yield Claim(field, first(key), JSON_LD)
    yield Claim("modified", first("dateModified"), JSON_LD)
    yield Claim("author", named("author") or named("creator"), JSON_LD)
    yield Claim("outlet", named("publisher").partition("\n")[0], JSON_LD)
    yield Claim("section", first("articleSection"), JSON_LD)
    yield Claim("tags", joined(names(article.get("keywords"))), JSON_LD)
    language = article.get("inLanguage")
    yield Claim(
        "language", str(language.get("alternateName") or "") if isinstance(language, dict) else first("inLanguage"), JSON_LD
    )
    page = article.get("mainEntityOfPage")
    for value in (first("url"), _id(page) or (page if isinstance(page, str) else "")):
        yield Claim("url", value, JSON_LD)


def _nodes(text: str) -> list[dict[str, Any]]:
    """Return the objects of a JSON-LD script, also those of a graph; none where it is broken."""
    try:
        data = json.loads(text.strip().removeprefix("<!--").removesuffix("-->"), strict=False)
    except (ValueError, RecursionError):
        return []
    found: list[dict[str, Any]] = []
    waiting = [data]
    for _ in range(NODES):
        if not waiting:
            break
        value = waiting.pop(0)
        if isinstance(value, list):
            waiting = value[:NODES] + waiting
        elif isinstance(value, dict):
            found.append(value)
            waiting = [value[key] for key in ("@graph", "mainEntity") if key in value] + waiting
            waiting += [part for key in ("author", "publisher") if isinstance(part := value.get(key), dict)]
    return found


def _is_article(node: dict[str, Any]) -> bool:
    types = node.get("@type")
    return any(isinstance(kind, str) and kind.endswith(ARTICLE_TYPES) for kind in (types if isinstance(types, list) else [types]))


def _id(value: Any) -> str | None:
    found = value.get("@id") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


def _has_name(value: Any) -> bool:
    return not isinstance(value, dict) or "name" in value
