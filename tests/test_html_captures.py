"""Web pages as captures: the lines of their text, how they are decoded, and what stands above them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from service.ingest.formats.encoding import NotTextError, decode_html
from service.ingest.formats.html_text import html_to_text
from tests.reading import PAGES, XXE, codes, one, read


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
