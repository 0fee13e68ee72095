"""The command line, as people and programs call it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from service.cli import main
from service.config import ROOT
from tests.conftest import CORPUS

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/nashra.db")
    for name in ("CORPUS_DIR", "OUTLETS_FILE", "PORT", "PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: object) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return call


def test_ingest_says_in_a_line_what_it_did(run, tmp_path: Path) -> None:
    folder = tmp_path / "captures"
    shutil.copytree(CORPUS, folder)
    (folder / "bad.txt").write_bytes(b"\xc7\xe1")
    result = run("ingest", folder)
    assert result.exit_code == 0
    total = len(list(CORPUS.iterdir()))
    summary, findings = result.stdout.splitlines()
    assert summary.startswith(f"{total} captures of {folder} are published: {total} new, 0 changed, 0 unchanged; 1 refused (")
    assert findings.startswith("Findings: ")
    assert "no-date" in findings
    assert result.stderr.startswith("refused bad.txt: byte 1 (0xc7) is no UTF-8")
    assert f"0 new, 0 changed, {total} unchanged" in run("ingest", folder).stdout


def test_ingest_shares_the_work_among_processes(run) -> None:
    assert f"{len(list(CORPUS.iterdir()))} new" in run("ingest", CORPUS, "--jobs", 2).stdout
    assert "0 new, 0 changed" in run("ingest", CORPUS, "--jobs", 0).stdout
    assert run("ingest", CORPUS, "--jobs", -1).exit_code == 2


def test_a_terminal_is_shown_how_far_and_how_fast_it_goes(tmp_path: Path) -> None:
    folder = tmp_path / "captures"
    folder.mkdir()
    (folder / "a.txt").write_text("a few words", encoding="utf-8")
    (folder / "news.jsonl").write_text('{"text": "some words"}\n' * 3, encoding="utf-8")
    terminal, inside = os.openpty()
    subprocess.run(
        [sys.executable, "-m", "service", "ingest", str(folder)],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/nashra.db"},
        stdout=subprocess.DEVNULL,
        stderr=inside,
        check=True,
    )
    os.close(inside)
    shown = os.read(terminal, 100_000).decode()
    os.close(terminal)
    # Files, and not the captures in them.
    assert "2/2" in shown
    assert " captures/s" in shown


def test_ingest_publishes_the_corpus_where_no_folder_is_named(run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert f"{len(list(CORPUS.iterdir()))} new" in run("ingest").stdout
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.txt").write_text("كلمة واحدة هنا", encoding="utf-8")
    monkeypatch.setenv("CORPUS_DIR", str(tmp_path / "other"))
    summary, others, _findings = run("ingest").stdout.splitlines()
    assert "1 new" in summary
    assert others.startswith(f"{len(list(CORPUS.iterdir()))} more stay published that are not in this folder")


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("CORPUS_DIR", "/nowhere/at/all", "nashra: /nowhere/at/all: no such folder"),
        ("OUTLETS_FILE", "/nowhere.toml", "nashra: /nowhere.toml: the outlet registry cannot be read"),
        ("DATABASE_URL", "mysql://x/y", "nashra: DATABASE_URL: mysql is not supported"),
        ("PORT", "many", "nashra: PORT=many: give a whole number"),
    ],
)
def test_a_wrong_setting_is_one_clear_line(run, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, said: str) -> None:
    monkeypatch.setenv(setting, value)
    result = run("ingest")
    assert result.exit_code == 2
    assert result.stderr.startswith(said)
    assert len(result.stderr.splitlines()) == 1


def test_inspect_shows_each_value_with_the_words_that_say_so(run) -> None:
    result = run("inspect", CORPUS / "interior-report-2023.txt")
    assert result.exit_code == 0
    assert "published 2023-11-01 (day, zone from default)" in result.stdout
    assert "certain, source-line at " in result.stdout
    assert "maghress" in result.stdout
    assert "'01 - 11 - 2023'" in result.stdout
    assert "كود (goud)" in result.stdout


def test_inspect_names_what_is_doubtful(run, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(
        "إغلاق الطريق الساحلي بسبب الأمطار\n\nنشر في 05/04/2022\n\nقالت الوزارة إن الطريق مغلق إلى غاية يوم الأحد.",
        encoding="utf-8",
    )
    assert "ambiguous-date-order: " in run("inspect", page).stdout


def test_inspect_shows_what_each_line_was_taken_for(run) -> None:
    lines = run("inspect", CORPUS / "world-cup-2030.txt").stdout.splitlines()
    roles = {line.split()[0] for line in lines}
    assert {"title", "ticker", "section", "date", "prose"} <= roles


def test_inspect_prints_json_for_programs(run) -> None:
    article = json.loads(run("inspect", "--json", CORPUS / "interior-report-2023.txt").stdout)
    assert article["published"]["edtf"] == "2023-11-01"
    assert article["outlet"]["key"] == "goud"
    assert "published" in {evidence["field"] for evidence in article["evidence"]}


def test_inspect_refuses_what_is_no_text(run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    for name in ("a.txt", "none.txt"):
        result = run("inspect", tmp_path / name)
        assert result.exit_code == 1
        assert result.stderr.startswith(f"refused {name}: ")


def test_normalise_prints_a_json_line_for_each_capture(run) -> None:
    result = run("normalise", CORPUS, CORPUS / "dades-rose-harvest.txt")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [line["id"] for line in lines] == [*sorted(path.stem for path in CORPUS.iterdir()), "dades-rose-harvest"]
    line = lines[-1]
    assert (line["outlet"], line["outlet_evidence"]) == ({"name": "Le Matin", "key": "lematin"}, "byline")
    assert (line["published"], line["published_precision"], line["modified"]) == ("2024-05", "month", None)
    assert (line["language"], line["agency"], line["aggregator"], line["authors"]) == ("fr", None, None, [])
    assert len(line["body_first_words"].split()) == len(line["body_last_words"].split()) == 4


def test_normalise_reads_on_past_what_it_refuses(run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    (tmp_path / "b.txt").write_text("كلمة واحدة هنا", encoding="utf-8")
    result = run("normalise", tmp_path)
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1
    assert result.stderr.startswith("refused a.txt: ")


def test_the_wsgi_module_says_what_is_wrong_with_the_settings() -> None:
    environment = os.environ | {"PORT": "many", "DATABASE_URL": "mysql://x/y"}
    done = subprocess.run(
        [sys.executable, "-c", "import service.wsgi"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "nashra: PORT=many: give a whole number from 1 to 65535",
        "nashra: DATABASE_URL: mysql is not supported; use sqlite:/// or postgresql://",
    ]
