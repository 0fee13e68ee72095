from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.normalise.text import clean, clean_offsets, collapse, fold, fold_offsets

XML_CHAR = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")
# What real captures mix: letters, combining marks, format characters, bidi controls, presentation forms.
MESS = st.text(
    "اأإآىيیةهكکـabé\u0301\u0308\u0653\u0654\u0655\u064b\u0651\u0640\u200f\u200c\u202a\u202c\u2067\u2069ﻼﷲﬁ٣۴ \t\x00\ud800"
)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("caf\u0065\u0301", "caf\u00e9"),
        ("\u0627\u0654حمد", "أحمد"),
        ("خ\x00بر", "خبر"),
        ("خ\x01بر", "خبر"),
        ("خ\x0bبر", "خبر"),
        ("خ\x7fبر", "خبر"),
        ("خ\x85بر\x9f", "خبر"),
        ("خ\ud800بر\udfff", "خبر"),
        ("خ\ufffeبر\uffff", "خبر"),
        ("خ\ufdd0بر\ufdef", "خبر"),
        ("خ\U0001ffffبر\U0010fffe", "خبر"),
        ("\U0001f3c6 كأس", "\U0001f3c6 كأس"),
        ("\xa0 خبر\u3000", "خبر"),
        ("ﻟﻨﺪﻥ", "ﻟﻨﺪﻥ"),
    ],
    ids=ascii,
)
def test_clean_is_nfc_and_legal(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("\u202bخبر\u202c", "\u202bخبر\u202c"),
        ("\u2067خبر \u202aGoud\u202c\u2069", "\u2067خبر \u202aGoud\u202c\u2069"),
        ("\u202bخبر", "خبر"),
        ("خبر\u202c", "خبر"),
        ("\u202aخبر\u2069", "خبر"),
        ("\u2067خبر\u202aGoud\u2069\u202c", "خبرGoud"),
        ("\u202c\u202bخبر", "خبر"),
        ("\u200eخبر\u200f", "\u200eخبر\u200f"),
        ("می\u200cشود", "می\u200cشود"),
        ("\u061cخبر", "\u061cخبر"),
    ],
    ids=ascii,
)
def test_clean_keeps_bidi_controls_only_where_they_are_closed(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


def test_collapse_leaves_one_space() -> None:
    assert collapse("  خبر\t\tأول \xa0\n ثان ") == "خبر أول ثان"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("أحمد", "احمد"),
        ("إبريل", "ابريل"),
        ("آذار", "اذار"),
        ("ٱلمغرب", "المغرب"),
        ("مستشفى", "مستشفي"),
        ("فى", "في"),
        ("جويلية", "جويليه"),
        ("مؤتمر", "موتمر"),
        ("رئيس", "رييس"),
        ("كِتَابٌ", "كتاب"),
        ("صباحًا", "صباحا"),
        ("المـغـرب", "المغرب"),
        ("٢٠٢٣", "2023"),
        ("۱۴۰۲", "1402"),
        ("ﻟﻨﺪﻥ", "لندن"),
        ("ﻻ", "لا"),
        ("کود", "كود"),
        ("ایران", "ايران"),
        ("ا\u0654حمد", "أحمد"),
        ("سُوريَّة", "سوريه"),
        ("می\u200cشود", "ميشود"),
        ("\u200fكود\u200e", "كود"),
        ("é", "e"),
        ("É", "e"),
        ("e\u0301", "é"),
        ("AOÛT", "août"),
        ("Şubat", "subat"),
        ("ﬁn", "fin"),
        ("STRASSE", "straße"),
        ("２０２３", "2023"),
    ],
)
def test_spellings_of_one_word_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("كود", "كوب"),
        ("قلب", "كلب"),
        ("العلم", "علم"),
        ("ماي", "مايو"),
        ("شرق", "شرف"),
        ("سماء", "سما"),
        ("حال", "خال"),
        ("صورة", "سورة"),
        ("6", "9"),
        ("a b", "ab"),
        ("œuf", "euf"),
    ],
)
def test_different_words_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.one_of(st.text(), MESS))
def test_clean_is_legal_nfc_and_idempotent(raw: str) -> None:
    cleaned = clean(raw)
    assert XML_CHAR.fullmatch(cleaned)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert clean(cleaned) == cleaned


@given(st.one_of(st.text(), MESS))
def test_fold_is_idempotent_on_clean_text(raw: str) -> None:
    folded = fold(clean(raw))
    assert fold(folded) == folded


@given(st.one_of(st.text(), MESS))
def test_clean_offsets_lead_back_to_the_raw_text(raw: str) -> None:
    offsets = clean_offsets(raw)
    if offsets is None:
        return
    assert len(offsets) == len(clean(raw))
    assert all(0 <= offset < len(raw) for offset in offsets)
    assert list(offsets) == sorted(offsets)


@given(st.one_of(st.text(), MESS))
def test_fold_offsets_lead_back_to_the_text(text: str) -> None:
    offsets = fold_offsets(text)
    assert len(offsets) == len(fold(text))
    assert all(0 <= offset < len(text) for offset in offsets)
    assert offsets == sorted(offsets)


@pytest.mark.parametrize(
    "raw", ["  خ\x00بر", "\u202bخبر", "ا\u0654حمد في فاس", "caf\u0065\u0301 noir", "\u200fكود\u200e", "أبٌ خبر"], ids=ascii
)
def test_clean_offsets_point_at_the_characters_themselves(raw: str) -> None:
    """Known for every line of real captures, not only for plain ones."""
    offsets, cleaned = clean_offsets(raw), clean(raw)
    assert offsets is not None
    for char, offset in zip(cleaned, offsets, strict=True):
        assert raw[offset] == char or raw[offset] == unicodedata.normalize("NFD", char)[0]
