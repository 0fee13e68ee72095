"""Plain text and Markdown, with front matter above it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.article import Issue
from service.ingest.formats.encoding import NotTextError, decode_plain
from service.ingest.formats.front import read_front_matter
from service.ingest.formats.results import Found, Refused, capture_of, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.article import Capture

# Each pattern looks at one line and is bounded, as a line may be a whole file; a Markdown parser takes seconds for
# lines of brackets, and joins or splits the lines that the normaliser reads.
FENCE = re.compile(r"[ \t]{0,3}(?:`{3,}|~{3,})[^`]*")
RULE = re.compile(r"[ \t]{0,3}(?:(?:-[ \t]?){3,}|(?:\*[ \t]?){3,}|(?:_[ \t]?){3,}|={3,})[ \t]*")
HEADING = re.compile(r"[ \t]{0,3}#{1,6}[ \t]+(?P<text>.*?)(?:[ \t]+#{1,6})?[ \t]*")
QUOTE = re.compile(r"(?:[ \t]{0,3}>[ \t]?){1,8}")
DEFINITION = re.compile(r"[ \t]{0,3}\[[^\[\]]{1,200}\]:[ \t]*<?https?://\S+.*")
TABLE_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*){0,40}\|?[ \t]*")
IMAGE = re.compile(r"!\[[^\[\]]{0,500}\](?:\([^()\s]{0,2000}(?:[ \t]+[\"'][^\"'()]{0,300}[\"'])?\)|\[[^\[\]]{0,200}\])")
LINK = re.compile(
    r"\[(?P<text>[^\[\]]{0,500})\](?:\(<?[^()\s]{0,1000}(?:\([^()\s]{0,200}\))?[^()\s]{0,1000}"
    r"(?:[ \t]+[\"'][^\"'()]{0,300}[\"'])?\)|\[[^\[\]]{0,200}\])"
)
AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,2000})>")
EMPHASIS = (
    re.compile(r"\*\*(?=\S)(?P<text>[^*\n]{1,2000}?)(?<=\S)\*\*"),
    re.compile(r"(?<!\w)__(?=\S)(?P<text>[^_\n]{1,2000}?)(?<=\S)__(?!\w)"),
    re.compile(r"\*(?=\S)(?P<text>[^*\n]{1,2000}?)(?<=\S)\*"),
    re.compile(r"(?<!\w)_(?=\S)(?P<text>[^_\n]{1,2000}?)(?<=\S)_(?!\w)"),
    re.compile(r"~~(?=\S)(?P<text>[^~\n]{1,2000}?)(?<=\S)~~"),
    re.compile(r"`{1,2}(?P<text>[^`\n]{1,500})`{1,2}"),
)
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
# A text with so many links in Markdown is one, whatever its file is called.
LINK_TARGET, FEW_LINKS = "](http", 2
# Longer lines are no Markdown that a person wrote.
LONGEST_LINE = 20_000


def read_text(raw: bytes, name: str) -> Iterator[Capture | Refused]:
    """Yield the capture of a plain text."""
    yield _read(raw, name, is_markdown=False)


def read_markdown(raw: bytes, name: str) -> Iterator[Capture | Refused]:
    """Yield the capture of a Markdown text, without its marks."""
    yield _read(raw, name, is_markdown=True)


def without_marks(text: str) -> str:
    """Return Markdown as the text it shows: each line stays a line, lists keep their marks."""
    lines: list[str] = []
    is_code = False
    for line in text.splitlines():
        if FENCE.fullmatch(line):
            is_code = not is_code
        elif is_code or len(line) > LONGEST_LINE:
            lines.append(line)
        elif RULE.fullmatch(line) or DEFINITION.fullmatch(line) or ("|" in line and TABLE_RULE.fullmatch(line)):
            lines.append("")
        else:
            lines.append(_line(line))
    return "\n".join(lines) + "\n"


def _line(line: str) -> str:
    line = QUOTE.sub("", line, count=1) if line.lstrip().startswith(">") else line
    if heading := HEADING.fullmatch(line):
        line = heading["text"]
    # An image may stand in a link, so it goes first.
    line = AUTOLINK.sub(r"\1", LINK.sub(r"\g<text>", IMAGE.sub("", line)))
    for emphasis in EMPHASIS:
        line = emphasis.sub(r"\g<text>", line)
    return ESCAPE.sub(r"\1", line).rstrip()


def _read(raw: bytes, name: str, *, is_markdown: bool) -> Capture | Refused:
    if not raw.strip():
        return refused(name, "empty", "there is no text in it")
    try:
        text, guessed = decode_plain(raw)
    except NotTextError as error:
        return refused(name, error.code, str(error))
    front = read_front_matter(text)
    issues: tuple[Issue, ...] = ()
    if guessed:
        message = f"it is no UTF-8 and was read as {guessed}, which its bytes look like; check it and save it as UTF-8"
        issues = (Issue(code="guessed-encoding", message=message),)
    text = without_marks(front.text) if is_markdown or front.text.count(LINK_TARGET) >= FEW_LINKS else front.text
    return capture_of(name, raw, Found(text=text, front=front, issues=issues))
