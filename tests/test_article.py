from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime

import pytest

from service.article import Article, Capture, Dated, Precision, ZoneSource


@pytest.mark.parametrize(
    ("edtf", "precision", "starts"),
    [
        ("2023", Precision.YEAR, "2023-01-01T00:00:00+00:00"),
        ("2023-11", Precision.MONTH, "2023-11-01T00:00:00+00:00"),
        ("2023-11-01", Precision.DAY, "2023-11-01T00:00:00+00:00"),
        ("2023-12-26T12:30+01:00", Precision.MINUTE, "2023-12-26T11:30:00+00:00"),
        ("2023-12-26T12:30", Precision.MINUTE, "2023-12-26T12:30:00+00:00"),
    ],
)
def test_a_date_knows_its_precision_and_first_instant(edtf: str, precision: Precision, starts: str) -> None:
    dated = Dated.of(edtf, ZoneSource.TEXT)
    assert (dated.edtf, dated.precision, dated.starts.isoformat()) == (edtf, precision, starts)
    assert dated.starts.tzinfo is UTC


def test_a_date_without_offset_says_that_its_zone_is_a_default() -> None:
    assert Dated.of("2023-12-26T12:30", ZoneSource.OUTLET).zone_source is ZoneSource.DEFAULT
    assert Dated.of("2023-12-26", ZoneSource.OUTLET).zone_source is ZoneSource.DEFAULT


@pytest.mark.parametrize("text", ["", "26/12/2023", "2023-13", "2023-02-30", "yesterday"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Dated.of(text)


def test_a_naive_datetime_is_refused_at_the_border() -> None:
    naive = datetime(2023, 1, 1)  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValueError, match="naive"):
        Dated(edtf="2023-01-01", precision=Precision.DAY, starts=naive)
    with pytest.raises(ValueError, match="captured: a naive"):
        Capture(name="a", source="a", raw=b"", text="", captured=naive)


def test_values_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Article(source="a").title = "b"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("language", "direction"), [("ar", "rtl"), ("ary", "rtl"), ("fa-IR", "rtl"), ("fr", "ltr"), ("und", "ltr")]
)
def test_direction_follows_the_language(language: str, direction: str) -> None:
    assert Article(source="a", language=language).direction == direction


@pytest.mark.parametrize(("words", "minutes"), [(0, 0), (1, 1), (238, 1), (239, 2), (1000, 5)])
def test_reading_takes_a_minute_for_238_words(words: int, minutes: int) -> None:
    article = Article(source="a.txt", body=(" ".join(["كلمة"] * words),) if words else ())
    assert article.reading_minutes == minutes
