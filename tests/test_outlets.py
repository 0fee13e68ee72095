from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.article import Confidence, Kind, Outlet
from service.normalise import Registry, normalise

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.article import Article, Capture

TITLE = "إغلاق الطريق الساحلي بسبب الأمطار"
PROSE = "قالت وزارة التجهيز إن الطريق الساحلي مغلق إلى غاية يوم الأحد."
MORE = "وأضافت أن فرق الصيانة تواصل عملها في عين المكان."


def page(*lines: str) -> str:
    return "\n\n".join(lines)


@pytest.fixture
def read(registry: Registry, make_capture: Callable[..., Capture]) -> Callable[..., Article]:
    """Normalise a page of these paragraphs."""

    def of(*lines: str, **declared: str) -> Article:
        return normalise(make_capture(page(*lines), declared=declared), registry)

    return of


# Each kind of evidence for Goud alone, as a page of paragraphs, with the rule and the trust it deserves.
EVIDENCE = {
    "source line with a date": ((TITLE, "نشر في كود يوم 01 - 11 - 2023", PROSE), "source-line", Confidence.CERTAIN),
    "source line at the end": ((TITLE, PROSE, MORE, "المصدر: كود"), "source-line", Confidence.CERTAIN),
    "byline": ((TITLE, "كود - الرباط", PROSE), "byline", Confidence.CERTAIN),
    "byline with slashes": ((TITLE, "كود الرباط //", PROSE), "byline", Confidence.CERTAIN),
    "byline with a label": ((TITLE, "كتب: كود", PROSE), "byline", Confidence.CERTAIN),
    "date line": ((TITLE, "كود | 1 نونبر 2023 - 10:30", PROSE), "byline", Confidence.CERTAIN),
    "dateline": ((TITLE, f"كود - {PROSE}", MORE), "dateline", Confidence.LIKELY),
    "footer": ((TITLE, PROSE, MORE, "© 2023 كود"), "footer", Confidence.CERTAIN),
    "footer in words": ((TITLE, PROSE, MORE, "جميع الحقوق محفوظة 2023 - كود"), "footer", Confidence.CERTAIN),
    "printed address": ((TITLE, PROSE, MORE, "http://www.goud.ma/a-1.html"), "masthead", Confidence.LIKELY),
    "follow line": ((TITLE, PROSE, MORE, "تابعوا كود على واتساب"), "masthead", Confidence.LIKELY),
    "of itself": (
        (TITLE, "قال الوزير للجريدة الإلكترونية كود إن الطريق الساحلي مغلق إلى غاية الأحد.", MORE),
        "mention",
        Confidence.WEAK,
    ),
}


@pytest.mark.parametrize("case", EVIDENCE)
def test_evidence_for_an_outlet(case: str, read: Callable[..., Article]) -> None:
    lines, rule, confidence = EVIDENCE[case]
    article = read(*lines)
    why = article.why("outlet")
    assert article.outlet is not None
    assert why is not None
    assert (article.outlet.key, why.rule, why.confidence) == ("goud", rule, confidence)


@pytest.mark.parametrize(
    ("lines", "declared", "key"),
    [
        ((TITLE, "نشر في كود يوم 01 - 11 - 2023", PROSE), {"outlet": "hespress"}, "hespress"),
        ((TITLE, "نشر في كود يوم 01 - 11 - 2023", PROSE), {"url": "https://www.hespress.com/a-1.html"}, "hespress"),
        ((TITLE, PROSE), {"url": "https://www.hespress.com/a-1.html", "outlet": "goud"}, "goud"),
        ((TITLE, "نشر في كود يوم 01 - 11 - 2023", PROSE), {"url": "https://www.maghress.com/goud/1"}, "goud"),
        ((TITLE, "هسبريس - الرباط", PROSE, MORE, "المصدر: كود"), {}, "goud"),
        ((TITLE, "كود - الرباط", f"هسبريس - {PROSE}", MORE, "© 2023 اليوم السابع"), {}, "goud"),
        ((TITLE, f"كود - {PROSE}", MORE, "http://www.hespress.com/"), {}, "goud"),
        ((TITLE, PROSE, MORE, "http://www.hespress.com/", "تابعوا كود على واتساب"), {}, "hespress"),
        ((TITLE, "قال للجريدة الإلكترونية هسبريس إن الطريق الساحلي مغلق.", MORE, "تابعوا كود على واتساب"), {}, "goud"),
    ],
    ids=[
        "declared over source line", "domain over source line", "declared over domain", "source line over an aggregator's domain",
        "source line over byline", "byline over dateline and footer", "dateline over printed address",
        "printed address over follow line", "follow line over mention",
    ],
)  # fmt: skip
def test_order_of_evidence(lines: tuple[str, ...], declared: dict[str, str], key: str, read: Callable[..., Article]) -> None:
    article = read(*lines, **declared)
    assert article.outlet is not None
    assert article.outlet.key == key


