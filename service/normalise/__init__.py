"""From a capture to an article: pure, deterministic, never raising, whatever the text.

`normalise` is the whole of it. Lines get roles (`page`), stand in an order (`layout`), and each value is
read from the lines that may hold it, with the words that say so kept as evidence.
"""

from __future__ import annotations

import re
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from service.article import Article, Confidence, Evidence
from service.normalise.agency import read_agency
from service.normalise.authors import read_authors
from service.normalise.country import zone_of
from service.normalise.dates import read_edtf
from service.normalise.headline import begins_at
from service.normalise.labels import read_section, read_subtitle, read_tags
from service.normalise.language import UNDETERMINED, language_of
from service.normalise.layout import lay_out
from service.normalise.outlets import find_outlet, find_via, title_suffix
from service.normalise.page import MOST_LINES
from service.normalise.published import read_dates
from service.normalise.reading import Reading
from service.normalise.registry import Registry
from service.normalise.summary import summary_of
from service.normalise.text import clean, collapse, fold_offsets

if TYPE_CHECKING:
    from service.article import Capture, Dated, Outlet
    from service.normalise.layout import Layout
    from service.normalise.page import Line

__all__ = ["VERSION", "Registry", "normalise"]

# Changes whenever the same capture may give another article.
VERSION = "5"

FIRST_WORDS = 12
# What marks a headline at its start: Markdown, or the name that a program gave it.
HEADING_MARK = re.compile(r"^(?:#{1,6}\s+|(?:title|headline|h1|العنوان|titre)\s?:\s+)", re.IGNORECASE)
# Pictures around a headline, and the stars by which chats print it bold.
PICTURES = re.compile(
    "^[\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f1e6-\U0001faff*\\s]+|[\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f1e6-\U0001faff*\\s]+$"
)
TRUSTED_TITLE_RULES = frozenset({"headline", "repeated-line", "above-source-line"})


def normalise(capture: Capture, registry: Registry) -> Article:
    """Return what `capture` means, by `registry` and this version of the rules. Never raises."""
    layout = lay_out(capture.text, registry)
    reading = Reading(capture, issues=list(capture.issues))
    _title(reading, layout, registry)
    _outlet(reading, layout, registry)
    _language(reading, layout)
    _dates(reading, layout)
    _credits(reading, layout, registry)
    body = _body(reading, layout)
    if layout.is_cut:
        message = f"only the first {MOST_LINES} lines were searched; split the capture if it holds several articles"
        reading.doubt("long-capture", None, message)
    return Article(
        source=capture.source,
        url=capture.declared.get("url"),
        summary=summary_of(body),
        body=body,
        evidence=tuple(reading.evidence),
        issues=tuple(reading.issues),
        **reading.values,
    )


def _title(reading: Reading, layout: Layout, registry: Registry) -> None:
    read = None
    if layout.title and layout.title_rule:
        confidence = Confidence.LIKELY if layout.title_rule in TRUSTED_TITLE_RULES else Confidence.WEAK
        span = layout.title.span
        evidence = Evidence(field="title", raw=layout.title.quote(span), span=span, rule=layout.title_rule, confidence=confidence)
        read = collapse(PICTURES.sub("", HEADING_MARK.sub("", _bare(layout.title, registry)))), evidence
    reading.settle("title", _text(reading, "title"), read)
    if "title" not in reading.values:
        reading.doubt("no-title", "title", "no headline was found")
    reading.settle("subtitle", _text(reading, "subtitle"), read_subtitle(layout))


def _bare(title: Line, registry: Registry) -> str:
    """Return a title without the outlet's name that browsers put behind it, and without the date before it."""
    start, cut = begins_at(title), title_suffix(title.folded, registry)
    if not start and not cut:
        return title.text
    offsets = fold_offsets(title.text)
    return title.text[offsets[start] : offsets[cut[1]] if cut else None].rstrip(" -–—|" if cut else None)


