"""The country of a page, and the zone in which its date is read where neither it nor the outlet names one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.article import ZoneSource
from service.normalise import Registry, normalise

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.article import Article, Capture

TITLE = "إغلاق الطريق الساحلي بسبب الأمطار"
PROSE = "قالت وزارة التجهيز إن الطريق الساحلي مغلق إلى غاية يوم الأحد."
MORE = "وأضافت أن فرق الصيانة تواصل عملها في عين المكان."


@pytest.fixture
def read(registry: Registry, make_capture: Callable[..., Capture]) -> Callable[..., Article]:
    def of(*lines: str, **changes: object) -> Article:
        return normalise(make_capture("\n".join(lines), **changes), registry)

    return of


@pytest.mark.parametrize(
    ("date", "published"),
    [
        ("5 آب 2023 - 10:30", "2023-08-05T10:30+03:00"),
        ("5 جويلية 2023 - 10:30", "2023-07-05T10:30+01:00"),
        ("5 غشت 2023 - 10:30", "2023-08-05T10:30+01:00"),
        ("5 شباط 2023 - 10:30", "2023-02-05T10:30"),
        ("5 مارس 2023 - 10:30", "2023-03-05T10:30"),
        ("5 آب 2023", "2023-08-05"),
    ],
    ids=["levant in summer", "algeria and tunisia", "morocco", "levant in winter, when they differ", "everywhere", "no time"],
)
def test_month_names_tell_the_offset_where_all_who_use_them_share_it(
    date: str, published: str, read: Callable[..., Article]
) -> None:
    article = read(TITLE, f"نشر يوم {date}", "", PROSE, MORE)
    assert article.published is not None
    assert article.published.edtf == published
    is_known = "+" in published
    assert (article.published.zone_source is ZoneSource.COUNTRY) is is_known


def test_a_city_with_a_preposition_shows_its_country(read: Callable[..., Article]) -> None:
    article = read("توزيع شتلات التين بالفيوم على المزارعين", "نشر يوم 5 مارس 2023 - 10:30", "", PROSE, MORE)
    assert article.published is not None
    assert article.published.edtf == "2023-03-05T10:30+02:00"


def test_yesterday_at_an_hour_is_read_in_the_outlets_zone(read: Callable[..., Article]) -> None:
    article = read("mardi 4 juillet 2023", "Algerie360", "Canicule : les plages prises d'assaut", "Hier à 18:40", "", PROSE, MORE)
    assert article.published is not None
    assert article.published.edtf == "2023-07-03T18:40+01:00"


def test_the_time_under_an_agencys_text_belongs_to_its_date(read: Callable[..., Article]) -> None:
    dateline = "حائل 12 شعبان 1445 هـ الموافق 22 فبراير 2024 م واس"
    article = read(TITLE, dateline, "", PROSE, MORE, "// انتهى //", "17:26 ت م", "0214")
    assert article.published is not None
    assert article.published.edtf == "2024-02-22T17:26+03:00"


def test_a_time_under_the_body_without_a_zone_does_not(read: Callable[..., Article]) -> None:
    article = read(TITLE, "نشر يوم 5 مارس 2023", "", PROSE, MORE, "", "17:26")
    assert article.published is not None
    assert article.published.edtf == "2023-03-05"


def test_a_time_below_its_label_belongs_to_the_date_above(read: Callable[..., Article]) -> None:
    article = read("تاريخ النشر", "21 دجنبر 2022", "الساعة", "18:05", "", TITLE, "", PROSE, MORE)
    assert article.published is not None
    assert article.published.edtf == "2022-12-21T18:05+01:00"


def test_an_outlet_that_nothing_is_known_of_is_in_the_zone_of_the_site_that_re_posts_it(read: Callable[..., Article]) -> None:
    article = read("مغرس", TITLE, "نشر في الضاحية والمدينة يوم 14 - 03 - 2023 10:30", PROSE, MORE)
    assert article.outlet
    assert article.via
    assert (article.outlet.zone, article.via.key) == (None, "maghress")
    assert article.published
    assert (article.published.edtf, article.published.zone_source) == ("2023-03-14T10:30+01:00", ZoneSource.COUNTRY)
