"""docs/mirror.py over HTTP: whatever happens at the source or to the mirror, in the end the mirror has what the source has."""

from __future__ import annotations

import json
import random
import runpy
import signal
import subprocess
import sys
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest

from service.article import Dated
from service.config import ROOT
from service.store import Store
from tests.conftest import NOON, publish, serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from service.article import Entry

MIRROR = ROOT / "docs" / "mirror.py"
PUBLIC_URL = "https://news.example.org"
PATIENCE = 60


class Source:
    """A service that is written to, restarted and rebuilt while it is mirrored."""

    def __init__(self, url: Callable[[int], str], make_entry: Callable[..., Entry], chance: random.Random) -> None:
        """Serve an empty database; `url` gives the address of each one that is made."""
        self._url, self._make_entry, self._chance = url, make_entry, chance
        self._database, self._added, self._operations = 0, 0, 0
        self._stack = ExitStack()
        self.published: dict[int, Entry] = {}
        self.withdrawn: dict[int, Entry] = {}
        self._start()

    def _start(self) -> None:
        self.store = Store.open(self._url(self._database))
        self._stack.callback(self.store.close)
        self.url = self._stack.enter_context(serving(self.store, PUBLIC_URL))

    def stop(self) -> None:
        self._stack.close()

    def restart(self) -> None:
        self.stop()
        self._start()

    def rebuild(self) -> None:
        """Go on with a database of another lineage that holds the same, under other revisions."""
        self.stop()
        self._database += 1
        self._start()
        entries = list(self.published.values())
        self._chance.shuffle(entries)
        publish(self.store, *entries)
        self.withdrawn.clear()

    def write(self, most: int) -> int:
        """Add, edit, restore and withdraw some articles at once; return how many."""
        chance, count = self._chance, self._chance.randint(1, most)
        changed: dict[int, Entry] = {}
        for _ in range(count):
            what = chance.random()
            if what < 0.4 or not self.published:
                number = self._added = self._added + 1
            elif what < 0.8 or not self.withdrawn:
                number = chance.choice(list(self.published))
            else:
                number = chance.choice(list(self.withdrawn))
            changed[number] = self._entry(number)
        publish(self.store, *changed.values())
        self.published |= changed
        for number in changed:
            self.withdrawn.pop(number, None)
        gone = chance.sample(list(self.published), min(len(self.published), chance.randint(0, most // 3)))
        with self.store.writer() as writer:
            writer.withdraw([self.published[number].id for number in gone], NOON, "curator")
        self.withdrawn |= {number: self.published.pop(number) for number in gone}
        return len(changed) + len(gone)

    def _entry(self, number: int) -> Entry:
        self._operations += 1
        day = Dated.of(f"{self._chance.randint(1990, 2025)}-05-{self._chance.randint(1, 28):02}")
        title = f"مقال {number}، الصيغة {self._operations}"
        return self._make_entry(number, title=title, published=self._chance.choice([day, None]), body=(title,))


def catch_up(url: str, file: Path) -> None:
    subprocess.run([sys.executable, str(MIRROR), url, str(file)], check=True, timeout=PATIENCE, capture_output=True)


def be_killed(url: str, file: Path, after: float) -> None:
    mirror = subprocess.Popen([sys.executable, str(MIRROR), url, str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        mirror.wait(after)
    except subprocess.TimeoutExpired:
        mirror.send_signal(signal.SIGKILL)
        mirror.wait()


def mirrored(file: Path) -> dict[str, object]:
    with closing(runpy.run_path(str(MIRROR))["open_copy"](str(file))) as copy:
        return {key: json.loads(article) for key, article in copy.execute("select * from articles")}


def assert_same(source: Source, file: Path, chance: random.Random) -> None:
    found = mirrored(file)
    with urlopen(f"{source.url}/api/v1/articles?format=ndjson&expand=outlet,body", timeout=PATIENCE) as response:
        assert found == {article["id"]: article for article in map(json.loads, response)}
    assert set(found) == {str(entry.id) for entry in source.published.values()}
    for key in chance.sample(list(found), 50):
        with urlopen(f"{source.url}/api/v1/articles/{key}", timeout=PATIENCE) as response:
            # Issues explain a capture; they change without a revision.
            assert found[key] | {"issues": []} == json.load(response)


@pytest.mark.slow
@pytest.mark.parametrize(("engine", "operations"), [("sqlite", 10_000), ("postgresql", 1_000)])
def test_a_mirror_equals_its_source_after_any_history(
    request: pytest.FixtureRequest, tmp_path: Path, make_entry: Callable[..., Entry], engine: str, operations: int
) -> None:
    chance = random.Random(operations)
    step, open_copy = (runpy.run_path(str(MIRROR))[name] for name in ("step", "open_copy"))
    source = Source(addresses(request, engine, tmp_path), make_entry, chance)
    file, done, most = tmp_path / "mirror.db", 0, 150
    marks = [operations // 3, operations * 2 // 3]
    while done < operations:
        done += source.write(most)
        match chance.randrange(6):
            case 0:
                source.restart()
            case 1:
                be_killed(source.url, file, chance.uniform(0.05, 0.3))
            case 2 | 3:
                # A mirror that goes away before it has all.
                with closing(open_copy(str(file))) as copy:
                    step(source.url, copy)
        if marks and done >= marks[0]:
            marks.pop(0)
            catch_up(source.url, file)
            assert_same(source, file, chance)
            source.rebuild()
    catch_up(source.url, file)
    assert_same(source, file, chance)
    source.stop()


def addresses(request: pytest.FixtureRequest, engine: str, folder: Path) -> Callable[[int], str]:
    """Return what gives the address of each database of an engine."""
    if engine == "sqlite":
        return lambda number: f"sqlite:///{folder}/source-{number}.db"
    import psycopg

    uri = request.getfixturevalue("postgres")
    held: list[int] = []

    def address(number: int) -> str:
        if number not in held:
            held.append(number)
            with psycopg.connect(uri, autocommit=True) as connection:
                connection.execute("drop schema public cascade")
                connection.execute("create schema public")
        return uri

    return address