def _outlet(reading: Reading, layout: Layout, registry: Registry) -> None:
    said = reading.said("outlet")
    declared = registry.declared(said) if said else None
    # Who a person declares is believed also where the registry does not know it; nobody else is put in its place.
    is_pinned = said and not declared and "outlet" not in reading.capture.declared_by
    found = None if is_pinned else find_outlet(layout, registry, reading.said("url"))
    reading.settle("outlet", declared, found[:2] if found else None)
    if found and found.others and declared is None:
        names = ", ".join(other.key for other in (found.outlet, *found.others))
        message = f"{found.evidence.raw!r} is the name of several outlets ({names}); declare `outlet` with the right key"
        reading.doubt("shared-name", "outlet", message, found.evidence.raw)
    if said and not declared:
        message = f"outlet: {said!r} is not in the registry; add it to corpus/outlets.toml or use one of its keys"
        reading.doubt("unknown-outlet", "outlet", message, said)
    outlet: Outlet | None = reading.values.get("outlet")
    if outlet is not None and outlet.key not in registry.by_key:
        message = f"{outlet.name!r} is not in the registry; add it to corpus/outlets.toml with its country and zone"
        reading.doubt("unlisted-outlet", "outlet", message, outlet.name)
    if outlet is None:
        reading.doubt("no-outlet", "outlet", "nothing says who published this")
    reading.settle("via", None, find_via(layout, registry, reading.said("url"), outlet))


def _dates(reading: Reading, layout: Layout) -> None:
    # Where it is not clear which outlet bears the name, its time zone is as unclear.
    is_shared = any(issue.code == "shared-name" for issue in reading.issues)
    outlet = None if is_shared else reading.values.get("outlet")
    # A page that re-posts writes dates in its own way.
    sites = [site for site in (reading.values.get("via"), outlet) if site is not None]
    day_order = next((site.day_order for site in sites if site.day_order), None)
    language = reading.values.get("language", UNDETERMINED)
    via = None if is_shared else reading.values.get("via")
    zone = partial(zone_of, layout=layout, outlet=outlet, via=via, language=language)
    read, doubts = read_dates(layout, zone, reading.capture.captured, day_order)
    for name in ("published", "modified"):
        declared = _declared_date(reading, name)
        reading.settle(name, declared, read.get(name))
        if declared is None:
            reading.issues += (doubt for doubt in doubts if doubt.field == name)
    if "published" not in reading.values:
        reading.doubt("no-date", "published", "no line says when this was published")


def _declared_date(reading: Reading, name: str) -> Dated | None:
    said = reading.said(name)
    try:
        return read_edtf(said) if said else None
    except ValueError as error:
        reading.doubt("bad-declared-date", name, f"{name}: {said!r}: {error}", said)
        return None


def _credits(reading: Reading, layout: Layout, registry: Registry) -> None:
    reading.settle("authors", _texts(reading, "authors"), read_authors(layout, registry))
    reading.settle("agency", _text(reading, "agency"), read_agency(layout, registry))
    reading.settle("section", _text(reading, "section"), read_section(layout, registry))
    reading.settle("tags", _texts(reading, "tags"), read_tags(layout))


def _language(reading: Reading, layout: Layout) -> None:
    lines = layout.body or layout.lines
    language, share = language_of(chain.from_iterable(line.words.texts for line in lines))
    read = None
    if language != UNDETERMINED:
        evidence = Evidence(
            field="language",
            raw=" ".join(lines[0].text.split()[:FIRST_WORDS]),
            span=lines[0].span,
            rule=f"function-words {share:.0%}",
            confidence=Confidence.LIKELY,
        )
        read = language, evidence
    reading.settle("language", reading.said("language"), read)
    if "language" not in reading.values:
        reading.doubt("no-language", "language", "too few words that tell the language")


def _body(reading: Reading, layout: Layout) -> tuple[str, ...]:
    lines = layout.body
    body = tuple(collapse(text) for text in (*(line.text for line in lines), *layout.rest))
    if body:
        span = lines[0].span[0], layout.length if layout.rest else lines[-1].span[1]
        reading.evidence.append(Evidence(field="body", raw=body[0], span=span, rule="prose", confidence=Confidence.LIKELY))
    else:
        reading.doubt("no-body", "body", "no running text was found")
    return body


def _text(reading: Reading, name: str) -> str | None:
    return collapse(clean(reading.said(name) or "")) or None


def _texts(reading: Reading, name: str) -> tuple[str, ...] | None:
    lines = (reading.said(name) or "").split("\n")
    return tuple(dict.fromkeys(text for line in lines if (text := collapse(clean(line))))) or None
