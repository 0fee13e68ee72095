"""Formats beyond plain text: what a file of each gives, and that no file does harm."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from service.article import Capture
from service.ingest.formats.declared import FIELD_KEYS, to_edtf
from service.ingest.formats.plain import without_marks
from service.ingest.reader import (
    FRONT_MATTER_KEYS,
    MAX_BYTES,
    MAX_CONTAINER_BYTES,
    Refused,
    count_files,
    read_captures,
    read_file,
    read_folder,
)
from service.normalise.text import legal
from tests.reading import PAGES, RSS_ITEM, codes, feed, named, one, read, zipped

if TYPE_CHECKING:
    from pathlib import Path

EXPECTED = json.loads((PAGES / "expected.json").read_text(encoding="utf-8"))
NAUGHTY = "<div>" * 100_000 + "<a" * 100_000 + "&" * 100_000
# What no file of this size may take, with room for a slow machine.
SECONDS = 20


def test_every_sample_page_is_expected() -> None:
    assert {path.name for path in PAGES.iterdir() if path.suffix != ".json"} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_sample_page(name: str) -> None:
    capture, expected = read_file(PAGES / name), EXPECTED[name]
    assert isinstance(capture, Capture)
    assert {field: [value, capture.declared_by[field]] for field, value in capture.declared.items()} == expected["declared"]
    assert [issue.code for issue in capture.issues] == expected["issues"]
    lines = capture.text.split("\n")
    assert [line for line in expected["lines"] if line not in lines] == []
    assert [words for words in expected["absent"] if words in capture.text] == []
    assert capture.source == capture.declared.get("url", name)
    assert capture.raw == (PAGES / name).read_bytes()


@pytest.mark.parametrize(
    ("text", "edtf"),
    [
        ("2023", "2023"),
        ("2023-11", "2023-11"),
        ("2023-11-01", "2023-11-01"),
        ("2023-12-26T12:30:15.250+01:00", "2023-12-26T12:30+01:00"),
        ("2023-12-26T11:30:00Z", "2023-12-26T11:30+00:00"),
        ("2023-12-26T11:30:00.123456789Z", "2023-12-26T11:30+00:00"),
        ("2023-12-26 12:30:15", "2023-12-26T12:30"),
        ("2023-12-26T12:30+0100", "2023-12-26T12:30+01:00"),
        ("2023-12-26T12:30:00+01", "2023-12-26T12:30+01:00"),
        ("2023-12-26T12:30:00-0330", "2023-12-26T12:30-03:30"),
        ("٢٠٢٣-١٢-٢٦", "2023-12-26"),
        ("Tue, 26 Dec 2023 12:30:00 +0100", "2023-12-26T12:30+01:00"),
        ("26 Dec 2023 12:30 GMT", "2023-12-26T12:30+00:00"),
        ("Tue, 26 Dec 2023 12:30:00 CET", "2023-12-26T12:30"),
    ],
)
def test_declared_dates(text: str, edtf: str) -> None:
    assert to_edtf(text) == edtf
    assert to_edtf(edtf) == edtf


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "26/12/2023",
        "1703590200",
        "2021-02-30T10:00:00Z",
        "2023-13",
        "2023-12-26T25:00",
        "2023-12-26T12:30+99:00",
        "0000-00-00 00:00:00",
        "-0001-11-30T00:00:00+00:00",
        "0001-01-01T00:00:00",
        "1970-01-01T00:00:00Z",
        "2023-12-26T12:30" + "0" * 100,
        "Tue, 99 Dec 2023 12:30:00 GMT",
        "Tue, 26 Dec 2023 12:30:00 +9900",
        "\ud800",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    with pytest.raises(ValueError):
        to_edtf(text)


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        ("# عنوان #\n\nنص", "عنوان\n\nنص"),
        ("#وسم", "#وسم"),
        ("**خبر** و*آخر* _ثالث_", "خبر وآخر ثالث"),
        ("snake_case_name 2*3*4", "snake_case_name 234"),
        ('[نص](https://e.com/a_(b) "t") [x][1] <https://e.com/>', "نص x https://e.com/"),
        ("[![alt](a.png)](b) بعد", " بعد"),
        ('![alt](a.png "t")', ""),
        ("- a\n- b\n1. c", "- a\n- b\n1. c"),
        ("> قال", "قال"),
        ("a\n---\nb\n***", "a\n\nb\n"),
        ("```py\n# x\n```", "# x"),
        ("a \\* b", "a * b"),
        ("[1]: https://e.com", ""),
        ("| a | b |\n|---|---|", "| a | b |\n"),
        ("[غير رابط] نص", "[غير رابط] نص"),
    ],
)
def test_markdown_loses_its_marks_and_keeps_its_lines(marked: str, text: str) -> None:
    assert without_marks(marked).removesuffix("\n") == text


def test_markdown_file_has_front_matter() -> None:
    capture = one("---\nauthors: [a, b]\n---\n# خبر\n", "page.markdown")
    assert capture.declared == {"author": "a\nb"}
    assert capture.text.strip() == "خبر"


def test_folder_of_every_format(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(("x.md", "# خبر"), ("y.json", '{"text": "a"}')))
    (tmp_path / "b.json").write_text('[{"text": "a"}, {"text": "b"}]', encoding="utf-8")
    (tmp_path / "c.xml").write_text(feed(RSS_ITEM), encoding="utf-8")
    (tmp_path / "d.HTM").write_text("<p>خبر", encoding="utf-8")
    results = list(read_folder(tmp_path))
    assert [result.name for result in results] == ["a.zip/x.md", "a.zip/y.json", "b.json#1", "b.json#2", "c.xml#1", "d.HTM"]
    assert codes(results) == {}
    assert count_files(tmp_path) == 4
    several = read_file(tmp_path / "b.json")
    assert isinstance(several, Refused)
    assert several.issue.code == "several-captures"


def test_sizes(tmp_path: Path) -> None:
    path = tmp_path / "large.jsonl"
    path.write_bytes(b'{"text": "a"}\n' + b" " * MAX_BYTES + b'{"text": "b"}\n')
    assert named(list(read_captures(path))) == ["large.jsonl#1", "large.jsonl#2"]
    path.write_bytes(b" " * (MAX_CONTAINER_BYTES + 1))
    assert codes(list(read_captures(path))) == {"large.jsonl": "too-large"}
    assert codes(read("<p>" + "a" * (MAX_BYTES + 1), "page.html")) == {"page.html": "too-large"}


@pytest.mark.parametrize("name", ["a.html", "a.md", "a.json", "a.jsonl", "a.xml", "a.txt"])
@pytest.mark.parametrize(
    "text",
    [
        NAUGHTY,
        "[" * 300_000,
        "*a " * 100_000,
        "![" * 100_000,
        "[a](b" * 60_000,
        "_ " * 100_000,
        "-" * 200_000,
        "<item>" * 30_000,
        "<article><h1>" * 20_000,
        "<script type='application/ld+json'>" + "[" * 200_000 + "</script>a",
        "<meta " * 50_000,
        "\ud800\x01\ufffe خبر \u202e",
    ],
    ids=["mixed", "brackets", "stars", "images", "links", "lines", "hyphens", "items", "articles", "json-ld", "metas", "illegal"],
)
def test_no_text_does_harm(text: str, name: str) -> None:
    began = time.monotonic()
    results = read(text.encode("utf-8", "surrogatepass"), name)
    assert time.monotonic() - began < SECONDS
    assert results
    for result in results:
        if isinstance(result, Capture):
            assert all(legal(value) == value for value in result.declared.values())
            assert set(result.declared_by) <= set(result.declared)


def test_every_field_can_be_declared_everywhere() -> None:
    assert set(FIELD_KEYS) | {"authors"} == FRONT_MATTER_KEYS
