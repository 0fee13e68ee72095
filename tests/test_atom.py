"""Atom documents, read by a real reader."""

from __future__ import annotations

import calendar
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import feedparser
import pytest
from lxml import etree

from service.article import Capture, Dated, ZoneSource
from service.feeds import rss
from service.feeds.entries import title_of
from service.feeds.fragments import FORMATS
from service.links import Links
from service.normalise import normalise
from service.store import Tombstone
from tests.feeds import a_feed

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.article import Entry
    from service.normalise import Registry

    MakeEntry = Callable[..., Entry]

LINKS = Links("https://news.example.org")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOLDEN = Path(__file__).parent / "golden"
ATOM = {"a": "http://www.w3.org/2005/Atom", "t": "http://purl.org/dc/terms/"}
HOSTILE = "\x00عنوان\x01 \ud800<b>&amp;</b> ]]> \ufffe\uffff\U0001ffff \u202eقلب \x86{{}} '\"\x7f"


def document(*entries: Entry, changed: datetime | None = NOON, form: str = "atom", **said: object) -> bytes:
    written = []
    for entry in entries:
        head, full, _, tail = FORMATS[form].fragment(entry)
        written.append(head + full + tail)
    return LINKS.settle(FORMATS[form].envelope(a_feed(form, changed=changed, **said)).around(written))


def parsed(content: bytes) -> feedparser.FeedParserDict:
    feed = feedparser.parse(content, sanitize_html=False)
    assert not feed.bozo, feed.get("bozo_exception")
    return feed


def entries(make_entry: MakeEntry, registry: Registry) -> list[Entry]:
    full = make_entry(
        1,
        outlet=registry.by_key["hespress"],
        url="https://www.hespress.com/1?a=1&b=2",
        published=Dated.of("2023-12-26T12:30+01:00", ZoneSource.OUTLET),
    )
    darija = make_entry(2, language="ary", published=None, title="علاش <هاد> الشي & ديك")
    french = make_entry(3, language="fr", title="Le taux à 2,5 %", body=("Un « mot » & <deux>.",), summary="Un mot.")
    bare = make_entry(4, language="und", title=None, summary=None, body=(), published=Dated.of("2023"))
    return [full, darija, french, bare]


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_the_golden_one(make_entry: MakeEntry, registry: Registry, form: str) -> None:
    assert document(*entries(make_entry, registry), form=form) == (GOLDEN / f"all.{form}").read_bytes()


def test_a_reader_sees_every_value(make_entry: MakeEntry, registry: Registry) -> None:
    feed = parsed(document(*entries(make_entry, registry)))
    assert feed.version == "atom10"
    assert (feed.feed.title, feed.feed.language, feed.feed.id) == ("نشرة", "ar", LINKS.feed())
    full, darija, french, bare = feed.entries
    assert (full.title, full.author, full.tags[0].term) == ("مقال 1", "هسبريس", "hespress")
    assert calendar.timegm(full.published_parsed) == datetime(2023, 12, 26, 11, 30, tzinfo=UTC).timestamp()
    # Readers that know Dublin Core see that no hour is known; Atom itself has to name a second.
    assert (full.published, bare.published) == ("2023-12-26T11:30:00+00:00", "2023")
    assert [(link.rel, link.get("hreflang")) for link in full.links] == [("alternate", "ar"), ("via", None)]
    assert full.links[1].href == "https://www.hespress.com/1?a=1&b=2"
    assert full.content[0].value == '<div dir="rtl" lang="ar"><p>فقرة أولى.</p><p>فقرة ثانية.</p></div>'
    assert full.content[0].language == "ar"
    assert "published" not in darija
    assert darija.content[0].language == "ar-MA"
    assert darija.title == "علاش <هاد> الشي & ديك"
    assert french.content[0].value == '<div dir="ltr" lang="fr"><p>Un « mot » &amp; &lt;deux&gt;.</p></div>'
    assert bare.title == "4.txt"
    assert [entry.id for entry in feed.entries] == [entry.id.urn for entry in entries(make_entry, registry)]


def test_readers_see_who_wrote_and_who_published(make_entry: MakeEntry, registry: Registry) -> None:
    entry = make_entry(authors=("نجاة الناصري", "A. B."), outlet=registry.by_key["alalam"], section="سياسة", tags=("سد", "ماء"))
    (read,) = parsed(document(entry)).entries
    assert [author.name for author in read.authors] == ["نجاة الناصري", "A. B.", "العلم"]
    assert [tag.term for tag in read.tags] == ["alalam", "سياسة", "سد", "ماء"]


def test_every_entry_has_one_alternate_link_and_its_language(make_entry: MakeEntry, registry: Registry) -> None:
    root = etree.fromstring(document(*entries(make_entry, registry)))
    for entry in root.findall("a:entry", ATOM):
        alternates = [link for link in entry.findall("a:link", ATOM) if link.get("rel", "alternate") == "alternate"]
        assert len(alternates) == 1
        assert alternates[0].get("type") == "text/html"
        assert alternates[0].get("href", "").startswith("https://news.example.org/articles/")
    languages = [entry.get("{http://www.w3.org/XML/1998/namespace}lang") for entry in root.findall("a:entry", ATOM)]
    assert languages == ["ar", "ar-MA", "fr", "und"]


