"""Captions of pictures, by the credit in them: who took the picture, and whose it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.normalise import tables
from service.normalise.persons import begins_as_name

if TYPE_CHECKING:
    from service.normalise.page import Line
    from service.normalise.registry import Registry

# Whose picture it is, at the end of a caption.
WHOSE = re.compile(r"(?:\((?P<in>[^()]{2,30})\)|[^\W\d_]{3}\.\s(?P<behind>[^.]{2,30}))$")
# What sets a credit apart from the caption before it.
CREDIT_MARK = re.compile(r"[(\[|.\-–—•/]")
# So many parts has a line that says where, who wrote and who took the picture.
SIGNED_PARTS = 3
# So many words beside the credit say what a picture shows.
SHOWN_WORDS = 3


def credits_photo(line: Line) -> bool:
    """Tell whether a line says who took a picture: `... في العين (عدسة: فلان)`, `... | Foto: R.G.`, `Photo : DR`."""
    credits_ = tables.phrases("photo_credit").start
    if not credits_.is_in(line.words) or tables.phrases("author").start.at(line.words, 0):
        return False
    hits = [hit for hit in credits_.scan(line.words) if hit.last < len(line.words)]
    # `دمياط - معتز الشناوى - تصوير: كريم البحيرى` says first who wrote.
    if len(line.parts) >= SIGNED_PARTS and tables.cities().whole(line.parts[0]):
        return False
    if line.text.rstrip(".").endswith(")") and any("(" in gap_before(line, hit.first) for hit in hits if hit.first):
        return True
    return any(
        ":" in gap_before(line, hit.last) and (hit.first == 0 or CREDIT_MARK.search(gap_before(line, hit.first))) for hit in hits
    )


def ends_with_outlet(line: Line, registry: Registry) -> bool:
    """Tell whether a line says what a picture shows and whose it is: `محطة المياه في العين (الجزيرة)`, `تاجر بالسوق. le360`."""
    match = WHOSE.search(line.text)
    if match is None or begins_as_name(line.words, line.text) or tables.phrases("author").start.at(line.words, 0):
        return False
    # `Zelal Akdoğan - ADANA (DHA)`
    if any(tables.cities().whole(part) for part in line.parts[:-1]):
        return False
    printed = match["in"] or match["behind"]
    name = tables.words_of_text(printed)
    # Or who took it: `الوفرة تستعد لموسم الطماطم (محمد هاشم)`.
    is_person = match["in"] is not None and len(name) > 1 and begins_as_name(name, printed)
    is_known = match["in"] is not None and tables.phrases("picture_by").whole.whole(name)
    is_outlet = is_known or is_person or registry.lexicon.whole(name) or registry.short.whole(name)
    says_what = sum(len(text) > 1 for text in line.words.texts) - len(name) >= SHOWN_WORDS
    return bool(is_outlet) and says_what and not tables.cities().whole(name)


def gap_before(line: Line, index: int) -> str:
    """Return what stands between a word and the one before it."""
    return line.folded[line.words[index - 1].end : line.words[index].start]
