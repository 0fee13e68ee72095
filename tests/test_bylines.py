"""What the line below a headline says: when, by whom, in the ways of some sixty sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.normalise import Registry, normalise

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.article import Capture

PAGES = {
    "ar": ("إغلاق الطريق الساحلي بسبب الأمطار الغزيرة", "قالت وزارة التجهيز إن الطريق الساحلي مغلق إلى غاية يوم الأحد المقبل."),
    "fr": (
        "Fermeture de la route côtière après les pluies",
        "Le ministère a indiqué que la route côtière est fermée jusqu'à dimanche soir.",
    ),
    "en": (
        "Coastal road closed after heavy rain",
        "The ministry said that the coastal road is closed until the end of the week.",
    ),
}
# The language of the page, its line, when it says the page was published and changed, and who wrote it.
LINES: list[tuple[str, str, str | None, str | None, tuple[str, ...]]] = [
    ("ar", "آخر تحديث: 12/3/2023-05:45 PM (بتوقيت مكة المكرمة)", None, "2023-03-12T17:45+03:00", ()),
    ("ar", "نُشرت في 12 مارس/ آذار 2023", "2023-03-12", None, ()),
    ("ar", "12 مارس 2023\nعبد الله ولد سيدينا", "2023-03-12", None, ("عبد الله ولد سيدينا",)),
    ("ar", "12 مارس 2023\nصناديق السمك في الميناء", "2023-03-12", None, ()),
    ("ar", "12 مارس 2023\nعبدالعزيز المري (الأحساء) paper_online@", "2023-03-12", None, ("عبدالعزيز المري",)),
    ("ar", "12 مارس 2023\nكوستي: النيل الأبيض – عوض الكريم بابكر", "2023-03-12", None, ("عوض الكريم بابكر",)),
    ("ar", "بقلم: محمد وليد أحمد وسعاد المري", None, None, ("محمد وليد أحمد", "سعاد المري")),
    ("fr", "12 mars 2023\nA. Berkani", "2023-03-12", None, ("A. Berkani",)),
    ("fr", "Gwenaëlle LE BIHAN\nPublié le 12/03/2023 à 14h20", "2023-03-12T14:20", None, ("Gwenaëlle LE BIHAN",)),
    ("fr", "Posté par K. Lounis le 12/03/23 - 14:20 - Lu 486 fois", "2023-03-12T14:20", None, ("K. Lounis",)),
    ("en", "Rana Aziz in Abu Dhabi\nMarch 12, 2023", "2023-03-12", None, ("Rana Aziz",)),
    (
        "en",
        "Owen Tregarth Transport correspondent\nMarch 12, 20234:12 PM UTC",
        "2023-03-12T16:12+00:00",
        None,
        ("Owen Tregarth",),
    ),
    ("ar", "المصدر: عدنان عكاشة - رأس الخيمة\nالتاريخ: 12 مارس 2023", "2023-03-12", None, ("عدنان عكاشة",)),
    ("ar", "الخميس 19 شعبان 1444\nالموافق 12 مارس 2023", "2023-03-12", None, ()),
    ("ar", "الأحد 20 / 08 / 1444 هـ", "2023-03-12", None, ()),
    ("ar", "المصدر :  | 12 مارس 2023 | ثقافة وفنون | ", "2023-03-12", None, ()),
    ("ar", "عزة الحاج حسن مراد|الأحد2023/03/12", "2023-03-12", None, ("عزة الحاج حسن مراد",)),
    ("ar", "الكوت / سجاد الربيعي\n12 مارس 2023", "2023-03-12", None, ("سجاد الربيعي",)),
    ("ar", "كرار الزيادي - 12 مارس 2023\nآخر تحديث: 13 مارس 15:20 2023", "2023-03-12", "2023-03-13T15:20", ("كرار الزيادي",)),
    ("ar", "نهى السر الطيب صحافية سودانية\n12 مارس 2023", "2023-03-12", None, ("نهى السر الطيب",)),
    ("ar", "12 مارس/ آذار 2023\nآخر تحديث 13 مارس/ آذار 2023", "2023-03-12", "2023-03-13", ()),
    ("ar", "نشرت في: 12/03/2023 - 14:20\nآخر تحديث: 13/03/2023 - 15:20", "2023-03-12T14:20", "2023-03-13T15:20", ()),
    ("ar", "12 مارس 2023 - 14:35 بتوقيت أبوظبي\nسكاي نيوز عربية - أبوظبي", "2023-03-12T14:35+04:00", None, ()),
    ("ar", "تاريخ النشر: 12.03.2023 | 14:20 GMT |", "2023-03-12T14:20+00:00", None, ()),
    ("ar", "12.03.2023١٢ مارس ٢٠٢٣", "2023-03-12", None, ()),
    ("ar", "نُشر: 14:20-12 مارس 2023 م ـ 19 شَعبان 1444 هـ", "2023-03-12T14:20", None, ()),
    (
        "ar",
        "نشر في: 12 مارس ,2023: 02:20 م GST آخر تحديث: 12 مارس ,2023: 03:05 م GST",
        "2023-03-12T14:20+04:00",
        "2023-03-12T15:05+04:00",
        (),
    ),
    ("ar", "12 - مارس - 2023", "2023-03-12", None, ()),
    ("ar", "12 مارس 2023 01:25", "2023-03-12T01:25", None, ()),
    ("ar", "12 آذار 2023 12:00 ص", "2023-03-12T00:00", None, ()),
    ("ar", "تم نشره في الأحد 12 آذار / مارس 2023. 12:00 صباحاً", "2023-03-12T00:00", None, ()),
    ("ar", "12.03.2023 - محدث : 13.03.2023", "2023-03-12", "2023-03-13", ()),
    ("ar", "الأحد، 12 مارس 2023 02:20 م", "2023-03-12T14:20", None, ()),
    ("ar", "02:20 م الأحد 12 مارس 2023", "2023-03-12T14:20", None, ()),
    ("ar", "12 مارس 2023\n|\nآخر تحديث: 02:20 (توقيت القدس)", "2023-03-12", None, ()),
    ("ar", "نشر بتاريخ 12-03-2023 الساعة 14:20", "2023-03-12T14:20", None, ()),
    ("ar", "بقلم محمد الوردي / 12 مارس 2023", "2023-03-12", None, ("محمد الوردي",)),
    ("ar", "محمد الوردي | 12/03/2023 - 10:20", "2023-03-12T10:20", None, ("محمد الوردي",)),
    ("ar", "كتب محمد الوردي الأحد 12 مارس 2023 02:20 م", "2023-03-12T14:20", None, ("محمد الوردي",)),
    ("ar", "الدار البيضاء - محمد الوردي\nالأحد 12 مارس 2023", "2023-03-12", None, ("محمد الوردي",)),
    ("ar", "آخر تحديث: الأحد 12 مارس 2023 | تاريخ النشر: السبت 11 مارس 2023", "2023-03-11", "2023-03-12", ()),
    ("ar", "12-03-2023 | 14:20", "2023-03-12T14:20", None, ()),
    ("ar", "2023/03/12 - 14:20", "2023-03-12T14:20", None, ()),
    ("ar", "2023-03-12 14:20:33", "2023-03-12T14:20", None, ()),
    ("ar", "الأحد 19 شعبان 1444هـ 12 مارس 2023م", "2023-03-12", None, ()),
    ("ar", "أضيف في 12 مارس 2023 الساعة 14 و 20 دقيقة", "2023-03-12T14:20", None, ()),
    ("ar", "12 مارس 2023 على الساعة 14 و20 دقيقة", "2023-03-12T14:20", None, ()),
    ("ar", "الأحد 12 مارس 2023 / 14:20", "2023-03-12T14:20", None, ()),
    ("ar", "الأحد 12 مارس 2023 14h20", "2023-03-12T14:20", None, ()),
    ("ar", "١٢ مارس ٢٠٢٣ ٠٢:٢٠ م", "2023-03-12T14:20", None, ()),
    ("ar", "مارس 12, 2023", "2023-03-12", None, ()),
    ("ar", "مارس 12, 2023 2:20 م", "2023-03-12T14:20", None, ()),
    ("ar", "آخر تحديث مارس 12, 2023", None, "2023-03-12", ()),
    ("ar", "12 مارس، 2023 | 02:20 مساءً", "2023-03-12T14:20", None, ()),
    ("ar", "تم التحديث: 12 مارس 2023 - تم النشر: 11 مارس 2023", "2023-03-11", "2023-03-12", ()),
    ("ar", "حرر بتاريخ 12 مارس 2023 من طرف محمد الوردي", "2023-03-12", None, ("محمد الوردي",)),
    ("ar", "نشر من طرف محمد الوردي في 12 مارس 2023", "2023-03-12", None, ("محمد الوردي",)),
    ("ar", "من طرف محمد الوردي - 12 مارس 2023", "2023-03-12", None, ("محمد الوردي",)),
    ("fr", "OLJ / Par Nadia HADDAD, le 12 mars 2023 à 14h20", "2023-03-12T14:20", None, ("Nadia HADDAD",)),
    ("fr", "Publié le 12 mars 2023\nLecture : 3 minutes.", "2023-03-12", None, ()),
    ("fr", "Par Nadia Haddad Le 12/03/2023 à 14h20", "2023-03-12T14:20", None, ("Nadia Haddad",)),
    ("fr", "Publié Le 12/03/2023 à 14h20", "2023-03-12T14:20", None, ()),
    ("fr", "Publié le : dimanche, 12 mars 2023 14:20", "2023-03-12T14:20", None, ()),
    ("fr", "Mis à jour le 13 mars 2023 à 15:20, publié le 12 mars 2023 à 14:20", "2023-03-12T14:20", "2023-03-13T15:20", ()),
    ("fr", "Nadia Haddad 12 mars 2023", "2023-03-12", None, ("Nadia Haddad",)),
    ("fr", "Nadia Haddad | 12 mars 2023 14:20", "2023-03-12T14:20", None, ("Nadia Haddad",)),
    ("fr", "Par : Nadia Haddad\nle 12-03-2023 14:20", "2023-03-12T14:20", None, ("Nadia Haddad",)),
    ("fr", "12 mars 2023 - 14 h 20", "2023-03-12T14:20", None, ()),
    ("fr", "le dimanche 12 mars 2023 à 14:20 | mis à jour à 15:20", "2023-03-12T14:20", None, ()),
    ("fr", "Rédaction - 12 mars 2023", "2023-03-12", None, ()),
    ("fr", "Posté par Nadia Haddad le 12 mars 2023", "2023-03-12", None, ("Nadia Haddad",)),
    ("en", "12 March 2023 - 14:20\nWritten By: Nadia Haddad", "2023-03-12T14:20", None, ("Nadia Haddad",)),
    ("en", "Updated 13 March 2023\nNADIA HADDAD\nMarch 12, 2023 14:20", "2023-03-12T14:20", "2023-03-13", ("NADIA HADDAD",)),
    ("en", "Published: March 12, 2023 14:20 Nadia Haddad, Staff Reporter", "2023-03-12T14:20", None, ("Nadia Haddad",)),
    ("en", "Nadia Haddad\nMar 12, 2023", "2023-03-12", None, ("Nadia Haddad",)),
    ("en", "12 March 2023, 2:20 pm", "2023-03-12T14:20", None, ()),
    ("en", "Published March 12, 2023 02:20pm", "2023-03-12T14:20", None, ()),
    ("en", "By Nadia Haddad | Published: 12th March, 2023 2.20pm GMT", "2023-03-12T14:20+00:00", None, ("Nadia Haddad",)),
    ("en", "Sunday, March 12th, 2023", "2023-03-12", None, ()),
    ("en", "Last updated: 12 March 2023 - 02:20 PM", None, "2023-03-12T14:20", ()),
    ("en", "2023-03-12T14:20:00Z", "2023-03-12T14:20+00:00", None, ()),
    ("en", "Sun 12 Mar 2023 14.20 GMT", "2023-03-12T14:20+00:00", None, ()),
    ("en", "12 March 2023, shares at 14.20 dollars", "2023-03-12", None, ()),
    ("en", "Nadia Haddad, 12 Mar 2023", "2023-03-12", None, ("Nadia Haddad",)),
    ("en", "by Nadia Haddad March 12, 2023 in News", "2023-03-12", None, ("Nadia Haddad",)),
    ("en", "Story by Nadia Haddad • 3h • 2 min read", None, None, ("Nadia Haddad",)),
    ("en", "March 12, 2023 03:00 ET", "2023-03-12T03:00-04:00", None, ()),
    (
        "ar",
        "تحرير من طرف محمد الوردي\nفي 12/03/2023 على الساعة 14:20, تحديث بتاريخ 12/03/2023 على الساعة 15:20",
        "2023-03-12T14:20",
        "2023-03-12T15:20",
        ("محمد الوردي",),
    ),
    ("ar", "دمياط - محمد الوردي - تصوير: كريم البحيري\n12 مارس 2023", "2023-03-12", None, ("محمد الوردي",)),
    ("ar", "قصي الوردي - محمد الحلبي\n12 مارس 2023", "2023-03-12", None, ("قصي الوردي", "محمد الحلبي")),
    ("ar", "12-03-2023\n|\n14:20\nA-\nA+", "2023-03-12T14:20", None, ()),
    ("ar", "20-08-1444 08:15 مساءً", "2023-03-12T20:15", None, ()),
    ("ar", "08-20-1444 08:15 PM", "2023-03-12T20:15", None, ()),
    ("ar", "12 مارس 2023\nفايسبوك تويتر لينكدإن واتساب تيلقرام", "2023-03-12", None, ()),
    ("ar", "12 مارس 2023\nقراءة دقيقتين", "2023-03-12", None, ()),
    ("ar", "12 مارس 2023\nالمصدر\nعدنان عكاشة", "2023-03-12", None, ()),
    ("fr", "Le Monde avec AFP\nPublié le 12 mars 2023 à 14h20", "2023-03-12T14:20+01:00", None, ()),
    ("fr", "12 Fév 2023 | 14:20 | A la Une, Économie", "2023-02-12T14:20", None, ()),
    ("fr", "Lounis A.\n12 mars 2023", "2023-03-12", None, ("Lounis A",)),
]


@pytest.mark.parametrize("case", LINES, ids=[line for _, line, *_ in LINES])
def test_line_below_a_headline(
    case: tuple[str, str, str | None, str | None, tuple[str, ...]], registry: Registry, make_capture: Callable[..., Capture]
) -> None:
    language, line, *expected = case
    title, prose = PAGES[language]
    article = normalise(make_capture(f"{title}\n{line}\n\n{prose}\n\n{prose}\n"), registry)
    assert article.title == title
    found = [article.published and article.published.edtf, article.modified and article.modified.edtf, article.authors]
    assert found == expected
