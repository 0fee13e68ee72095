"""dates.tsv holds what a printed date means: a new kind of date is a new line there."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.article import Precision, ZoneSource
from service.normalise.clocks import zone_named
from service.normalise.dates import dated, find_dates, read_edtf, read_instant
from service.normalise.text import clean, fold

TABLE = Path(__file__).with_name("dates.tsv")
with TABLE.open(encoding="utf-8", newline="") as lines:
    ROWS = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))

# Pieces of dates: text made of them comes near every pattern without being a date.
PIECES = (
    "2023",
    "31",
    "1",
    "12",
    "/",
    "-",
    ".",
    " ",
    ":",
    "ماي",
    "may",
    "كانون الأول",
    "gmt",
    "+01:00",
    "م",
    "pm",
    "T",
    "Z",
    "الأحد",
    "٣",
)


def folded(line: str) -> str:
    return fold(clean(line))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["line"])
def test_first_date_of_a_line(row: dict[str, str]) -> None:
    zone = zone_named(row["zone"]) if row["zone"] else None
    found = find_dates(folded(row["line"]))
    edtf = dated(found[0], zone, ZoneSource.OUTLET if zone else ZoneSource.DEFAULT).edtf if found else ""
    assert edtf == row["edtf"], row["note"]


@pytest.mark.parametrize("line", ["00/11/2023", "2023-11-00", "0 نوفمبر 2023"])
def test_day_zero_is_no_day(line: str) -> None:
    assert not [found for found in find_dates(folded(line)) if found.day == 0]


def test_time_of_day_before_standard_time() -> None:
    (found,) = find_dates(folded("3 مارس 1900 10:30"))
    assert dated(found, zone_named("Africa/Casablanca"), ZoneSource.OUTLET).edtf.startswith("1900-03-03T10:30")


def test_dates_of_a_line_come_in_order_each_with_its_own_time() -> None:
    found = find_dates(folded("16:33 GMT 09.10.2025 (تم التحديث: 17:11 GMT 10.10.2025)"))
    assert [dated(one, None, ZoneSource.DEFAULT).edtf for one in found] == ["2025-10-09T16:33+00:00", "2025-10-10T17:11+00:00"]


def test_a_sentence_between_date_and_clock_parts_them() -> None:
    (found,) = find_dates(folded("26 ديسمبر 2023 انطلقت أشغال المؤتمر الدولي الثالث في مراكش صباحا عند 10:30"))
    assert found.hour is None


def test_span_covers_date_time_and_zone_and_no_more() -> None:
    line = folded("نشر يوم 5 أكتوبر 2023 - 01:20 بتوقيت أبوظبي | أخبار")
    (found,) = find_dates(line)
    assert line[found.start : found.end] == folded("5 أكتوبر 2023 - 01:20 بتوقيت أبوظبي")


@pytest.mark.parametrize(
    ("line", "swapped", "disagrees"),
    [
        ("05/04/2022", True, False),
        ("05/05/2022", False, False),
        ("25/04/2022", False, False),
        ("04/25/2022", False, False),
        ("2022-04-05", False, False),
        ("5 أبريل 2022", False, False),
        ("الثلاثاء 05/04/2022", False, False),
        ("الأربعاء 05/04/2022", False, False),
        ("الأحد 05/04/2022", True, True),
        ("الأحد 5 أبريل 2022", False, True),
        ("الثلاثاء 5 أبريل 2022", False, False),
        ("الأحد أبريل 2022", False, False),
    ],
)
def test_doubts_about_a_date(line: str, swapped: bool, disagrees: bool) -> None:  # noqa: FBT001 - a table of flags
    (found,) = find_dates(folded(line))
    assert (found.swapped, found.weekday_disagrees) == (swapped, disagrees)


@pytest.mark.parametrize(
    ("line", "countries"),
    [("12 شتنبر 2022", {"MA"}), ("12 غشت 2022", {"MA"}), ("12 مارس 2022", None), ("12/03/2022", set())],
)
def test_month_name_tells_the_country(line: str, countries: set[str] | None) -> None:
    """None stands for a name that several countries share."""
    (found,) = find_dates(folded(line))
    assert found.countries == countries if countries is not None else len(found.countries) > 1


@pytest.mark.parametrize(
    ("zone", "source", "expected"),
    [("Africa/Casablanca", ZoneSource.OUTLET, ZoneSource.OUTLET), ("", ZoneSource.DEFAULT, ZoneSource.DEFAULT)],
)
def test_zone_source_of_a_time_without_printed_zone(zone: str, source: ZoneSource, expected: ZoneSource) -> None:
    (found,) = find_dates("26/12/2023 12:30")
    value = dated(found, zone_named(zone) if zone else None, source)
    assert value.zone_source is expected
    assert value.precision is Precision.MINUTE


def test_printed_zone_is_said_to_come_from_the_text() -> None:
    (found,) = find_dates("26/12/2023 12:30 gmt+1")
    assert dated(found, zone_named("Asia/Dubai"), ZoneSource.OUTLET).zone_source is ZoneSource.TEXT


@pytest.mark.parametrize(
    ("text", "precision", "starts"),
    [
        ("2023", Precision.YEAR, datetime(2023, 1, 1, tzinfo=UTC)),
        ("2023-11", Precision.MONTH, datetime(2023, 11, 1, tzinfo=UTC)),
        ("2023-11-01", Precision.DAY, datetime(2023, 11, 1, tzinfo=UTC)),
        ("2023-11-01T12:30+01:00", Precision.MINUTE, datetime(2023, 11, 1, 11, 30, tzinfo=UTC)),
        ("2023-11-01T00:30+01:00", Precision.MINUTE, datetime(2023, 10, 31, 23, 30, tzinfo=UTC)),
        ("2023-11-01T12:30:59Z", Precision.MINUTE, datetime(2023, 11, 1, 12, 30, tzinfo=UTC)),
        ("2023-11-01T12:30", Precision.MINUTE, datetime(2023, 11, 1, 12, 30, tzinfo=UTC)),
    ],
)
def test_read_edtf(text: str, precision: Precision, starts: datetime) -> None:
    value = read_edtf(text)
    assert (value.precision, value.starts) == (precision, starts)
    assert read_edtf(value.edtf) == value


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "23", "2023-1", "2023-13", "2023-00", "2023-02-30", "2023-11-01T12", "2023-11-01 12:30",
        "2023-11-01T25:00", "2023-11-01T12:60", "2023-11-01T12:30+1", "2023/2024", "2023~", "01-11-2023",
        "2023-11-01T12:30+25:00", "٢٠٢٣", "0000",
    ],
)  # fmt: skip
def test_read_edtf_refuses_with_a_reason(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_edtf(text)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-02-03T11:47:55Z", datetime(2026, 2, 3, 11, 47, 55, tzinfo=UTC)),
        ("2026-02-03T12:47:55+01:00", datetime(2026, 2, 3, 11, 47, 55, tzinfo=UTC)),
        (" 2026-02-03 12:47+01:00 ", datetime(2026, 2, 3, 11, 47, tzinfo=UTC)),
    ],
)
def test_read_instant(text: str, instant: datetime) -> None:
    assert read_instant(text) == instant
    assert read_instant(text).tzinfo is UTC


@pytest.mark.parametrize("text", ["2026-02-03T11:47:55", "2026-02-03", "", "now", "2026-02-03T11:47:55 Africa/Casablanca"])
def test_read_instant_refuses_what_is_no_instant(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_instant(text)


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join)))
def test_finding_dates_never_raises_and_stays_in_the_line(text: str) -> None:
    line = folded(text)
    for found in find_dates(line):
        assert 0 <= found.start < found.end <= len(line)
        assert dated(found, zone_named("+01:00"), ZoneSource.OUTLET).starts.tzinfo is UTC
