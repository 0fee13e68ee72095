"""Outlets that the registry does not know are named by what a page prints of itself, weakly and without a zone."""

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


@pytest.fixture
def read(registry: Registry, make_capture: Callable[..., Capture]) -> Callable[..., Article]:
    def of(*lines: str) -> Article:
        return normalise(make_capture("\n".join(lines)), registry)

    return of


def test_a_page_that_reposts_is_no_outlet_and_its_source_is(read: Callable[..., Article]) -> None:
    article = read(
        "maliweb.net", "", TITLE, "Par Le Guide - 14 Nov 2018", "", PROSE, MORE, "", "Source: Le Guide", "© 2018 maliweb.net"
    )
    assert article.via is not None
    assert article.outlet is not None
    assert (article.via.key, article.outlet.name, article.authors) == ("maliweb", "Le Guide", ())


@pytest.mark.parametrize(
    ("lines", "name", "rule"),
    [
        (("مرآة الأطلس", "جريدة إلكترونية مستقلة", "", TITLE, "", PROSE, MORE), "مرآة الأطلس", "masthead"),
        (("مرآة الأطلس | صحيفة إلكترونية", "", TITLE, "", PROSE, MORE), "مرآة الأطلس", "masthead"),
        (("مرآة الأطلس", "سياسة  مجتمع  رياضة", TITLE, "", PROSE, MORE), "مرآة الأطلس", "masthead"),
        (("الفيحاء بوست", "", TITLE, "", PROSE, MORE), "الفيحاء بوست", "masthead"),
        (("راديو الواحة 92.4", "", TITLE, "", PROSE, MORE), "راديو الواحة", "masthead"),
        (("مرآة الأطلس", "", TITLE, "", PROSE, 'وقال المسؤول لـ"مرآة الأطلس" إن الأشغال مستمرة.'), "مرآة الأطلس", "masthead"),
        (("مرآة الأطلس", "", TITLE, "", PROSE, "وقال لـ(مرآة الأطلس) إن الأشغال مستمرة."), "مرآة الأطلس", "masthead"),
        (("مرآة الأطلس", "", TITLE, "", PROSE, MORE, "المصدر: مرآة الأطلس"), "مرآة الأطلس", "masthead"),
        ((TITLE, "سما الواحة نيوز", "", PROSE, MORE), "سما الواحة نيوز", "byline"),
        ((TITLE, "", PROSE, MORE, "جميع الحقوق محفوظة لموقع مرآة الأطلس 2024"), "مرآة الأطلس", "footer"),
        ((TITLE, "", PROSE, MORE, "© 2024 مرآة الأطلس – باتنة، الجزائر"), "مرآة الأطلس", "footer"),
        ((TITLE, "", PROSE, MORE, "© 2024 The Delta Ledger. All rights reserved."), "The Delta Ledger", "footer"),
    ],
)  # fmt: skip
def test_an_unlisted_outlet_is_named_weakly(lines: tuple[str, ...], name: str, rule: str, read: Callable[..., Article]) -> None:
    article = read(*lines)
    why = article.why("outlet")
    assert article.outlet is not None
    assert why is not None
    assert (article.outlet.name, why.rule, why.confidence) == (name, rule, Confidence.WEAK)
    assert article.outlet.zone is None
    assert "unlisted-outlet" in {issue.code for issue in article.issues}


@pytest.mark.parametrize(
    "lines",
    [
        ("أخبار الناحية", "", TITLE, "", PROSE, MORE),
        ("أقسام الموقع", "سياسة", TITLE, "", PROSE, MORE),
        ("مرآة الأطلس", TITLE, "", PROSE, MORE),
        ("الدار البيضاء", "", TITLE, "", PROSE, MORE),
        (TITLE, "", PROSE, MORE, "© 2024"),
        (TITLE, "", PROSE, MORE, "جميع الحقوق محفوظة"),
        (TITLE, "", PROSE, MORE, "Powered by vBulletin © 2011"),
        (TITLE, "", PROSE, MORE, "تصميم وبرمجة © 2018"),
    ],
)
def test_what_names_no_outlet_gives_none(lines: tuple[str, ...], read: Callable[..., Article]) -> None:
    assert read(*lines).outlet is None


def test_the_aggregator_of_an_unlisted_outlets_page_follows_the_country_it_speaks_of(read: Callable[..., Article]) -> None:
    more = "وانطلقت الأشغال في مدينة أسوان ثم في مدينة سوهاج."
    family = ("شكرا على الإبلاغ!", "", TITLE, "نشر في سما الواحة يوم 17 - 05 - 2012", "", PROSE, more)
    article = read(*family, "انقر هنا لقراءة الخبر من مصدره.")
    assert article.via is not None
    assert article.via.key == "masress"
    assert article.outlet is not None
    assert article.outlet.name == "سما الواحة"
