"""Whatever is written during a walk through a list: each entry that is there throughout, untouched, is met exactly once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from service import create_app
from service.article import Dated
from service.config import Config
from service.store import Store
from tests.conftest import NOON, publish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.testing import FlaskClient

    from service.article import Entry

    MakeEntry = Callable[..., Entry]
    Said = tuple[str, str | None]

PUBLIC_URL = "https://news.example.org"
LANGUAGES = ("ar", "fr")
# Few days, so that many articles share theirs; one that lies ahead, some that are not known.
DAYS = (None, "2019", "2024-05", "2024-05-01", "2024-05-01T09:30+01:00", "2030-01-01")
FILTERS = ("", "language=ar", "not_language=fr", "has=date", "lacks=date", "since=2020-01-01", "q=مقال")

articles = st.tuples(st.sampled_from(LANGUAGES), st.sampled_from(DAYS))
writes = st.one_of(
    st.tuples(st.just("add"), articles),
    st.tuples(st.just("edit"), st.integers(0, 30), articles),
    st.tuples(st.just("withdraw"), st.integers(0, 30)),
)
queries = st.builds(
    "{}&{}&{}".format,
    st.sampled_from(FILTERS),
    st.sampled_from(("sort=published", "sort=revised")),
    st.sampled_from(("", "expand=body")),
)
# On each page: which way to go on, and what is written before.
steps = st.lists(st.tuples(st.booleans(), st.lists(writes, max_size=3)), max_size=12)


class Site:
    """A site whose articles are written while they are walked through."""

    def __init__(self, store: Store, client: FlaskClient, make_entry: MakeEntry) -> None:
        self._store, self._client, self._make_entry = store, client, make_entry
        self._count = 0
        self.entries: dict[str, Entry] = {}

    def clear(self) -> None:
        with self._store.writer() as writer:
            writer.withdraw([entry.id for entry in self.entries.values()], NOON, "curator")
        self.entries.clear()

    def fill(self, held: list[Said]) -> None:
        made = [self._entry(self._count + index, said) for index, said in enumerate(held, start=1)]
        self._count += len(made)
        publish(self._store, *made)
        self.entries |= {str(entry.id): entry for entry in made}

    def _entry(self, number: int, said: Said) -> Entry:
        language, day = said
        return self._make_entry(number, language=language, published=day and Dated.of(day))

    def write(self, write: tuple[object, ...]) -> str | None:
        """Do one write; return the id of the entry that it touched."""
        match write:
            case ("add", said):
                self._count += 1
                entry = self._entry(self._count, said)
            case ("edit", index, said) if self.entries:
                before = list(self.entries.values())[index % len(self.entries)]
                number = int(before.article.source.removesuffix(".txt"))
                entry = replace(self._entry(number, said), revised=NOON)
            case ("withdraw", index) if self.entries:
                entry = list(self.entries.values())[index % len(self.entries)]
                with self._store.writer() as writer:
                    writer.withdraw([entry.id], NOON, "curator")
                return str(self.entries.pop(str(entry.id)).id)
            case _:
                return None
        publish(self._store, entry)
        self.entries[str(entry.id)] = entry
        return str(entry.id)

    def page(self, url: str) -> tuple[list[str], str | None, str | None]:
        answer = self._client.get(url.removeprefix(PUBLIC_URL))
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json["items"]], answer.json["next"], answer.json["prev"]

    def all(self, query: str) -> list[str]:
        """Return what a list has at one moment."""
        return self.page(f"/api/v1/articles?{query}&limit=500")[0]


@pytest.fixture
def site(database_url: str, make_entry: MakeEntry) -> Iterator[Site]:
    store = Store.open(database_url)
    app = create_app(Config(public_url=PUBLIC_URL, access_log=False), store)
    yield Site(store, app.test_client(), make_entry)
    store.close()


def examples(most: int) -> Callable[..., Any]:
    """Try a walk with some articles, a query, pages of a length, and steps with what is written before each."""
    tried = given(held=st.lists(articles, max_size=14), query=queries, limit=st.integers(1, 5), steps=steps)
    # Each example leaves a site that has been written to, which proves no less than an empty one.
    chosen = settings(max_examples=most, suppress_health_check=[HealthCheck.function_scoped_fixture])
    return lambda test: chosen(tried(test))


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@examples(60)
def test_a_walk_meets_what_stays_once_whatever_is_written_meanwhile(site: Site, **tried: Any) -> None:
    walk(site, **tried)


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@examples(10)
def test_so_it_does_on_postgresql(site: Site, **tried: Any) -> None:
    walk(site, **tried)


def walk(site: Site, held: list[Said], query: str, limit: int, steps: list[tuple[bool, list[tuple[object, ...]]]]) -> None:
    site.clear()
    site.fill(held)
    before, here, touched, pages = site.all(query), set(site.entries), set(), []
    found, following, previous = site.page(f"/api/v1/articles?{query}&limit={limit}")
    pages.append((None, found, following, previous))
    # As far as it is told, and then on to the end.
    for is_forward, written in [*steps, *[(True, [])] * len(before)]:
        touched |= {site.write(each) for each in written}
        url = following if is_forward else previous
        if url:
            found, following, previous = site.page(url)
            pages.append((is_forward, found, following, previous))
    later = touched - here
    assert all(later.isdisjoint(page[1]) for page in pages)
    assert_walked([key for key in before if key not in touched], pages, touched)


def assert_walked(
    stayed: list[str], pages: list[tuple[bool | None, list[str], str | None, str | None]], touched: set[str | None]
) -> None:
    """Each page begins where the one before it ended, or ends where that one began."""
    begin = end = 0
    for is_forward, found, following, previous in pages:
        note(f"{'→' if is_forward else '←'} {found}")
        assert len(found) == len(set(found))
        shown = [key for key in found if key not in touched]
        begin, end = (begin - len(shown), begin) if is_forward is False else (end, end + len(shown))
        assert shown == stayed[max(begin, 0) : end]
        if following is None:
            assert end == len(stayed)
        if previous is None:
            assert begin == 0
    assert following is None
