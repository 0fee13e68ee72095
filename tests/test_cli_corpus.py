"""The commands that write capture files, and the one that waits for them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from service.cli import main
from service.config import ROOT
from service.ingest import BATCH
from service.store import ArticleQuery, Order, Store
from tests.conftest import CORPUS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result

PATIENCE = 30
TEXT = "عنوان المقال الأول هنا\n\nهذه جملة طويلة بما يكفي لتكون نصا للمقال.\n"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "captures"
    made.mkdir()
    return made


@pytest.fixture
def run(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/nashra.db")
    monkeypatch.setenv("CORPUS_DIR", str(folder))
    return lambda *arguments: CliRunner().invoke(main, [str(argument) for argument in arguments])


def sources(tmp_path: Path) -> dict[str, str | None]:
    store = Store.open(f"sqlite:///{tmp_path}/nashra.db")
    found = store.page(ArticleQuery(order=Order.REVISION, limit=100)).entries
    store.close()
    return {entry.article.source: entry.article.title for entry in found}


def test_stamp_writes_once_when_captures_were_made(run, folder: Path) -> None:
    shutil.copy(CORPUS / "suez-canal-reopens.txt", folder / "dated.txt")
    (folder / "new.txt").write_text(TEXT, encoding="utf-8")
    (folder / "page.html").write_text(f"<p>{TEXT}</p>", encoding="utf-8")
    (folder / "link.txt").symlink_to(folder / "new.txt")
    first = run("stamp")
    assert first.exit_code == 0
    assert first.stdout == f"1 stamped, 1 had a capture time, 2 not stamped in {folder}\n"
    assert [line.split(":")[0] for line in first.stderr.splitlines()] == ["not stamped link.txt", "not stamped page.html"]
    stamped = (folder / "new.txt").read_text(encoding="utf-8")
    assert re.fullmatch(rf"---\ncaptured: {TIME}\n---\n{TEXT}", stamped)
    assert (folder / "dated.txt").read_bytes() == (CORPUS / "suez-canal-reopens.txt").read_bytes()
    assert run("stamp", folder).stdout.startswith("0 stamped, 2 had a capture time, 2 not stamped")
    assert (folder / "new.txt").read_text(encoding="utf-8") == stamped


def test_stamp_takes_the_time_of_the_file_where_told_to(run, folder: Path) -> None:
    (folder / "new.txt").write_text(TEXT, encoding="utf-8")
    os.utime(folder / "new.txt", (1700000000, 1700000000))
    assert run("stamp", "--mtime").stdout.startswith("1 stamped")
    assert "captured: 2023-11-14T22:13:20Z\n" in (folder / "new.txt").read_text(encoding="utf-8")


def test_add_copies_stamps_and_publishes(run, folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(TEXT, encoding="utf-8")
    address = "https://x.example/1"
    result = run("add", page, "--url", address, "--captured", "2026-02-03T12:47:55+01:00")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"added {folder}/page.txt\n1 captures of {folder} are published: 1 new")
    assert (folder / "page.txt").read_text(encoding="utf-8") == (
        f'---\nurl: "{address}"\ncaptured: 2026-02-03T11:47:55Z\n---\n{TEXT}'
    )
    assert sources(tmp_path) == {address: "عنوان المقال الأول هنا"}
    again = run("add", page, "--url", address)
    assert again.stdout.startswith(f"already there {folder}/page.txt\n")
    assert "0 new, 0 changed, 1 unchanged" in again.stdout
    page.write_text("خبر آخر " + TEXT, encoding="utf-8")
    assert run("add", page, "--no-ingest").stdout == f"added {folder}/page-2.txt\n"
    assert page.read_text(encoding="utf-8") == "خبر آخر " + TEXT


def test_add_stamps_the_copy_of_a_page_and_leaves_archives_as_they_are(run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(f"<h1>عنوان</h1><p>{TEXT}</p>", encoding="utf-8")
    (tmp_path / "news.jsonl").write_text('{"text": "a few words"}\n{"text": "more words"}\n', encoding="utf-8")
    result = run("add", tmp_path / "page.html", tmp_path / "news.jsonl")
    assert result.exit_code == 0
    assert re.match(rf"---\ncaptured: {TIME}\n---\n<h1>", (folder / "page.html").read_text(encoding="utf-8"))
    assert (folder / "news.jsonl").read_bytes() == (tmp_path / "news.jsonl").read_bytes()
    assert result.stderr.startswith("not stamped news.jsonl: ")
    assert "3 new" in result.stdout


def test_add_refuses_what_ingest_refuses_and_adds_the_rest(run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"\xc7\xe1")
    (tmp_path / "good.txt").write_text(TEXT, encoding="utf-8")
    result = run("add", tmp_path / "bad.txt", tmp_path / "none.txt", tmp_path / "good.txt")
    assert result.exit_code == 1
    refused = run("inspect", tmp_path / "bad.txt").stderr + run("inspect", tmp_path / "none.txt").stderr
    assert result.stderr == refused
    assert [path.name for path in folder.iterdir()] == ["good.txt"]
    assert "1 new" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--url", "ftp://x.example/"), "not an address"),
        (("--captured", "2026-02-03T12:47"), "it has no offset"),
        (("--url", "https://x.example/", "other.txt"), "--url is the address of one page"),
    ],
)
def test_add_says_what_is_wrong_with_its_options(run, folder: Path, arguments: tuple[str, ...], said: str) -> None:
    result = run("add", "a.txt", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not list(folder.iterdir())


def test_add_never_changes_what_a_capture_declares(run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"---\nurl: https://x.example/1\n---\n{TEXT}", encoding="utf-8")
    result = run("add", tmp_path / "a.txt", "--url", "https://x.example/2")
    assert result.exit_code == 1
    assert result.stderr == "refused a.txt: it declares url https://x.example/1, not https://x.example/2\n"
    assert not list(folder.iterdir())


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow
def test_ctrl_c_ends_an_ingest_by_several_processes_between_batches(folder: Path, tmp_path: Path) -> None:
    lines = (f'{{"text": "article number {number}"}}\n' for number in range(20_000))
    (folder / "news.jsonl").write_text("".join(lines), encoding="utf-8")
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/nashra.db"}
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "ingest", str(folder), "--jobs", "2"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    store = Store.open(f"sqlite:///{tmp_path}/nashra.db")
    until(lambda: store.channel().count > 0)
    # As a terminal does: to every process of the group.
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=PATIENCE)
    published = store.channel().count
    store.close()
    assert (process.returncode, said.strip()) == (1, "Aborted!")
    assert 0 < published < 20_000
    assert published % BATCH == 0


@pytest.fixture
def watching(tmp_path: Path, folder: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start `nashra watch`; what it says is in tmp_path/log."""
    started: list[subprocess.Popen[str]] = []

    def start(database: Path) -> subprocess.Popen[str]:
        environment = os.environ | {"DATABASE_URL": f"sqlite:///{database}", "PYTHONUNBUFFERED": "1"}
        with (tmp_path / "log").open("w") as log:
            command = [sys.executable, "-m", "service", "watch", str(folder)]
            started.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_watch_publishes_what_is_written_until_it_is_stopped(watching, folder: Path, tmp_path: Path, end: int) -> None:
    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    process = watching(tmp_path / "nashra.db")
    log = tmp_path / "log"
    until(lambda: "1 new, 0 changed, 0 unchanged; 0 refused" in log.read_text())
    (folder / "b.txt").write_text(TEXT, encoding="utf-8")
    until(lambda: set(sources(tmp_path)) == {"a.txt", "b.txt"})
    until(lambda: "1 new, 0 changed, 0 unchanged, 1 in files that did not change; 0 refused" in log.read_text())
    (folder / "c.txt").write_bytes(b"\xc7\xe1")
    until(lambda: "refused c.txt: byte 1 (0xc7) is no UTF-8" in log.read_text())
    process.send_signal(end)
    assert process.wait(PATIENCE) == 0
    assert log.read_text().splitlines()[-1] == "Stopped; what was published stays."


@pytest.mark.slow
def test_watch_goes_on_once_the_database_is_back(watching, folder: Path, tmp_path: Path) -> None:
    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "nashra.db").mkdir()
    process = watching(tmp_path / "nashra.db")
    until(lambda: "nashra: trying again in 2 s" in (tmp_path / "log").read_text())
    assert process.poll() is None
    (tmp_path / "nashra.db").rmdir()
    until(lambda: "1 new" in (tmp_path / "log").read_text())
    assert set(sources(tmp_path)) == {"a.txt"}
    assert "Traceback" not in (tmp_path / "log").read_text()
