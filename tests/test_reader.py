from __future__ import annotations

import os
import tempfile
import zlib
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from service.article import Capture
from service.ingest.reader import MAX_BYTES, Refused, count_files, file_of, read_bytes, read_file, read_folder
from service.normalise.text import clean, legal

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = 65534
TEXT = "عنوان الخبر\n\nفقرة أولى من الخبر.\n"
BOM = b"\xef\xbb\xbf"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x02\x00\x00\x00\x02\x00\x08\x06\x00\x00\x00" + zlib.compress(os.urandom(4096))
ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00>\x00\x01\x00\x00\x00" + bytes(200) + b".text\x00.data\x00" * 20


def front(*lines: str) -> str:
    return "\n".join(("---", *lines, "---", TEXT))


def read(raw: bytes | str) -> Capture:
    capture = read_bytes(raw.encode() if isinstance(raw, str) else raw, "page.txt")
    assert isinstance(capture, Capture)
    return capture


@contextmanager
def as_nobody() -> Iterator[None]:
    """Read as a user without rights, as root may read everything."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_front_matter_declares_and_leaves_the_text() -> None:
    capture = read(
        front(
            "url: https://www.example.com/a?b=1",
            "outlet: كود",
            "captured: 2026-02-03T12:47:55+01:00",
            "published: 2023-11",
            'title: "خبر: أول"',
            "language: ary",
        )
    )
    assert capture.declared == {
        "url": "https://www.example.com/a?b=1",
        "outlet": "كود",
        "captured": "2026-02-03T12:47:55+01:00",
        "published": "2023-11",
        "title": "خبر: أول",
        "language": "ary",
    }
    assert capture.source == "https://www.example.com/a?b=1"
    assert capture.captured == datetime(2026, 2, 3, 11, 47, 55, tzinfo=UTC)
    assert capture.text == TEXT
    assert capture.issues == ()


@pytest.mark.parametrize(
    ("line", "declared"),
    [
        ("author: سعاد المثال", {"author": "سعاد المثال"}),
        ("authors: [سعاد المثال, كريم المثال]", {"author": "سعاد المثال\nكريم المثال"}),
        ("author:\n  - A. Sample\n  - ' '\n  - B. Sample", {"author": "A. Sample\nB. Sample"}),
        ("tags: ماء، سدود, أمطار", {"tags": "ماء\nسدود\nأمطار"}),
        ("tags: [ماء, 'a, b', ماء]", {"tags": "ماء\na, b"}),
        ("tags: []", {}),
        ("section: اقتصاد", {"section": "اقتصاد"}),
        ("subtitle: عنوان فرعي", {"subtitle": "عنوان فرعي"}),
        ("agency: map", {"agency": "map"}),
        ("modified: 2023-11-02", {"modified": "2023-11-02"}),
    ],
)
def test_further_fields_of_front_matter(line: str, declared: dict[str, str]) -> None:
    capture = read(front(line))
    assert capture.declared == declared
    assert capture.declared_by == {}
    assert capture.issues == ()


def test_without_url_the_name_is_the_source() -> None:
    assert read(front("outlet: goud")).source == "page.txt"


@pytest.mark.parametrize("value", ["no", "2023", "2023-11-01", "1e3", "null", "~", "0x10", "12:30:00"])
def test_declared_values_stay_the_text_that_was_written(value: str) -> None:
    assert read(front(f"title: {value}")).declared == {"title": value}


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (BOM + TEXT.encode(), TEXT),
        (TEXT.encode("utf-16"), TEXT),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), TEXT),
        (TEXT.replace("\n", "\r\n").encode(), TEXT.replace("\n", "\r\n")),
        (b"Caf\xc3\xa9", "Café"),
        (b"\xd8\xae", "خ"),
    ],
    ids=["bom", "utf-16-le", "utf-16-be", "crlf", "latin", "one letter"],
)
def test_encodings(raw: bytes, text: str) -> None:
    capture = read(raw)
    assert capture.text == text
    assert capture.raw == raw
    assert capture.declared == {}


@pytest.mark.parametrize(
    "encoded",
    [
        front("outlet: goud").replace("\n", "\r\n").encode(),
        BOM + front("outlet: goud").encode(),
        front("outlet: goud").encode("utf-16"),
        front("outlet: goud  ").replace("---", "---  ").encode(),
    ],
    ids=["crlf", "bom", "utf-16", "blanks"],
)
def test_front_matter_is_found_in_every_encoding(encoded: bytes) -> None:
    capture = read(encoded)
    assert capture.declared == {"outlet": "goud"}
    assert capture.text.replace("\r\n", "\n") == TEXT


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        f"---\n{TEXT}",
        f"----\noutlet: goud\n----\n{TEXT}",
        f"{TEXT}---\noutlet: goud\n---\n",
        f"\n---\noutlet: goud\n---\n{TEXT}",
        f"--- خبر ---\n{TEXT}",
    ],
)
def test_text_without_front_matter_stays_whole(text: str) -> None:
    capture = read(text)
    assert capture.text == text
    assert capture.declared == {}
    assert capture.issues == ()


@pytest.mark.parametrize(
    ("line", "code", "field", "named"),
    [
        ("title: a: b", "bad-front-matter", None, "line 2"),
        ("title: [", "bad-front-matter", None, "YAML"),
        ("captured: *alias", "bad-front-matter", None, "YAML"),
        ("auther: x", "unknown-front-matter", None, "'auther'"),
        ("title: [a, b]", "bad-front-matter", "title", "one text"),
        ("tags: [[a], b]", "bad-front-matter", "tags", "list of texts"),
        ("outlet: [goud, hespress]", "bad-front-matter", "outlet", "'outlet'"),
        ("captured: 2026-02-03T12:47:55", "bad-front-matter", "captured", "offset"),
        ("captured: yesterday", "bad-front-matter", "captured", "'yesterday'"),
        ("url: www.example.com/a", "bad-front-matter", "url", "https://"),
        ("url: javascript:alert(1)", "bad-front-matter", "url", "https://"),
        ("url: https://example.com/a b", "bad-front-matter", "url", "https://"),
        ("url: https://example.com/" + 2000 * "a", "bad-front-matter", "url", "2000"),
        ("language: Arabic!", "bad-front-matter", "language", "BCP 47"),
    ],
)
def test_mistake_in_front_matter_is_an_issue_and_the_text_is_kept(line: str, code: str, field: str | None, named: str) -> None:
    capture = read(front(line))
    (issue,) = capture.issues
    assert (issue.code, issue.field) == (code, field)
    assert named in issue.message
    assert capture.text == TEXT
    assert capture.captured is None
    assert capture.source == "page.txt"


@pytest.mark.parametrize(
    "line",
    ["title: " + 5000 * "[", "captured: 0001-01-01T00:00:00+14:00", "captured: 9999-12-31T23:59:00-14:00"],
    ids=["deep", "before all time", "after all time"],
)
def test_hostile_front_matter_is_an_issue_too(line: str) -> None:
    assert [issue.code for issue in read(front(line)).issues] == ["bad-front-matter"]


@pytest.mark.parametrize(
    "line", [r'url: "https://example.com/\x01"', r'url: "https://example.com/\ud800"', r'outlet: "goud\x01"']
)
def test_declared_values_are_legal_in_xml(line: str) -> None:
    capture = read(front(line))
    assert all(legal(value) == value for value in (capture.source, *capture.declared.values()))


def test_front_matter_of_other_programs_is_read() -> None:
    capture = read(
        front("Site: شفق نيوز", "date: 2024-01-17T09:22:15+00:00", "lastmod: 2024-01-18", "lang: ar", "keywords: a, b")
    )
    assert capture.declared == {
        "outlet": "شفق نيوز",
        "published": "2024-01-17T09:22:15+00:00",
        "modified": "2024-01-18",
        "language": "ar",
        "tags": "a\nb",
    }
    assert capture.issues == ()
    assert read(front("source: https://example.org/a")).declared == {"url": "https://example.org/a"}
    # Its own name goes before another, wherever it stands.
    for lines in (("date: 2024-01-17", "published: 2023-05-01"), ("published: 2023-05-01", "date: 2024-01-17")):
        assert read(front(*lines)).declared == {"published": "2023-05-01"}


def test_one_mistake_leaves_the_other_values() -> None:
    capture = read(front("auther: x", "outlet: goud", "url: nowhere"))
    assert capture.declared == {"outlet": "goud"}
    assert [issue.code for issue in capture.issues] == ["unknown-front-matter", "bad-front-matter"]


def test_empty_values_declare_nothing() -> None:
    capture = read(front("title:", 'outlet: ""', "language:"))
    assert capture.declared.get("title", "") == ""
    assert "outlet" not in capture.declared


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b" \n\t\r\n ", "empty"),
        (b"---\noutlet: goud\n---\n", "empty"),
        (b"---\noutlet: goud\n---\n  \n", "empty"),
        (PNG, "binary"),
        (ELF, "binary"),
        (b"PK\x03\x04" + bytes(64), "binary"),
        (TEXT.encode("windows-1256"), "invalid-utf-8"),
        ("café".encode("latin-1"), "invalid-utf-8"),
        (TEXT.encode()[:-4] + b"\xd9", "invalid-utf-8"),
        (b"\xff\xfe\x00\xd8a", "invalid-utf-8"),
    ],
    ids=[
        "empty",
        "white space",
        "front matter",
        "front matter, blanks",
        "png",
        "elf",
        "zip",
        "1256",
        "latin-1",
        "cut",
        "cut utf-16",
    ],
)
def test_bytes_without_text_are_refused(raw: bytes, code: str) -> None:
    refused = read_bytes(raw, "page.txt")
    assert isinstance(refused, Refused)
    assert (refused.name, refused.issue.code) == ("page.txt", code)
    assert refused.issue.message


@pytest.mark.parametrize("raw", [b"\xed\xa0\x80", b"\x00", b"\x0b\x01"], ids=["lone surrogate", "NUL", "controls"])
def test_stray_bytes_within_text_do_not_cost_the_page(raw: bytes) -> None:
    capture = read("خبر أول ".encode() * 20 + raw + " وثان".encode())
    assert clean(capture.text).endswith("خبر أول  وثان")
    assert capture.raw.count(raw) == 1


def test_every_bad_file_is_refused_by_name_and_the_rest_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "captures"
    (folder / "below").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text(TEXT, encoding="utf-8")
    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    (folder / "below" / "z.md").write_text(TEXT, encoding="utf-8")
    (folder / "no-suffix").write_text(TEXT, encoding="utf-8")
    (folder / ".hidden.txt").write_text(TEXT, encoding="utf-8")
    (folder / "empty.txt").touch()
    (folder / "picture.txt").write_bytes(PNG)
    (folder / "old.txt").write_bytes(TEXT.encode("windows-1256"))
    (folder / "page.pdf").write_bytes(b"%PDF-1.7")
    (folder / "dangling.txt").symlink_to(folder / "nowhere.txt")
    (folder / "outside.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "inside.txt").symlink_to(folder / "a.txt")
    os.mkfifo(folder / "fifo.txt")
    (folder / "large.txt").touch()
    os.truncate(folder / "large.txt", 50_000_000)
    results = list(read_folder(folder))
    refused = {result.name: result.issue.code for result in results if isinstance(result, Refused)}
    assert [result.name for result in results if isinstance(result, Capture)] == [
        "a.txt",
        "below/z.md",
        "inside.txt",
        "no-suffix",
    ]
    assert refused == {
        "dangling.txt": "unreadable",
        "empty.txt": "empty",
        "fifo.txt": "unreadable",
        "large.txt": "too-large",
        "old.txt": "invalid-utf-8",
        "outside.txt": "outside-folder",
        "page.pdf": "unsupported-type",
        "picture.txt": "binary",
    }
    assert all(result.issue.message for result in results if isinstance(result, Refused))
    assert count_files(folder) == len(results)


def test_files_come_in_the_order_of_their_folders(tmp_path: Path) -> None:
    for name in ("a.txt", "a/z.txt", "a-b/y.txt", "b.txt", ".hidden/x.txt", "a/.hidden.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert [result.name for result in read_folder(tmp_path)] == ["a/z.txt", "a-b/y.txt", "a.txt", "b.txt"]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("news/a.txt", "news/a.txt"),
        ("news.json#12", "news.json"),
        ("old.ZIP/folder/page.txt", "old.ZIP"),
        ("old.zip/news.jsonl#3", "old.zip"),
        ("#1.txt", "#1.txt"),
    ],
)
def test_a_name_says_from_which_file_it_is(name: str, file: str) -> None:
    assert file_of(name) == file


def test_link_to_itself_is_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    (tmp_path / "page.txt").write_text(TEXT, encoding="utf-8")
    refused, capture = read_folder(tmp_path)
    assert isinstance(refused, Refused)
    assert isinstance(capture, Capture)


def test_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    path.write_bytes(b"a" * MAX_BYTES)
    assert isinstance(read_file(path), Capture)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    refused = read_file(tmp_path / "nowhere.txt")
    assert isinstance(refused, Refused)
    assert (refused.name, refused.issue.code) == ("nowhere.txt", "unreadable")


def test_file_without_permission_is_refused() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "closed.txt").write_text(TEXT, encoding="utf-8")
        (folder / "closed.txt").chmod(0)
        (folder / "open.txt").write_text(TEXT, encoding="utf-8")
        (folder / "open.txt").chmod(0o644)
        with as_nobody():
            refused, capture = read_folder(folder)
    assert isinstance(refused, Refused)
    assert (refused.name, refused.issue.code) == ("closed.txt", "unreadable")
    assert "denied" in refused.issue.message
    assert isinstance(capture, Capture)


def test_folder_that_cannot_be_listed_is_told() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "closed").mkdir(mode=0)
        (folder / "open.txt").write_text(TEXT, encoding="utf-8")
        (folder / "open.txt").chmod(0o644)
        with as_nobody():
            refused, capture = read_folder(folder)
    assert isinstance(refused, Refused)
    assert (refused.name, refused.issue.message) == ("closed", "the folder cannot be listed")
    assert isinstance(capture, Capture)


def test_names_are_nfc_and_legal_whatever_the_disk_says(tmp_path: Path) -> None:
    (tmp_path / "cafe\u0301.txt").write_text(TEXT, encoding="utf-8")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text(TEXT, encoding="utf-8")
    names = sorted(result.name for result in read_folder(tmp_path))
    assert names == ["caf\\xe9.txt", "caf\u00e9.txt"]
    assert all(name.encode() for name in names)
