"""Archives are read like folders, and neither a bomb nor a name in one does harm."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from service.ingest.formats import archive
from service.ingest.reader import Refused, read_content
from tests.reading import TEXT, codes, named, zipped

if TYPE_CHECKING:
    from service.article import Capture


def unzip(raw: bytes) -> list[Capture | Refused]:
    return list(archive.read_zip(raw, "a.zip", read_content))


def test_zip_is_read_like_a_folder() -> None:
    raw = zipped(
        ("b/page.txt", TEXT),
        ("a.jsonl", '{"text": "a"}\n{\n'),
        ("b/empty.txt", ""),
        ("b/picture.png", "x"),
        ("b/.hidden.txt", TEXT),
        ("__MACOSX/b/._page.txt", TEXT),
        ("c/", ""),
        ("inner.zip", zipped(("x.txt", TEXT))),
        ("../out.txt", TEXT),
        ("b/../../out.txt", TEXT),
        ("/etc/out.txt", TEXT),
        ("..\\out.txt", TEXT),
        ("C:\\out.txt", TEXT),
    )
    results = unzip(raw)
    assert named(results) == ["a.zip/a.jsonl#1", "a.zip/b/page.txt"]
    assert codes(results) == {
        "a.zip/../out.txt": "unsafe-name",
        "a.zip/..\\out.txt": "unsafe-name",
        "a.zip//etc/out.txt": "unsafe-name",
        "a.zip/C:\\out.txt": "unsafe-name",
        "a.zip/a.jsonl#2": "bad-json",
        "a.zip/b/../../out.txt": "unsafe-name",
        "a.zip/b/empty.txt": "empty",
        "a.zip/b/picture.png": "unsupported-type",
        "a.zip/inner.zip": "nested-archive",
    }


def test_zip_names_are_utf_8_also_where_it_does_not_say_so() -> None:
    raw = zipped(("خبر.txt", TEXT))
    unflagged = raw.replace(b"\x00\x08\x08\x00", b"\x00\x00\x08\x00")
    assert named(unzip(raw)) == named(unzip(unflagged)) == ["a.zip/خبر.txt"]


def test_one_bad_member_leaves_the_rest() -> None:
    raw = zipped(("a.txt", TEXT), ("b.txt", TEXT), ("c.txt", TEXT))
    info = zipfile.ZipFile(io.BytesIO(raw)).getinfo("b.txt")
    at = info.header_offset + 30 + len("b.txt") + 4
    results = unzip(raw[:at] + bytes([raw[at] ^ 255]) + raw[at + 1 :])
    assert named(results) == ["a.zip/a.txt", "a.zip/c.txt"]
    assert codes(results) == {"a.zip/b.txt": "bad-zip"}


@pytest.mark.parametrize(
    ("raw", "refusals"),
    [
        (b"", {"a.zip": "bad-zip"}),
        (b"PK\x03\x04 nothing", {"a.zip": "bad-zip"}),
        (zipped(("a.txt", TEXT))[:-30], {"a.zip": "bad-zip"}),
        (zipped(), {"a.zip": "empty"}),
        (zipped(("a.html", bytes(30 * 2**20))), {"a.zip/a.html": "zip-bomb"}),
        (zipped(("a.html", bytes(33 * 2**20))), {"a.zip/a.html": "too-large"}),
        (zipped(*((f"{n}", "") for n in range(archive.MAX_MEMBERS + 1))), {"a.zip": "too-large"}),
    ],
    ids=["nothing", "head only", "cut", "no member", "ratio", "size", "members"],
)
def test_zip_that_is_refused(raw: bytes, refusals: dict[str, str]) -> None:
    assert codes(unzip(raw)) == refusals


def test_directory_that_lies_about_a_size_gives_no_bomb() -> None:
    raw = zipped(("a.txt", b"a" * 30_000_000))
    size = (30_000_000).to_bytes(4, "little")
    assert raw.count(size) == 2
    assert codes(unzip(raw.replace(size, (1000).to_bytes(4, "little")))) == {"a.zip/a.txt": "bad-zip"}


def test_encrypted_member_link_and_double_name_are_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        link = zipfile.ZipInfo("link.txt")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        file.writestr(link, "/etc/passwd")
        file.writestr("a.txt", TEXT)
        with pytest.warns(UserWarning, match="Duplicate"):
            file.writestr("a.txt", TEXT + "b")
    results = unzip(buffer.getvalue())
    assert named(results) == ["a.zip/a.txt"]
    assert codes(results) == {"a.zip/a.txt": "duplicate-name", "a.zip/link.txt": "unsafe-name"}
    plain = zipped(("a.txt", TEXT))
    flags = plain.index(b"PK\x01\x02") + 8
    encrypted = plain[:flags] + bytes([plain[flags] | 1]) + plain[flags + 1 :]
    assert codes(unzip(encrypted)) == {"a.zip/a.txt": "encrypted"}


def test_what_unpacks_to_too_much_is_read_up_to_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 3 * len(TEXT.encode()))
    results = unzip(zipped(*((f"{n}.txt", TEXT) for n in range(9))))
    assert named(results) == ["a.zip/0.txt", "a.zip/1.txt", "a.zip/2.txt"]
    assert codes(results) == {"a.zip": "too-large"}
