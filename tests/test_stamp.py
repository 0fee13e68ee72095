"""Capture times and addresses that are written into files: the rest of the file stays as it is."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as some

from service.article import Capture
from service.ingest.files import add_file, replace_file
from service.ingest.reader import read_content
from service.ingest.stamp import NotStampedError, instant, stamp

if TYPE_CHECKING:
    from pathlib import Path

TIME = "2026-02-03T11:47:55Z"
FIELDS = {"captured": TIME}
LINE = f"captured: {TIME}"


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("a.txt", "خبر\n", f"---\n{LINE}\n---\nخبر\n"),
        ("a.md", "# خبر\r\nنص", f"---\r\n{LINE}\r\n---\r\n# خبر\r\nنص"),
        ("a.txt", "\ufeffخبر", f"\ufeff---\n{LINE}\n---\nخبر"),
        ("a.txt", "---\nurl: https://x.example/\n---\nخبر", f"---\nurl: https://x.example/\n{LINE}\n---\nخبر"),
        ("a.txt", "---\r\ntitle: أ\r\n--- \r\nخبر", f"---\r\ntitle: أ\r\n{LINE}\r\n--- \r\nخبر"),
        ("a.txt", "---\ntitle: |\n  أ\n  ب\n---\nخبر", f"---\ntitle: |\n  أ\n  ب\n{LINE}\n---\nخبر"),
        # A text between rules is no front matter.
        ("a.txt", "---\nخبر أول\n---\nخبر", f"---\n{LINE}\n---\n---\nخبر أول\n---\nخبر"),
        ("a.html", "---\ntitle: أ\n---\n<p>خبر</p>", f"---\ntitle: أ\n{LINE}\n---\n<p>خبر</p>"),
        ("a.json", '{"text": "خبر"}', f'{{"captured": "{TIME}", "text": "خبر"}}'),
        ("a.json", '{\n  "text": "خبر"\n}\n', f'{{\n  "captured": "{TIME}",\n  "text": "خبر"\n}}\n'),
        # What says it already is left alone.
        ("a.txt", f"---\n{LINE}\n---\nخبر", f"---\n{LINE}\n---\nخبر"),
    ],
)
def test_a_time_is_written_and_every_other_byte_stays(name: str, before: str, after: str) -> None:
    assert stamp(before.encode(), name, FIELDS).decode() == after
    assert stamp(after.encode(), name, FIELDS).decode() == after


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_stays_utf_16(codec: str) -> None:
    raw = "\ufeffخبر 😀\r\n".encode(codec)
    assert stamp(raw, "a.txt", FIELDS).decode(codec) == f"\ufeff---\n{LINE}\n---\nخبر 😀\r\n".replace("\n", "\r\n").replace(
        "\r\r", "\r"
    )


def test_a_page_in_an_old_encoding_keeps_it_below_front_matter() -> None:
    raw = '<meta charset="windows-1256"><p>خبر عاجل من المغرب</p>'.encode("windows-1256")
    assert stamp(raw, "a.html", FIELDS, above_pages=True) == f"---\n{LINE}\n---\n".encode() + raw


@pytest.mark.parametrize(
    ("name", "raw", "why"),
    [
        ("a.html", "<p>خبر</p>", "a saved page is left as it is"),
        ("a.json", '[{"text": "a"}, {"text": "b"}]', "holds several captures"),
        ("a.jsonl", '{"text": "a"}', "holds several captures"),
        ("a.txt", "---\na: b: c\n---\nخبر", "the front matter is not YAML"),
        ("a.txt", "---\ncaptured: yesterday\n---\nخبر", "front matter captured: 'yesterday'"),
        ("a.txt", "---\n{title: a}\n---\nخبر", "no line can be added"),
        ("a.txt", "", "there is no text in it"),
        ("a.pdf", "x", ".pdf files are not read"),
        ("a.txt", "---\ncaptured: 2020-01-01T00:00Z\n---\nخبر", "it declares captured 2020-01-01T00:00:00Z, not "),
    ],
)
def test_what_cannot_be_stamped_says_why(name: str, raw: str, why: str) -> None:
    with pytest.raises(NotStampedError, match=why):
        stamp(raw.encode(), name, FIELDS)


@pytest.mark.parametrize("url", ["https://x.example/a:", "https://x.example/'a\\b#c", "https://x.example/خبر"])
@pytest.mark.parametrize(("name", "raw"), [("a.txt", "خبر"), ("a.json", '{"text": "خبر"}')])
def test_an_address_is_written_so_that_it_is_read(url: str, name: str, raw: str) -> None:
    capture = next(read_content(stamp(raw.encode(), name, {"url": url}), name))
    assert isinstance(capture, Capture)
    assert (capture.source, capture.text) == (url, "خبر")


@given(
    some.binary(max_size=60) | some.text(alphabet="-\r\n: a{}خ\ufeff").map(str.encode),
    some.sampled_from(["a.txt", "a.html", "a.json"]),
)
def test_whatever_the_bytes_a_stamp_only_adds_to_them(raw: bytes, name: str) -> None:
    try:
        stamped = stamp(raw, name, FIELDS, above_pages=True)
    except NotStampedError:
        return
    before, after = next(read_content(raw, name)), next(read_content(stamped, name))
    assert isinstance(before, Capture)
    assert isinstance(after, Capture)
    assert after.text == before.text
    assert instant(after.captured or datetime.now(UTC)) == TIME
    assert len(stamped) > len(raw)


def test_a_replaced_file_keeps_its_mode_and_leaves_nothing_behind(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("old")
    file.chmod(0o640)
    replace_file(file, b"new")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o640)
    assert list(tmp_path.iterdir()) == [file]


def test_an_added_file_never_takes_the_place_of_another(tmp_path: Path) -> None:
    first = stamp("خبر".encode(), "a.txt", FIELDS)
    later = stamp("خبر".encode(), "a.txt", {"captured": "2026-05-05T00:00:00Z"})
    assert add_file(tmp_path, "a.txt", first) == (tmp_path / "a.txt", True)
    assert add_file(tmp_path, "a.txt", later) == (tmp_path / "a.txt", False)
    assert add_file(tmp_path, "a.txt", b"other") == (tmp_path / "a-2.txt", True)
    assert add_file(tmp_path, "a.txt", b"other") == (tmp_path / "a-2.txt", False)
    assert add_file(tmp_path, ".hidden.json", json.dumps({"text": "a"}).encode())[0] == tmp_path / "hidden.json"
    assert (tmp_path / "a.txt").read_bytes() == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-2.txt", "a.txt", "hidden.json"]
