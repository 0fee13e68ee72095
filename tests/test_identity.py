"""The keys under which a source is known again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.identity import content_key, entry_id, source_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.article import Capture

STORY = "https://www.hespress.com/politics/1234.html"


@pytest.mark.parametrize(
    "spelling",
    [
        "http://www.hespress.com/politics/1234.html",
        "https://hespress.com/politics/1234.html",
        "https://hespress.com:443/politics/1234.html",
        "https://HESPRESS.com/politics/1234.html",
        "https://m.hespress.com/politics/1234.html",
        "https://amp.hespress.com/politics/1234.html",
        "https://www.hespress.com/politics/1234.html/",
        "https://www.hespress.com/politics/1234.html/amp",
        "https://www.hespress.com/politics/1234.html/amp/",
        "https://www.hespress.com/politics/1234.html?amp=1",
        "https://www.hespress.com/politics/1234.html?utm_source=x&utm_medium=y&fbclid=z",
        "https://www.hespress.com/politics/1234.html#comments",
    ],
)
def test_spellings_of_one_address_are_one_source(spelling: str) -> None:
    assert source_key(spelling) == source_key(STORY)
    assert entry_id(spelling) == entry_id(STORY)


@pytest.mark.parametrize(
    "other",
    [
        "https://www.hespress.com/politics/1235.html",
        "https://www.hespress.com/Politics/1234.html",
        "https://en.hespress.com/politics/1234.html",
        "https://www.hespress.com:8080/politics/1234.html",
        "https://www.hespress.com/politics/1234.html?page=2",
        "https://www.hespress.com/politics/1234.html?ref=7",
        "www.hespress.com/politics/1234.html.txt",
    ],
)
def test_other_addresses_are_other_sources(other: str) -> None:
    assert source_key(other) != source_key(STORY)


@pytest.mark.parametrize("source", ["politics/a.txt", "http://[broken", "http://host:99999/x", "https://", "ملف.txt"])
def test_every_source_has_a_key(source: str) -> None:
    assert source_key(source) == source_key(source)
    assert source_key(source) or source == "https://"


def test_a_long_address_has_a_short_key() -> None:
    long = "https://x.example/" + "ب" * 5000
    assert len(source_key(long)) < 100
    assert source_key(long) != source_key(long + "ت")


def test_only_files_are_known_by_their_content(make_capture: Callable[..., Capture]) -> None:
    assert content_key(make_capture("نص", "a.txt")) == content_key(make_capture("نص", "b.txt"))
    assert content_key(make_capture("نص", "a.txt")) != content_key(make_capture("نص آخر", "a.txt"))
    assert content_key(make_capture("نص", "a.txt", source=STORY)) is None
