"""Dates that are not of publication: ranges, deadlines, births, events, pictures, others' stories. None is invented."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.normalise import Registry, normalise

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.article import Capture

TITLE = "ترميم السور القديم في المدينة يبدأ بمشاركة المتطوعين"
PROSE = "قالت مصادر محلية إن أعمال ترميم السور القديم بدأت صباح أمس بمشاركة فرق من المتطوعين."
MORE = "وأضافت المصادر أن المشروع سيستمر ثلاثة أشهر تمولها البلدية."
PAGES = {
    "range": (TITLE, "من 12 إلى 15 مارس 2023 بقاعة المدينة", "", PROSE, MORE),
    "french range": ("Festival : le programme complet", "Du 12 au 15 mars 2023, salle Bahnini", "", PROSE, MORE),
    "deadline": (TITLE, "آخر أجل للتسجيل: 12 مارس 2023", "", PROSE, MORE),
    "french deadline": ("Appel à candidatures pour le rempart", "Date limite : 12/03/2023", "", PROSE, MORE),
    "event": ("Rampart talk at the museum hall", "Date: 12 March 2023, 7 pm. Venue: City Hall", "", PROSE, MORE),
    "picture": ("السور القديم", "صورة التقطت في 12 مارس 2023", "", PROSE, MORE),
    "life": ("وفاة الفنان أحمد الشرقاوي عن 75 عاما", "1948 - 2023", "", PROSE, MORE),
    "birth": ("وفاة الفنان أحمد الشرقاوي", "من مواليد 12 مارس 1948", "", PROSE, MORE),
    "deposit": (TITLE, "رقم الإيداع القانوني: 12/03/2001", "", PROSE, MORE),
    "history": (TITLE, "", PROSE, "وكان السور قد بني في 12 مارس 1820 بأمر من السلطان.", MORE),
    "read also": (TITLE, "", PROSE, MORE, "اقرأ أيضا", "افتتاح حديقة جديدة", "12 مارس 2023"),
    "comment": (TITLE, "", PROSE, MORE, "تعليقات", "كريم، 12 مارس 2023 - 14:20", "عمل رائع"),
    "headline": ("معرض الكتاب يفتح أبوابه يوم 12 مارس 2023", "كود", "", PROSE, MORE),
    "prayer times": ("توقيت الصلاة: الفجر 05:12 الظهر 12:43", "", TITLE, "", PROSE, MORE),
    "footer": (TITLE, "", PROSE, MORE, "جميع الحقوق محفوظة 2024"),
}


@pytest.mark.parametrize("page", PAGES)
def test_no_date_is_invented(page: str, registry: Registry, make_capture: Callable[..., Capture]) -> None:
    article = normalise(make_capture("\n".join(PAGES[page])), registry)
    assert article.published is None
    assert article.modified is None
    assert "no-date" in {issue.code for issue in article.issues}


def test_the_last_day_of_no_range_is_one(registry: Registry, make_capture: Callable[..., Capture]) -> None:
    for line in ("14:20-12 مارس 2023", "العدد 45 - 12 مارس 2023", "الرباط - 12 مارس 2023"):
        article = normalise(make_capture(f"{TITLE}\n{line}\n\n{PROSE}\n\n{MORE}"), registry)
        assert article.published is not None
        assert article.published.edtf.startswith("2023-03-12")
