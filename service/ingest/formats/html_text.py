"""HTML as the lines a reader of the page sees: a line for each block, a blank line between blocks.

The page is read with lxml. selectolax keeps as much, for one more dependency; trafilatura drops the headline or the
date line of half of the sample pages, and those are what the normaliser reads.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree
from lxml import html as lxml_html

DROPPED = frozenset(
    [
        "aside",
        "audio",
        "button",
        "canvas",
        "dialog",
        "embed",
        "head",
        "iframe",
        "math",
        "nav",
        "noscript",
        "object",
        "script",
        "select",
        "style",
        "svg",
        "template",
        "textarea",
        "video",
    ]
)
DROPPED_ROLES = frozenset({"alert", "alertdialog", "complementary", "dialog", "menu", "menubar", "navigation", "search"})
BLOCKS = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "body",
        "center",
        "details",
        "div",
        "dl",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "ul",
    ]
)
LINES = frozenset({"br", "caption", "dd", "dt", "li", "tr"})
# Pages are written without blanks between these, as style sheets set them apart.
APART = frozenset({"a", "bdi", "cite", "label", "small", "span", "td", "th", "time"})
REGIONS = frozenset({"article", "main"})
DISPLAY_NONE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
WHITE = re.compile(r"[ \t\n\r\f]+")
BLANKS = re.compile(r" {2,}")
AROUND_BREAK = re.compile(r" ?\n ?")
BREAKS = re.compile(r"\n{3,}")


def parse(markup: str) -> Any | None:
    """Return the root element of a page, or None where there is no markup at all.

    The parser opens no address and no file; of elements nested more than some 2000 deep it keeps the outer ones.
    """
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_pis=True)
    try:
        return lxml_html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        return None


def text_of(root: Any) -> str:
    """Return the text of an element as lines."""
    pieces: list[str] = []
    apart = False
    walk = etree.iterwalk(root, events=("start", "end", "comment"))
    for event, node in walk:
        if event == "start":
            if node is not root and is_dropped(node):
                walk.skip_subtree()
                continue
            pieces.append(_gap(node.tag) or (" " if apart and node.tag in APART else ""))
            apart = _write(pieces, node.text) and apart
        else:
            if event == "end":
                pieces.append("\n\n" if node.tag in BLOCKS else "")
                apart = node.tag in APART
            if node is not root:
                apart = _write(pieces, node.tail) and apart
    text = BLANKS.sub(" ", "".join(pieces))
    return BREAKS.sub("\n\n", AROUND_BREAK.sub("\n", text)).strip()


def html_to_text(markup: str) -> str:
    """Return the text of a piece of HTML as lines."""
    root = parse(markup)
    return "" if root is None else text_of(root)


def region_of(root: Any) -> Any:
    """Return the element that holds the article with its headline: a main or article element, else the body."""
    body = root.find("body")
    body = root if body is None else body
    regions: list[tuple[int, bool, Any]] = []
    walk = etree.iterwalk(body, events=("start",))
    for _, node in walk:
        if is_dropped(node):
            walk.skip_subtree()
        elif node.tag in REGIONS or node.get("role") == "main" or node.get("itemtype", "").endswith("Article"):
            regions.append((len(text_of(node)), node.find(".//h1") is not None, node))
            walk.skip_subtree()
    longest = max((length for length, _, _ in regions), default=0)
    titled = max((region for region in regions if region[1]), key=lambda region: region[0], default=None)
    # A part with the headline alone, or a page with its headline outside of every part, is read whole.
    return titled[2] if titled and 2 * titled[0] > longest else body


def is_dropped(node: Any) -> bool:
    """Tell whether an element is no text of the page: script, navigation, or hidden."""
    if node.tag in DROPPED or not isinstance(node.tag, str):
        return True
    attributes = node.attrib
    # Some pages are hidden as a whole until a script has run.
    return (
        bool(attributes)
        and node.tag != "body"
        and (
            "hidden" in attributes
            or attributes.get("role") in DROPPED_ROLES
            or attributes.get("aria-hidden") == "true"
            or bool(DISPLAY_NONE.search(attributes.get("style", "")))
        )
    )


def _gap(tag: str) -> str:
    return "\n\n" if tag in BLOCKS else "\n" if tag in LINES else ""


def _write(pieces: list[str], text: str | None) -> bool:
    """Add a text with its white space collapsed; True where there was none."""
    if text:
        pieces.append(WHITE.sub(" ", text))
    return not text
