"""A text is sought with filters, in any order, page by page and by every plan, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from service.article import Dated, Entry
from service.errors import SearchError
from service.identity import entry_id
from service.store import ArticleQuery, Facet, Order, Period, Store, Term, Total, counting, matching
from tests.conftest import NOON, publish
from tests.library import found, sources

if TYPE_CHECKING:
    from collections.abc import Callable

    MakeEntry = Callable[..., Entry]


@pytest.mark.parametrize("plan", ["sorted", "listed", "walked"])
def test_a_text_is_sought_with_filters_in_any_order_and_paged(
    store: Store, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch, plan: str
) -> None:
    is_walked = plan == "walked"
    if plan != "sorted":
        monkeypatch.setattr(matching, "FEWEST_WALKED", 0)
        monkeypatch.setattr(matching, "SORTED_SHARE", {"sqlite": 0, "postgresql": 0})
    if is_walked:
        monkeypatch.setattr(matching, "RANKED_SHARE", {"sqlite": 0, "postgresql": 0})
        monkeypatch.setattr(matching, "LISTED_SHARE", 0)
    bodies = ["وصل الوفد إلى مراكش", "مؤتمر بمراكش", "لا شيء هنا", "المؤتمرات في فاس", "مراكش مراكش"]
    titles = ["خبر", "خبر", "مراكش تستضيف", "خبر", "خبر"]
    made = [
        make_entry(
            number, title=title, body=(body,), section="ثقافة" if number % 2 else None, published=Dated.of(f"2024-01-0{number}")
        )
        for number, (title, body) in enumerate(zip(titles, bodies, strict=True), start=1)
    ]
    publish(store, *made)
    assert found(store, text="مراكش") == [5, 3, 2, 1]
    assert found(store, text="مراكش -مؤتمر") == [5, 3, 1]
    assert found(store, text='"الوفد إلى مراكش"') == [1]
    assert found(store, text="title:مراكش") == [3]
    assert found(store, text="مراكش", include=frozenset({Term.of(Facet.SECTION, "ثقافة")})) == [5, 3, 1]
    assert found(store, text="مراكش", published=Period.of_days(date(2024, 1, 2), date(2024, 1, 3))) == [3, 2]
    assert found(store, text="مراكش", order=Order.REVISION) == [5, 3, 2, 1]
    assert store.total(ArticleQuery(text="مراكش")).count == 4
    assert [c.count for c in store.facet(Facet.SECTION, ArticleQuery(text="مراكش"))] == [3]
    order = Order.PUBLISHED if is_walked else Order.RELEVANCE
    query = ArticleQuery(text="مراكش", order=order, limit=1)
    seen, page = [], store.page(query)
    while True:
        seen += sources(page.entries)
        if page.next is None:
            break
        page = store.page(replace(query, cursor=page.next))
    assert seen == ([5, 3, 2, 1] if is_walked else [3, 5, 2, 1])
    publish(store, make_entry(5, body=("لا شيء",), title="خبر", published=Dated.of("2024-01-05")))
    with store.writer() as writer:
        writer.withdraw([entry_id("2.txt")], NOON, "curator")
    assert found(store, text="مراكش") == [3, 1]
    assert store.problems() == []
    store.rebuild()
    assert found(store, text="مراكش") == [3, 1]


@pytest.mark.parametrize("adjacent", [1, 2, 40])
def test_a_phrase_is_found_however_many_articles_have_its_words(
    store: Store, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch, adjacent: int
) -> None:
    monkeypatch.setattr(matching, "FEWEST_WALKED", 5)
    monkeypatch.setattr(matching, "RANKED_SHARE", {"sqlite": 0, "postgresql": 0})
    bodies = {number: "مراكش مدينة" if number <= adjacent else "مدينة قرب مراكش" for number in range(1, 61)}
    dates = {number: Dated.of(f"2024-{number // 28 + 1:02}-{number % 28 + 1:02}") for number in bodies}
    publish(store, *(make_entry(number, body=(body,), published=dates[number]) for number, body in bodies.items()))
    expected = list(range(adjacent, 0, -1))
    for said in ('"مراكش مدينة"', 'body:مراكش "مراكش مدينة"'):
        assert sources(store.page(ArticleQuery(text=said, limit=2)).entries) == expected[:2]
        assert found(store, text=said) == expected
    assert found(store, text='"مدينة قرب" -"مراكش مدينة"') == list(range(60, adjacent, -1))
    assert found(store, text='"مراكش مدينة"', order=Order.RELEVANCE) == expected


def test_what_cannot_be_sought_is_an_error_that_says_so(store: Store) -> None:
    with pytest.raises(SearchError, match="at least 3 letters"):
        store.page(ArticleQuery(text="م*"))


@pytest.mark.slow
def test_a_common_word_is_met_by_walking_whatever_the_order(store: Store, make_entry: MakeEntry) -> None:
    # More matches than are worth sorting.
    publish(store, *(make_entry(n, published=Dated.of(f"20{n % 20 + 1:02}-05-01")) for n in range(1, 1_051)))
    statements: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        statements.append((statement, parameters))

    event.listen(store.read_engine, "before_cursor_execute", note)
    found = {order: store.page(ArticleQuery(text="مقال", order=order)).entries for order in (Order.PUBLISHED, Order.RELEVANCE)}
    event.remove(store.read_engine, "before_cursor_execute", note)
    assert found[Order.PUBLISHED] == found[Order.RELEVANCE]
    walks = [one for one in statements if "ORDER BY" in one[0]]
    assert len(walks) == 2
    if store.read_engine.dialect.name == "sqlite":
        with store.read_engine.connect() as connection:
            plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", given).all() for said, given in walks]
        assert not any("TEMP B-TREE" in step[-1] for plan in plans for step in plan)


def test_what_edits_left_behind_is_not_counted(store: Store, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_COUNTED", 5)
    monkeypatch.setattr(counting, "MOST_STALE", 1)
    publish(store, *(make_entry(number, body=("زيت الزيتون",)) for number in range(1, 13)))
    asked = ArticleQuery(text="زيتون")
    assert store.total(asked) == Total(5, is_exact=False)
    publish(store, *(make_entry(number, body=("لا شيء",)) for number in range(1, 9)), changed=NOON + timedelta(days=1))
    assert store.total(asked) == Total(4, is_exact=True)
    assert store.total(replace(asked, has_date=True)) == Total(4, is_exact=True)
