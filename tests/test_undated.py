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
FRENCH = "Le marché aux dattes a rouvert ses portes ce matin devant une foule de clients venus de toute la région."
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
    "printed": ("1/1    طُبع في 14/09/2022 09:14", "", "المدينة اليوم", "", TITLE, "", PROSE, MORE),
    "shared": ("تمت المشاركة من تطبيق الأخبار", "12/5/2021 8:14 م", "", TITLE, "", PROSE, MORE),
    "picture in parentheses": (TITLE, "", "(من صفحة المكتبة، 3 أيار 2022)", "", PROSE, MORE),
    "today below a button": ("القائمة", "الخميس، 9 مارس 2023", "عنب بلدي", "الرئيسية > مجتمع", "", TITLE, "", PROSE, MORE),
    "agenda": (TITLE, "", PROSE, "", "بدء التسجيل    1/8/2022", "بدء الدوام    10/9/2022", "نهاية السحب    22/9/2022", "", MORE),
    "quoted mail": (
        TITLE,
        "",
        PROSE,
        "",
        "من: المدير",
        "إلى: الفريق",
        "التاريخ: 18 أيار 2021، 09:47",
        "الموضوع: البئر",
        "",
        MORE,
    ),
    "court": (TITLE, "", "ملف عدد: 1874/2602/2021", "آخر جلسة: 12/10/2022", "", PROSE, MORE),
    "match": (TITLE, "", "التاريخ: الجمعة 27/10/2023", "التوقيت: 17:00", "الملعب: ستاد المدينة", "", PROSE, MORE),
    "film": (TITLE, "", PROSE, MORE, "لقاء مع الوكيل", "48.211 مشاهدة · تم بثه مباشرة بتاريخ 21/02/2022", "", PROSE, MORE),
    "between paragraphs": (TITLE, "", PROSE, "", MORE, "", "نشر في 12 مارس 2023", "", PROSE, "", MORE),
    "dump": ("crawled_at: 2025-02-10T06:31:44Z", "", TITLE, "", PROSE, MORE),
    "file": (TITLE, "", "WhatsApp Image 2024-02-11 at 14.05.22.jpeg", "", PROSE, MORE),
    "forwarded": (
        "----- Forwarded message -----",
        "From: A",
        "Date: 4 March 2025 10:21",
        "Subject: x",
        "",
        TITLE,
        "",
        PROSE,
        MORE,
    ),
    "privacy": ("Politique de confidentialité, mise à jour le 25/05/2018", "", TITLE, "", PROSE, MORE),
    "printed on": ("تمت الطباعة بتاريخ: الخميس 14/3/2024 الساعة 08:55 ص", "", TITLE, "", PROSE, MORE),
    "post": (
        TITLE,
        "",
        PROSE,
        "",
        "— Ministère (@mintransports_ml) April 27, 2020",
        "8:14 PM · 27 avr. 2020 · Twitter for Android",
        "",
        MORE,
    ),
    "clock of the page": ("الساعة الآن 09:12 ص - الاثنين 13 مايو 2013", "سياسة  اقتصاد  رياضة  فنون", "", TITLE, "", PROSE, MORE),
    "prices": ("دولار 0.708  يورو 0.837  (آخر تحديث للأسعار: 14/10/2017 18:00)", "", TITLE, "", PROSE, MORE),
    "box": (
        "Le marché aux dattes rouvre",
        "",
        FRENCH,
        "",
        FRENCH,
        "",
        "Lire aussi",
        "Au Maroc, les khettaras",
        "Publié le 11 juin 2023 à 06h00",
    ),
    "point": ("النشرة الأسبوعية", "", TITLE, "• من أرشيفنا: حكاية مصعد (نُشرت في 5 حزيران 2019)", "", PROSE, MORE),
    "saved": ("[نسخة محفوظة في ملف بتاريخ 3-2-2021]", "", "من الزاوية", "", TITLE, "", PROSE, MORE),
    "book": (TITLE, "", PROSE, MORE, "الكتاب: دفتر الميناء", "الناشر: دار المدى", "تاريخ النشر: أيلول 2019"),
    "tweet": (TITLE, "", PROSE, "", MORE, "هاوي الطيور @tuyoor", "ما شاء الله", "9:41 PM · Mar 3, 2022"),
    "top of the page": (
        "martes, 14 de mayo de 2024",
        "Suscríbete   Iniciar sesión",
        "Un faro acogerá a escritores",
        "",
        FRENCH,
        FRENCH,
    ),
    "today is": ("امروز یکشنبه ۱۸ آذر ۱۴۰۳ - ساعت ۰۹:۱۲", "صفحه نخست  شهر  اقتصاد  ورزش", TITLE, "", PROSE, MORE),
    "question": (TITLE, "", PROSE, MORE, "اقرأ أيضا", "ماذا حدث في 23 يوليو 1970؟"),
    "footer": (TITLE, "", PROSE, MORE, "جميع الحقوق محفوظة 2024"),
    "fixture": ("الكوكب × النجم", "السبت 14 دجنبر 2024", "17:00", "ملعب الحارثي", "الجولة 14", "", TITLE, "", PROSE, MORE),
    "fixtures": (
        TITLE,
        "",
        PROSE,
        MORE,
        "",
        "الجمعة 5 يناير 2024",
        "السوالم - التطواني (16:00)",
        "السبت 6 يناير 2024",
        "الرجاء - بركان",
    ),
    "calendar": (
        "التقويم",
        "أكتوبر 2022",
        "ن ث ع خ ج س د",
        "1 2",
        "3 4 5 6 7 8 9",
        "10 11 12 13 14 15 16",
        "",
        TITLE,
        "",
        PROSE,
        MORE,
    ),
    "decree": (TITLE, "", PROSE, MORE, "", "قرار رقم (482) لسنة 2019", "مادة أولى: يحظر الصيد.", "صدر في: 21 ديسمبر 2019"),
    "version": ("تحميل التطبيق – نسخة 5.4 (14 فبراير 2023)", "", TITLE, "", PROSE, MORE),
    "visitors": ("Visiteurs aujourd'hui (18/09/2019) : 3 216", "", "Le marché aux dattes rouvre", "", FRENCH, FRENCH),
    "life in figures": (TITLE, "", "مروان سليمان (1948-01-23 – 2016-05-02)", "", PROSE, MORE),
    "player": ("مواليد 7 مايو 1996", "الطول: 178 سم", "", TITLE, "", PROSE, MORE),
    "first day of the calendar": (TITLE, "1 يناير 1970", "12:00 ص", "", PROSE, MORE),
    "chat": ("[9:14 م, 2023/3/12] أبو ليان: تم التحويل", "", TITLE, "", PROSE, MORE),
    "poll": ("شارك برأيك", "من يحسم السباق؟", "انتهى التصويت في 30/6/2023", "عدد المشاركين: 5,814", "", TITLE, "", PROSE, MORE),
    "since": ("جامعة المدينة", "عدد الزوار منذ 1/9/2012 : 3,418,220", "", TITLE, "", PROSE, MORE),
    "act": (TITLE, "", "قرار وزاري رقم 114 بتاريخ 5 يوليو 2021", "", PROSE, MORE),
    "timetable": (
        TITLE,
        PROSE,
        MORE,
        "مواقيت قطارات وجدة - فاس",
        "الجمعة 20 أكتوبر 2023",
        "06:15 11:40",
        "الأحد 29 أكتوبر 2023",
        "07:30 12:52",
    ),
    "printed page": (TITLE, "", PROSE, MORE, "طُبعت هذه الصفحة بتاريخ 03/02/2026 الساعة 11:48"),
    "above links": (
        "Le Quotidien",
        "Mardi 11 Juin 2024",
        "Édition numérique  |  Archives  |  Contact",
        "",
        "NATIONALE",
        "",
        "Les pêcheurs réclament une criée",
        "",
        FRENCH,
        FRENCH,
    ),
    "currencies": ("أسعار العملات", "تحديث 21/11/2022", "دولار 146,000", "", TITLE, "", PROSE, MORE),
    "national teams": (
        "Les sélections",
        "Algérie – Tunisie",
        "Vendredi 22 mars 2024 – 21:00",
        "Stade Hamlaoui",
        "",
        TITLE,
        "",
        PROSE,
        MORE,
    ),
    "file photo": (
        "The market reopens",
        "By Hadi F.",
        "Shoppers at the market in June 2010 (File photo: Libya Herald)",
        "",
        FRENCH,
    ),
    "whole range": ("Las cerámicas viajan", "Del 12 de abril de 2023 al 30 de junio de 2023", "", FRENCH, FRENCH),
    "day of the page": ("مسقط اليوم", "الاثنين 12 يونيو 2023", "أخبار عمان", "العرب والعالم", TITLE, "", PROSE, MORE),
    "hours of prayer": ("أوقات الصلاة - صفاقس", "الخميس 14 مارس 2024", "الفجر 05:12", "الظهر 12:30", "", TITLE, "", PROSE, MORE),
    "reactions": (
        "Le marché aux dattes rouvre",
        "",
        FRENCH,
        FRENCH,
        "Vos réactions (2)",
        "Hassan | le 12 mars 2013 à 14h02",
        "Et les élus ?",
        "Nadia | le 13 mars 2013 à 09h11",
        "Pareil ici...",
    ),
    "comments": (
        "Le marché aux dattes rouvre",
        "",
        FRENCH,
        FRENCH,
        "Commenter 3 commentaires",
        "rifman",
        "Date : le 07 février 2018 à 19h22",
        "Bravo à tous",
    ),
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


