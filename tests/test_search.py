"""Full text: what is found, on real SQLite and real PostgreSQL alike; what is refused; what is shown of it."""

from __future__ import annotations

import csv
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.errors import SearchError
from service.search import IndexDocument, parse, snippet, terms, to_fts5, to_tsquery
from service.search.documents import FILLER, MOST_OF_A_TERM, MOST_POSITIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Found = Callable[[IndexDocument, str], bool]

with (Path(__file__).parent / "search_pairs.tsv").open(encoding="utf-8") as _table:
    PAIRS = list(csv.DictReader(_table, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def engines(postgres: str) -> Iterator[dict[str, Found]]:
    """Tell by each engine whether a query finds a document."""
    lite = sqlite3.connect(":memory:", isolation_level=None)
    lite.execute("create virtual table found using fts5(title, outlet, about, body, content='', tokenize='ascii')")
    number = 0

    def by_sqlite(document: IndexDocument, query: str) -> bool:
        nonlocal number
        number += 1
        row = (number, *document.fts5_row())
        lite.execute("insert into found (rowid, title, outlet, about, body) values (?, ?, ?, ?, ?)", row)
        match = to_fts5(parse(query))
        return lite.execute("select 1 from found where found match ? and rowid = ?", (match, number)).fetchone() is not None

    with psycopg.connect(postgres, autocommit=True) as connection:

        def by_postgresql(document: IndexDocument, query: str) -> bool:
            values = (document.tsvector(), to_tsquery(parse(query)))
            return bool(connection.execute("select %s::tsvector @@ %s::tsquery", values).fetchone()[0])

        yield {"sqlite": by_sqlite, "postgresql": by_postgresql}
    lite.close()


@pytest.mark.slow
@pytest.mark.parametrize("pair", PAIRS, ids=[f"{n}-{pair['note']}" for n, pair in enumerate(PAIRS, start=2)])
def test_pairs_of_query_and_text(engines: dict[str, Found], pair: dict[str, str]) -> None:
    document = IndexDocument(title=pair["text"], body="كلمات أخرى")
    answers = {name: found(document, pair["query"]) for name, found in engines.items()}
    assert answers == dict.fromkeys(engines, pair["found"] == "yes")


LETTERS = st.text("ابتكلمنوهيةىأإؤئَّـ٢2xyéÉ '\"\\:*-()&|!<>§\u200c\u0301ﷺﻛ字\x00\n", max_size=40)


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=LETTERS | st.text(max_size=40), query=LETTERS | st.text(max_size=20), data=st.data())
def test_the_engines_agree_on_any_text_and_query(engines: dict[str, Found], text: str, query: str, data: st.DataObject) -> None:
    document = IndexDocument(title=text[: len(text) // 3], outlet=query, body=text)
    if data.draw(st.booleans()) and text.split():
        query = data.draw(st.sampled_from(text.split())) + " " + query
    try:
        parse(query)
    except SearchError:
        return
    assert len({found(document, query) for found in engines.values()}) == 1


@pytest.mark.slow
def test_very_long_texts_are_cut_alike(engines: dict[str, Found]) -> None:
    often = "مراكش فاس " * (MOST_OF_A_TERM + 20) + "مراكش طنجة"
    long = "كلمة " + " ".join(f"w{number}" for number in range(MOST_POSITIONS + 100))
    for body, query, expected in [
        (often, '"مراكش فاس"', True),
        (often, '"مراكش طنجة"', False),
        (often, "طنجة", True),
        (long, f'"w{MOST_POSITIONS - 50} w{MOST_POSITIONS - 49}"', True),
        (long, f"w{MOST_POSITIONS + 50}", False),
    ]:
        assert {found(IndexDocument(body=body), query) for found in engines.values()} == {expected}, query


@given(st.text(max_size=60))
def test_terms_are_letters_and_digits_alone(text: str) -> None:
    for term in terms(text):
        assert term.isalnum()
        assert len(term) <= 64
        assert FILLER not in term


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "no word"),
        ("  !? ", "no word"),
        ("في من على", "most common words"),
        ("-مراكش", "only excludes"),
        ("مر*", "at least 3 letters"),
        ("*", "at least 3 letters"),
        ("colour:red", "colour: is no field"),
        ("كلمة " * 81, "400 at most"),
        (" ".join(f"w{number}" for number in range(17)), "16 at most"),
    ],
)
def test_what_cannot_be_sought_is_said(query: str, message: str) -> None:
    with pytest.raises(SearchError, match=message):
        parse(query)


def test_the_same_word_many_times_is_one() -> None:
    assert len(parse("مراكش بمراكش المراكش").clauses) == 1


def test_a_snippet_shows_the_original_words_where_most_of_them_meet() -> None:
    text = (
        "مقدمة طويلة عن أشياء أخرى. " * 20 + "وأعلن الوزير أن المُؤتمرات ستعقد بمراكش في نونبر. " + "خاتمة لا تهم أحدا هنا. " * 20
    )
    shown = snippet(text, parse("مؤتمر مراكش"), 100)
    assert len(shown.text) <= 100
    assert text[shown.start :].startswith(shown.text)
    assert [shown.text[start:end] for start, end in shown.highlights] == ["المُؤتمرات", "بمراكش"]


@given(st.lists(st.sampled_from(["مراكش", "بمراكش", "كلمة", "x", "\n", "،", "طويلة" * 9]), max_size=60), st.integers(20, 120))
def test_a_snippet_is_a_piece_of_the_text(parts: list[str], width: int) -> None:
    text = " ".join(parts)
    shown = snippet(text, parse("مراكش مدينة*"), width)
    assert text[shown.start : shown.start + len(shown.text)] == shown.text
    assert len(shown.text) <= width + 40
    for start, end in shown.highlights:
        assert terms(shown.text[start:end]) == ["مراكش"]


def test_without_a_match_a_snippet_is_the_beginning() -> None:
    shown = snippet("أول الكلام ثم آخره", parse("مراكش"), 12)
    assert (shown.text, shown.start, shown.highlights) == ("أول الكلام", 0, ())
