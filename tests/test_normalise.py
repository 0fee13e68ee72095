"""A page that was read wrongly becomes a case: cases/NAME.txt, the page, beside cases/NAME.json, what it says."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.article import Capture, Confidence
from service.ingest.reader import read_file
from service.ingest.registry import load_registry
from service.normalise import normalise
from service.normalise.page import MOST_LINES
from service.normalise.text import clean
from tests.conftest import CORPUS, OUTLETS

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.article import Article
    from service.normalise import Registry

FIELDS = (
    *("title", "subtitle", "outlet", "via", "agency", "authors", "section", "tags"),
    *("published", "modified", "language", "body"),
)
CASES = Path(__file__).with_name("cases")
EXPECTED = json.loads(Path(__file__).with_name("corpus_expected.json").read_text(encoding="utf-8"))
PAGES = sorted([*CASES.glob("*.txt"), *CORPUS.glob("*.txt")])
LINES = sorted({line for path in PAGES for line in path.read_bytes().decode().split("\n")})
XML_CHAR = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")

TITLE = "إغلاق الطريق الساحلي بسبب الأمطار"
PROSE = "قالت وزارة التجهيز إن الطريق الساحلي مغلق إلى غاية يوم الأحد."
MORE = "وأضافت أن فرق الصيانة تواصل عملها في عين المكان."


def capture_of(path: Path) -> Capture:
    capture = read_file(path)
    assert isinstance(capture, Capture)
    return capture


def seen(article: Article) -> dict[str, str | None]:
    """Return an article as the cases write it down."""
    words = " ".join(article.body).split()
    return {
        "title": article.title,
        "outlet": article.outlet.key if article.outlet else None,
        "published": article.published.edtf if article.published else None,
        "modified": article.modified.edtf if article.modified else None,
        "language": article.language,
        "body_first_words": " ".join(words[:4]),
        "body_last_words": " ".join(words[-4:]),
    }


@pytest.fixture
def read(registry: Registry, make_capture: Callable[..., Capture]) -> Callable[..., Article]:
    """Normalise a page of these paragraphs."""

    def of(*lines: str, **declared: str) -> Article:
        return normalise(make_capture("\n\n".join(lines), declared=declared), registry)

    return of


def codes(article: Article) -> set[str]:
    return {issue.code for issue in article.issues}


@pytest.mark.parametrize("name", EXPECTED)
def test_shipped_capture(name: str, registry: Registry) -> None:
    expected = EXPECTED[name]
    read = normalise(capture_of(CORPUS / name), registry)
    article = seen(read) | {"section": read.section, "authors": list(read.authors)}
    assert {field: article[field] for field in expected} == expected


def test_every_shipped_capture_has_its_expectation() -> None:
    assert set(EXPECTED) == {path.name for path in CORPUS.iterdir()}


@pytest.mark.parametrize("path", sorted(CASES.glob("*.json")), ids=lambda path: path.stem)
def test_case(path: Path, registry: Registry) -> None:
    assert seen(normalise(capture_of(path.with_suffix(".txt")), registry)) == json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_value_has_evidence_that_stands_in_the_capture(path: Path, registry: Registry) -> None:
    capture = capture_of(path)
    article = normalise(capture, registry)
    known = {field for field in FIELDS if getattr(article, field) not in (None, (), "und")}
    assert sorted(evidence.field for evidence in article.evidence) == sorted(known)
    for evidence in article.evidence:
        if evidence.span is None:
            assert evidence.raw == capture.declared["url" if evidence.rule == "domain" else evidence.field]
        elif evidence.field not in ("body", "language"):
            start, end = evidence.span
            assert clean(capture.text[start:end]) == clean(evidence.raw) != ""


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_normalising_the_normalised_changes_nothing(path: Path, registry: Registry, make_capture: Callable[..., Capture]) -> None:
    first = normalise(capture_of(path), registry)
    again = normalise(
        make_capture("\n\n".join((first.title or "", *first.body)), declared={"language": first.language}), registry
    )
    assert (again.title, again.body, again.language) == (first.title, first.body, first.language)


@pytest.mark.parametrize(
    "lines",
    [
        (TITLE, PROSE, MORE),
        (f"2026-03-13 - الجمعة\n{'شباب الأردن يفوز على الفيصلي nayrouz ' * 6}", TITLE, PROSE),
        (TITLE, PROSE, MORE, "مواضيع ذات صلة", "عدد جديد من المجلة", "12 مارس 2022"),
        (TITLE, f"{PROSE} وكان الطريق قد أغلق يوم 12 مارس 2022 بسبب الثلوج.", MORE),
        (TITLE, f"اليوم الجمعة 2 سبتمبر 2022، {PROSE}", MORE),
        (TITLE, PROSE, MORE, "© 2022 جميع الحقوق محفوظة"),
        (TITLE, "نشر في [التاريخ]", PROSE, MORE),
        (TITLE, "Publié le {{ date }}", PROSE, MORE),
        (TITLE, "نُشر أمس على الساعة 12:30", PROSE, MORE),
        (TITLE, "نشر قبل 3 ساعات", PROSE, MORE),
        (TITLE, PROSE, "المادة 12.13 من القانون 5-3-2019 المتعلق بالطرق تنص على ذلك بوضوح.", MORE),
        (TITLE, PROSE, MORE, "12:30 - الأمطار تغلق الطريق الساحلي مجددا"),
    ],
    ids=[
        "no date at all", "masthead", "related", "prose", "today in prose", "copyright", "placeholder", "template", "yesterday",
        "hours ago", "law", "clock",
    ],
)  # fmt: skip
def test_a_page_without_a_publication_line_has_no_date(lines: tuple[str, ...], read: Callable[..., Article]) -> None:
    article = read(*lines)
    assert article.title == TITLE
    assert article.published is None
    assert article.why("published") is None
    assert "no-date" in codes(article)


def test_the_day_on_which_a_paper_was_founded_is_no_date(read: Callable[..., Article]) -> None:
    assert read("جريدة يومية تأسست في 28 سبتمبر 1963", TITLE, PROSE, MORE).published is None


def test_declared_values_outrank_what_is_read(read: Callable[..., Article]) -> None:
    page = (TITLE, "نشر في كود يوم 01 - 11 - 2023", PROSE, MORE)
    declared = {"title": "عنوان آخر", "outlet": "hespress", "published": "2022-05", "language": "ary"}
    article = read(*page, **declared)
    assert article.outlet is not None
    assert article.published is not None
    assert (article.title, article.outlet.key, article.published.edtf, article.language) == tuple(declared.values())
    for field, value in declared.items():
        why = article.why(field)
        assert why is not None
        assert (why.raw, why.span, why.rule, why.confidence) == (value, None, "declared", Confidence.CERTAIN)
    assert len(article.evidence) == len({evidence.field for evidence in article.evidence})


def test_declared_date_leaves_the_date_of_the_change(read: Callable[..., Article]) -> None:
    article = read(TITLE, "نشر في 1 مارس 2023 | آخر تحديث 2 مارس 2023", PROSE, published="2023-02-28")
    assert article.published is not None
    assert article.modified is not None
    assert (article.published.edtf, article.modified.edtf) == ("2023-02-28", "2023-03-02")


def test_unknown_declared_outlet_is_an_issue_and_no_other_is_taken(read: Callable[..., Article]) -> None:
    article = read(TITLE, "نشر في كود يوم 01 - 11 - 2023", PROSE, outlet="جريدة الضواحي")
    assert article.outlet is None
    (issue,) = (issue for issue in article.issues if issue.code == "unknown-outlet")
    assert issue.raw == "جريدة الضواحي"
    assert "corpus/outlets.toml" in issue.message


@pytest.mark.parametrize("declared", ["yesterday", "2023-13-01", "01-11-2023", "2023-11-01T25:00"])
def test_bad_declared_date_is_an_issue_and_the_page_is_read(declared: str, read: Callable[..., Article]) -> None:
    article = read(TITLE, "نشر في كود يوم 01 - 11 - 2023", PROSE, published=declared)
    assert article.published is not None
    assert article.published.edtf == "2023-11-01"
    (issue,) = (issue for issue in article.issues if issue.code == "bad-declared-date")
    assert (issue.field, issue.raw) == ("published", declared)


@pytest.mark.parametrize("declared", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "9999-12-31T24:00"])
def test_declared_date_at_the_end_of_time_is_an_issue(declared: str, read: Callable[..., Article]) -> None:
    assert "bad-declared-date" in codes(read(TITLE, PROSE, published=declared))


@pytest.mark.parametrize(
    ("line", "edtf", "code"),
    [
        ("نشر في 05/04/2022", "2022-04-05", "ambiguous-date-order"),
        ("نشر يوم الأحد 5 أبريل 2022", "2022-04-05", "weekday-mismatch"),
        ("نشر يوم الثلاثاء 05/04/2022", "2022-04-05", None),
        ("نشر يوم 5 أبريل 2022", "2022-04-05", None),
    ],
)
def test_doubtful_date_is_kept_and_flagged(line: str, edtf: str, code: str | None, read: Callable[..., Article]) -> None:
    article = read(TITLE, line, PROSE)
    why = article.why("published")
    assert article.published is not None
    assert why is not None
    assert article.published.edtf == edtf
    assert (why.confidence is Confidence.CERTAIN) == (code is None)
    assert codes(article) & {"ambiguous-date-order", "weekday-mismatch"} == ({code} if code else set())


def test_page_of_nothing_says_so_for_every_field(read: Callable[..., Article]) -> None:
    article = read("\x00\u202b\n \n")
    assert (article.title, article.outlet, article.published, article.language, article.summary) == (
        None,
        None,
        None,
        "und",
        None,
    )
    assert article.body == ()
    assert article.evidence == ()
    assert codes(article) == {"no-title", "no-outlet", "no-date", "no-language", "no-body"}


# Hypothesis keeps no function-scoped fixtures, so the registry is loaded here.
REGISTRY = load_registry(OUTLETS)
MIXES = st.lists(st.one_of(st.sampled_from(LINES), st.text(max_size=30)), max_size=30).map("\n".join)


@settings(deadline=None)
@given(
    text=st.one_of(st.text(), MIXES),
    declared=st.dictionaries(st.sampled_from(["title", "outlet", "published", "language"]), st.text()),
)
def test_any_text_gives_an_article_that_can_be_published(text: str, declared: dict[str, str]) -> None:
    capture = Capture(name="a.txt", source="a.txt", raw=b"", text=text, declared=declared)
    article = normalise(capture, REGISTRY)
    assert normalise(capture, REGISTRY) == article
    for shown in (article.title, article.summary, *article.body, *(e.raw for e in article.evidence if e.span)):
        assert XML_CHAR.fullmatch(shown or "")
    assert not any("\n" in paragraph or not paragraph.strip() for paragraph in article.body)
    for evidence in article.evidence:
        if evidence.span:
            start, end = evidence.span
            assert 0 <= start < end <= len(text)


HUGE = {
    "brackets": "(" * 200_000,
    "digits": "1" * 200_000,
    "dashes": "-" * 200_000,
    "slashes": "1/" * 100_000,
    "dots": "Article printed from : " + "a." * 100_000,
    "one line of words": "كلمة " * 40_000,
    "one word": "ك" * 200_000,
    "date lines": "12/03/2022\n" * 20_000,
    "date lines and prose": f"{PROSE}\n12/03/2022\n" * 5_000,
}


@pytest.mark.parametrize("case", HUGE)
def test_huge_pages_are_read(case: str, read: Callable[..., Article]) -> None:
    """A pattern that backtracks, or a loop over all pairs of lines, would keep this test from ending."""
    assert "no-outlet" in codes(read(HUGE[case]))


def test_every_case_has_both_files() -> None:
    assert {path.stem for path in CASES.glob("*.txt")} == {path.stem for path in CASES.glob("*.json")}


@pytest.mark.parametrize(
    ("line", "captured", "published"),
    [
        ("نشر قبل 3 ساعات", "2024-03-16T10:00:00+00:00", "2024-03-16"),
        ("منذ يومين", "2024-03-16T10:00:00+00:00", "2024-03-14"),
        ("نُشر أمس الساعة 22:15", "2024-03-16T10:00:00+00:00", "2024-03-15T22:15"),
        ("Publié il y a 2 jours", "2024-03-16T10:00:00+00:00", "2024-03-14"),
        ("Published 5 hours ago", "2024-03-16T02:00:00+00:00", "2024-03-15"),
    ],
)
def test_what_is_relative_counts_from_the_capture_and_without_it_is_unknown(
    line: str, captured: str, published: str, registry: Registry, make_capture: Callable[..., Capture]
) -> None:
    text = f"{TITLE}\n\n{line}\n\n{PROSE}"
    article = normalise(make_capture(text, captured=datetime.fromisoformat(captured)), registry)
    assert article.published
    assert article.published.edtf == published
    without = normalise(make_capture(text), registry)
    assert without.published is None
    assert {"relative-date", "no-date"} & {issue.code for issue in without.issues}


def test_hijri_alone_is_read_and_flagged(read: Callable[..., Article]) -> None:
    article = read(TITLE, "الأربعاء 15 محرم 1445هـ", PROSE)
    assert article.published
    assert article.published.edtf == "2023-08-02"
    assert "hijri-date" in codes(article)


def test_declared_metadata_outranks_the_page_and_a_conflict_is_told(
    registry: Registry, make_capture: Callable[..., Capture]
) -> None:
    text = f"{TITLE}\n\nنشر في 1 مارس 2023\n\n{PROSE}"
    said = {"declared": {"published": "2023-03-02"}, "declared_by": {"published": "json-ld"}}
    article = normalise(make_capture(text, **said), registry)
    why = article.why("published")
    assert why
    assert article.published
    assert (article.published.edtf, why.rule, why.confidence) == ("2023-03-02", "json-ld", Confidence.LIKELY)
    assert "conflict" in codes(article)


SENTENCE = "ذهب محمد إلى بيته في المدينة القديمة مساء."


def test_a_body_longer_than_what_is_searched_is_whole_and_says_so(read: Callable[..., Article]) -> None:
    article = read("\n".join(["عنوان من أربع كلمات", *(f"{SENTENCE[:-1]} {n}." for n in range(MOST_LINES + 500)), "  "]))
    assert len(article.body) == MOST_LINES + 500
    assert article.body[-1] == f"{SENTENCE[:-1]} {MOST_LINES + 499}."
    why = article.why("body")
    assert why is not None
    assert "long-capture" in codes(article)


def test_what_follows_an_article_that_is_over_stays_out_however_long(read: Callable[..., Article]) -> None:
    article = read("\n".join(["عنوان من أربع كلمات", SENTENCE, *["سطر قصير"] * (MOST_LINES + 500), SENTENCE]))
    assert article.body == (SENTENCE,)
    assert "long-capture" in codes(article)


def test_a_page_of_as_many_lines_as_are_searched_is_not_called_long(read: Callable[..., Article]) -> None:
    assert "long-capture" not in codes(read("\n".join(["عنوان من أربع كلمات", *[SENTENCE] * (MOST_LINES - 1), " ", ""])))


DECK = "A three-year trial in the hills suggests that patience may be the best insurance against frost."
OPENING = "Growers around the town are replacing part of their orchards with a variety that flowers four weeks later."
FOLLOWING = "The switch follows the frost of February 2021, which wiped out close to two thirds of the blossom in a night."


def test_a_long_deck_above_byline_date_and_caption_is_no_paragraph(read: Callable[..., Article]) -> None:
    head = ("Almond growers bet on a late variety", DECK, "By", "Salma Ouhaddou", "Nov 21, 2023", "3 min read")
    article = read(*head, "Almond trees in March. Photo: Nabil Saidi", OPENING, FOLLOWING)
    assert (article.subtitle, article.authors, seen(article)["published"]) == (DECK, ("Salma Ouhaddou",), "2023-11-21")
    assert article.body == (OPENING, FOLLOWING)


@pytest.mark.parametrize(
    "line",
    [
        "Rédigé par Mourad Keskes le mercredi 18 janvier 2023 à 17h40, mis à jour le jeudi 19 janvier 2023 à 08h15",
        "Words by Mourad Keskes",
    ],
)
def test_bylines(line: str, read: Callable[..., Article]) -> None:
    assert read("Record number of flamingos on the salt pans", line, OPENING, FOLLOWING).authors == ("Mourad Keskes",)


def test_who_signs_beside_the_name_of_a_page_that_is_not_known(read: Callable[..., Article]) -> None:
    article = read("جبالة بريس", TITLE, "جبالة بريس : عبد السلام أولاد بنعلي", PROSE, MORE)
    assert article.authors == ("عبد السلام أولاد بنعلي",)


def test_a_date_above_a_row_of_links_is_the_day_of_the_masthead(read: Callable[..., Article]) -> None:
    head = ("الأخبار إنفو", "الأحد 11 فبراير 2024", "اتصل بنا | من نحن | للإعلان")
    assert read(*head, TITLE, PROSE, MORE).published is None


def test_letters_that_stand_apart_are_no_headline(read: Callable[..., Article]) -> None:
    assert read("L I V E", TITLE, "12 مارس 2023 - 20:10", PROSE, MORE).title == TITLE