@pytest.mark.parametrize(
    "lines",
    [
        ("هسبريس تطلق تطبيقا جديدا للهاتف", PROSE),
        (TITLE, "وكتبت هسبريس أمس أن الطريق الساحلي مغلق إلى غاية يوم الأحد.", MORE),
        (TITLE, "قال الوزير في حوار مع جريدة العلم إن الطريق مغلق إلى غاية الأحد.", MORE),
        (TITLE, PROSE, "وأعادت كود نشر الخبر نقلا عن هسبريس وعن اليوم السابع."),
        ("العلم والإيمان في خطاب الوزير", "رفع المتظاهرون العلم الوطني فوق مبنى البلدية صباح الأحد.", MORE),
        ("مهرجان المسرح يكرم العلم الوطني", PROSE),
        ("كود التصميم والبناء الجديد", "أدخل المهندس كود البناء الجديد في برنامج الوزارة هذا العام.", MORE),
        (TITLE, "الرباط (رويترز) - قالت وزارة التجهيز إن الطريق الساحلي مغلق.", MORE),
        (TITLE, "رويترز - قالت وزارة التجهيز إن الطريق الساحلي مغلق.", MORE),
        (TITLE, "الرباط - رويترز", PROSE),
        (TITLE, PROSE, MORE, "مواضيع ذات صلة", "هسبريس: الأمطار تغلق الطريق"),
    ],
    ids=[
        "headline", "reported", "interview", "reposted", "the flag", "the flag in a headline", "a code", "agency in brackets",
        "agency dateline", "agency byline", "related",
    ],
)  # fmt: skip
def test_a_name_alone_makes_no_outlet(lines: tuple[str, ...], read: Callable[..., Article]) -> None:
    article = read(*lines)
    assert article.outlet is None
    assert article.why("outlet") is None
    assert "no-outlet" in {issue.code for issue in article.issues}


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://goud.ma/a", "goud"),
        ("https://www.goud.ma/a", "goud"),
        ("https://m.goud.ma/a", "goud"),
        ("https://WWW.Goud.MA:8080/a", "goud"),
        ("https://ahram.org.eg/a", "ahram"),
        ("https://gate.ahram.org.eg/a", "ahram"),
        ("https://english.ahram.org.eg/a", "ahram-online"),
        ("https://notgoud.ma/a", None),
        ("https://goud.ma.example.com/a", None),
        ("https://example.com/goud.ma", None),
        ("https://goud.ma@example.com/", None),
        ("https://ma/", None),
        ("https://[::1/", None),
        ("goud.ma", None),
        ("", None),
    ],
)
def test_outlet_of_an_address(url: str, key: str | None, registry: Registry) -> None:
    found = registry.at_url(url)
    assert (found.key if found else None) == key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("goud", "goud"),
        ("كود", "goud"),
        ("Goud", "goud"),
        ("GOUD.MA", "goud"),
        ("www.goud.ma", "goud"),
        ("اخر ساعه", "akhirsaa"),
        ("Al Alam", "alalam"),
        ("جريدة لا وجود لها", None),
        ("كود الرباط", None),
        ("", None),
    ],
)
def test_declared_name(name: str, key: str | None, registry: Registry) -> None:
    found = registry.declared(name)
    assert (found.key if found else None) == key


def test_empty_registry_knows_nobody(make_capture: Callable[..., Capture]) -> None:
    article = normalise(make_capture(page(TITLE, "كود - الرباط", PROSE)), Registry.of(()))
    assert article.outlet is None
    assert article.title == TITLE


def test_name_of_an_outlet_is_in_the_script_of_its_main_language() -> None:
    common = {"key": "a", "name_ar": "الف", "name_latin": "Alif", "country": "MA", "zone": "UTC", "kind": Kind.SITE}
    assert Outlet(**common, languages=("ar", "fr")).name == "الف"
    assert Outlet(**common, languages=("fr", "ar")).name == "Alif"