def test_entries_keep_their_order_and_equal_feeds_are_equal_bytes(make_entry: MakeEntry) -> None:
    made = [make_entry(n) for n in range(1, 6)]
    assert document(*made) == document(*made)
    assert [entry.title for entry in parsed(document(*made)).entries] == [f"مقال {n}" for n in range(1, 6)]


def test_an_empty_feed_is_valid() -> None:
    feed = parsed(document(changed=None))
    assert (feed.entries, feed.feed.updated) == ([], "1970-01-01T00:00:00+00:00")


def test_hostile_text_leaves_the_feed_well_formed(registry: Registry, make_entry: MakeEntry) -> None:
    text = f"{HOSTILE} في أول السطر\n\n{HOSTILE} هذه جملة فيها من كل شيء، وهي طويلة بما يكفي لتكون نصا.\n"
    capture = Capture(name="x", source="x", raw=text.encode("utf-8", "surrogatepass"), text=text)
    article = normalise(capture, registry)
    assert article.title
    assert "عنوان" in article.title
    feed = parsed(document(replace(make_entry(), article=article)))
    # What looks like HTML is declared to be text in HTML, so that no reader runs it.
    (read,) = feed.entries
    assert (read.title_detail.type, unescape(read.title)) == ("text/html", article.title)
    assert article.body[0].startswith("عنوان")
    # A control picture of the C0 or C1 range is nowhere left, whatever the serialiser would have let through.
    assert not any(char < " " or "\x7f" <= char <= "\x9f" for char in article.title + "".join(article.body))


def test_an_article_without_a_title_is_called_by_its_first_words(make_entry: MakeEntry) -> None:
    words = " ".join(["كلمة"] * 40)
    title = title_of(make_entry(title=None, summary=words).article)
    assert title.endswith("…")
    assert words.startswith(title[:-1])
    assert len(title) <= 80


def test_dates_are_those_of_the_source_at_their_start(make_entry: MakeEntry) -> None:
    made = [make_entry(1), make_entry(2, published=Dated.of("2022-10")), make_entry(3, published=Dated.of("2023-12-26T12:30"))]
    ahead, undated = make_entry(4, published=Dated.of("2030-01-01")), make_entry(5, published=None)
    root = etree.fromstring(document(*made, ahead, undated))
    found = [(e.findtext("a:published", None, ATOM), e.findtext("t:issued", None, ATOM)) for e in root.findall("a:entry", ATOM)]
    assert found == [
        ("2024-05-01T00:00:00+00:00", "2024-05-01"),
        ("2022-10-01T00:00:00+00:00", "2022-10"),
        ("2023-12-26T12:30:00+00:00", None),
        # It was captured before: readers would keep it on top for years.
        (None, None),
        (None, None),
    ]


def test_the_outlet_is_the_source(make_entry: MakeEntry, registry: Registry) -> None:
    (source,) = etree.fromstring(document(make_entry(outlet=registry.by_key["hespress"]))).iter("{*}source")
    assert [source.findtext(f"a:{name}", None, ATOM) for name in ("id", "title", "updated")] == [
        "https://hespress.com/",
        "هسبريس",
        "2026-03-01T12:00:00+00:00",
    ]


def test_withdrawn_entries_are_named(make_entry: MakeEntry) -> None:
    gone = Tombstone(id=make_entry(7).id, source="7.txt", revision=9, withdrawn=NOON, by="curator")
    (deleted,) = etree.fromstring(document(make_entry(), deleted=[gone])).iter(
        "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
    )
    assert deleted.attrib == {"ref": gone.id.urn, "when": "2026-03-01T12:00:00+00:00"}
    assert b"tombstones" not in document(make_entry())


def test_feedgen_never_touches_the_locale_of_the_process(make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("locale.setlocale", lambda *_: pytest.fail("the locale is everybody's"))
    assert b"<lastBuildDate>Sun, 01 Mar 2026 12:00:00 +0000</lastBuildDate>" in rss.envelope(a_feed("rss")).before
    assert b"<pubDate>Wed, 01 May 2024 00:00:00 +0000</pubDate>" in b"".join(rss.fragment(make_entry()))


def test_markup_in_names_never_reaches_a_reader(make_entry: MakeEntry) -> None:
    entry = make_entry(
        title="<b>عنوان</b> &lt;i&gt;", authors=("<a href=x>نجاة</a>",), tags=("<script>", "1 < 2"), summary="<b>x</b>"
    )
    atom, rss_feed = (parsed(document(entry, form=form)) for form in ("atom", "rss"))
    for feed in (atom, rss_feed):
        (read,) = feed.entries
        assert [author.name for author in read.authors] == ["نجاة"]
        assert [tag.term for tag in read.tags] == ["–", "1 < 2"]
        assert unescape(read.summary) == "<b>x</b>"
    assert unescape(atom.entries[0].title) == "<b>عنوان</b> &lt;i&gt;"
    assert rss_feed.entries[0].title == "عنوان ＆lt;i＆gt;"
