"""On which platform the service finds itself, and what it warns of there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from service import hosting
from service.cli import main
from service.cli.platform import warnings
from service.config import ROOT, Config
from service.ingest import Options, curate, ingest
from service.ingest.rules import Rules
from service.store import Store
from tests.conftest import CORPUS, NOON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from service.normalise import Registry

PUBLIC = {"PUBLIC_URL": "https://news.example.org"}


@pytest.mark.parametrize(
    ("env", "name"),
    [
        ({}, None),
        ({"PORT": "5000", "RENDERER": "x", "DYNOS": "y", "CC": "gcc"}, None),
        ({"DYNO": "web.1"}, "Heroku"),
        ({"RENDER": "true"}, "Render"),
        ({"RAILWAY_ENVIRONMENT_ID": "x"}, "Railway"),
        ({"CC_PYTHON_VERSION": "3"}, "Clever Cloud"),
        ({"SCALINGO_POSTGRESQL_URL": "x"}, "Scalingo"),
    ],
)
def test_platforms_are_known_by_what_they_set(env: dict[str, str], name: str | None) -> None:
    assert hosting.platform(env) == name


@pytest.mark.parametrize(
    ("env", "address"),
    [
        ({}, None),
        ({"RENDER_EXTERNAL_URL": "https://x.onrender.com"}, "https://x.onrender.com"),
        ({"RAILWAY_PUBLIC_DOMAIN": "x.up.railway.app"}, "https://x.up.railway.app"),
        ({"HEROKU_APP_DEFAULT_DOMAIN_NAME": "x.herokuapp.com"}, "https://x.herokuapp.com"),
    ],
)
def test_some_tell_the_address_of_the_application(env: dict[str, str], address: str | None) -> None:
    assert hosting.address(env) == address


def test_a_disk_passes_where_the_application_lies() -> None:
    beside = ROOT / "nashra.db"
    assert not hosting.is_passing(beside, {})
    assert hosting.is_passing(beside, {"DYNO": "web.1"})
    assert hosting.is_passing(ROOT / "not" / "yet" / "made.db", {"DYNO": "web.1"})


def test_memory_passes_and_a_volume_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    monkeypatch.setattr(hosting, "MOUNTS", mounts)
    # The file system of processes stands for any that is not the application's.
    for kind, is_passing in (("ext4", False), ("tmpfs", True), ("overlay", True)):
        mounts.write_text(f"disk / ext4 rw 0 0\ndisk /proc {kind} rw 0 0\ndisk /with\\040space ext4 rw 0 0\n", encoding="utf-8")
        assert hosting.is_passing(hosting.Path("/proc/nashra.db"), {"RENDER": "true"}) is is_passing


@pytest.fixture
def filled(registry: Registry) -> Iterator[Store]:
    """A store beside the application, with the corpus in it."""
    file = ROOT / "build" / "test-hosting.db"
    file.parent.mkdir(exist_ok=True)
    store = Store.open(f"sqlite:///{file}")
    ingest(CORPUS, registry, store, lambda: NOON)
    yield store
    store.close()
    for path in file.parent.glob(f"{file.name}*"):
        path.unlink()


def said(store: Store, env: dict[str, str], host: str = "0.0.0.0") -> list[str]:
    return list(warnings(Config.from_env(env), env, host, store))


def test_without_a_public_address_it_says_what_is_at_stake(filled: Store) -> None:
    (line,) = said(filled, {"PORT": "9000"})
    assert line.startswith("PUBLIC_URL is not set, so every link in feeds, API and pages begins with http://127.0.0.1:9000")
    assert said(filled, PUBLIC) == []
    assert said(filled, {}, host="127.0.0.1") == []
    on_railway = said(filled, {"RAILWAY_PUBLIC_DOMAIN": "x.up.railway.app"}, host="127.0.0.1")
    assert on_railway[0].endswith("set PUBLIC_URL=https://x.up.railway.app")


def test_on_a_passing_disk_it_says_what_will_be_lost(filled: Store, registry: Registry) -> None:
    env = PUBLIC | {"DYNO": "web.1"}
    (line,) = said(filled, env)
    assert "Heroku empties at each restart" in line
    assert "what is pinned, withdrawn or uploaded will be LOST" in line
    names = sorted(path.name for path in CORPUS.iterdir())
    curate.withdraw(filled, names[0], lambda: NOON)
    curate.pin_fields(filled, Rules(registry, {}), names[1], {"title": "عنوان", "section": "أخبار"}, lambda: NOON)
    (line,) = said(filled, env)
    assert "this will be LOST: 1 pinned articles, 1 withdrawn by hand, 0 uploaded" in line
    assert said(filled, PUBLIC) == []


def test_what_an_ingest_withdrew_comes_to_the_same_again(filled: Store, registry: Registry, tmp_path: Path) -> None:
    folder = tmp_path / "captures"
    folder.mkdir()
    (folder / "a.txt").write_text("كلمة واحدة هنا", encoding="utf-8")
    ingest(folder, registry, filled, lambda: NOON)
    (folder / "a.txt").unlink()
    ingest(folder, registry, filled, lambda: NOON, options=Options(prune=True))
    assert "what is pinned" in said(filled, PUBLIC | {"DYNO": "web.1"})[0]


def test_captures_of_unknown_time_are_told_where_each_restart_dates_them_anew(
    filled: Store, registry: Registry, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("كلمة واحدة هنا", encoding="utf-8")
    ingest(tmp_path, registry, filled, lambda: NOON)
    assert said(filled, PUBLIC | {"DYNO": "web.1"})[1].startswith("1 captures do not say when they were captured")


def test_who_pins_on_a_passing_disk_is_told(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{filled.engine.url.database}")
    name = min(path.name for path in CORPUS.iterdir())
    assert CliRunner().invoke(main, ["pin", name, "title=عنوان"]).stderr == ""
    monkeypatch.setenv("DYNO", "run.1")
    told = CliRunner().invoke(main, ["withdraw", name])
    assert told.exit_code == 0
    assert "this will be LOST: 1 pinned articles, 1 withdrawn by hand, 0 uploaded" in told.stderr