@pytest.mark.parametrize(
    "lines",
    [
        (TITLE, PROSE, "اقرأ أيضا: كود", MORE),
        (TITLE, "تصوير: كود", PROSE, MORE),
        (TITLE, PROSE, MORE, "المزيد من العلم والتكنولوجيا"),
        (TITLE, "العلم: قالت الوزارة إن الطريق مغلق إلى غاية يوم الأحد.", MORE),
    ],
    ids=["link", "photo credit", "another section", "common noun"],
)
def test_a_name_that_signs_nothing_is_no_outlet(lines: tuple[str, ...], read: Callable[..., Article]) -> None:
    assert read(*lines).outlet is None


@pytest.mark.parametrize("line", ["© كود 2023", "جميع الحقوق محفوظة كود 2023", "© Goud 2023", "كتبت كود"])
def test_a_name_that_signs_is_the_outlet(line: str, read: Callable[..., Article]) -> None:
    head = (line,) if line.startswith("كتبت") else ()
    outlet = read(TITLE, *head, PROSE, MORE, *(() if head else (line,))).outlet
    assert outlet
    assert outlet.key == "goud"


@pytest.mark.parametrize("headline", ["العلم: رمز السيادة", "المساء - طقس بارد"])
def test_a_headline_that_begins_with_a_common_word_stays_the_title(headline: str, read: Callable[..., Article]) -> None:
    article = read(headline, PROSE, MORE)
    assert article.title == headline
    assert article.outlet is None


def test_a_masthead_that_tells_its_age_is_no_title(read: Callable[..., Article]) -> None:
    article = read("جريدة يومية تأسست سنة 1963 - صدر العدد الأول في 28 سبتمبر 1963", TITLE, PROSE, MORE)
    assert (article.title, article.published) == (TITLE, None)


@pytest.mark.parametrize(
    ("lines", "name", "key", "rule"),
    [
        ((TITLE, "نشر في العلم والحياة يوم 01 - 11 - 2023", PROSE), "العلم والحياة", "l-lm-wlhyh", "source-line"),
        (("مجلة الضواحي", "ثقافة", TITLE, PROSE, MORE), "مجلة الضواحي", "mjlh-ldwhy", "masthead"),
        ((TITLE, PROSE, MORE, "© 2023 Le Petit Quotidien"), "Le Petit Quotidien", "le-petit-quotidien", "footer"),
        (
            ("Zerhounia", "L'info qui marche", "Politique | Société | Sport | Culture | Opinions", "", TITLE, "", PROSE, MORE),
            "Zerhounia",
            "zerhounia",
            "masthead",
        ),
        (
            ("Zerhounia", "Accueil", "Politique", "Société", "Sport", "", TITLE, "", PROSE, MORE),
            "Zerhounia",
            "zerhounia",
            "masthead",
        ),
        (("المملكة المغربية", "جماعة الضواحي", "", TITLE, "", PROSE, MORE), "جماعة الضواحي", "jm-h-ldwhy", "masthead"),
        (
            ("المملكة المغربية", "وزارة الداخلية", "جماعة الضواحي", "الرئيسية | الخدمات | الأخبار", "", TITLE, "", PROSE, MORE),
            "جماعة الضواحي",
            "jm-h-ldwhy",
            "masthead",
        ),
        (
            (
                "جامعة الضواحي",
                "كلية العلوم",
                "الرئيسية | الكليات | التكوين | البحث | المكتبة | اتصل بنا",
                "",
                TITLE,
                "",
                PROSE,
                MORE,
            ),
            "جامعة الضواحي",
            "jm-h-ldwhy",
            "masthead",
        ),
    ],
)
def test_an_outlet_that_only_the_page_names_has_a_key_and_an_issue(
    lines: tuple[str, ...], name: str, key: str, rule: str, read: Callable[..., Article]
) -> None:
    article = read(*lines)
    assert article.outlet
    assert (article.outlet.key, article.outlet.name, article.outlet.zone) == (key, name, None)
    why = article.why("outlet")
    assert why
    assert (why.rule, why.confidence) == (rule, Confidence.WEAK)
    assert "unlisted-outlet" in {issue.code for issue in article.issues}
