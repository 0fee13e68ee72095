"""`03/04/2023` is settled by another date on the page, else by how the site writes dates, else it is flagged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.article import Confidence
from service.normalise import Registry, normalise

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.article import Article, Capture

TITLE = "إغلاق الطريق الساحلي بسبب الأمطار"
PROSE = "قالت وزارة التجهيز إن الطريق الساحلي مغلق إلى غاية يوم الأحد."
MORE = "وأضافت أن فرق الصيانة تواصل عملها في عين المكان."
AMBIGUOUS = "ambiguous-date-order"


@pytest.fixture
def read(registry: Registry, make_capture: Callable[..., Capture]) -> Callable[..., Article]:
    def of(*lines: str, **declared: str) -> Article:
        return normalise(make_capture("\n\n".join(lines), declared=declared), registry)

    return of


def is_flagged(article: Article) -> bool:
    return AMBIGUOUS in {issue.code for issue in article.issues}


@pytest.mark.parametrize(
    ("other", "published"),
    [
        ("آخر تحديث: 25/04/2023", "2023-04-03"),
        ("آخر تحديث: 04/25/2023", "2023-03-04"),
        ("آخر تحديث: 3 أبريل 2023", "2023-04-03"),
        ("آخر تحديث: 4 مارس 2023", "2023-03-04"),
        ("آخر تحديث: 2023-03-04", "2023-03-04"),
        ("آخر تحديث: الثلاثاء 04/04/2023", None),
        ("آخر تحديث: الأربعاء 05/04/2023", "2023-04-03"),
        ("آخر تحديث: 05/04/2023", None),
        ("آخر تحديث: 7 ماي 2023", None),
    ],
    ids=[
        "day beyond twelve", "month first beyond twelve", "month in letters", "the other month in letters", "year first",
        "day and month alike", "weekday", "as ambiguous", "another day in letters",
    ],
)  # fmt: skip
def test_another_date_on_the_page_settles_it(other: str, published: str | None, read: Callable[..., Article]) -> None:
    article = read(TITLE, "تاريخ النشر: 03/04/2023", other, PROSE, MORE)
    why = article.why("published")
    assert article.published is not None
    assert why is not None
    assert article.published.edtf == (published or "2023-04-03")
    assert is_flagged(article) is (published is None)
    assert (why.confidence is Confidence.CERTAIN) is (published is not None)


def test_the_dateline_settles_it(read: Callable[..., Article]) -> None:
    article = read(
        "Repair café opens in Jahra", "6/12/2018", "KUWAIT, June 12 (KUNA) -- The authority opened a repair café here."
    )
    assert article.published is not None
    assert article.published.edtf == "2018-06-12"
    assert not is_flagged(article)


def test_dates_that_show_both_orders_settle_nothing(read: Callable[..., Article]) -> None:
    article = read(TITLE, "تاريخ النشر: 03/04/2023", PROSE, MORE, "مواضيع ذات صلة", "25/04/2023", "04/26/2023")
    assert is_flagged(article)


def test_the_order_a_site_is_known_for_settles_it(read: Callable[..., Article], registry: Registry) -> None:
    assert registry.by_key["maghress"].day_order == "dmy"
    article = read(TITLE, "نشر في كود يوم 03 - 04 - 2023", PROSE, url="https://www.maghress.com/goud/1")
    assert article.published is not None
    assert article.published.edtf == "2023-04-03"
    assert not is_flagged(article)
    assert is_flagged(read(TITLE, "نشر في كود يوم 03 - 04 - 2023", PROSE))


def test_the_page_outweighs_the_registry(read: Callable[..., Article]) -> None:
    lines = (TITLE, "نشر في كود يوم 03 - 04 - 2023", PROSE, MORE, "مواضيع ذات صلة", "04/26/2023")
    article = read(*lines, url="https://www.maghress.com/goud/1")
    assert article.published is not None
    assert article.published.edtf == "2023-03-04"
