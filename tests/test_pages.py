"""The bulletin with its filters, and the pages of channels, as a person meets them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from lxml import html

from service import create_app
from service.article import Dated
from service.config import Config
from service.edge import EDGE
from service.links import COLLECTIONS, Links
from service.services import EXTENSION
from service.store import Facet, Store, Term
from service.web.chart import chart_of
from tests.conftest import publish

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from lxml.html import HtmlElement

    from service.article import Entry
    from service.normalise import Registry

    MakeEntry = Callable[..., Entry]

HERE = "https://news.example.org"
LINKS = Links(HERE)
# What a browser says that a program does not.
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def filled(app: Flask, make_entry: MakeEntry, registry: Registry) -> FlaskClient:
    hespress, lematin = registry.by_key["hespress"], registry.by_key["lematin"]
    water = ("أعلنت الوزارة أن السدود امتلأت بعد أمطار <غزيرة> في الشمال.",)
    publish(
        app.extensions[EXTENSION].store,
        make_entry(1, title="السدود تمتلئ", body=water, outlet=hespress, tags=("الماء", "سدود"), section="مجتمع"),
        make_entry(2, outlet=lematin, language="fr", authors=("Nadia B.",), published=Dated.of("2024-06-02"), tags=("eau",)),
        make_entry(3, title="أمطار", outlet=hespress, tags=("الماء",), published=Dated.of("2024-03"), section="مجتمع"),
        make_entry(4, title=None, published=None, language="und", summary=None, body=()),
    )
    return app.test_client()


def page(client: FlaskClient, url: str) -> HtmlElement:
    response = client.get(url)
    assert response.status_code == 200, response.data.decode()
    assert response.content_type == "text/html; charset=utf-8"
    return html.fromstring(response.data.decode())


def titles(root: HtmlElement) -> list[str]:
    return [heading.text_content().strip() for heading in root.xpath("//article/h2")]


def follow(root: HtmlElement, text: str, within: str = "//aside") -> str:
    """Return where the link leads whose text begins so."""
    found = [a.get("href") for a in root.xpath(f"{within}//a") if a.text_content().strip().startswith(text)]
    assert found, text
    return found[0]


def test_the_facets_beside_the_list_add_filters_and_their_links_take_them_away_again(filled: FlaskClient) -> None:
    first = page(filled, "/")
    assert "4" in first.xpath('//*[@class="total"]')[0].text_content()
    by_outlet = page(filled, follow(first, "هسبريس"))
    assert titles(by_outlet) == ["السدود تمتلئ", "أمطار"]
    by_tag = page(filled, follow(by_outlet, "سدود"))
    assert titles(by_tag) == ["السدود تمتلئ"]
    assert [one.text_content() for one in by_tag.xpath('//*[@class="chosen"]//bdi')] == ["هسبريس", "سدود"]
    assert titles(page(filled, follow(by_tag, "الناشر", '//*[@class="chosen"]'))) == ["السدود تمتلئ"]
    assert titles(page(filled, follow(by_tag, "الوسم", '//*[@class="chosen"]'))) == ["السدود تمتلئ", "أمطار"]
    assert follow(by_tag, "أزِل الكل", '//*[@class="chosen"]') == f"{HERE}/"


def test_facets_count_the_articles_that_are_asked_for(filled: FlaskClient) -> None:
    counted = {
        item.xpath("./a")[0].text_content(): item.xpath("./span")[0].text_content()
        for item in page(filled, "/?outlet=hespress").xpath("//aside//li")
    }
    assert counted == {"العربية": "2", "مجتمع": "2", "الماء": "2", "سدود": "1", "مايو 2024": "1", "مارس 2024": "1"}


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("not_outlet=hespress&has=date", ["مقال 2"]),
        ("outlet=hespress,lematin&language=fr", ["مقال 2"]),
        ("since=2024-05-01&until=2024-05-31", ["السدود تمتلئ"]),
        ("lacks=date", ["بلا عنوان"]),
        ("tag=%D8%A7%D9%84%D9%85%D8%A7%D8%A1&month=2024-03", ["أمطار"]),
        ("month=nonsense", []),
        ("tag=nobody-has-it", []),
        ("q=%D8%A7%D9%84%D8%B3%D8%AF%D9%88%D8%AF&utm_source=mail", ["السدود تمتلئ"]),
    ],
)
def test_the_bulletin_takes_the_parameters_of_feeds(filled: FlaskClient, parameters: str, expected: list[str]) -> None:
    root = page(filled, f"/?{parameters}")
    assert titles(root) == expected
    assert root.xpath('//meta[@name="robots"]/@content') == ["noindex, follow"]
    feed = root.xpath('//section[@class="selection"]//input/@value')[0]
    assert filled.get(feed).data.count(b"<entry") == len(expected)


def test_what_was_sought_is_marked_and_nothing_of_it_becomes_markup(filled: FlaskClient) -> None:
    root = page(filled, f"/?q={quote('أمطار')}")
    assert titles(root) == ["أمطار", "السدود تمتلئ"]
    assert [mark.text_content() for mark in root.xpath("//mark")] == ["أمطار", "أمطار"]
    assert "أمطار <غزيرة> في" in root.xpath('//*[@class="summary"]')[1].text_content()
    assert root.xpath('//input[@name="q"]/@value') == ["أمطار"]
    said = '<script>alert(1)</script> "x"'
    hostile = page(filled, f"/?q={quote(said)}")
    assert not hostile.xpath("//script")
    assert hostile.xpath('//*[@class="chosen"]//bdi')[0].text_content() == said


def test_a_search_keeps_the_filters_that_are_chosen(filled: FlaskClient) -> None:
    (form,) = page(filled, "/?outlet=hespress&not_tag=x").xpath("//form")
    assert [(i.get("name"), i.get("value")) for i in form.xpath('.//input[@type="hidden"]')] == [
        ("outlet", "hespress"),
        ("not_tag", "x"),
    ]


def test_fields_that_a_form_sends_empty_are_left_out(filled: FlaskClient) -> None:
    response = filled.get("/?q=&outlet=hespress&since=&until=")
    assert (response.status_code, response.headers["Location"]) == (302, f"{HERE}/?outlet=hespress")


@pytest.mark.parametrize(
    ("url", "status", "named"),
    [
        ("/?outlett=hespress", 400, "outlett"),
        ("/?since=yesterday", 400, "since"),
        ("/?limit=5", 400, "limit"),
        ("/?cursor=damaged", 404, "cursor"),
        ("/?q=-only", 404, "only"),
        ("/outlets?q=x", 400, "q"),
        ("/outlets/hespress?page=2", 400, "page"),
        ("/outlets/hespress?cursor=x", 404, "cursor"),
        ("/feeds?x=1", 400, "x"),
    ],
)
def test_a_wrong_parameter_is_named(filled: FlaskClient, url: str, status: int, named: str) -> None:
    response = filled.get(url, headers=BROWSER)
    assert response.status_code == status
    assert response.content_type.startswith("text/html")
    assert named in html.fromstring(response.data.decode()).xpath("//main")[0].text_content()


def test_the_chart_has_a_bar_for_each_month_that_leads_to_it(filled: FlaskClient) -> None:
    bars = page(filled, "/").xpath("//*[local-name()='svg']/*[local-name()='a']")
    assert [bar.xpath("./*[local-name()='title']")[0].text_content() for bar in bars] == [
        "مارس 2024: 1",
        "مايو 2024: 1",
        "يونيو 2024: 1",
    ]
    assert titles(page(filled, bars[0].get("href"))) == ["أمطار"]


def test_a_chart_shows_years_where_there_are_too_many_months() -> None:
    assert chart_of({"2024-01": 3}, is_rtl=False) is None
    assert chart_of({}, is_rtl=False) is None
    monthly = chart_of({"2023-11": 2, "2024-01": 4, "2022": 9}, is_rtl=False)
    assert monthly is not None
    assert [(bar.period, bar.count) for bar in monthly.bars] == [("2023-11", 2), ("2023-12", 0), ("2024-01", 4)]
    assert [bar.height for bar in monthly.bars] == [30, 0, 60]
    yearly = chart_of({"2015-11": 2, "2024-01": 4, "2015": 9}, is_rtl=True)
    assert yearly is not None
    assert not yearly.is_by_month
    assert (yearly.bars[0].period, yearly.bars[0].count, len(yearly.bars)) == ("2015", 11, 10)
    # Time runs as the language is read.
    assert yearly.bars[0].x > yearly.bars[-1].x


@pytest.mark.parametrize(
    ("facet", "value", "name", "expected"),
    [
        (Facet.OUTLET, "hespress", "هسبريس", ["السدود تمتلئ", "أمطار"]),
        (Facet.TAG, "الماء", "الماء", ["السدود تمتلئ", "أمطار"]),
        (Facet.SECTION, "مجتمع", "مجتمع", ["السدود تمتلئ", "أمطار"]),
        (Facet.AUTHOR, "nadia-b", "Nadia B.", ["مقال 2"]),
        (Facet.LANGUAGE, "fr", "الفرنسية", ["مقال 2"]),
        (Facet.LANGUAGE, "und", "لغة غير معروفة", ["بلا عنوان"]),
    ],
)
def test_every_channel_has_a_page_that_its_feed_leads_to(
    filled: FlaskClient, facet: Facet, value: str, name: str, expected: list[str]
) -> None:
    term = Term.of(facet, value)
    url = LINKS.channel(term)
    root = page(filled, url)
    assert root.xpath("//h1")[0].text_content() == name
    assert titles(root) == expected
    feeds = root.xpath('//section[@class="selection"]//input/@value')
    assert feeds == [LINKS.feed(term, form) for form in ("atom", "rss", "json")]
    assert all(f'{url}"' in filled.get(feed).data.decode() for feed in (feeds[0], feeds[2]))
    assert root.xpath('//section[@class="selection"]//a[starts-with(@href, "feed:")]/@href') == [
        LINKS.feed(term).replace("https:", "feed:")
    ]
    collection = page(filled, LINKS.collection(facet))
    assert url in collection.xpath('//*[@class="values"]//a/@href')
    assert url in page(filled, "/feeds").xpath('//*[@class="channels"]//a/@href')


def test_the_page_of_an_outlet_tells_what_is_known_of_it(filled: FlaskClient) -> None:
    facts = page(filled, "/outlets/hespress").xpath('//dl[@class="about"]')[0].text_content()
    assert all(word in facts for word in ("المغرب", "hespress.com", "العربية"))


def test_other_spellings_lead_to_the_channel(filled: FlaskClient) -> None:
    for said, where in (
        ("/outlets/HesPress", "/outlets/hespress"),
        ("/languages/FR", "/languages/fr"),
        ("/languages/AR_MA", "/languages/ar-MA"),
        (f"/tags/{quote('ٱلمـاء')}", f"/tags/{quote('الماء')}"),
    ):
        response = filled.get(f"{said}?cursor=x")
        assert (response.status_code, response.headers["Location"]) == (301, f"{HERE}{where}?cursor=x")


def test_who_lost_the_way_can_search(filled: FlaskClient) -> None:
    for url, status, words in (
        ("/nowhere", 404, "لا شيء"),
        ("/tags/nobody", 404, "لا شيء"),
        (f"/?q={quote('-السدود')}", 404, "لا يُفهم"),
    ):
        response = filled.get(url)
        root = html.fromstring(response.data.decode())
        assert response.status_code == status
        assert words in root.xpath("//main")[0].text_content()
        assert root.xpath('//main//form//input[@name="q"]/@value') == (["-السدود"] if "q=" in url else [""])


@pytest.mark.parametrize("collection", COLLECTIONS.values())
def test_a_channel_that_never_was_is_a_page_that_says_so(filled: FlaskClient, collection: str) -> None:
    for said in ("nobody", "%21"):
        response = filled.get(f"/{collection}/{said}", headers={"If-None-Match": "*", **BROWSER})
        assert response.status_code == 404
        assert response.content_type.startswith("text/html")


def test_older_articles_of_a_channel_are_a_click_away(app: Flask, make_entry: MakeEntry) -> None:
    publish(app.extensions[EXTENSION].store, *(make_entry(n, tags=("ماء",)) for n in range(1, 51)))
    client = app.test_client()
    seen: list[str] = []
    url, last = "/tags/ماء", ""
    while url:
        root = page(client, url)
        seen += titles(root)
        last, url = url, next(iter(root.xpath('//a[@rel="next"]/@href')), "")
    assert len(seen) == len(set(seen)) == 50
    back = page(client, page(client, last).xpath('//a[@rel="prev"]/@href')[0])
    assert titles(back) == seen[20:40]


def test_an_article_leads_to_its_channels_and_to_other_reports_of_its_story(
    app: Flask, make_entry: MakeEntry, registry: Registry
) -> None:
    body = tuple(f"فقرة {n} من نص طويل يعيد نشره أكثر من موقع إخباري كما ورد من مصدره بلا تغيير يذكر." for n in range(12))
    known = {"authors": ("Nadia B.",), "section": "مجتمع", "tags": ("الماء", "!!"), "title": "خبر واحد", "body": body}
    first = make_entry(1, outlet=registry.by_key["hespress"], **known)
    second = make_entry(2, outlet=registry.by_key["goud"], **known)
    publish(app.extensions[EXTENSION].store, first, second)
    client = app.test_client()
    root = page(client, f"/articles/{first.id}")
    within = root.xpath("//article//a/@href")
    for term in (
        Term(Facet.OUTLET, "hespress"),
        Term(Facet.AUTHOR, "nadia-b"),
        Term.of(Facet.SECTION, "مجتمع"),
        Term.of(Facet.TAG, "الماء"),
    ):
        assert LINKS.channel(term) in within
    assert root.xpath('//*[@class="tags"]//*[text()="!!"]')[0].tag == "span"
    assert root.xpath('//*[@class="reports"]//a/@href')[0] == LINKS.article(second.id)
    assert all(client.get(url).status_code == 200 for url in within if url.startswith(HERE))


def test_pages_are_kept_while_their_channel_stays_as_it_is(filled: FlaskClient, app: Flask, make_entry: MakeEntry) -> None:
    urls = ("/?outlet=hespress", "/outlets/hespress", "/outlets", "/feeds", "/about", f"/?q={quote('أمطار')}")
    before = {url: filled.get(url) for url in urls}
    shelf = app.extensions[EDGE].shelf
    assert len(shelf) == len(urls)
    publish(app.extensions[EXTENSION].store, make_entry(9, title="أمطار أخرى"))
    changed = {url for url, old in before.items() if filled.get(url).headers["ETag"] != old.headers["ETag"]}
    assert changed == {"/outlets", "/feeds", "/about", f"/?q={quote('أمطار')}"}
    for url in urls:
        etag = filled.get(url).headers["ETag"]
        assert filled.get(url, headers={"If-None-Match": etag}).status_code == 304


def test_an_article_is_sent_again_only_when_what_its_page_shows_has_changed(app: Flask, make_entry: MakeEntry) -> None:
    body = tuple(f"فقرة {n} من نص طويل يعيد نشره أكثر من موقع إخباري كما ورد من مصدره بلا تغيير يذكر." for n in range(12))
    store, first = app.extensions[EXTENSION].store, make_entry(1, body=body)
    publish(store, first)
    client = app.test_client()
    url = f"/articles/{first.id}"
    etag = client.get(url).headers["ETag"]
    publish(store, make_entry(2))
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 304
    publish(store, make_entry(3, title="نسخة أخرى", body=body))
    assert "نسخة أخرى" in client.get(url, headers={"If-None-Match": etag}).data.decode()


def test_a_list_comes_without_counts_where_counting_would_take_too_long(
    app: Flask, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    from service.errors import QueryTimeoutError
    from service.store import Reader

    publish(app.extensions[EXTENSION].store, make_entry(1))
    client = app.test_client()

    def refuse(*_: object) -> None:
        raise QueryTimeoutError

    with monkeypatch.context() as patch:
        patch.setattr(Reader, "facets", refuse)
        root = page(client, "/?language=ar")
        assert titles(root) == ["مقال 1"]
        assert not root.xpath("//aside")
        etag = client.get("/?language=ar").headers["ETag"]
    # Nor is that kept, or taken for the whole: the next one may count.
    response = client.get("/?language=ar", headers={"If-None-Match": etag})
    assert html.fromstring(response.data.decode()).xpath("//aside")


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_every_page_speaks_the_language_of_the_site_and_leads_nowhere_wrong(app: Flask, language: str) -> None:
    client = create_app(Config(public_url=HERE, site_language=language), app.extensions[EXTENSION].store).test_client()
    seen, waiting = set(), ["/"]
    while waiting and len(seen) < 150:
        url = waiting.pop().removeprefix(HERE)
        if url in seen or url.startswith(("/api/", "/static/", "/feeds.opml", "/opensearch.xml")):
            continue
        seen.add(url)
        response = client.get(url)
        assert response.status_code == 200, url
        if response.content_type.startswith("text/html"):
            root = html.fromstring(response.data.decode())
            assert root.get("lang") == language
            waiting += [link for link in root.xpath("//a/@href | //link/@href") if link.startswith((HERE, "/"))]
    assert {"/", "/outlets", "/outlets/hespress", "/tags", "/authors", "/sections", "/languages", "/feeds", "/about"} <= seen


def test_an_empty_site_has_all_pages(client: FlaskClient) -> None:
    for url in ("/", "/?q=x", "/outlets", "/tags", "/authors", "/sections", "/languages", "/feeds", "/about"):
        assert page(client, url).xpath("//h1")


@pytest.mark.parametrize("url", ["/outlets/%00", "/languages/%00", "/feeds/outlets/a%00.atom", "/tags/%00", "/outlets/%ED%A0%80"])
def test_what_no_text_holds_names_no_channel_on_either_engine(store: Store, url: str) -> None:
    assert create_app(Config(public_url=HERE), store).test_client().get(url).status_code == 404


def test_filters_find_the_same_on_both_engines(store: Store, make_entry: MakeEntry, registry: Registry) -> None:
    publish(
        store,
        make_entry(1, title="السدود تمتلئ", outlet=registry.by_key["hespress"], tags=("ماء",)),
        make_entry(2, title="أمطار على السدود", outlet=registry.by_key["hespress"], published=Dated.of("2023-05")),
        make_entry(3, title="خبر آخر", published=None),
    )
    client = create_app(Config(public_url=HERE), store).test_client()
    sought = page(client, f"/?outlet=hespress&q={quote('السدود')}&until=2024-12-31")
    assert titles(sought) == ["السدود تمتلئ", "أمطار على السدود"]
    assert len(sought.xpath("//mark")) == 2
    assert titles(page(client, follow(sought, "ماء"))) == ["السدود تمتلئ"]
    assert titles(page(client, "/outlets/hespress")) == ["السدود تمتلئ", "أمطار على السدود"]
    assert titles(page(client, "/?collapse=cluster&lacks=date")) == ["خبر آخر"]
    assert client.get("/feeds.opml?outlet=hespress").data.count(b"xmlUrl") == 4


def test_several_facets_are_counted_alike_on_both_engines(store: Store, make_entry: MakeEntry) -> None:
    from service.queries import query_of

    publish(store, *(make_entry(n, tags=("ماء",) if n % 2 else ("ماء", "سد")) for n in range(1, 8)))
    for said in ({}, {"tag": ["سد"]}):
        query = query_of(said)
        wanted = (Facet.TAG, Facet.LANGUAGE, Facet.MONTH)
        with store.reader(is_limited=True) as reader:
            assert reader.facets(wanted, query) == {facet: reader.facet(facet, query) for facet in wanted}
