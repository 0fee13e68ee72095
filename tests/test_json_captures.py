"""JSON and lines of it as captures: what an object declares, and what is told of a mistake."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from service.article import Capture
from service.ingest.reader import MAX_BYTES, Refused
from tests.reading import TEXT, codes, named, one, read


def test_json_object_declares() -> None:
    value = {
        "text": TEXT,
        "url": "https://example.com/1",
        "source": {"name": "كود"},
        "date": "2023-12-26T12:30:00+01:00",
        "authors": [{"name": "a"}, "b"],
        "tags": "x، y",
        "captured_at": "2026-02-03T11:47:55Z",
        "other": {"deep": [1]},
    }
    capture = one(json.dumps(value), "page.json")
    assert capture.declared == {
        "url": "https://example.com/1",
        "outlet": "كود",
        "captured": "2026-02-03T11:47:55Z",
        "published": "2023-12-26T12:30+01:00",
        "author": "a\nb",
        "tags": "x\ny",
    }
    assert set(capture.declared_by.values()) == {"json"}
    assert (capture.name, capture.source, capture.text) == ("page.json", "https://example.com/1", TEXT)
    assert capture.captured == datetime(2026, 2, 3, 11, 47, 55, tzinfo=UTC)
    assert capture.issues == ()


@pytest.mark.parametrize(
    ("value", "field", "code"),
    [
        ({"published": 1703590200}, "published", "bad-declared-date"),
        ({"published": "yesterday"}, "published", "bad-declared-date"),
        ({"captured": "2026-02-03T11:47:55"}, "captured", "bad-declared-date"),
        ({"url": "example.com"}, "url", "bad-declared-value"),
        ({"language": "Arabic!"}, "language", "bad-declared-value"),
        ({"title": ["a", "b"]}, "title", "bad-declared-value"),
        ({"author": 7}, "author", "bad-declared-value"),
    ],
)
def test_mistake_in_json_is_an_issue(value: dict[str, object], field: str, code: str) -> None:
    capture = one(json.dumps({"text": TEXT, **value}), "page.json")
    assert [(issue.field, issue.code) for issue in capture.issues] == [(field, code)]
    assert field not in capture.declared
    assert capture.captured is None


def test_json_may_hold_a_page() -> None:
    page = '<html><head><meta name="author" content="b"></head><body><h1>عنوان</h1><p>نص</p>'
    capture = one(json.dumps({"html": page, "title": "a"}), "page.json")
    assert capture.text == "عنوان\n\nنص"
    assert capture.declared_by == {"title": "json", "author": "html-meta"}
    assert one(json.dumps({"content": "<p>أ</p><p>ب</p>"}), "page.json").text == "أ\n\nب"


@pytest.mark.parametrize(
    ("raw", "captures", "refusals"),
    [
        ('[{"text":"a"}, {"body":"b"}]', ["f.json#1", "f.json#2"], {}),
        ('[{"text":"a"}, 7, {"body":"b"}]', ["f.json#1", "f.json#3"], {"f.json#2": "no-object"}),
        ('[{"text":"a"}, {"text": ]', ["f.json#1"], {"f.json#2": "bad-json"}),
        ('[{"text":"a"} {"text":"b"}]', ["f.json#1"], {"f.json#2": "bad-json"}),
        ('[{"text":"a"},]', ["f.json#1"], {"f.json#2": "bad-json"}),
        ("[", [], {"f.json#1": "bad-json"}),
        ("[]", [], {"f.json": "empty"}),
        ("{}", [], {"f.json": "empty"}),
        ("7", [], {"f.json": "no-object"}),
        ("", [], {"f.json": "empty"}),
        ("{", [], {"f.json": "bad-json"}),
        ("[" * 100_000, [], {"f.json#1": "bad-json"}),
        ('{"a":' * 100_000, [], {"f.json": "bad-json"}),
        ('{"text": "a", "n": ' + "1" * 5000 + "}", [], {"f.json": "bad-json"}),
        (b"{\xd8}", [], {"f.json": "invalid-utf-8"}),
        ('{"text": "' + MAX_BYTES * "a" + 'a"}', [], {"f.json": "too-large"}),
    ],
)
def test_json_files(raw: bytes | str, captures: list[str], refusals: dict[str, str]) -> None:
    results = read(raw, "f.json")
    assert (named(results), codes(results)) == (captures, refusals)


def test_json_lines_are_read_one_by_one() -> None:
    lines = b'\xef\xbb\xbf{"text": "a"}\r\n\n{"text": \n{"text": "b"}\n"x"\n\xd8\n{"content": "c", "url": "https://e.com/c"}'
    results = read(lines, "f.jsonl")
    assert named(results) == ["f.jsonl#1", "f.jsonl#4", "f.jsonl#7"]
    assert codes(results) == {"f.jsonl#3": "bad-json", "f.jsonl#5": "no-object", "f.jsonl#6": "invalid-utf-8"}
    assert next(result.issue.message for result in results if isinstance(result, Refused)).startswith("line 3: ")
    last = results[-1]
    assert isinstance(last, Capture)
    assert (last.source, last.raw) == ("https://e.com/c", b'{"content": "c", "url": "https://e.com/c"}')
    assert codes(read(b"\n \n", "f.ndjson")) == {"f.ndjson": "empty"}
