"""Entries of feeds as captures, and the XML that is refused."""

from __future__ import annotations

import pytest

from service.article import Capture
from tests.reading import RSS_ITEM, XXE, codes, feed, read

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
