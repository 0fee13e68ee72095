"""Text hygiene at the entrance, and the folding under which words are compared.

`clean` makes a line NFC and legal in XML; `fold` maps the spellings of one word onto each other. Both
forget where a character stood: `clean_offsets` and `fold_offsets` give that back where a span is wanted.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# XML 1.0 (section 2.2) allows tab, line feed, carriage return and these ranges; C1 controls and the
# non-characters of the supplementary planes are legal there but mean nothing, so they go as well.
NOT_TEXT = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufefe\uff00-\ufffd"
    + "".join(f"{chr(plane * 0x10000)}-{chr(plane * 0x10000 + 0xFFFD)}" for plane in range(1, 17))
    + "]"
)
# What `str.splitlines` breaks lines at.
LINE_BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
BIDI_CONTROL = re.compile("[\u202a-\u202e\u2066-\u2069]")
BIDI_PAIR = {"\u202c": "\u202a\u202b\u202d\u202e", "\u2069": "\u2066\u2067\u2068"}
CLUSTER = re.compile(r".[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]*", re.DOTALL)

LONE_TATWEEL = re.compile(r"(?<=\s)ـ+(?=\s)")

SAME_LETTER = {
    **dict.fromkeys("أإآٱ", "ا"),
    **dict.fromkeys("ىیې", "ي"),
    "ة": "ه",
    "ۀ": "ه",
    "ہ": "ه",
    "ھ": "ه",
    "ؤ": "و",
    "ئ": "ي",
    "ک": "ك",
    "ـ": "",
}


def legal(raw: str) -> str:
    """Return `raw` without the characters that XML forbids or that mean nothing."""
    return NOT_TEXT.sub("", raw)


def clean(raw: str) -> str:
    """Return `raw` NFC, without what XML forbids and without unbalanced bidi controls, outer space stripped."""
    # Printable ASCII is legal, NFC and free of controls as it is.
    if raw.isascii() and raw.isprintable():
        return raw.strip()
    text = legal(raw)
    if BIDI_CONTROL.search(text) and not _bidi_balanced(text):
        text = BIDI_CONTROL.sub("", text)
    return unicodedata.normalize("NFC", text).strip()


def is_clean(text: str) -> bool:
    """Tell whether `clean` has nothing to do but strip, in all of the text and in each line of it."""
    return not NOT_TEXT.search(text) and not BIDI_CONTROL.search(text) and unicodedata.is_normalized("NFC", text)


def collapse(text: str) -> str:
    """Return `text` with every run of white space as one space."""
    return " ".join(text.split())


def clean_offsets(raw: str) -> Sequence[int] | None:
    """Return where in `raw` each character of `clean(raw)` came from.

    None for the rare line whose characters compose across clusters: only its whole span is known.
    """
    text = clean(raw)
    if text == raw.strip():
        start = raw.find(text)
        return range(start, start + len(text))
    drop_bidi = not _bidi_balanced(raw)
    pieces: list[str] = []
    offsets: list[int] = []
    for cluster in CLUSTER.finditer(raw):
        piece = legal(cluster[0])
        piece = unicodedata.normalize("NFC", BIDI_CONTROL.sub("", piece) if drop_bidi else piece)
        pieces.append(piece)
        offsets += (min(cluster.start() + n, cluster.end() - 1) for n in range(len(piece)))
    joined = "".join(pieces)
    outer = len(joined) - len(joined.lstrip())
    return offsets[outer : outer + len(text)] if joined.strip() == text else None


class _Folding(dict[int, str]):
    """The fold of every character, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        compatible = unicodedata.normalize("NFKC", chr(code))
        letters = unicodedata.normalize("NFKD", "".join(SAME_LETTER.get(char, char) for char in compatible))
        folded = "".join(
            str(unicodedata.digit(char)) if char.isdecimal() else SAME_LETTER.get(char, char)
            for char in letters
            if unicodedata.category(char) not in ("Mn", "Cf")
        )
        self[code] = folded.casefold()
        return self[code]


FOLDING = _Folding()


def with_dashes(text: str) -> str:
    """Return `text`, as long as before, with a dash where a tatweel that joins no letters stands for one: `بيروت ـ فلان`."""
    return LONE_TATWEEL.sub(lambda dash: "-" * len(dash[0]), text) if "ـ" in text else text


def fold(text: str) -> str:
    """Return `text` as words are compared: no case, marks, tatweel or format characters; one form a letter.

    Digits become ASCII; hamza and alef forms, ya and alef maqsura, ta marbuta and ha, Persian and Arabic
    kaf become one.
    """
    return with_dashes(text).translate(FOLDING)


def fold_offsets(text: str) -> list[int]:
    """Return where in `text` each character of `fold(text)` came from."""
    return [index for index, char in enumerate(with_dashes(text)) for _ in FOLDING[ord(char)]]


def _bidi_balanced(text: str) -> bool:
    """Tell whether every bidi control of `text` is closed in order (Unicode TR36: else it reorders what follows)."""
    open_controls: list[str] = []
    for match in BIDI_CONTROL.finditer(text):
        if openers := BIDI_PAIR.get(match[0]):
            if not open_controls or open_controls.pop() not in openers:
                return False
        else:
            open_controls.append(match[0])
    return not open_controls