def test_a_mail_is_dated_and_its_head_is_no_headline(registry: Registry, make_capture: Callable[..., Capture]) -> None:
    head = "From: News <news@example.org>\nDate: Mon, 22 Jan 2024 06:32:10 +0200\nSubject: Toll road goes to tender"
    prose = "The ministry will invite bids for the toll road between the two cities, people with knowledge of the plan said."
    article = normalise(make_capture(f"{head}\n\nToll road goes to tender this spring\n\n{prose}\n\n{prose}"), registry)
    assert (article.title, article.published and article.published.edtf) == (
        "Toll road goes to tender this spring",
        "2024-01-22T06:32+02:00",
    )


def test_what_is_wrapped_around_a_headline_is_left_out(registry: Registry, make_capture: Callable[..., Capture]) -> None:
    chat = f"[18/9/2023, 9:14:22 م] أبو فهد: وصلتني الآن\n*{TITLE}*\n\n12 مارس 2023\n\n{PROSE}\n\n{MORE}"
    post = f"بلدية المدينة\n12 مارس 2023، الساعة 8:15 م · 🌐\n\n🔴 {TITLE}\n\n{PROSE}\n\n{MORE}"
    box = f"{TITLE}\n\nاقرأ أيضا\nمصرع شاب في حادث تصادم بطريق المحلة أمس\nكتب: كريم الصاوي\n\n{PROSE}\n\n{MORE}"
    script = f"googletag.cmd.push(function() {{ googletag.display('div-gpt-ad-top'); }});\n{TITLE}\n\n{PROSE}\n\n{MORE}"
    address = f"https://example.org/محافظات/%D8%A5%D8%B1%D8%A8%D8%AF-1402211?a=1&b=2&c=3&d=4\n\n{TITLE}\n\n{PROSE}\n\n{MORE}"
    for page in (chat, post, box, script, address):
        assert normalise(make_capture(page), registry).title == TITLE


