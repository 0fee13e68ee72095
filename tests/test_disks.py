"""Disks that are full or become read-only: one clear error, no harm, and reading goes on."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from service.errors import StoreError
from service.store import Store
from tests.conftest import publish, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from service.article import Entry

    MakeEntry = Callable[..., Entry]

pytestmark = pytest.mark.slow

MEGABYTE = 2**20
# The size of a disk, and who may write nowhere.
DISK = "24m"
NOBODY = 65534
# A large text, which no disk of the tests has room for.
HEAVY = "نص طويل " * (MEGABYTE // 4)


@pytest.fixture
def disk() -> Iterator[Path]:
    """A small disk of its own; where this process may not mount, a folder of one."""
    # Below /tmp by name: who is nobody for a while has to come there.
    with tempfile.TemporaryDirectory(prefix="nashra-disk-", dir="/tmp") as folder:
        path = Path(folder)
        is_mounted = mount("-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", folder)
        path.chmod(0o755)
        yield path
        if is_mounted:
            subprocess.run(["umount", "--lazy", folder], check=True)


def mount(*arguments: str) -> bool:
    """Tell whether it could be done."""
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0


@contextmanager
def read_only(disk: Path) -> Iterator[None]:
    """Make a disk read-only, whatever is open on it; a folder as far as permissions do."""
    if not disk.is_mount():
        with unwritable(disk):
            yield
    elif mount("-o", "remount,ro", str(disk)):
        yield
        assert mount("-o", "remount,rw", str(disk))
    else:
        # A file is open for writing, which only the kernel itself would overrule: new ones are opened through another view.
        assert mount("--bind", str(disk), str(disk))
        assert mount("-o", "remount,bind,ro", str(disk))
        yield
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """Take the right to write from this process, which is nobody for a while where it is root."""
    files = {path: path.stat().st_mode for path in (folder, *folder.rglob("*"))}
    for path, mode in files.items():
        path.chmod(mode & 0o555 | 0o444)
    is_root = os.geteuid() == 0
    if is_root:
        os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        if is_root:
            os.setresuid(0, 0, 0)
        for path, mode in files.items():
            if path.exists():
                path.chmod(mode)


@contextmanager
def full_by_size(store: Store) -> Iterator[None]:
    """Let no file of this process grow, which needs no privilege."""
    wal = Path(f"{store.engine.url.database}-wal")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(wal.stat().st_size, MEGABYTE), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def full_by_ballast(store: Store) -> Iterator[None]:
    """Fill the disk of a store to its last block."""
    ballast = Path(f"{store.engine.url.database}.ballast")
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    assert shutil.disk_usage(ballast.parent).free == 0
    try:
        yield
    finally:
        ballast.unlink()


def check_full(store: Store, make_entry: MakeEntry, full: Callable[[Store], Any]) -> None:
    publish(store, make_entry(1), make_entry(2))
    before = store.channel()
    heavy = make_entry(3, body=(HEAVY,))
    with full(store):
        for _ in range(3):
            with pytest.raises(StoreError, match=r"the database cannot be used: (database or disk is full|disk I/O error) \(/"):
                publish(store, heavy)
            assert store.channel() == before
            assert sorted(walk(store)) == ["1.txt", "2.txt"]
        # Also by a connection that is opened only now.
        store.engine.dispose()
        assert sorted(walk(store)) == ["1.txt", "2.txt"]
    publish(store, heavy)
    assert sorted(walk(store)) == ["1.txt", "2.txt", "3.txt"]
    assert store.problems() == []


def test_a_full_disk_is_a_clear_error_and_no_harm(disk: Path, make_entry: MakeEntry) -> None:
    store = Store.open(f"sqlite:///{disk}/nashra.db")
    check_full(store, make_entry, full_by_ballast if disk.is_mount() else full_by_size)
    store.close()


def test_a_file_that_may_not_grow_is_a_clear_error_and_no_harm(tmp_path: Path, make_entry: MakeEntry) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/nashra.db")
    check_full(store, make_entry, full_by_size)
    store.close()


@pytest.mark.parametrize("is_made", [True, False])
def test_a_read_only_disk_is_one_clear_line(disk: Path, make_entry: MakeEntry, *, is_made: bool) -> None:
    url = f"sqlite:///{disk}/nashra.db"
    if is_made:
        store = Store.open(url)
        publish(store, make_entry(1))
        store.close()
    with read_only(disk):
        with pytest.raises(StoreError, match=rf"{disk}/nashra.db") as error:
            Store.open(url)
        assert "\n" not in str(error.value)
    store = Store.open(url)
    assert walk(store) == ["1.txt"] * is_made
    store.close()


def in_thread(done: Callable[[], Any]) -> Any:
    """Return what another thread comes to, which has no connection of its own yet."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(done).result()


def check_read_only(store: Store, make_entry: MakeEntry) -> None:
    with pytest.raises(StoreError, match=r"its lock .*nashra.db.lock cannot be taken"):
        publish(store, make_entry(2))
    assert walk(store) == ["1.txt"]
    assert (store.revision(), in_thread(store.revision)) == (1, 1)


def test_a_disk_that_becomes_read_only_goes_on_being_read(disk: Path, make_entry: MakeEntry) -> None:
    store = Store.open(f"sqlite:///{disk}/nashra.db")
    publish(store, make_entry(1))
    assert store.revision() == 1
    with read_only(disk):
        check_read_only(store, make_entry)
        # Also by connections that are opened only now.
        store.engine.dispose()
        check_read_only(store, make_entry)
    publish(store, make_entry(2))
    assert len(walk(store)) == 2
    assert store.problems() == []
    store.close()


def test_a_lock_that_cannot_be_taken_leaves_reading(tmp_path: Path, make_entry: MakeEntry) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/nashra.db")
    publish(store, make_entry(1))
    lock = tmp_path / "nashra.db.lock"
    lock.unlink()
    lock.mkdir()
    check_read_only(store, make_entry)
    lock.rmdir()
    publish(store, make_entry(2))
    assert len(walk(store)) == 2
    store.close()


def test_what_starts_on_a_read_only_disk_reads_on_and_writes_when_it_can(
    disk: Path, tmp_path: Path, make_entry: MakeEntry
) -> None:
    before = Store.open(f"sqlite:///{tmp_path}/nashra.db")
    publish(before, make_entry(1))
    # What a process leaves that is killed: its log and the index of that.
    for left in tmp_path.glob("nashra.db*"):
        shutil.copy(left, disk)
    before.close()
    with read_only(disk):
        store = Store.open(f"sqlite:///{disk}/nashra.db")
        check_read_only(store, make_entry)
    publish(store, make_entry(2))
    assert len(walk(store)) == 2
    assert store.problems() == []
    store.close()
