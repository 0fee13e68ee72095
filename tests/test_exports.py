"""The formats of the API beside JSON: which one a client gets, and that each is what its standard says, at any length."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.api import exports
from service.article import Dated
from tests.conftest import NOON, publish
from tests.writing import store_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from service.article import Entry
    from service.normalise import Registry

    MakeEntry = Callable[..., Entry]

LIST = "/api/v1/articles"
NDJSON, CSV = "application/x-ndjson; charset=utf-8", "text/csv; charset=utf-8"
PROBLEM = "application/problem+json"


def rows(client: FlaskClient, query: str = "") -> list[dict[str, str]]:
    """Return the rows of a CSV as a reader of RFC 4180 has them."""
    answer = client.get(f"{LIST}?format=csv{query}")
    assert (answer.status_code, answer.content_type) == (200, CSV)
    return list(csv.DictReader(io.StringIO(answer.data.decode(), newline=""), strict=True))


@pytest.fixture
def filled(app: Flask, make_entry: MakeEntry, registry: Registry) -> FlaskClient:
    entries = [make_entry(number, outlet=registry.by_key["hespress"]) for number in range(1, 8)]
    publish(store_of(app), *entries, make_entry(8, published=None, tags=("أ", "ب, ج"), authors=("نهى", "A. B.")))
    return app.test_client()


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/json", "application/json"),
        ("text/csv", CSV),
        ("text/*", CSV),
        ("TEXT/CSV", CSV),
        ("application/x-ndjson", NDJSON),
        ("text/html, application/x-ndjson;q=0.9, */*;q=0.1", NDJSON),
        ("application/json;q=0.5, text/csv;q=0.6", CSV),
        ("application/json;q=0, text/csv", CSV),
        ("application/json;q=0, */*", NDJSON),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("no media type at all", None),
        ("text/html", None),
        ("application/xml, image/*", None),
        ("application/json;q=0", None),
    ],
)
def test_the_client_chooses_the_format(filled: FlaskClient, accept: str, content_type: str | None) -> None:
    answer = filled.get(LIST, headers={"Accept": accept} if accept else {})
    if content_type is None:
        assert (answer.status_code, answer.content_type) == (406, PROBLEM)
        assert answer.json["status"] == 406
        assert "json, ndjson, csv" in answer.json["detail"]
    else:
        assert (answer.status_code, answer.content_type) == (200, content_type)
        assert "Accept" in answer.vary
    # What the address says outranks it, so that a link leads to the same for all.
    assert filled.get(f"{LIST}?format=csv", headers={"Accept": accept}).content_type == CSV


def test_an_article_is_json_or_linked_data(filled: FlaskClient) -> None:
    url = filled.get(f"{LIST}?limit=1").json["items"][0]["url"].removeprefix("https://news.example.org")
    linked = filled.get(url, headers={"Accept": "application/ld+json"})
    assert (linked.status_code, linked.content_type) == (200, "application/ld+json")
    assert linked.json["@type"] == "NewsArticle"
    assert filled.get(f"{url}?format=jsonld").data == linked.data
    assert filled.get(url, headers={"If-None-Match": linked.headers["ETag"], "Accept": "application/ld+json"}).status_code == 304
    # The validator of one is none of the other.
    assert filled.get(url, headers={"If-None-Match": linked.headers["ETag"]}).status_code == 200
    refused = filled.get(url, headers={"Accept": "text/csv"})
    assert (refused.status_code, refused.content_type) == (406, PROBLEM)
    raw = filled.get(f"{url}/capture?format=raw")
    assert raw.content_type == "application/octet-stream"
    assert raw.headers["Content-Disposition"].startswith("attachment; ")


def test_ndjson_has_the_articles_of_the_pages(filled: FlaskClient) -> None:
    lines = filled.get(f"{LIST}?format=ndjson").data.split(b"\n")
    assert lines.pop() == b""
    assert [json.loads(line) for line in lines] == filled.get(f"{LIST}?limit=500").json["items"]
    assert filled.get(f"{LIST}?format=ndjson&limit=3").data.count(b"\n") == 3
    assert filled.get(f"{LIST}?format=ndjson&page=2&page_size=3&fields=source").data.split(b"\n")[0] == b'{"source":"4.txt"}'
    assert filled.get(f"{LIST}?format=ndjson&tag=nowhere").data == b""


def test_csv_has_a_column_for_each_plain_value(filled: FlaskClient) -> None:
    found = rows(filled)
    assert list(found[0]) == [name for name in exports.COLUMNS if name not in ("body", "word_count")]
    assert [row["source"] for row in found] == [*(f"{number}.txt" for number in range(7, 0, -1)), "8.txt"]
    assert (found[0]["outlet"], found[0]["outlet_name"], found[0]["precision"]) == ("hespress", "هسبريس", "day")
    assert (found[-1]["outlet"], found[-1]["published"]) == ("", "")
    assert (found[-1]["tags"], found[-1]["authors"]) == ("أ; ب, ج", "نهى; A. B.")
    assert list(rows(filled, "&fields=id,outlet&limit=1")[0]) == ["id", "outlet", "outlet_name"]
    assert rows(filled, "&expand=body&limit=1")[0]["body"] == "فقرة أولى.\n\nفقرة ثانية."
    assert rows(filled, "&tag=nowhere") == []
    refused = filled.get(f"{LIST}?format=csv&expand=evidence&fields=evidence")
    assert (refused.status_code, refused.json["errors"][0]["parameter"]) == (409, "fields")


def test_lines_of_csv_end_as_the_standard_has_them_and_a_mark_comes_only_on_request(filled: FlaskClient) -> None:
    plain = filled.get(f"{LIST}?format=csv")
    assert plain.data.count(b"\r\n") == plain.data.count(b"\n") == 9
    assert plain.data.startswith(b"id,title,")
    assert plain.headers["Content-Disposition"] == 'attachment; filename="articles.csv"'
    assert filled.get(f"{LIST}?format=csv&bom=true").data == b"\xef\xbb\xbf" + plain.data
    assert filled.get(f"{LIST}?format=csv&bom=false").data == plain.data


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_cell_is_a_formula(app: Flask, make_entry: MakeEntry, sign: str) -> None:
    text = f"{sign}HYPERLINK(1)"
    said = {
        "title": text,
        "section": text,
        "tags": (text,),
        "authors": (text, "x"),
        "summary": text,
        "body": (text,),
        "url": text,
    }
    publish(store_of(app), make_entry(1, source=text, **said))
    (row,) = rows(app.test_client(), "&expand=body")
    for name in ("title", "section", "tags", "authors", "summary", "body", "source", "source_url"):
        assert row[name].removesuffix("; x") == f"'{text}"


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
    | st.text("\",;\r\n ='", max_size=8)
)
def test_any_text_comes_through_csv_as_it_is(app: Flask, make_entry: MakeEntry, text: str) -> None:
    publish(store_of(app), make_entry(1, title=text, body=(text, "فقرة")))
    (row,) = rows(app.test_client(), "&expand=body")
    assert row["title"] in (text, f"'{text}")
    assert row["body"].removeprefix("'") == f"{text}\n\nفقرة".removeprefix("'")


@pytest.mark.parametrize("form", ["ndjson", "csv"])
def test_head_tells_of_a_stream_what_get_does_and_reads_no_more(
    filled: FlaskClient, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(exports, "PORTION", 2)
    whole = filled.get(f"{LIST}?format={form}")
    read: list[object] = []
    items_of = exports.listing.items_of
    monkeypatch.setattr(exports.listing, "items_of", lambda *said: read.append(said) or items_of(*said))
    head = filled.head(f"{LIST}?format={form}")
    assert (head.status_code, head.data) == (200, b"")
    own = {"X-Request-ID", "Content-Length"}
    assert {k: v for k, v in head.headers if k not in own} == {k: v for k, v in whole.headers if k not in own}
    assert len(read) == 1
    assert filled.head(f"{LIST}?format={form}&cursor=x").status_code == filled.get(f"{LIST}?format={form}&cursor=x").status_code


def test_a_stream_has_what_stays_once_whatever_is_written_while_it_is_sent(
    app: Flask, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "PORTION", 3)
    made = [make_entry(number, published=Dated.of(f"2024-01-{number:02}")) for number in range(1, 21)]
    publish(store_of(app), *made)
    answer = app.test_client().get(f"{LIST}?format=ndjson&fields=source", buffered=False)
    sent = iter(answer.response)
    seen = [next(sent)]
    publish(store_of(app), make_entry(21, published=Dated.of("2024-01-01T01:00Z")), replace(made[0], revised=NOON))
    with store_of(app).writer() as writer:
        writer.withdraw([made[4].id, made[19].id], NOON, "curator")
    seen += list(sent)
    found = [json.loads(line)["source"] for line in b"".join(seen).splitlines()]
    # The first was edited and stays; the last was sent before it was withdrawn.
    assert found == [f"{number}.txt" for number in range(20, 0, -1) if number != 5]


@pytest.mark.slow
def test_a_stream_of_thousands_takes_the_memory_of_a_portion(app: Flask, make_entry: MakeEntry) -> None:
    for start in range(1, 5_001, 500):
        language = "fr" if start < 2_500 else "ar"
        publish(store_of(app), *(make_entry(number, language=language) for number in range(start, start + 500)))

    def sent(query: str) -> tuple[int, int]:
        """Return how many articles were sent, and the most memory that was held for it."""
        lines, held = 0, tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        with app.test_client().get(f"{LIST}?format=ndjson&{query}", buffered=False) as answer:
            lines = sum(part.count(b"\n") for part in answer.response)
        return lines, tracemalloc.get_traced_memory()[1] - held

    tracemalloc.start()
    try:
        sent("language=fr&limit=500")
        few, many = sent("language=fr"), sent("expand=outlet")
    finally:
        tracemalloc.stop()
    assert (few[0], many[0]) == (2_500, 5_000)
    assert many[1] < 1.25 * few[1]