FACTS = "المسابقة: دوري المحترفين في أسبوعه\nالملعب: ستاد الأمير هاشم\nالحكم: أيسر الدويري"


@pytest.mark.parametrize(
    "page",
    [
        f"صدى البلد\nعاجل | انخفاض أسعار الحديد بنحو مئة جنيه في الطن\n\n{TITLE}\n\n12 مارس 2023\n\n{PROSE}\n\n{MORE}",
        f"البلد\nباقتك السنوية سارية حتى 31/12/2024\n\n{TITLE}\n\nدبي - وام\n\n{PROSE}\n\n{MORE}",
        f"{TITLE}\n\nبطاقة\n{FACTS}\n\nعمان - بترا\n\n{PROSE}\n\n{MORE}",
        f"مغرس : {TITLE}\n\nإحداث ملعب للقرب بحي النهضة\nوفاة شيخ الطريقة بفاس\n\n{TITLE}\n\n{PROSE}\n\n{MORE}",
        f"<item>\ntitle: {TITLE}\nlink: https://example.org/1\npubDate: Sun, 17 Feb 2019 09:41:07 +0000\n\n{PROSE}\n\n{MORE}",
        f"{TITLE}\n\nIMG-20240212-WA0031.jpg\nنازحات أمام مدرسة في الحي\n\nكوستي - سونا\n{PROSE}\n\n{MORE}",
    ],
    ids=["ticker", "day", "facts", "window", "item", "file"],
)
def test_what_stands_near_a_headline_is_none(page: str, registry: Registry, make_capture: Callable[..., Capture]) -> None:
    assert normalise(make_capture(page), registry).title == TITLE


