"""What is asked of the store, on SQLite and on PostgreSQL alike: filters, periods, pages both ways, facets, in time."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from service.article import Dated, Entry, ZoneSource
from service.errors import CursorError, QueryTimeoutError, StoreError
from service.identity import entry_id
from service.store import ArticleQuery, Facet, Order, Period, Store, Term, portions
from service.store.engine import reading
from tests.conftest import NOON, publish
from tests.library import OTHER, SPORT, found, sources

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from service.normalise import Registry

    MakeEntry = Callable[..., Entry]

STORY = (
    """أعلنت وزارة التجهيز والماء أن حقينة السدود بلغت هذا الأسبوع أربعين في المائة من طاقتها، بفضل الأمطار التي عرفتها
    أقاليم الشمال، وأكد مسؤول بالوزارة أن سد الوحدة استقبل وحده ثلث الواردات المائية المسجلة منذ بداية السنة.""",
    """وأضاف المسؤول أن برنامج تحلية مياه البحر سيتواصل في أكادير والدار البيضاء، وأن الربط بين الأحواض سيمكن من تزويد
    المدن الكبرى بالماء الصالح للشرب خلال فصل الصيف المقبل دون انقطاع، حسب ما ورد في بلاغ رسمي.""",
)
OTHER_STORY = (
    """فاز المنتخب الوطني لكرة القدم داخل القاعة على نظيره المصري بخمسة أهداف مقابل هدفين، في المباراة النهائية التي جمعت
    بينهما مساء السبت بالرباط، ليتوج بلقب البطولة القارية للمرة الثالثة على التوالي أمام جمهور غفير.""",
)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"include": {Term(Facet.OUTLET, "aljazeera")}}, [10, 7, 4, 1]),
        ({"include": {Term(Facet.OUTLET, "aljazeera"), Term(Facet.OUTLET, "lematin")}}, [10, 8, 7, 5, 4, 2, 1, 11]),
        ({"include": {SPORT}}, [10, 8, 6, 4, 2, 12]),
        ({"include": {SPORT, Term(Facet.OUTLET, "aljazeera")}}, [10, 4]),
        ({"include": {SPORT, Term(Facet.OUTLET, "hespress"), Term(Facet.OUTLET, "lematin")}}, [8, 6, 2, 12]),
        ({"include": {Term.of(Facet.SECTION, "الرياضة")}}, []),
        ({"include": {Term.of(Facet.SECTION, "رِيَاضَة")}}, [10, 8, 6, 4, 2, 12]),
        ({"include": {Term.of(Facet.TAG, "economie")}}, [8, 4, 12]),
        ({"include": {Term.of(Facet.AUTHOR, "احمد العلوى")}}, [3, 2, 1]),
        ({"include": {Term(Facet.AGENCY, "map")}}, [5]),
        ({"include": {Term(Facet.LANGUAGE, "fr")}, "exclude": {OTHER}}, [8, 2]),
        ({"exclude": {Term(Facet.OUTLET, "aljazeera"), Term(Facet.OUTLET, "lematin")}}, [9, 6, 3, 12]),
        ({"exclude": {Term(Facet.OUTLET, "nobody")}, "has_date": True}, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        ({"include": {Term(Facet.OUTLET, "nobody")}}, []),
        ({"include": {SPORT}, "has_date": False}, [12]),
        ({"include": {Term(Facet.MONTH, "2024-01")}, "exclude": {SPORT}}, [9, 7, 5, 3, 1]),
        ({"published": Period.of_days(date(2024, 1, 3), date(2024, 1, 5))}, [5, 4, 3]),
        ({"published": Period.of_days(None, date(2024, 1, 2))}, [2, 1]),
        ({"published": Period.of_days(date(2024, 1, 9), None), "include": {SPORT}}, [10]),
        ({"revised": Period(NOON, NOON + timedelta(seconds=1)), "include": {SPORT}, "limit": 2}, [10, 8]),
        ({"revised": Period(NOON + timedelta(seconds=1), None)}, []),
        ({"first_seen": Period(None, NOON)}, []),
        ({"order": Order.REVISION, "include": {SPORT}}, [12, 10, 8, 6, 4, 2]),
    ],
)
def test_filters(library: Store, asked: dict[str, object], expected: list[int]) -> None:
    query = ArticleQuery(**{"limit": 500} | {name: frozenset(v) if isinstance(v, set) else v for name, v in asked.items()})
    assert sources(library.page(query).entries) == expected
    if query.limit == 500:
        total = library.total(query)
        assert (total.count, total.is_exact) == (len(expected), True)


@pytest.mark.parametrize("order", [Order.PUBLISHED, Order.REVISION])
@pytest.mark.parametrize("include", [frozenset(), frozenset({SPORT})])
@pytest.mark.parametrize("limit", [1, 2, 5])
def test_a_walk_forth_and_back_meets_the_same_pages(library: Store, order: Order, include: frozenset[Term], limit: int) -> None:
    query = ArticleQuery(order=order, include=include, limit=limit)
    forth = []
    page = library.page(query)
    assert page.previous is None
    while True:
        forth.append(sources(page.entries))
        if page.next is None:
            break
        page = library.page(replace(query, cursor=page.next))
    whole = list(chain.from_iterable(forth))
    assert whole == sources(library.page(replace(query, limit=500)).entries)
    back = [forth[-1]]
    while page.previous is not None:
        page = library.page(replace(query, cursor=page.previous))
        back.append(sources(page.entries))
    assert list(chain.from_iterable(back[::-1])) == whole


@pytest.mark.parametrize("order", [Order.PUBLISHED, Order.REVISION])
def test_a_page_that_has_lost_its_entries_leads_back(store: Store, make_entry: MakeEntry, order: Order) -> None:
    made = [make_entry(number) for number in range(1, 7)]
    publish(store, *made)

    def page(cursor: str | None) -> tuple[list[int], str | None, str | None]:
        found = store.page(ArticleQuery(order=order, limit=2, cursor=cursor))
        return sources(found.entries), found.next, found.previous

    _, following, _ = page(None)
    middle, following, previous = page(following)
    assert middle == [4, 3]
    with store.writer() as writer:
        writer.withdraw([entry.id for entry in made if entry.sequence not in (3, 4)], NOON, "curator")
    for way, back in ((following, 2), (previous, 1)):
        left = page(way)
        assert left[0] == []
        assert left[3 - back] is None
        assert page(left[back])[0] == [4, 3]


def test_a_cursor_is_of_one_list_only(library: Store) -> None:
    cursor = library.page(ArticleQuery(include=frozenset({SPORT}), limit=2)).next
    with pytest.raises(CursorError, match="another list"):
        library.page(ArticleQuery(include=frozenset({OTHER}), limit=2, cursor=cursor))
    again = library.page(ArticleQuery(include=frozenset({SPORT}), limit=3, cursor=cursor))
    assert sources(again.entries) == [6, 4, 2]


def test_a_day_is_found_as_the_calendar_of_the_zone_has_it(store: Store, make_entry: MakeEntry) -> None:
    publish(
        store,
        make_entry(1, published=Dated.of("2024-03-01")),
        make_entry(2, published=Dated.of("2024-03-01T23:30-08:00", ZoneSource.TEXT)),
        make_entry(3, published=Dated.of("2024-03-01T00:30+03:00", ZoneSource.TEXT)),
        make_entry(4, published=Dated.of("2024-03-01T10:00")),
    )
    first = date(2024, 3, 1)
    for zone, expected in (("Asia/Riyadh", [4, 1, 3]), ("America/Los_Angeles", [2, 4, 1]), ("UTC", [4, 1])):
        assert found(store, published=Period.of_days(first, first, ZoneInfo(zone))) == expected


def test_a_date_ahead_is_found_by_its_date_and_ordered_by_its_capture(store: Store, make_entry: MakeEntry) -> None:
    publish(store, make_entry(1, published=Dated.of("2099-05-01")), make_entry(2, published=Dated.of("2024-01-01")))
    assert found(store, published=Period.of_days(date(2099, 1, 1), None)) == [1]
    assert found(store, published=Period.of_days(date(2026, 1, 1), date(2026, 12, 31))) == []


def test_naive_times_are_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        Period(since=datetime(2024, 1, 1))  # noqa: DTZ001 - what is refused


def test_facets_are_counted_for_all_and_for_any_query(library: Store) -> None:
    counts = {(c.value, c.count) for c in library.facet(Facet.OUTLET)}
    assert counts == {("hespress", 4), ("aljazeera", 4), ("lematin", 4)}
    economy = library.facet(Facet.TAG, ArticleQuery(include=frozenset({SPORT})))
    assert [(c.value, c.label, c.count) for c in economy] == [("المغرب", "المغرب", 6), ("economie", "Économie", 3)]
    assert [c.count for c in library.facet(Facet.MONTH, limit=1)] == [10]


def test_a_facet_of_more_values_than_a_statement_holds(library: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = library.facet(Facet.TAG, ArticleQuery(has_date=True))
    monkeypatch.setattr(portions, "MOST_VALUES", 2)
    assert library.facet(Facet.TAG, ArticleQuery(has_date=True)) == whole != []


def test_reprints_are_linked_and_can_be_shown_as_one(store: Store, make_entry: MakeEntry, registry: Registry) -> None:
    reprint = ("الرباط - و م ع", *STORY)
    publish(
        store,
        make_entry(1, body=reprint, outlet=registry.by_key["hespress"], published=Dated.of("2024-01-03")),
        make_entry(2, body=STORY, outlet=registry.by_key["lematin"], published=Dated.of("2024-01-02")),
        make_entry(3, body=OTHER_STORY, published=Dated.of("2024-01-01")),
    )
    publish(store, make_entry(4, body=STORY, published=None), make_entry(5, body=(*STORY, *STORY[:1])))
    with store.reader() as reader:
        assert sources(reader.cluster(entry_id("1.txt"))) == [4, 2, 5]
        assert reader.cluster(entry_id("3.txt")) == []
    assert found(store) == [5, 1, 2, 3, 4]
    assert found(store, collapse=True) == [2, 3]
    assert found(store, collapse=True, include=frozenset({Term(Facet.OUTLET, "hespress")})) == [1]
    assert found(store, collapse=True, has_date=False) == [4]
    publish(store, make_entry(2, body=OTHER_STORY, published=Dated.of("2024-01-02"), title="آخر"))
    assert found(store, collapse=True) == [1, 3]
    assert store.problems() == []


def test_an_address_in_another_spelling_is_the_same_entry(store: Store, make_entry: MakeEntry) -> None:
    address = "https://www.hespress.com/1234.html"
    publish(store, make_entry(1, source=address))
    with store.reader() as reader:
        spellings = ["http://hespress.com/1234.html?utm_source=x", "https://www.hespress.com/1234.html/amp", address]
        assert {
            spelling: entry.id for spelling, entry in reader.known([*spellings, "https://hespress.com/9"]).items()
        } == dict.fromkeys(spellings, entry_id(address))


def test_a_wrong_replica_names_its_own_setting(database_url: str) -> None:
    with pytest.raises(StoreError, match="DATABASE_READ_URL: write sqlite"):
        Store.open(database_url, "nonsense")


def test_a_page_of_a_replica_is_never_older_than_what_the_client_wrote(tmp_path: Path, make_entry: MakeEntry) -> None:
    primary, replica = (f"sqlite:///{tmp_path}/{name}.db" for name in ("primary", "replica"))
    # A replica that stands still: a copy of the primary as it was.
    first = Store.open(primary)
    publish(first, make_entry(1))
    first.close()
    with sqlite3.connect(tmp_path / "primary.db") as source, sqlite3.connect(tmp_path / "replica.db") as target:
        source.backup(target)
    store = Store.open(primary, replica)
    publish(store, make_entry(2))
    assert store.channel().count == 1
    assert found(store) == [1]
    with store.reader() as reader:
        assert reader.channel().count == 1
    with store.reader(at_least=2) as reader:
        assert reader.channel().count == 2
        assert sources(reader.page(ArticleQuery()).entries) == [2, 1]
    store.close()


def test_a_query_that_takes_too_long_is_stopped_and_the_next_one_works(store: Store) -> None:
    endless = {
        "sqlite": "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n",
        "postgresql": "select pg_sleep(60)",
    }
    with pytest.raises(QueryTimeoutError, match="too long"), reading(store.engine, 0.05) as connection:
        connection.execute(text(endless[connection.dialect.name]))
    assert found(store) == []


def test_what_was_found_in_time_may_be_read_at_leisure(tmp_path: Path, make_entry: MakeEntry) -> None:
    # SQLite counts all statements together; here no time at all is allowed.
    store = Store.open(f"sqlite:///{tmp_path}/hurried.db", time_limit=0)
    publish(store, *(make_entry(number) for number in range(1, 301)))
    with store.reader(is_limited=True) as hurried:
        hurried.take_time()
        assert len(hurried.entries(range(1, 301))) == 300
    with pytest.raises(QueryTimeoutError), store.reader(is_limited=True) as hurried:
        hurried.entries(range(1, 301))
    store.close()
