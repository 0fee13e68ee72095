"""Paragraphs that were broken at a fixed width are read as paragraphs; lines that were meant stay lines."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.normalise import Registry, normalise
from service.normalise.page import read_lines
from service.normalise.wrapping import join_wrapped

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.article import Capture

ARABIC = (
    "قالت مصادر محلية إن أعمال ترميم السور القديم بدأت صباح أمس بمشاركة فرق من المتطوعين الذين قدموا من أحياء مجاورة.",
    "وأضافت المصادر أن المشروع سيستمر ثلاثة أشهر، وأن كلفته لن تتجاوز مليوني درهم تمولها البلدية وجمعية محلية.",
    "ومن المنتظر أن يفتح السور أمام الزوار قبل نهاية الصيف.",
)
FRENCH = (
    "Les travaux de restauration du rempart ont commencé hier matin avec l'aide de volontaires venus des quartiers voisins.",
    "Le chantier doit durer trois mois, selon la commune, qui en finance la moitié.",
    "Le rempart rouvrira au public avant la fin de l'été.",
)


@pytest.mark.parametrize("paragraphs", [ARABIC, FRENCH], ids=["arabic", "french"])
@pytest.mark.parametrize("width", [50, 60, 66, 72])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_wrapped_paragraphs_are_the_body(
    paragraphs: tuple[str, ...], width: int, end: str, registry: Registry, make_capture: Callable[..., Capture]
) -> None:
    head = ["السور القديم يستعيد حجارته بعد قرون", "هسبريس", "الثلاثاء 14 نونبر 2023 - 09:15", ""]
    lines = [line for paragraph in paragraphs for line in (*textwrap.wrap(paragraph, width), "")]
    text = end.join((*head, *lines))
    article = normalise(make_capture(text), registry)
    assert article.body == paragraphs
    assert article.title == head[0]
    why = article.why("body")
    assert why is not None
    assert why.span == (text.index(paragraphs[0][:10]), len(text.rstrip()))


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(ARABIC),
        "\n".join(FRENCH),
        "ترميم السور القديم في المدينة يبدأ بمشاركة المتطوعين\nافتتاح حديقة جديدة في حي السلام\nأسعار السمك ترتفع",
        "ترميم السور القديم في المدينة يبدأ بمشاركة المتطوعين\nهسبريس - الرباط\nالثلاثاء 14 نونبر 2023.",
        "",
    ],
    ids=["a paragraph a line", "the same in french", "headlines", "head of a page", "nothing"],
)
def test_lines_that_were_meant_stay(text: str) -> None:
    assert join_wrapped(text.splitlines(keepends=True)) == text.splitlines(keepends=True)


@given(st.text(alphabet="ab. \n\r\u2028", max_size=400) | st.lists(st.text("abc .", min_size=40, max_size=70)).map("\n".join))
def test_nothing_is_lost(text: str) -> None:
    assert "".join(join_wrapped(text.splitlines(keepends=True))) == text
    lines, end = read_lines(text)
    assert end == len(text)
    assert all(text[line.start : line.start + len(line.raw)] == line.raw for line in lines)