def test_the_same_day_by_two_calendars_has_one_label(registry: Registry, make_capture: Callable[..., Capture]) -> None:
    line = "آخر تحديث: الاثنين 16/2/1436 هـ - الموافق 8/12/2014 م الساعة 0:45"
    article = normalise(make_capture(f"{TITLE}\n\n{line}\n\n{PROSE}\n\n{MORE}"), registry)
    assert article.published is None
    assert article.modified is not None
    assert article.modified.edtf.startswith("2014-12-08")


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("الجمهورية التونسية\nبلدية صفاقس\nاستقبال      خدمات      إعلانات      اتصل", "بلدية صفاقس"),
        ("إذاعة تطاوين - Radio Tataouine\n12 juin 2020, 11:04  · 🌐", "إذاعة تطاوين"),
        ("رواسي\nالخميس 27-8-2009 العدد: 503", "رواسي"),
    ],
)
def test_a_page_names_the_body_the_poster_or_the_paper_that_it_is_of(
    head: str, name: str, registry: Registry, make_capture: Callable[..., Capture]
) -> None:
    article = normalise(make_capture(f"{head}\n\n{TITLE}\n\n{PROSE}\n\n{MORE}"), registry)
    assert article.outlet is not None
    assert article.outlet.name == name


@pytest.mark.parametrize(
    ("line", "published", "modified"),
    [
        ("OLJ / Par Nayla Khoury, le lundi 21 octobre 2019 à 00h00, mis à jour à 14h25", "2019-10-21T00:00", "2019-10-21T14:25"),
        ("Par Nayla Khoury, le lundi 21 octobre 2019 à 00h00", "2019-10-21T00:00", None),
        ("14 September 2022 15:05, updated at 17:48", "2022-09-14T15:05", "2022-09-14T17:48"),
    ],
)
def test_a_change_on_the_same_day_may_be_told_by_its_hour(
    line: str, published: str, modified: str | None, registry: Registry, make_capture: Callable[..., Capture]
) -> None:
    article = normalise(make_capture(f"Le marché aux dattes rouvre\n\n{line}\n\n{FRENCH}\n\n{FRENCH}"), registry)
    assert article.published is not None
    assert article.published.edtf.startswith(published)
    assert (article.modified and article.modified.edtf[:16]) == modified
