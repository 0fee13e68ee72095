"""A store and the site that is built of it, for tests of building."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from service import create_app
from service.article import Dated
from service.build import Report, build
from service.build.settings import Settings
from service.config import Config
from service.links import Links
from service.store import Store
from tests.conftest import publish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

    from service.article import Entry
    from service.normalise import Registry

    MakeEntry = Callable[..., Entry]

HERE = "https://news.example.org/nashra"
FOR_HOSTS = {"_headers", "_redirects", ".nojekyll"}


class Site:
    """A store, and the files that are built of it."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self.url = url or f"sqlite:///{folder}/nashra.db"
        self.store = Store.open(self.url)
        self.folder = folder / "site"
        self.config = Config(public_url=HERE, database_url=self.url, site_title="نشرة الاختبار", feed_length=5, access_log=False)
        self.settings = Settings(config=self.config, codings=("gzip", "br", "zstd"))

    def build(self, **changes: Any) -> Report:
        return build(replace(self.settings, **changes), self.folder)

    def client(self) -> FlaskClient:
        return create_app(self.config, self.store, Links(HERE, is_static=True)).test_client()

    def files(self) -> dict[str, Path]:
        """Return the documents by their names, without their coded forms and what the build keeps for itself."""
        found = (path for path in self.folder.rglob("*") if path.is_file() and ".nashra" not in path.parts)
        return {str(path.relative_to(self.folder)): path for path in found if path.suffix not in (".gz", ".br", ".zst")}

    def times(self) -> dict[str, int]:
        return {name: path.stat().st_mtime_ns for name, path in self.files().items()}


@pytest.fixture
def news(make_entry: MakeEntry, registry: Registry) -> list[Entry]:
    """Articles of two outlets and months, some without a date, in large channels and small ones."""
    outlets = [registry.by_key[key] for key in ("hespress", "lematin")]
    return [
        make_entry(
            number,
            title=f"خبر {number} <&>",
            outlet=outlets[number % 2],
            language=("ar", "fr")[number % 2],
            tags=("الماء & البيئة", f"وسم {number % 9}"),
            section="مجتمع",
            authors=("Nadia B.",) if number % 3 else (),
            published=None if number % 20 == 0 else Dated.of(f"2024-0{1 + number % 2}-{1 + number % 28:02}"),
        )
        for number in range(1, 131)
    ]


@pytest.fixture
def site(tmp_path: Path, news: list[Entry]) -> Iterator[Site]:
    made = Site(tmp_path)
    publish(made.store, *news)
    yield made
    made.store.close()


@pytest.fixture
def few(tmp_path: Path, news: list[Entry]) -> Iterator[Site]:
    """Return a site of some of the news, where how many there are does not matter."""
    made = Site(tmp_path)
    publish(made.store, *news[-30:])
    yield made
    made.store.close()


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which the first test that needs a built site leaves one for the others."""
    return tmp_path_factory.mktemp("built")


@pytest.fixture
def built(templates: Path, tmp_path: Path, news: list[Entry]) -> Iterator[Site]:
    """Return a site of the news that has been built, a copy of which costs less than building it."""
    if not (templates / "site").exists():
        first = Site(templates)
        publish(first.store, *news)
        first.build()
        first.store.close()
    shutil.copytree(templates, tmp_path, dirs_exist_ok=True)
    made = Site(tmp_path)
    yield made
    made.store.close()
