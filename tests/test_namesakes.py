"""Papers of several countries that bear one name are told apart by what the page shows, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.article import Confidence, ZoneSource
from service.normalise import Registry, normalise

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.article import Article, Capture

TITLE = "إغلاق الطريق الساحلي بسبب الأمطار"
PROSE = "قالت وزارة التجهيز إن الطريق الساحلي مغلق إلى غاية يوم الأحد."
MORE = "وأضافت أن فرق الصيانة تواصل عملها في عين المكان."
DATE = "نشر يوم 5 مارس 2023 - 10:30"


@pytest.fixture
def read(registry: Registry, make_capture: Callable[..., Capture]) -> Callable[..., Article]:
    def of(*lines: str, **declared: str) -> Article:
        return normalise(make_capture("\n\n".join(lines), declared=declared), registry)

    return of


@pytest.mark.parametrize(
    ("name", "more", "key"),
    [
        ("الشروق", "وتعود الأشغال إلى مدينة وهران قبل نهاية الشهر.", "echorouk"),
        ("الشروق", "وتعود الأشغال إلى مدينة صفاقس قبل نهاية الشهر.", "alchourouk"),
        ("الشروق", "وتعود الأشغال إلى مدينة أسوان قبل نهاية الشهر.", "shorouk"),
        ("النهار", "وتعود الأشغال إلى مدينة زحلة قبل نهاية الشهر.", "annahar"),
        ("النهار", "وتعود الأشغال إلى مدينة وهران قبل نهاية الشهر.", "ennahar"),
        ("الصباح", "وتعود الأشغال إلى مدينة البصرة قبل نهاية الشهر.", "alsabaah-iq"),
        ("الراي", "وتعود الأشغال إلى مدينة إربد قبل نهاية الشهر.", "alrai"),
        ("الراي", "ويخدم الطريق سكان الكويت منذ سنوات طويلة.", "alrai-kw"),
        ("الوطن", "وتعود الأشغال إلى مدينة دمشق قبل نهاية الشهر.", "alwatan-sy"),
        ("الأيام", "وتعود الأشغال إلى مدينة رام الله قبل نهاية الشهر.", "alayyam-ps"),
    ],
)
def test_the_country_of_the_page_tells_which(name: str, more: str, key: str, read: Callable[..., Article]) -> None:
    article = read(name, TITLE, DATE, PROSE, MORE, more)
    why = article.why("outlet")
    assert article.outlet is not None
    assert why is not None
    assert (article.outlet.key, why.confidence) == (key, Confidence.LIKELY)
    assert article.published is not None
    assert article.published.zone_source is ZoneSource.OUTLET
    assert "shared-name" not in {issue.code for issue in article.issues}


def test_month_names_and_agencies_tell_it_too(read: Callable[..., Article]) -> None:
    by_month = read("النهار", TITLE, "نشر يوم 5 جويلية 2023 - 10:30", PROSE, MORE)
    by_agency = read("الشروق", TITLE, DATE, "(وات) - " + PROSE, MORE)
    assert by_month.outlet is not None
    assert by_month.outlet.key == "ennahar"
    assert by_agency.outlet is not None
    assert by_agency.outlet.key == "alchourouk"


def test_a_printed_address_tells_it_whatever_the_page_speaks_of(read: Callable[..., Article]) -> None:
    article = read("الشروق", TITLE, DATE, PROSE, MORE, "وتعود الأشغال إلى مدينة صفاقس قريبا.", "www.echoroukonline.com")
    assert article.outlet is not None
    assert article.outlet.key == "echorouk"


@pytest.mark.parametrize("name", ["النهار", "الصباح", "الشروق"])
def test_where_nothing_tells_the_name_stays_a_weak_guess_and_lends_no_zone(name: str, read: Callable[..., Article]) -> None:
    article = read(name, TITLE, DATE, PROSE, MORE)
    why = article.why("outlet")
    assert why is not None
    assert why.confidence is Confidence.WEAK
    assert article.published is not None
    assert article.published.edtf == "2023-03-05T10:30"
    (issue,) = (issue for issue in article.issues if issue.code == "shared-name")
    assert article.outlet is not None
    assert article.outlet.key in issue.message


@pytest.mark.parametrize("name", ["الراي", "الوطن", "البلاد", "الأيام"])
def test_a_bare_name_that_no_outlet_has_to_itself_is_given_to_none(name: str, read: Callable[..., Article]) -> None:
    assert read(name, TITLE, DATE, PROSE, MORE).outlet is None


def test_two_countries_on_a_page_tell_nothing(read: Callable[..., Article]) -> None:
    more = "والتقى وفد من مدينة وهران بآخر من مدينة صفاقس لبحث المشروع."
    why = read("الشروق", TITLE, DATE, PROSE, more).why("outlet")
    assert why is not None
    assert why.confidence is Confidence.WEAK


def test_a_full_name_is_believed_whatever_the_page_speaks_of(read: Callable[..., Article]) -> None:
    article = read("الشروق التونسية", TITLE, DATE, PROSE, MORE, "وتعود الأشغال إلى مدينة وهران قريبا.")
    assert article.outlet is not None
    assert article.outlet.key == "alchourouk"


def test_a_declared_outlet_is_not_asked_for_its_country(read: Callable[..., Article]) -> None:
    article = read("الشروق", TITLE, DATE, PROSE, MORE, "وتعود الأشغال إلى مدينة وهران قريبا.", outlet="alchourouk")
    assert article.outlet is not None
    assert article.outlet.key == "alchourouk"
    assert article.published is not None
    assert article.published.zone_source is ZoneSource.OUTLET


def test_names_with_a_country_or_of_one_country_are_no_shared_ones(registry: Registry) -> None:
    assert registry.bearers("الشروق أونلاين") == ()
    assert registry.bearers("هسبريس") == ()
    assert {outlet.key for outlet in registry.bearers("جريدة الراي")} == {"alrai", "alrai-kw"}
