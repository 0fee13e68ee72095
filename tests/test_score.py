from __future__ import annotations

import json
import re
import tomllib
from collections import defaultdict

from service.article import Dated
from service.ingest.reader import Refused, read_file
from tests.conftest import OUTLETS
from tests.score import FIELDS, GOLD, accepted, drops, fold, load_gold, score_folder

LANGUAGES = {"ar", "ary", "en", "es", "fa", "fr", "he", "tr", "ur"}
EDTF = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d([+-]\d\d:\d\d)?)?)?)?")
PRECISIONS = {4: "year", 7: "month", 10: "day"}
SENTENCE = re.compile(r"[.!?؟\n]")
LONG = 60
# What a document says that names an outlet or aggregator the registry does not know.
UNLISTED = {"outlet": "unlisted-outlet", "original_source": "unlisted-outlet", "aggregator": "unlisted-aggregator"}


def test_the_score_is_not_below_the_baseline(registry):
    baseline = json.loads((GOLD / "baseline.json").read_text(encoding="utf-8"))
    assert list(drops(score_folder(GOLD, registry), baseline)) == []


def test_gold_and_documents_agree():
    gold = load_gold(GOLD)
    assert sorted(gold) == sorted(path.stem for path in (GOLD / "docs").glob("*.txt"))
    known = set(tomllib.loads(OUTLETS.read_text(encoding="utf-8")))
    wrong = []
    for doc, want in gold.items():
        wrong += [f"{doc}: no {name}" for name in FIELDS if name not in want]
        wrong += [f"{doc}: also {name}" for name in want.get("_also", ()) if name not in FIELDS]
        wrong += [f"{doc}: language {want['language']}"] * (want["language"] not in LANGUAGES)
        for name in ("published", "modified"):
            for value in filter(None, accepted(name, want)):
                if not EDTF.fullmatch(value) or not Dated.of(value):
                    wrong.append(f"{doc}: {name} {value}")
        if want["published_precision"] != (want["published"] and PRECISIONS.get(len(want["published"]), "minute")):
            wrong.append(f"{doc}: precision {want['published_precision']}")
        for name, mark in UNLISTED.items():
            key = want[name]["key"] if isinstance(want[name], dict) else want[name]
            if key and key not in known and mark not in want["_traps"]:
                wrong.append(f"{doc}: {name} {key} is not in the registry and not marked {mark}")
        if want["agency"] not in known | {None, "agencies"}:
            wrong.append(f"{doc}: agency {want['agency']}")
    assert wrong == []


def test_no_new_document_has_a_sentence_of_another():
    owners = defaultdict(set)
    for path in (GOLD / "docs").glob("*.txt"):
        capture = read_file(path)
        assert not isinstance(capture, Refused)
        for sentence in SENTENCE.split(capture.text):
            if len(folded := fold(sentence) or "") >= LONG:
                owners[folded].add(path.stem)
    assert [docs for docs in owners.values() if len(docs) > 1 and any(doc.startswith("n") for doc in docs)] == []
