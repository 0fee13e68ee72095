"""Measures the normaliser beside date extractors: `make bench`, or `.venv-bench/bin/python -m benchmarks.normalise`.

How often the publication date is right and how often one is invented, on the gold of `tests/gold`; the time for a
capture of 4 kB; and whether our time stays level per kilobyte, whatever the text. Figures are printed, nothing is asserted.
"""

from __future__ import annotations

import argparse
import gc
import logging
import re
import sys
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from html import escape
from itertools import cycle
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from dateparser.search import search_dates
from dateutil.parser import parse
from htmldate import find_date
from trafilatura import bare_extraction
from trafilatura.meta import reset_caches
from trafilatura.metadata import extract_metadata

from service.config import ROOT
from service.ingest.reader import Refused, read_file
from service.ingest.registry import load_registry
from service.normalise import normalise, tables
from service.normalise.text import fold
from tests.score import GOLD, accepted, load_gold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from service.article import Article, Capture


OURS = "nashra, all fields"
CAPTURE_BYTES = 4000
CAPTURES = 5
# Of the gold so many are read by all, evenly spread: dateparser takes a tenth of a second for each.
COMPARED = 500
SIZES = (16_000, 64_000, 256_000, 1_000_000)
REPEATS = 3
IN_A_ROW = 40
# Below the length from which our date rules pass a line over, so that it is searched.
LINE = 300
SEED_LANGUAGES = ("ar", "fr", "en")
GOLD_LANGUAGES = (*SEED_LANGUAGES, "es", "fa", "he", "tr", "ur")
# Without these dateparser fills what a text leaves open from today, and reads any number as a date.
WHOLE_DATES = {"REQUIRE_PARTS": ["day", "month", "year"], "PARSERS": ["absolute-time"], "DATE_ORDER": "DMY"}
ENGLISH_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
ISO_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
# What two parses share was in the text; what differs was filled in.
DEFAULTS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2001, 2, 2, tzinfo=UTC))


def read_ours() -> Callable[[Capture], Article]:
    """Return the normaliser with the registry of the corpus."""
    registry = load_registry(ROOT / "corpus" / "outlets.toml")
    return lambda capture: normalise(capture, registry)


def dateparser_reader(
    languages: tuple[str, ...], settings: dict[str, object] | None, strategy: str
) -> Callable[[Capture], str | None]:
    """Return a reader that takes the first date of dateparser's search."""

    def read(capture: Capture) -> str | None:
        found = search_dates(capture.text, languages=list(languages), settings=settings, strategy=strategy)
        return found[0][1].date().isoformat() if found else None

    return read


@cache
def month_names() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return a pattern of every folded month name we know, and the English name of each."""
    names = {name: ENGLISH_MONTHS[month.number - 1] for name, month in tables.months().items()}
    longest_first = sorted(map(re.escape, names), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)"), names


def dateutil_reader(*, whole: bool) -> Callable[[Capture], str | None]:
    """Return a reader that takes the first line dateutil can parse; only a `whole` date, or one filled up from today."""

    def read(capture: Capture) -> str | None:
        pattern, names = month_names()
        for line in capture.text.splitlines():
            english = pattern.sub(lambda match: names[match[0]], fold(line))
            day_first = not ISO_DATE.search(english)
            try:
                dates = {
                    parse(english, fuzzy=True, dayfirst=day_first, default=default, ignoretz=True).date()
                    for default in (DEFAULTS if whole else (datetime.now(UTC),))
                }
            except (ValueError, OverflowError):
                continue
            if len(dates) == 1:
                return dates.pop().isoformat()
        return None

    return read


def page_of(capture: Capture) -> str:
    """Return the least HTML around a text: each line a paragraph."""
    lines = "".join(f"<p>{escape(line)}</p>" for line in capture.text.splitlines() if line.strip())
    return f"<html><head><title></title></head><body><article>{lines}</article></body></html>"


def read_trafilatura(capture: Capture) -> str | None:
    """Return the date of trafilatura's whole extraction, text and metadata."""
    document = bare_extraction(page_of(capture), with_metadata=True)
    return document.date if document else None


