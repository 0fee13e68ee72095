"""Outlets that speak of themselves in their own text, which is a weak sign; a name alone is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.article import Confidence, Kind
from service.normalise import tables

if TYPE_CHECKING:
    from service.article import Evidence, Outlet
    from service.normalise.layout import Layout
    from service.normalise.page import Line
    from service.normalise.registry import Registry

# `في حديث لـ"النهار"` is what someone told another paper.
QUOTED_TO_REACH = 12
QUOTE_OPENING = re.compile(r"(?:ل|ابلغ)\s?[«\"“„(]")
QUOTED_TO = re.compile(r"(?:(?<!حديث )(?<!مقابلة )(?<!مقابله )ل|\bابلغ)\s?[«\"“„(]$")


def find_mention(layout: Layout, registry: Registry) -> tuple[Outlet, Evidence] | None:
    """Return an outlet that speaks of itself by the words and marks that outlets use for that."""
    openers = tables.phrases("self_mention").start
    for line in layout.body:
        # Names are looked for only where something says that one of them may count.
        if not QUOTE_OPENING.search(line.folded) and not openers.is_in(line.words):
            continue
        # Who was spoken to may go by the short form of its name: `قال لـ«فيتو»`.
        short = (hit for hit in registry.short.scan(line.words) if is_quoted_to(line, line.words[hit.first].start))
        for hit in (*registry.lexicon.scan(line.words), *short):
            first = hit.first
            if not is_quoted_to(line, line.words[first].start):
                lengths = (length for length in (2, 1) if hit.first >= length)
                firsts = (hit.first - length for length in lengths)
                first = next((n for n in firsts if (opener := openers.at(line.words, n)) and opener.last == hit.first), -1)
            # Papers quote what others told agencies.
            if first >= 0 and (hit.value.kind is not Kind.AGENCY or is_quoted_to(line, line.words[hit.first].start)):
                start, end = line.words[first].start, line.words[hit.last - 1].end
                return hit.value, line.vouch("outlet", start, end, "mention", Confidence.WEAK)
    return None


def is_quoted_to(line: Line, place: int) -> bool:
    """Tell whether the name at `place` of a folded line is of who was spoken to: `قال لـ"الفيحاء بوست"`."""
    return QUOTED_TO.search(line.folded[max(0, place - QUOTED_TO_REACH) : place]) is not None
