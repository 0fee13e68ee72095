"""Scores the normaliser on gold captures: `.venv/bin/python -m tests.score [--misses published,outlet]`.

Each capture of `gold/docs` is read and normalised as the service does it, and compared with `gold/gold.json`
field by field, after folding and with the alternatives of `_also`; dates are strict. `--check` fails where a
field is below `baseline.json` or more dates are invented, `--write-baseline` keeps the present score there.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from service.article import Article, Confidence
from service.cli import EDGE_WORDS, OUTLET_EVIDENCE
from service.config import ROOT
from service.ingest.reader import Refused, read_file
from service.ingest.registry import load_registry
from service.normalise import Registry, normalise

Values: TypeAlias = dict[str, Any]

GOLD = Path(__file__).with_name("gold")
# Every field that is scored, and the field whose evidence vouches for it.
FIELDS: dict[str, str | None] = {
    "title": "title",
    "subtitle": "subtitle",
    "outlet": "outlet",
    "outlet_evidence": None,
    "authors": "authors",
    "agency": "agency",
    "section": "section",
    "tags": "tags",
    "language": "language",
    "published": "published",
    "published_precision": None,
    "modified": "modified",
    "original_source": None,
    "aggregator": "via",
    "body_first_words": "body",
    "body_last_words": "body",
}
MARKS = re.compile("[\u00ad\u0640\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
LETTERS = str.maketrans("یک", "يك")
OUTER = " .,،؛;:!?؟\"'«»“”‘’()[]#-–—/|"
OFFSET = re.compile(r"T.*?([+-]\d\d:\d\d)$")


@dataclass
class Score:
    """What became of the fields of all documents."""

    total: int = 0
    right: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    held_right: Counter[str] = field(default_factory=Counter)
    invented: Counter[str] = field(default_factory=Counter)
    dates: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    offsets: list[bool] = field(default_factory=list)
    classes: defaultdict[tuple[str, str], list[bool]] = field(default_factory=lambda: defaultdict(list))
    misses: defaultdict[str, list[tuple[str, Any, Any]]] = field(default_factory=lambda: defaultdict(list))

    @property
    def baseline(self) -> dict[str, int]:
        """The figures a later score is held to."""
        return {**{name: self.right[name] for name in FIELDS}, "total": self.total, "dates_false": len(self.dates["false"])}


def fold(value: object) -> str | None:
    """Return a text as it is compared, None for an empty one."""
    if value is None:
        return None
    text = MARKS.sub("", unicodedata.normalize("NFKC", str(value))).translate(LETTERS)
    text = "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in text)
    return re.sub(r"[\s_]+", " ", text).casefold().strip(OUTER) or None


def is_right(name: str, got: Any, want: Any) -> bool:
    """Tell whether a value is the one wanted."""
    if name in ("published", "modified"):
        return _same_time(got, want)
    if name in ("authors", "tags"):
        return {fold(value) for value in got or ()} == {fold(value) for value in want or ()}
    if name in ("outlet", "original_source") and isinstance(want, dict):
        return fold(got) in (fold(want["key"]), fold(want["name"]))
    return fold(got) == fold(want)


def accepted(name: str, want: Values) -> list[Any]:
    """Return the gold value and the alternatives to it."""
    return [want.get(name), *(want.get("_also") or {}).get(name, ())]


def flatten(article: Article) -> Values:
    """Return the fields of an article as the gold has them."""
    words, why, via = " ".join(article.body).split(), article.why("outlet"), getattr(article, "via", None)
    rule = why.rule if why else None
    return {
        **{name: getattr(article, name, None) for name in ("title", "subtitle", "authors", "agency", "section", "tags")},
        "outlet": article.outlet and article.outlet.key,
        "outlet_evidence": OUTLET_EVIDENCE.get(rule, "byline"),
        "language": article.language,
        "published": article.published and article.published.edtf,
        "published_precision": article.published and article.published.precision,
        "modified": article.modified and article.modified.edtf,
        "original_source": article.outlet.key if article.outlet and via and rule == "source-line" else None,
        "aggregator": via and via.key,
        "body_first_words": " ".join(words[:EDGE_WORDS]),
        "body_last_words": " ".join(words[-EDGE_WORDS:]),
    }


def score_folder(folder: Path, registry: Registry) -> Score:
    """Normalise every document that the gold of `folder` knows, and compare."""
    score = Score()
    for doc, want in load_gold(folder).items():
        capture = read_file(folder / "docs" / f"{doc}.txt")
        if isinstance(capture, Refused):
            message = f"{capture.name}: {capture.issue.message}"
            raise SystemExit(message)
        _add(score, doc, normalise(capture, registry), want)
    return score


def load_gold(folder: Path) -> dict[str, Values]:
    """Return the gold of a folder by document."""
    gold: dict[str, Values] = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    return gold


def drops(score: Score, baseline: dict[str, int]) -> list[str]:
    """Return what is worse than the baseline, in words."""
    now = score.baseline
    if now["total"] != baseline["total"]:
        return [f"the baseline is of {baseline['total']} documents, not {now['total']}: write it again"]
    found = [f"{name}: {now[name]} right, the baseline has {baseline[name]}" for name in FIELDS if now[name] < baseline[name]]
    if now["dates_false"] > baseline["dates_false"]:
        invented = ", ".join(score.dates["false"])
        found.append(f"{now['dates_false']} dates are invented ({invented}), the baseline has {baseline['dates_false']}")
    return found


def _add(score: Score, doc: str, article: Article, want: Values) -> None:
    score.total += 1
    got = flatten(article)
    vouched: defaultdict[str, list[bool]] = defaultdict(list)
    for name, evidence in FIELDS.items():
        choices, value = accepted(name, want), got[name]
        ok = any(is_right(name, value, choice) for choice in choices)
        score.right[name] += ok
        if choices[0]:
            score.held[name] += 1
            score.held_right[name] += ok
        else:
            score.invented[name] += not ok
        if not ok:
            score.misses[name].append((doc, value, choices[0]))
        if value and evidence:
            vouched[evidence].append(ok)
    for name, results in vouched.items():
        if why := article.why(name):
            score.classes[name, why.confidence].append(all(results))
    _add_date(score, doc, got["published"], accepted("published", want))


def _add_date(score: Score, doc: str, got: str | None, choices: list[str | None]) -> None:
    if not any(_same_time(got, choice) for choice in choices):
        score.dates["false" if not choices[0] else "wrong" if got else "missed"].append(doc)
    if any(OFFSET.search(choice or "") for choice in choices[:1]):
        zone = OFFSET.search(got or "")
        score.offsets.append(bool(zone) and zone[1] in {o[1] for c in choices if (o := OFFSET.search(c or ""))})


def _same_time(got: str | None, want: str | None) -> bool:
    """Same precision and same moment: as instants where both have an offset, else by the clock on the wall."""
    if not got or not want or "T" not in got or "T" not in want:
        return (got or None) == (want or None)
    one, other = datetime.fromisoformat(got), datetime.fromisoformat(want)
    if one.tzinfo and other.tzinfo:
        return one.replace(second=0) == other.replace(second=0)
    return got[:16] == want[:16]


def _print(score: Score, fields: set[str]) -> None:
    say = print
    say(f"{score.total} documents\n{'field':20} {'right':>11}   {'with value':>11}   invented   right of certain, likely, weak")
    for name, evidence in FIELDS.items():
        results = [score.classes.get((evidence or "", confidence), []) for confidence in Confidence]
        trust = "  ".join(f"{sum(r):3} / {len(r):<3}" for r in results) if evidence else ""
        held = f"{score.held_right[name]:4} / {score.held[name]:<4}"
        say(f"{name:20} {score.right[name]:4} / {score.total:<4}   {held}   {score.invented[name]:8}   {trust}".rstrip())
    say("dates: " + "; ".join(f"{len(score.dates[k])} {k} ({' '.join(score.dates[k])})" for k in ("false", "wrong", "missed")))
    say(f"offsets: {sum(score.offsets)} of {len(score.offsets)} right")
    for name in (name for name in FIELDS if name in fields and score.misses[name]):
        say(f"\n{name}: {len(score.misses[name])} misses")
        for doc, *pair in score.misses[name]:
            say("  {}  got {}  want {}".format(doc, *(json.dumps(value, ensure_ascii=False) for value in pair)))


def main() -> None:
    """Score, print, and check or keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, default=GOLD, metavar="DIR", help="folder with gold.json and docs/")
    parser.add_argument("--misses", default="all", metavar="FIELDS", help="fields whose misses are listed, all or none")
    parser.add_argument("--check", action="store_true", help="fail where the score is below baseline.json")
    parser.add_argument("--write-baseline", action="store_true", help="keep the score as baseline.json")
    args = parser.parse_args()
    score, kept = score_folder(args.gold, load_registry(ROOT / "corpus" / "outlets.toml")), args.gold / "baseline.json"
    _print(score, set(FIELDS) if args.misses == "all" else set(args.misses.split(",")))
    if args.write_baseline:
        kept.write_text(json.dumps(score.baseline, indent=1) + "\n", encoding="utf-8")
    elif args.check and (worse := drops(score, json.loads(kept.read_text(encoding="utf-8")))):
        sys.exit("Below the baseline:\n" + "\n".join(worse))


if __name__ == "__main__":
    main()
