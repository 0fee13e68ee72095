"""Scores the normaliser on gold captures: `.venv/bin/python -m tests.score [--misses published,outlet]`.

Each capture of `gold/docs` is normalised as the service does it and compared with `gold/gold.json`, folded, with
the alternatives of `_also`, dates strictly. `--check` fails where a field is below `baseline.json` or more dates
are invented, `--write-baseline` keeps the present score there. Of each class of trust it tells how often it was right.
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
from typing import TYPE_CHECKING, Any

from service.article import Article, Confidence
from service.cli.reading import EDGE_WORDS, OUTLET_EVIDENCE
from service.config import ROOT
from service.ingest.reader import Refused, read_file
from service.ingest.registry import load_registry
from service.normalise import Registry, normalise

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

GOLD = Path(__file__).with_name("gold")
ATTRIBUTES = ("title", "subtitle", "authors", "agency", "section", "tags", "language")
OTHERS = ("outlet", "outlet_evidence", "published", "published_precision", "modified", "original_source", "aggregator")
FIELDS = (*ATTRIBUTES, *OTHERS, "body_first_words", "body_last_words")
# The evidence that vouches for a field where it is called otherwise, or None where none does.
VOUCHED = dict.fromkeys(("outlet_evidence", "published_precision", "original_source")) | {"aggregator": "via"}
VOUCHED |= {"body_first_words": "body", "body_last_words": "body"}
MARKS = re.compile("[\u00ad\u0640\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
LETTERS = str.maketrans("یک", "يك")
OUTER = " .,،؛;:!?؟\"'«»“”‘’()[]#-–—/|"
OFFSET = re.compile(r"T.*?(Z|[+-]\d\d:\d\d)$")


@dataclass
class Score:
    """What became of the fields of all documents."""

    total: int = 0
    right: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    held_right: Counter[str] = field(default_factory=Counter)
    dates: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    offsets: dict[str, bool] = field(default_factory=dict)
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
    if isinstance(want, dict):
        # Of an outlet that the registry does not know the name is all there is to know.
        return any(fold(value) in (fold(want["key"]), fold(want["name"])) for value in got or ())
    return fold(got) == fold(want)


def accepted(name: str, want: dict[str, Any]) -> list[Any]:
    """Return the gold value and the alternatives to it."""
    return [want.get(name), *(want.get("_also") or {}).get(name, ())]


def flatten(article: Article) -> dict[str, Any]:
    """Return the fields of an article as the gold has them."""
    words, why = " ".join(article.body).split(), article.why("outlet")
    outlet = (article.outlet.key, article.outlet.name) if article.outlet else None
    rule, via = why.rule if why else None, getattr(article, "via", None)
    return {name: getattr(article, name, None) for name in ATTRIBUTES} | {
        "outlet": outlet,
        "outlet_evidence": OUTLET_EVIDENCE.get(rule, "byline"),
        "published": article.published and article.published.edtf,
        "published_precision": article.published and article.published.precision,
        "modified": article.modified and article.modified.edtf,
        "original_source": outlet if via and rule == "source-line" else None,
        "aggregator": via and via.key,
        "body_first_words": " ".join(words[:EDGE_WORDS]),
        "body_last_words": " ".join(words[-EDGE_WORDS:]),
    }


def load_gold(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the gold of a folder by document."""
    return dict(json.loads((folder / "gold.json").read_text(encoding="utf-8")))


def score_folder(folder: Path, registry: Registry) -> Score:
    """Normalise every document that the gold of `folder` knows, and compare."""
    score = Score()
    for doc, want in load_gold(folder).items():
        capture = read_file(folder / "docs" / f"{doc}.txt")
        if isinstance(capture, Refused):
            raise SystemExit(f"{capture.name}: {capture.issue.message}")
        _add(score, doc, normalise(capture, registry), want)
    return score


def drops(score: Score, baseline: dict[str, int]) -> Iterator[str]:
    """Yield what is worse than the baseline, in words."""
    now = score.baseline
    if now["total"] != baseline["total"]:
        yield f"the baseline is of {baseline['total']} documents, not {now['total']}: write it again"
    for name in (name for name in FIELDS if now[name] < baseline.get(name, 0)):
        yield f"{name}: {now[name]} right, the baseline has {baseline[name]}"
    if now["dates_false"] > baseline["dates_false"]:
        invented = ", ".join(score.dates["false"])
        yield f"published: {now['dates_false']} dates are invented ({invented}), the baseline has {baseline['dates_false']}"


