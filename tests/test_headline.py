"""Which line is the headline, and what stands around it: menus, slogans, notices, kickers, decks, datelines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.normalise import Registry, normalise
from service.normalise.layout import lay_out
from service.normalise.page import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.article import Article, Capture

TITLE = "إغلاق الطريق الساحلي بسبب الأمطار"
DATE = "نشر يوم 5 مارس 2023 - 10:30"
PROSE = "قالت وزارة التجهيز إن الطريق الساحلي مغلق إلى غاية يوم الأحد."
MORE = "وأضافت أن فرق الصيانة تواصل عملها في عين المكان."
FRENCH = "Le ministère a indiqué que la route côtière est fermée jusqu'à dimanche."


@pytest.fixture
def read(registry: Registry, make_capture: Callable[..., Capture]) -> Callable[..., Article]:
    def of(*lines: str, **declared: str) -> Article:
        return normalise(make_capture("\n".join(lines), declared=declared), registry)

    return of


@pytest.mark.parametrize(
    "trail",
    [
        "الرئيسية - أخبار محلية - {}",
        "الرئيسية/أخبار محلية/{}",
        "الرئيسية اقتصاد {}",
        "أخبار » محليات » {} هنا",
        "Home › News › {}",
    ],
)
def test_a_trail_that_ends_with_the_headline_is_not_it(trail: str, read: Callable[..., Article]) -> None:
    assert read(trail.format(TITLE), TITLE, "", PROSE, MORE).title == TITLE


def test_a_menu_of_unknown_entries_shows_itself_by_the_one_above_the_headline(read: Callable[..., Article]) -> None:
    menu = ("ديوان اليوم", "حكايات", "كراسة الضوء", "خزانة", "ميدان")
    article = read("مرآة الأطلس", "الأحد 5 مارس 2023", *menu, "", "حكايات", TITLE, "", PROSE, MORE)
    assert (article.title, article.section, article.published) == (TITLE, "حكايات", None)


def test_below_a_list_of_others_the_headline_is_the_one_above_its_source(read: Callable[..., Article]) -> None:
    others = [f"خبر آخر عن مدينة رقم {number} في القائمة" for number in range(6)]
    article = read(*others, TITLE, "محمد الوردي", "نشر في هسبريس يوم 05 - 03 - 2023", "", PROSE, MORE)
    assert (article.title, article.authors) == (TITLE, ("محمد الوردي",))


def test_who_wrote_is_read_in_the_dateline(read: Callable[..., Article]) -> None:
    assert read(TITLE, DATE, "", f"محمد الوردي- سبق- حائل: {PROSE}", MORE).authors == ("محمد الوردي",)
    assert read(TITLE, DATE, "", f"محمد الوردي- رئيس البلدية- حائل: {PROSE}", MORE).authors == ()


@pytest.mark.parametrize(
    "lines", [("16 فبراير 2023", "15 فبراير 2023", "14 فبراير 2023"), ("الأرشيف", "مارس 2023"), ("مارس 2023",)]
)
def test_days_and_months_listed_below_the_text_are_no_date_of_it(lines: tuple[str, ...], read: Callable[..., Article]) -> None:
    assert read(TITLE, "", PROSE, MORE, "", *lines).published is None


def test_who_wrote_and_when_are_read_below_the_body(read: Callable[..., Article]) -> None:
    article = read(TITLE, "", PROSE, MORE, "", "مختارات", "تاريخ 05.03.2023", "الكاتب محمد الوردي", "مواضيع المغرب")
    assert article.published is not None
    assert (article.published.edtf, article.authors) == ("2023-03-05", ("محمد الوردي",))


@pytest.mark.parametrize(
    "line", ["محطة لمعالجة مياه البحر (الجزيرة)", "تاجر تمور بسوق الجملة. le360", "الحقول تستعد للموسم (محمد الوردي)"]
)
def test_what_ends_with_whose_it_is_is_a_caption(line: str, read: Callable[..., Article]) -> None:
    article = read(TITLE, "", line, "", DATE, "", PROSE, MORE)
    assert (article.title, article.subtitle, article.authors) == (TITLE, None, ())


@pytest.mark.parametrize(
    ("line", "agency"),
    [("العُمانية", "ona"), ("Le Monde avec AFP", "afp"), ("(avec MAP)", "map"), ("القطرية", "qna"), ("المدينة المنورة", None)],
)
def test_an_agency_is_credited_by_its_country_or_behind_with(line: str, agency: str | None, read: Callable[..., Article]) -> None:
    assert read(TITLE, line, DATE, "", PROSE, MORE).agency == agency


@pytest.mark.parametrize(
    "row",
    [
        "الرئيسية سياسة مجتمع رياضة اقتصاد",
        "الحدث  أسواق  ركن القراء  صوت وصورة",
        "جهات | أسواق | بورتريه | ضيوف | أرشيفنا",
        "ACCUEIL  POLITIQUE  ECONOMIE  SOCIETE  CULTURE",
        "Live · Letters · Voices · Podcasts",
        "الرياض 38° | جدة 35° | الدمام 40°",
        "DOLAR 18,60   EURO 18,55   ALTIN 987,4",
        "نستخدم ملفات تعريف الارتباط لتحسين تجربتك. موافق",
        "We use cookies to understand how you use our site. Accept",
        "آخر الأخبار : أمطار على المرتفعات - تأجيل مباراة القمة",
        "Suscríbete a nuestro boletín y recibe las noticias",
    ],
)
def test_a_row_above_the_headline_is_not_it(row: str, read: Callable[..., Article]) -> None:
    assert read(row, TITLE, "", PROSE, MORE).title == TITLE
    assert read("هسبريس", row, TITLE, "", PROSE, MORE).title == TITLE


@pytest.mark.parametrize(
    "headline",
    [
        "الوطن والمجتمع والاقتصاد في خطاب الوزير",
        "سياسة الأسعار تغضب التجار في الأسواق",
        "Culture, sport et politique : ce que dit la loi",
        "وزير الصحة: أخبار اللقاح الجديد مطمئنة",
    ],
)
def test_a_headline_with_names_of_sections_is_no_menu(headline: str, read: Callable[..., Article]) -> None:
    assert read("هسبريس", headline, DATE, "", PROSE, MORE).title == headline


def test_a_row_of_short_entries_below_the_head_stays_text(registry: Registry) -> None:
    layout = lay_out(f"{TITLE}\n\n{PROSE}\n\nالنوع  الكمية  الثمن\n\n{MORE}", registry)
    assert Role.MENU not in layout.roles
    assert [line.text for line in layout.body][1] == "النوع  الكمية  الثمن"


@pytest.mark.parametrize(
    "slogan",
    [
        "منصة إخبارية من البصرة",
        "جريدة إلكترونية مستقلة تصدر من بني ملال",
        "أخبار الجبل والسهل",
        "Independent news from the delta",
        "Diario digital independiente del Estrecho",
    ],
)
def test_what_a_paper_says_of_itself_below_its_name_is_no_headline(slogan: str, read: Callable[..., Article]) -> None:
    assert read("مرآة الأطلس", slogan, "", TITLE, "", PROSE, MORE).title == TITLE


def test_a_deck_above_the_byline_does_not_take_the_headlines_place(read: Callable[..., Article]) -> None:
    deck = "رجال يقيسون العمر بعدد اللمبات التي بدلوها في الفنار القديم"
    title = f"{TITLE} الغزيرة"
    article = read("هسبريس", "", title, deck, "كتب: محمد الوردي", DATE, "", PROSE, MORE)
    assert (article.title, article.subtitle) == (title, deck)


def test_a_kicker_that_begins_as_one_leaves_the_headline_to_the_line_below(read: Callable[..., Article]) -> None:
    assert read("فيما يطالب السكان بتعميمها على باقي الأحياء", TITLE, DATE, "", PROSE, MORE).title == TITLE


def test_a_dateline_may_stand_above_the_headline(read: Callable[..., Article]) -> None:
    article = read("سونا", f"الخرطوم في 5-11-2020 (سونا) - {PROSE}", TITLE, MORE, MORE)
    assert article.title == TITLE
    assert article.published is not None
    assert article.published.edtf == "2020-11-05"


@pytest.mark.parametrize(
    ("dateline", "published"),
    [
        ("الخرطوم في 5-11-2020 (سونا) - ", "2020-11-05"),
        ("بنغازي 09 أكتوبر 2022 (وال) - ", "2022-10-09"),
        ("طوباس 14-2-2023 وفا- ", "2023-02-14"),
        ("الخرطوم مدينة أسسها محمد علي سنة 1821 - ", None),
        ("شهدت الخرطوم في 5-11-2020 - ", None),
        ("الخرطوم تستعد منذ شهور طويلة ليوم 5-11-2020 - ", None),
    ],
)
def test_a_dateline_dates_a_page_that_says_nothing_else(
    dateline: str, published: str | None, read: Callable[..., Article]
) -> None:
    article = read(TITLE, "", dateline + PROSE, MORE)
    assert (article.published and article.published.edtf) == published


@pytest.mark.parametrize(
    ("lines", "section"),
    [
        (("أخبار الناحية", "", TITLE), "أخبار الناحية"),
        (("أخبار الناحية", DATE, TITLE), "أخبار الناحية"),
        (("الرئيسية/ اقتصاد", TITLE), "اقتصاد"),
        ((f"الرئيسية > محليات > {TITLE[:24]}", TITLE), "محليات"),
        (("قبل يومين", TITLE), None),
        (("الرئيسية | الإمارات | العالم | اقتصاد", "", TITLE), None),
        (("طنجة", "", TITLE), None),
        (("منصة إخبارية مستقلة", "", TITLE), None),
        (("الصفحة الرئيسية > الأخبار", "", TITLE), "الأخبار"),
        (("الرئيسية > محليات > تفاصيل الخبر", "", TITLE), "محليات"),
        (("سياسة | حكايات | كراسة الضوء | رياضة | ميدان", "", "حكايات", DATE, TITLE), "حكايات"),
        (("الرئيسية > هسبريس", "", TITLE), None),
        (("hespress.com", TITLE), None),
        (("وزارة التربية الوطنية", TITLE), None),
    ],
    ids=[
        "apart",
        "above the date",
        "home and slash",
        "trail ends in the headline",
        "age",
        "menu",
        "city",
        "slogan",
        "news alone",
        "trail ends in details",
        "entry of the menu",
        "outlet",
        "address",
        "public body",
    ],
)
def test_section_above_the_headline(lines: tuple[str, ...], section: str | None, read: Callable[..., Article]) -> None:
    assert read("هسبريس", *lines, "", PROSE, MORE).section == section


MENU = ("الرئيسية", "سياسة", "شرق أوسط", "رياضة")


@pytest.mark.parametrize(
    ("below", "section"),
    [
        ((), None),
        (("سياسة",), "سياسة"),
        (("مجتمع", DATE), "مجتمع"),
        (("الرئيسية / محليات",), "محليات"),
        (("الرئيسية محليات",), "محليات"),
    ],
    ids=["nothing else", "an entry again", "above the date", "trail", "trail without marks"],
)
def test_a_menu_of_one_entry_a_line_says_nothing_of_the_article(
    below: tuple[str, ...], section: str | None, read: Callable[..., Article]
) -> None:
    article = read("هسبريس", *MENU, *below, TITLE, PROSE, MORE)
    assert article.title == TITLE
    assert article.section == section


def test_a_kicker_is_the_subtitle_and_the_section_stands_above_it(read: Callable[..., Article]) -> None:
    kicker = "فيما يطالب السكان بتعميمها على باقي الأحياء"
    article = read("هسبريس", "أخبار الناحية", kicker, TITLE, DATE, "", PROSE, MORE)
    assert (article.title, article.subtitle, article.section) == (TITLE, kicker, "أخبار الناحية")


def test_a_sentence_above_a_dateline_is_the_deck(read: Callable[..., Article]) -> None:
    article = read(TITLE, "", PROSE, f"الرباط - {MORE}", MORE)
    assert article.subtitle == PROSE
    assert article.body == (f"الرباط - {MORE}", MORE)


LONG = " ".join([FRENCH.removesuffix(".")] * 2) + "."


def test_a_box_of_links_within_the_body_does_not_end_it(read: Callable[..., Article]) -> None:
    box = ("À lire aussi", "Le port de pêche rouvre", "12 mars 2023")
    title = "Fermeture de la route côtière"
    assert read(title, "", LONG, *box, LONG, LONG).body == (LONG, LONG, LONG)
    # Teasers have titles between them, and comments come after a word of their own.
    assert read(title, "", LONG, *box, LONG, "Un autre titre", LONG).body == (LONG,)
    assert read(title, "", LONG, "Commentaires", LONG, LONG).body == (LONG,)


@pytest.mark.parametrize(
    "footer", ["© 2024 Le Journal. Le Journal n'est pas responsable des sites externes.", FRENCH[:-1] + " © Le Journal 2024."]
)
def test_a_footer_as_long_as_a_paragraph_is_no_part_of_the_body(footer: str, read: Callable[..., Article]) -> None:
    assert read("Fermeture de la route côtière", "", FRENCH, FRENCH, "12 mars 2024", footer).body == (FRENCH, FRENCH)


@pytest.mark.parametrize(
    "notice",
    [
        "تخطي إلى المحتوى الرئيسي",
        "Aller au contenu principal",
        "Français | عربي",
        "Nous utilisons des cookies et des traceurs pour mesurer l'audience de ce site, avec votre accord.",
    ],
)
def test_what_is_there_for_browsers_and_visitors_is_no_part_of_the_article(notice: str, read: Callable[..., Article]) -> None:
    article = read(notice, "", TITLE, DATE, "", PROSE, MORE)
    assert (article.title, article.section, article.body) == (TITLE, None, (PROSE, MORE))


def test_the_headline_stands_below_the_menu(read: Callable[..., Article]) -> None:
    article = read(
        "مرايا العاصي", "أخبار المدينة أولا بأول", "الجمعة 26 يناير 2024", "", *MENU, "", TITLE, "كتب: كرار المالكي", PROSE, MORE
    )
    assert (article.title, article.published) == (TITLE, None)


def test_a_trail_ends_with_the_headline(read: Callable[..., Article]) -> None:
    deck = "الرمال تحاصر القوارب والخسائر تتراكم كل شتاء"
    article = read("هسبريس", f"الرئيسية / اقتصاد / {TITLE}", "اقتصاد", TITLE, deck, "رشيد أوبلال", DATE, "", PROSE, MORE)
    assert (article.title, article.subtitle, article.section) == (TITLE, deck, "اقتصاد")


def test_times_of_day_alone_head_the_last_news(read: Callable[..., Article]) -> None:
    news = ("16:44", "درجات الحرارة ليوم غد", "16:20", "سعر الدولار في بورصة الكفاح", "15:58", "النتائج الكاملة لمباريات اليوم")
    assert read("هسبريس", *news, TITLE, DATE, "", PROSE, MORE).title == TITLE


def test_a_caption_may_stand_below_its_label(read: Callable[..., Article]) -> None:
    article = read(
        TITLE, "", "التعليق على الصورة،", "استغرق ترميم الطريق نحو عام كامل", "بقلم: سعيد الريسوني", DATE, "", PROSE, MORE
    )
    assert article.title == TITLE


@pytest.mark.parametrize(
    ("head", "published"),
    [
        (("بوابة الناحية اليوم", "السبت 17 سبتمبر 2022", *MENU), None),
        (("السبت 17 سبتمبر 2022", *MENU, "اليوم"), "2022-09-17"),
        (("آخر تحديث للموقع : السبت 17 سبتمبر 2022", *MENU), None),
    ],
    ids=["name", "today", "site"],
)
def test_today_in_a_name_says_nothing_of_when(head: tuple[str, ...], published: str | None, read: Callable[..., Article]) -> None:
    article = read(*head, TITLE, "كتب: سعيد الريسوني", "", PROSE, MORE)
    assert (article.published and article.published.edtf) == published
    assert article.modified is None


@pytest.mark.parametrize(
    ("line", "is_end"),
    [
        ("I. B. (avec agences)", False),
        ("Nov. 30, 2023 3:12 p.m.", False),
        ("Foto: Un invernadero de Almería. (EFE)", False),
        ("متطوعون ينظفون قناة العين القديمة بعد المطر (عدسة: حمزة شلبي/وفا).", False),
        ("Les travaux reprennent demain.", True),
    ],
)
def test_what_ends_a_body(line: str, is_end: bool, read: Callable[..., Article]) -> None:  # noqa: FBT001 - a column of the table
    body = read("Fermeture de la route côtière", "", FRENCH, FRENCH, line).body
    assert (body[-1] == line) is is_end


def test_a_name_of_the_head_that_comes_again_ends_the_body(read: Callable[..., Article]) -> None:
    box = ("", "أحمد الشرقاوي", "كاتب وباحث مغربي، صدرت له روايتان.")
    article = read(TITLE, "أحمد الشرقاوي", "12 مارس 2023", "", PROSE, MORE, "العربي الجديد", *box)
    assert article.body == (PROSE, MORE)
    assert article.authors == ("أحمد الشرقاوي",)
    assert article.outlet is not None
    assert article.outlet.key == "alaraby"


def test_a_tatweel_between_blanks_is_a_dash(read: Callable[..., Article]) -> None:
    article = read(TITLE, "الدار البيضاء ـ أحمد الشرقاوي", "", PROSE, MORE)
    why = article.why("authors")
    assert article.authors == ("أحمد الشرقاوي",)
    assert why is not None
    assert why.raw == "أحمد الشرقاوي"
    assert article.subtitle is None