def readers() -> dict[str, Callable[[Capture], str | None]]:
    """Return who takes part, by the name in the tables; ours is the first."""
    ours = read_ours()

    def read(capture: Capture) -> str | None:
        published = ours(capture).published
        return published.edtf[:10] if published else None

    return {
        OURS: read,
        "dateparser": dateparser_reader(SEED_LANGUAGES, None, "split"),
        "dateparser, whole dates": dateparser_reader(SEED_LANGUAGES, WHOLE_DATES, "split"),
        "dateparser, whole, 8 languages": dateparser_reader(GOLD_LANGUAGES, WHOLE_DATES, "split"),
        "dateparser, whole, 8 lang., ngram": dateparser_reader(GOLD_LANGUAGES, WHOLE_DATES, "ngram"),
        "htmldate": lambda capture: find_date(page_of(capture), extensive_search=True, original_date=True),
        "htmldate, not extensive": lambda capture: find_date(page_of(capture), extensive_search=False, original_date=True),
        "trafilatura, metadata": lambda capture: extract_metadata(page_of(capture), extensive=True).date,
        "trafilatura, all fields": read_trafilatura,
        "dateutil": dateutil_reader(whole=False),
        "dateutil, whole dates": dateutil_reader(whole=True),
    }


def gold_captures() -> dict[str, Capture]:
    """Return the captures of the gold by document."""
    captures = {}
    for doc in load_gold(GOLD):
        capture = read_file(GOLD / "docs" / f"{doc}.txt")
        if isinstance(capture, Refused):
            raise SystemExit(f"{capture.name}: {capture.issue.message}")
        captures[doc] = capture
    return captures


def is_right(got: str | None, choices: list[str | None]) -> bool:
    """Tell whether a day is one of those accepted; where the gold knows a month only, any day of it is."""
    return any(got == choice or bool(got and choice and got.startswith(choice[:10])) for choice in choices)