def _add(score: Score, doc: str, article: Article, want: dict[str, Any]) -> None:
    score.total += 1
    got, vouched = flatten(article), defaultdict[str, list[bool]](list)
    for name in FIELDS:
        choices, value, evidence = accepted(name, want), got[name], VOUCHED.get(name, name)
        ok = any(is_right(name, value, choice) for choice in choices)
        score.right[name] += ok
        score.held[name] += bool(choices[0])
        score.held_right[name] += bool(choices[0]) and ok
        if not ok:
            score.misses[name].append((doc, value, choices[0]))
        if value and evidence:
            vouched[evidence].append(ok)
        if name == "published":
            if not ok:
                score.dates["wrong" if choices[0] and value else "missed" if choices[0] else "false"].append(doc)
            if zone := OFFSET.findall(choices[0] or ""):
                found = OFFSET.findall(value or "")
                score.offsets[doc] = bool(found) and (ok or found == zone)
    for name, results in vouched.items():
        if why := article.why(name):
            score.classes[name, why.confidence].append(all(results))


def _same_time(got: str | None, want: str | None) -> bool:
    """Same precision and same moment: as instants where both have an offset, else by the clock on the wall."""
    if not got or not want or "T" not in got or "T" not in want:
        return (got or None) == (want or None)
    one, other = datetime.fromisoformat(got), datetime.fromisoformat(want)
    return one.replace(second=0) == other.replace(second=0) if one.tzinfo and other.tzinfo else got[:16] == want[:16]


def _report(score: Score, fields: Collection[str]) -> Iterator[str]:
    yield f"{score.total} documents\n{'field':20} {'right':>11}   {'with value':>11}   invented   right of certain, likely, weak"
    for name in FIELDS:
        results = [score.classes.get((VOUCHED.get(name, name) or "", confidence), []) for confidence in Confidence]
        trust = "  ".join(f"{sum(r):3} / {len(r):<3}" for r in results) if VOUCHED.get(name, name) else ""
        invented = score.total - score.right[name] - score.held[name] + score.held_right[name]
        held = f"{score.held_right[name]:4} / {score.held[name]:<4}"
        yield f"{name:20} {score.right[name]:4} / {score.total:<4}   {held}   {invented:8}   {trust}".rstrip()
    yield "dates: " + "; ".join(f"{len(score.dates[k])} {k} ({' '.join(score.dates[k])})" for k in ("false", "wrong", "missed"))
    docs = " ".join(doc for doc, ok in score.offsets.items() if not ok)
    yield f"offsets: {sum(score.offsets.values())} of {len(score.offsets)} right, not {docs}"
    for name in (name for name in FIELDS if name in fields and score.misses[name]):
        yield f"\n{name}: {len(score.misses[name])} misses"
        for doc, *pair in score.misses[name]:
            yield "  {}  got {}  want {}".format(doc, *(json.dumps(value, ensure_ascii=False) for value in pair))


def main() -> None:
    """Score, print, and check or keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, default=GOLD, metavar="DIR", help="folder with gold.json and docs/")
    parser.add_argument("--misses", default="all", metavar="FIELDS", help="fields whose misses are listed, all or none")
    parser.add_argument("--check", action="store_true", help="fail where the score is below baseline.json")
    parser.add_argument("--write-baseline", action="store_true", help="keep the score as baseline.json")
    args = parser.parse_args()
    score, kept = score_folder(args.gold, load_registry(ROOT / "corpus" / "outlets.toml")), args.gold / "baseline.json"
    sys.stdout.writelines(f"{line}\n" for line in _report(score, FIELDS if args.misses == "all" else args.misses.split(",")))
    if args.write_baseline:
        kept.write_text(json.dumps(score.baseline, indent=1) + "\n", encoding="utf-8")
    elif args.check and (worse := list(drops(score, json.loads(kept.read_text(encoding="utf-8"))))):
        sys.exit("Below the baseline:\n" + "\n".join(worse))


if __name__ == "__main__":
    main()
