"""From a capture to an article: pure, deterministic, never raising, whatever the text.

`normalise` is the whole of it. Lines get roles (`page`), stand in an order (`layout`), and each value is
read from the lines that may hold it, with the words that say so kept as evidence.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.article import Article, Capture, Confidence, Dated, Evidence, Issue, Outlet
from service.normalise.dates import read_edtf
from service.normalise.language import UNDETERMINED, language_of
from service.normalise.layout import lay_out
from service.normalise.outlets import Registry, find_outlet
from service.normalise.published import read_dates
from service.normalise.summary import summary_of
from service.normalise.text import clean, collapse

if TYPE_CHECKING:
    from service.normalise.layout import Layout

__all__ = ["VERSION", "Registry", "normalise"]

# Changes whenever the same capture may give another article.
VERSION = "1"

FIRST_WORDS = 12
# Markdown marks a heading at its start.
HEADING_MARK = re.compile(r"^#{1,6}\s+")


def normalise(capture: Capture, registry: Registry) -> Article:
    """Return what `capture` means, by `registry` and this version of the rules. Never raises."""
    layout = lay_out(capture.text, registry)
    values = _Values()
    values.issues += capture.issues
    url = capture.declared.get("url")
    _read_title(values, capture, layout)
    _read_outlet(values, capture, layout, registry)
    _read_dates(values, capture, layout)
    _read_language(values, capture, layout)
    lines = layout.body
    body = tuple(collapse(line.text) for line in lines)
    if body:
        first, last = lines[0].span[0], lines[-1].span[1]
        values.add(Evidence(field="body", raw=body[0], span=(first, last), rule="prose", confidence=Confidence.LIKELY))
    else:
        values.issues.append(Issue(code="no-body", field="body", message="no running text was found"))
    return Article(
        source=capture.source,
        url=url,
        title=values.title,
        outlet=values.outlet,
        published=values.published,
        modified=values.modified,
        language=values.language,
        summary=summary_of(body),
        body=body,
        evidence=tuple(values.evidence),
        issues=tuple(values.issues),
    )


class _Values:
    """The fields of an article while they are read."""

    def __init__(self) -> None:
        self.title: str | None = None
        self.outlet: Outlet | None = None
        self.published: Dated | None = None
        self.modified: Dated | None = None
        self.language = UNDETERMINED
        self.evidence: list[Evidence] = []
        self.issues: list[Issue] = []

    def add(self, evidence: Evidence) -> None:
        self.evidence.append(evidence)

    def declare(self, field: str, raw: str) -> None:
        """Keep a declared value's evidence: what a person wrote outranks what is read."""
        self.add(Evidence(field=field, raw=raw, span=None, rule="declared", confidence=Confidence.CERTAIN))


def _read_title(values: _Values, capture: Capture, layout: Layout) -> None:
    if declared := collapse(clean(capture.declared.get("title", ""))):
        values.title = declared
        values.declare("title", declared)
    elif layout.title and layout.title_rule:
        values.title = collapse(HEADING_MARK.sub("", layout.title.text))
        trusted = layout.title_rule in ("headline", "repeated-line", "above-source-line")
        confidence = Confidence.LIKELY if trusted else Confidence.WEAK
        values.add(
            Evidence(
                field="title",
                raw=layout.title.quote(layout.title.span),
                span=layout.title.span,
                rule=layout.title_rule,
                confidence=confidence,
            )
        )
    else:
        values.issues.append(Issue(code="no-title", field="title", message="no headline was found"))


def _read_outlet(values: _Values, capture: Capture, layout: Layout, registry: Registry) -> None:
    if declared := capture.declared.get("outlet"):
        values.outlet = registry.declared(declared)
        if values.outlet:
            values.declare("outlet", declared)
            return
        message = f"outlet: {declared!r} is not in the registry; add it to corpus/outlets.toml or use one of its keys"
        values.issues.append(Issue(code="unknown-outlet", field="outlet", raw=declared, message=message))
    elif found := find_outlet(layout, registry, capture.declared.get("url")):
        values.outlet, evidence = found
        values.add(evidence)
    if values.outlet is None:
        values.issues.append(Issue(code="no-outlet", field="outlet", message="nothing says who published this"))


def _read_dates(values: _Values, capture: Capture, layout: Layout) -> None:
    read, doubts = read_dates(layout, values.outlet)
    if declared := capture.declared.get("published"):
        try:
            values.published = read_edtf(declared)
            values.declare("published", declared)
        except ValueError as error:
            message = f"published: {declared!r}: {error}"
            values.issues.append(Issue(code="bad-declared-date", field="published", raw=declared, message=message))
    for field, dated, evidence in read:
        if getattr(values, field) is None:
            setattr(values, field, dated)
            values.add(evidence)
            values.issues += (doubt for doubt in doubts if doubt.field == field)
    if values.published is None:
        values.issues.append(Issue(code="no-date", field="published", message="no line says when this was published"))


def _read_language(values: _Values, capture: Capture, layout: Layout) -> None:
    if declared := capture.declared.get("language"):
        values.language = declared
        values.declare("language", declared)
        return
    lines = layout.body or layout.lines
    values.language, share = language_of(word for line in lines for word in line.words)
    if values.language == UNDETERMINED:
        values.issues.append(Issue(code="no-language", field="language", message="too few words that tell the language"))
        return
    rule, confidence = f"function-words {share:.0%}", Confidence.LIKELY
    raw = " ".join(lines[0].text.split()[:FIRST_WORDS])
    values.add(Evidence(field="language", raw=raw, span=lines[0].span, rule=rule, confidence=confidence))
