from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.normalise.summary import LONGEST, summary_of

FILLER = "وقالت الوزارة إن أشغال الطريق الساحلي ستنتهي قبل نهاية السنة وإن السكان سيستفيدون من محطة جديدة للحافلات "


def test_no_body_has_no_summary() -> None:
    assert summary_of(()) is None


def test_short_first_paragraph_is_the_summary() -> None:
    assert summary_of(("فقرة أولى بلا نقطة", "فقرة ثانية.")) == "فقرة أولى بلا نقطة"


@pytest.mark.parametrize("stop", [".", "؟", "!", "…", "۔", ".»", '."', "!)"])
def test_ends_with_the_last_whole_sentence(stop: str) -> None:
    sentences = f"{FILLER}غدا{stop} {FILLER}أيضا{stop}"
    assert summary_of((f"{sentences} {FILLER * 3}",)) == sentences


@pytest.mark.parametrize(
    "no_end",
    ["ج. ", "A. B. ", "U.S. ", "12.5 ", "goud.ma ", "و.م.ع "],
)
def test_a_stop_within_a_name_or_number_ends_no_sentence(no_end: str) -> None:
    first = "قال ممثل الشركة للصحافيين في الرباط."
    assert summary_of((f"{first} {FILLER}{no_end}{FILLER * 3}",)) == first


def test_a_sentence_too_long_is_cut_between_words() -> None:
    kept = FILLER.split() * 6
    summary = summary_of((" ".join(kept),))
    assert summary is not None
    assert summary.endswith("…")
    assert summary.removesuffix("…").split() == kept[: len(summary.split())]


def test_no_comma_stands_before_the_ellipsis() -> None:
    words = "خبر، " * 200
    assert summary_of((words.strip(),)).endswith("خبر…")


def test_a_stop_within_a_word_at_the_bound_ends_no_sentence() -> None:
    filler = "ك" * (LONGEST - len(" goud."))
    assert summary_of((f"{filler} goud.ma " * 2,)) == f"{filler}…"


WORDS = st.builds(
    "{}{}".format, st.text("abابج\u064b", min_size=1, max_size=20), st.sampled_from(["", "", "", ".", "؟", "،", ","])
)


@given(st.lists(WORDS, min_size=30, max_size=60))
def test_never_longer_than_the_bound_and_never_half_a_word(words: list[str]) -> None:
    paragraph = " ".join(words)
    summary = summary_of((paragraph,))
    assert summary is not None
    assert len(summary) <= LONGEST + 1
    kept = summary.removesuffix("…")
    assert paragraph.startswith(kept)
    assert paragraph[len(kept) : len(kept) + 1] in ("", " ", ",", "،")
