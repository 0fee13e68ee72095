"""Formats beyond plain text: what a file of each gives, and that no file does harm."""

from __future__ import annotations

import io
import json
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.article import Capture
from service.ingest.formats import archive
from service.ingest.formats.declared import FIELD_KEYS, to_edtf
from service.ingest.formats.encoding import NotTextError, decode_html
from service.ingest.formats.html_text import html_to_text
from service.ingest.formats.plain import without_marks
from service.ingest.reader import (
    FRONT_MATTER_KEYS,
    MAX_BYTES,
    MAX_CONTAINER_BYTES,
    Refused,
    count_files,
    read_captures,
    read_content,
    read_file,
    read_folder,
)
from service.normalise.text import legal

PAGES = Path(__file__).parent / "formats"
EXPECTED = json.loads((PAGES / "expected.json").read_text(encoding="utf-8"))
TEXT = "عنوان الخبر\n\nفقرة أولى من الخبر.\n"
NAUGHTY = "<div>" * 100_000 + "<a" * 100_000 + "&" * 100_000
# What no file of this size may take, with room for a slow machine.
SECONDS = 20


def read(raw: bytes | str, name: str) -> list[Capture | Refused]:
    return list(read_content(raw.encode() if isinstance(raw, str) else raw, name))


def one(raw: bytes | str, name: str) -> Capture:
    (capture,) = read(raw, name)
    assert isinstance(capture, Capture), capture
    return capture


def codes(results: list[Capture | Refused]) -> dict[str, str]:
    return {result.name: result.issue.code for result in results if isinstance(result, Refused)}


def named(results: list[Capture | Refused]) -> list[str]:
    return [result.name for result in results if isinstance(result, Capture)]


def zipped(*members: tuple[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(name, content)
    return buffer.getvalue()


def unzip(raw: bytes) -> list[Capture | Refused]:
    return list(archive.read_zip(raw, "a.zip", read_content))


def feed(*items: str, head: str = "") -> str:
    return f'<?xml version="1.0"?>{head}<rss version="2.0"><channel><title>صحيفة</title>{"".join(items)}</channel></rss>'


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
    ("markup", "text"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("<ul><li>a</li><li>b</li></ul>c", "a\nb\n\nc"),
        ("<p>one <b>two</b>\n three</p>", "one two three"),
        ("<p><b>ا</b>لخبر</p>", "الخبر"),
        ("<span>26 ديسمبر 2023</span><span>12:30</span>", "26 ديسمبر 2023 12:30"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<p>a<!-- x -->b<script>c</script>d</p>", "abd"),
        ("<p hidden>a</p><p style='display: none'>b</p><p aria-hidden=true>c</p><nav>d</nav>e", "e"),
        ("<body style='display:none'><p>a</p>", "a"),
        ("&lt;b&gt; &amp;&nbsp;&#1575;", "<b> &\xa0ا"),
        ("", ""),
        ("<!-- -->", ""),
    ],
)
def test_html_becomes_lines(markup: str, text: str) -> None:
    assert html_to_text(markup) == text


def test_page_reads_no_file() -> None:
    page = f"{XXE.replace('DOCTYPE r', 'DOCTYPE html')}<html><body><p>a &x; b</p><img src='file:///etc/passwd'>"
    for name in ("page.html", "page.xhtml"):
        text = one(f'<?xml version="1.0"?>{page}', name).text
        assert "root:" not in text
        assert text.endswith("b")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("<p>خبر".encode(), "<p>خبر"),
        ("\ufeff<p>خبر".encode(), "<p>خبر"),
        ("<p>خبر".encode("utf-16"), "<p>خبر"),
        ('<meta charset="windows-1256">خبر'.encode("cp1256"), '<meta charset="windows-1256">خبر'),
        ("<meta charset=iso-8859-1>café “x”".encode("cp1252"), "<meta charset=iso-8859-1>café “x”"),
        ('<meta charset="windows-1256">خبر'.encode(), '<meta charset="windows-1256">خبر'),
        ("<meta charset=unicode_escape>\\u0041 é".encode(), "<meta charset=unicode_escape>\\u0041 é"),
        (b"<meta charset=utf-8>" + ("خبر " * 200).encode() + b"\xd8", "<meta charset=utf-8>" + "خبر " * 200 + "\ufffd"),
    ],
    ids=[
        "utf-8",
        "bom",
        "utf-16",
        "declared",
        "as browsers read",
        "declared wrongly",
        "no codec of the page's choice",
        "damaged",
    ],
)
def test_pages_are_decoded_as_they_say_or_show(raw: bytes, text: str) -> None:
    assert decode_html(raw) == text


@pytest.mark.parametrize("raw", [bytes(200), b"\x89PNG" + bytes(range(256)) * 4])
def test_what_is_no_page_is_refused(raw: bytes) -> None:
    with pytest.raises(NotTextError):
        decode_html(raw)


def test_encoding_that_does_not_exist_is_guessed() -> None:
    page = (PAGES / "undeclared-1256.htm").read_bytes()
    assert "ترشيد" in decode_html(b"<meta charset=iso-8859-12>" + page)


