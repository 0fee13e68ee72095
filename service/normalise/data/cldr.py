"""Writes cldr.json, the month and weekday names that captures are read with, from the CLDR that Babel carries.

Run by `make data`; a test holds the committed table equal to what this prints.
"""

from __future__ import annotations

import json
from pathlib import Path

from babel import Locale

TARGET = Path(__file__).with_name("cldr.json")

# The Arabic months have four families (Maghrebi, Algerian and Tunisian, Levantine, Egyptian and Gulf): a
# country's own locale tells which, and a name that one country alone uses tells the country.
LOCALES = (
    *("ar_AE", "ar_DZ", "ar_EG", "ar_IQ", "ar_JO", "ar_KW", "ar_LB", "ar_LY", "ar_MA", "ar_MR", "ar_PS"),
    *("ar_SA", "ar_SD", "ar_SY", "ar_TN", "en", "es", "fa", "fr", "he", "tr", "ur"),
)
WIDTHS = ("wide", "abbreviated")


def names(locale: Locale) -> dict[str, list[list[str]]]:
    """Return the names of the twelve months and of the seven days (Monday first), every width of each."""
    months, days = locale.months["format"], locale.days["format"]
    return {
        "months": [sorted({months[width][number] for width in WIDTHS}) for number in range(1, 13)],
        "weekdays": [sorted({days[width][number] for width in WIDTHS}) for number in range(7)],
    }


def render() -> str:
    """Return the whole table as JSON text."""
    table = {tag: names(Locale.parse(tag)) for tag in LOCALES}
    return json.dumps(table, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