def accuracy(contenders: Mapping[str, Callable[[Capture], str | None]], captures: Mapping[str, Capture]) -> Iterator[str]:
    """Yield the table of right, wrong, missed and invented dates."""
    whole = load_gold(GOLD)
    gold = dict(list(whole.items())[:: max(1, len(whole) // COMPARED)])
    choices = {doc: accepted("published", want) for doc, want in gold.items()}
    with_date = [doc for doc in gold if choices[doc][0]]
    without = [doc for doc in gold if not choices[doc][0]]
    yield f"Publication date at the day, {len(with_date)} captures with one and {len(without)} without"
    yield f"{'':34}{'right':>12}{'wrong':>7}{'missed':>8}{'invented':>13}"
    for name, read in contenders.items():
        days = {doc: read(captures[doc]) for doc in gold}
        off = [days[doc] for doc in with_date if not is_right(days[doc], choices[doc])]
        invented = sum(not is_right(days[doc], choices[doc]) for doc in without)
        right, wrong = len(with_date) - len(off), sum(day is not None for day in off)
        share, false = right / len(with_date), f"{invented} ({invented / len(without):.0%})"
        yield f"{name:34}{f'{right} ({share:.0%})':>12}{wrong:7}{len(off) - wrong:8}{false:>13}"


def grown(doc: str, size: int, captures: Mapping[str, Capture], ours: Callable[[Capture], Article]) -> Capture:
    """Return the capture of `doc` with paragraphs of the next documents in its language behind its body, `size` bytes long."""
    gold, capture = load_gold(GOLD), captures[doc]
    order = [other for other in gold if gold[other]["language"] == gold[doc]["language"]]
    start = order.index(doc) + 1
    why = ours(capture).why("body")
    end = why.span[1] if why and why.span else len(capture.text)
    missing, more = size - len(capture.text.encode()), []
    paragraphs = [paragraph for other in order[start:] + order[:start] for paragraph in ours(captures[other]).body]
    for paragraph in cycle(paragraphs):
        if missing <= 0:
            break
        more.append(f"\n\n{paragraph}")
        missing -= len(more[-1].encode())
    return with_text(capture, capture.text[:end] + "".join(more) + capture.text[end:])


def with_text(capture: Capture, text: str) -> Capture:
    """Return a capture with another text."""
    return replace(capture, raw=text.encode(), text=text)


def times(contenders: Mapping[str, Callable[[Capture], str | None]], captures: list[Capture], rounds: int) -> Iterator[str]:
    """Yield the table of times: in each round all take each capture in turn, and the first is another each round."""
    names = list(contenders)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for read in contenders.values():
        read(captures[0])
    for number in range(rounds):
        sums = dict.fromkeys(names, 0.0)
        turn = number % len(names)
        for capture in captures:
            for name in names[turn:] + names[:turn]:
                sums[name] += timed(contenders[name], capture)
        for name in names:
            seconds[name].append(sums[name] / len(captures))
    ours, size = median(seconds[OURS]), sum(len(capture.raw) for capture in captures) / len(captures) / 1000
    yield f"Time for a capture of {size:.1f} kB, mean of {len(captures)}, median of {rounds} interleaved rounds"
    yield f"{'':34}{'ms':>9}{'min - max':>20}{'times ours':>12}"
    for name in names:
        spread = f"{min(seconds[name]) * 1000:.2f} - {max(seconds[name]) * 1000:.2f}"
        middle = median(seconds[name])
        yield f"{name:34}{middle * 1000:9.2f}{spread:>20}{middle / ours:12.2f}"
    # Others between two captures leave nothing of ours in the processor's caches; an ingest has nobody between them.
    in_a_row = [mean_in_a_row(contenders[OURS], captures) for _ in range(rounds)]
    spread = f"{min(in_a_row) * 1000:.2f} - {max(in_a_row) * 1000:.2f}"
    middle = median(in_a_row)
    yield f"{f'{OURS}, in a row':34}{middle * 1000:9.2f}{spread:>20}{middle / ours:12.2f}"


def mean_in_a_row(read: Callable[[Capture], object], captures: list[Capture]) -> float:
    """Return the seconds that one of many captures takes which are read one after the other."""
    start = perf_counter()
    for _ in range(IN_A_ROW):
        for capture in captures:
            read(capture)
    return (perf_counter() - start) / IN_A_ROW / len(captures)


def timed(read: Callable[[Capture], object], capture: Capture) -> float:
    """Return the seconds that one call takes where nobody has seen the text before."""
    # htmldate and trafilatura remember the strings they have seen, and a second round would measure that memory.
    reset_caches()
    gc.collect()
    start = perf_counter()
    read(capture)
    return perf_counter() - start


def growth(doc: str, captures: Mapping[str, Capture]) -> Iterator[str]:
    """Yield the table of our time per kilobyte by size, for news and for what no one would write."""
    ours = read_ours()
    yield f"Our time in ms per kB, median of {REPEATS}: level along a row where the time is linear"
    yield f"{'':34}" + "".join(f"{f'{size // 1000} kB':>9}" for size in SIZES) + f"{'s at 1 MB':>12}{'times prose':>13}"
    shapes = {"(((": "(", "digits": "0123456789", "dashes": "-", "words": "قال مصدر "}
    shapes |= {"clocks": "12:30 ", "months": "نوفمبر 1 "}
    short_lines = {
        "digits": "1234\n",
        "three letters": "قال\n",
        "labelled dates": "نشر في 01 - 11 - 2023\n",
        "outlets": "هسبريس\n",
        "days of matches": "أ × ب 12/3/2023 12%\n",
    }
    rows: dict[str, Callable[[int], Capture]] = {"news": lambda size: grown(doc, size, captures, ours)}
    for name, unit in shapes.items():
        rows[f"{name}, one line"] = lambda size, unit=unit: with_text(captures[doc], filled(unit, size))
        rows[f"{name}, lines of {LINE}"] = lambda size, unit=unit: with_text(captures[doc], in_lines(filled(unit, size)))
    for name, unit in short_lines.items():
        rows[f"{name}, short lines"] = lambda size, unit=unit: with_text(captures[doc], filled(unit, size))
    prose = None
    for name, make in rows.items():
        figures = []
        for size in SIZES:
            capture = make(size)
            figures.append((median(timed(ours, capture) for _ in range(REPEATS)) * 1000, len(capture.raw) / 1000))
        longest = figures[-1][0]
        prose = prose or longest
        level = "".join(f"{ms / kilobytes:9.3f}" for ms, kilobytes in figures)
        yield f"{name:34}{level}{longest / 1000:12.2f}{longest / prose:13.2f}"


def filled(unit: str, size: int) -> str:
    """Return `unit` again and again, `size` bytes long."""
    return unit * (size // len(unit.encode()))


def in_lines(text: str) -> str:
    """Return a text broken into lines of equal length."""
    return "\n".join(text[at : at + LINE] for at in range(0, len(text), LINE))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of the comparison of times (5)")
    rounds = parser.parse_args().rounds
    # htmldate and trafilatura warn of each page that they find poor.
    logging.disable(logging.CRITICAL)
    captures, ours, contenders = gold_captures(), read_ours(), readers()
    say(accuracy(contenders, captures))
    # What is loaded by now is no garbage. The collection before each call would walk through all of it, hundreds of megabytes
    # of other libraries' tables, and leave nothing of anybody's in the processor's caches.
    gc.collect()
    gc.freeze()
    pool = [doc for doc, want in load_gold(GOLD).items() if want["language"] in SEED_LANGUAGES]
    docs = pool[:: len(pool) // CAPTURES][:CAPTURES]
    say(times(contenders, [grown(doc, CAPTURE_BYTES, captures, ours) for doc in docs], rounds))
    say(growth(docs[0], captures))


def say(lines: Iterator[str]) -> None:
    """Print a table, each line as soon as it is known."""
    for line in lines:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