@pytest.mark.parametrize(("raw", "code"), [(b"", "empty"), (b"<!-- -->", "empty"), (bytes(99), "binary")])
def test_pages_without_text_are_refused(raw: bytes, code: str) -> None:
    assert codes(read(raw, "page.html")) == {"page.html": code}


def test_front_matter_above_a_page_goes_before_what_the_page_says() -> None:
    page = '<html><head><meta property="og:title" content="b"><meta property="og:site_name" content="c"></head><body><p>d</p>'
    capture = one(f"---\ntitle: a\ncaptured: 2026-02-03T11:47:55Z\n---\n{page}", "page.html")
    assert (capture.declared["title"], capture.declared["outlet"], capture.text) == ("a", "c", "d")
    assert capture.declared_by == {"outlet": "opengraph"}
    assert capture.captured == datetime(2026, 2, 3, 11, 47, 55, tzinfo=UTC)


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


RSS_ITEM = """<item><title>خبر &amp;amp; أول</title><link>https://e.com/1</link><guid isPermaLink="false">urn:x:1</guid>
<pubDate>Tue, 26 Dec 2023 12:30:00 +0100</pubDate><author>a@e.com (سعاد)</author><category>ماء</category>
<category>سدود</category><description>&lt;p&gt;أ&lt;script&gt;x&lt;/script&gt;&lt;/p&gt;&lt;p&gt;ب&lt;/p&gt;</description></item>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Le Courrier</title>
<entry><title type="html">Un &lt;b&gt;bus&lt;/b&gt;</title><id>tag:e.com,2023:1</id><updated>2023-12-27T08:00:00Z</updated>
<published>2023-12-26T12:30:15.5+01:00</published><author><name>Anne</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>a</p><p>b</p></div></content></entry>
<entry><title>2</title><link href="javascript:alert(1)"/><id>2</id><updated>soon</updated></entry></feed>"""


def test_rss_entries_are_captures() -> None:
    (capture,) = read(feed(RSS_ITEM), "f.xml")
    assert isinstance(capture, Capture)
    assert (capture.name, capture.source) == ("f.xml#1", "https://e.com/1")
    assert capture.text == "خبر & أول\n\nأ\n\nب"
    assert capture.declared == {
        "title": "خبر & أول",
        "url": "https://e.com/1",
        "published": "2023-12-26T12:30+01:00",
        "author": "سعاد",
        "tags": "ماء\nسدود",
        "outlet": "صحيفة",
    }
    assert set(capture.declared_by.values()) == {"feed"}
    assert capture.raw == RSS_ITEM.encode()


def test_atom_entries_are_captures() -> None:
    first, second = read(ATOM, "f.atom")
    assert isinstance(first, Capture)
    assert isinstance(second, Capture)
    assert (first.source, first.text) == ("tag:e.com,2023:1", "Un bus\n\na\n\nb")
    assert (first.declared["published"], first.declared["modified"]) == ("2023-12-26T12:30+01:00", "2023-12-27T08:00+00:00")
    assert first.declared["author"] == "Anne"
    assert first.raw.startswith(b"<entry>")
    assert first.raw.endswith(b"</entry>")
    assert (second.source, second.declared) == ("f.atom#2", {"title": "2", "outlet": "Le Courrier"})
    assert {issue.code for issue in second.issues} == {"bad-declared-value", "bad-declared-date"}


BOMB = (
    "<!DOCTYPE a [<!ENTITY a 'lol'>"
    + "".join(f"<!ENTITY {b} '{10 * f'&{a};'}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
XXE = "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
EXTERNAL = "<!DOCTYPE r SYSTEM 'http://127.0.0.1:9/x.dtd'>"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (feed("<item><title>&i;</title></item>", head=BOMB), "unsafe-xml"),
        (feed("<item><title>&x;</title></item>", head=XXE), "unsafe-xml"),
        (feed("<item><title>&x;</title></item>", head=XXE).encode("utf-16"), "unsafe-xml"),
        (feed("<item><title>&x;</title></item>", head=XXE.replace("ENTITY x", "ENTITY % x")), "unsafe-xml"),
        (b"<rss version='2.0'><channel>" + b"<item><title>a<b " * 100_000, "bad-xml"),
        ("<html><body>x</body></html>", "no-feed"),
        (feed(), "empty"),
        ("", "empty"),
    ],
    ids=["bomb", "xxe", "utf-16", "parameter", "no xml", "page", "no entry", "empty"],
)
def test_feeds_that_are_refused(raw: bytes | str, code: str) -> None:
    assert codes(read(raw, "f.xml")) == {"f.xml": code}


def test_external_subset_is_not_fetched() -> None:
    (capture,) = read(feed(RSS_ITEM, head=EXTERNAL), "f.xml")
    assert isinstance(capture, Capture)


def test_feed_that_is_no_xml_is_still_read() -> None:
    (capture,) = read(feed("<item><title>a &nbsp; b</title><link>https://e.com/?a=1&b=2</link></item>"), "f.rss")
    assert isinstance(capture, Capture)
    assert capture.source == "https://e.com/?a=1&b=2"


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
