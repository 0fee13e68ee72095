from __future__ import annotations

import pytest

from service.normalise.lexicon import Lexicon, words_of
from service.normalise.text import fold

PAPERS = Lexicon.of(
    [
        ("الشروق", "tunis"),
        ("الشروق أونلاين", "algiers"),
        ("الشروق اليومي الجزائرية", "algiers"),
        ("كود", "goud"),
        ("كود.ما", "goud"),
        ("Le 360", "le360"),
        ("L'Économiste", "leconomiste"),
        ("اليوم", "day"),
        ("أ.ش.أ", "mena"),
        ("©", "sign"),
        ("كُود", "second"),
        ("...", "nothing"),
        ("", "nothing"),
    ]
)


def values(line: str) -> list[str]:
    return [hit.value for hit in PAPERS.scan(words_of(fold(line)))]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("نقلته الشروق أونلاين أمس", ["algiers"]),
        ("نقلته الشروق أمس", ["tunis"]),
        ("الشروق اليومي", ["tunis"]),
        ("الشروق اليومي الجزائرية والشروق", ["algiers"]),
        ("الشروق الشروق أونلاين الشروق", ["tunis", "algiers", "tunis"]),
        ("أكواد", []),
        ("الكود", []),
        ("كودية", []),
        ("كود24", []),
        ("كـود", ["goud"]),
        ("«كود»", ["goud"]),
        ("كود/الرباط", ["goud"]),
        ("كود . ما", ["goud"]),
        ("LE-360", ["le360"]),
        ("l’economiste", ["leconomiste"]),
        ("أ ش أ", ["mena"]),
        ("(ا.ش.ا)", ["mena"]),
        ("©2024", ["sign"]),
        ("", []),
        ("...", []),
    ],
)
def test_scan(line: str, expected: list[str]) -> None:
    assert values(line) == expected


def test_of_two_phrases_that_fold_alike_the_first_holds() -> None:
    assert values("كُودٌ") == ["goud"]


@pytest.mark.parametrize(
    ("index", "expected"),
    [(0, None), (1, ("algiers", 1, 3)), (2, None), (3, ("goud", 3, 4)), (4, None)],
)
def test_at(index: int, expected: tuple[str, int, int] | None) -> None:
    assert PAPERS.at(words_of(fold("عن الشروق أونلاين، كود")), index) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("الشروق أونلاين", "algiers"),
        (" - الشروق أونلاين | ", "algiers"),
        ("الشروق", "tunis"),
        ("جريدة الشروق", None),
        ("الشروق العربي", None),
        ("كود كود", None),
        ("", None),
    ],
)
def test_whole(line: str, expected: str | None) -> None:
    assert PAPERS.whole(words_of(fold(line))) == expected


def test_words_know_their_place() -> None:
    folded = fold("«كود»: خبر 12.")
    assert [folded[word.start : word.end] for word in words_of(folded)] == [word.text for word in words_of(folded)]
    assert [word.text for word in words_of(folded)] == ["كود", "خبر", "12"]
