"""The language of a text as BCP 47, by script and function words; `und` where neither decides."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import filterfalse, islice
from typing import TYPE_CHECKING

from service.normalise import tables

if TYPE_CHECKING:
    from collections.abc import Iterable


SCRIPTS = {
    "arabic": re.compile("[\u0600-\u06ff]"),
    "hebrew": re.compile("[\u05d0-\u05ea]"),
    "latin": re.compile("[a-z]"),
}
UNDETERMINED = "und"
# A text is in a language when this share of its words are the language's function words. Running text in the
# languages of the table has 15 to 45 in a hundred; languages in the Latin script share many with their neighbours,
# and letters that stand alone prove nothing.
ENOUGH = {"arabic": 0.08, "hebrew": 0.0, "latin": 0.22}
FEWEST_FUNCTION_WORDS = 3
# Told by more than their function words: the article, a letter, a script of their own.
ALONE = frozenset({"ar", "tr", "he"})
FEWEST_WORDS = 5
# Arabic and its dialects share most function words: Darija is what has words of its own this often.
DARIJA_SHARE = 0.06
SAMPLE = 400
SCRIPT_SAMPLE = 100
# Folding leaves Turkish its dotless i, which no other language of the table has.
TURKISH_LETTER = "ı"


def language_of(words: Iterable[str]) -> tuple[str, float]:
    """Return the language of folded words and the share of its function words in them."""
    letters = list(islice(filterfalse(str.isdigit, words), SAMPLE))
    if len(letters) < FEWEST_WORDS:
        return UNDETERMINED, 0.0
    scripts: Counter[str] = Counter()
    for letter, count in Counter(word[0] for word in letters[:SCRIPT_SAMPLE]).items():
        scripts[_script_of(letter)] += count
    script = max(scripts, key=lambda name: scripts[name])
    counts = Counter(letters)
    found = {
        tag: [word for word in counts.keys() & function_words if len(word) > 1 or script != "latin"]
        for tag, (of_script, function_words) in tables.languages().items()
        if of_script == script
    }
    share = {tag: sum(counts[word] for word in hits) / len(letters) for tag, hits in found.items()}
    if not share:
        return UNDETERMINED, 0.0
    if share.get("ary", 0.0) >= DARIJA_SHARE and share["ary"] >= share["ar"]:
        return "ary", share["ary"]
    share.pop("ary", None)
    if "tr" in share:
        share["tr"] += sum(count for word, count in counts.items() if TURKISH_LETTER in word) / len(letters)
    # Among the languages in its script only Arabic writes the article onto its nouns.
    if "ar" in share:
        articles = tables.language_articles("ar")
        share["ar"] += sum(count for word, count in counts.items() if word.startswith(articles)) / len(letters)
    best = max(share, key=lambda tag: share[tag])
    sure = share[best] >= ENOUGH[script] and (best in ALONE or len(found[best]) >= FEWEST_FUNCTION_WORDS)
    return (best if sure else UNDETERMINED), share[best]


@lru_cache(maxsize=512)
def _script_of(letter: str) -> str:
    """Return the script of a letter, empty for one that no language of the table uses."""
    return next((name for name, pattern in SCRIPTS.items() if pattern.match(letter)), "")
