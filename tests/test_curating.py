"""Correcting what is published, from the command line: pins, withdrawals, removed files, dry runs, reports."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from service.api import fragments
from service.article import Confidence
from service.cli import main
from service.store import ArticleQuery, Place, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from service.article import Entry

    Run = Callable[..., Result]

PAGE = """{title}

هسبريس
الأربعاء 1 نونبر 2023

{body}
"""
BODY = (
    "أعلنت وزارة الفلاحة أن موسم الزيتون سيبدأ هذا الأسبوع في أقاليم الجهة الشرقية، وأن الإنتاج سيفوق إنتاج السنة الماضية.\n\n"
    "وأضاف المسؤول أن الأسعار ستبقى مستقرة في الأسواق، وأن التعاونيات توصلت بدعم جديد من أجل تجهيز المعاصر."
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "captures"
    made.mkdir()
    for number in range(1, 4):
        text = PAGE.format(title=f"الفلاحون ينتظرون موسم الزيتون رقم {number}", body=BODY)
        (made / f"{number}.txt").write_text(f"---\ncaptured: 2024-01-0{number}T08:00:00Z\n---\n{text}", encoding="utf-8")
    return made


@pytest.fixture
def run(database_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    for name, value in {"DATABASE_URL": database_url, "CORPUS_DIR": str(folder)}.items():
        monkeypatch.setenv(name, value)

    def call(*arguments: object, status: int = 0) -> Result:
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        assert result.exit_code == status, result.output
        return result

    call("ingest")
    return call


@pytest.fixture
def published(database_url: str) -> Iterator[Callable[[], dict[str, Entry]]]:
    store = Store.open(database_url)

    def look() -> dict[str, Entry]:
        assert store.problems() == []
        return {entry.article.source: entry for entry in store.page(ArticleQuery(limit=500)).entries}

    yield look
    store.close()


def test_a_pin_outlasts_every_reading(run: Run, published: Callable[[], dict[str, Entry]], folder: Path) -> None:
    before = published()["1.txt"]
    result = run("pin", "1.txt", "title=عنوان صححه المحرر", "published=2023-11-02")
    assert "published: " in result.stdout
    after = published()["1.txt"]
    assert (after.article.title, after.article.published.edtf) == ("عنوان صححه المحرر", "2023-11-02")
    assert (after.id, after.sequence) == (before.id, before.sequence)
    assert after.revision == 4
    why = after.article.why("title")
    assert (why.rule, why.confidence) == ("pinned", Confidence.CERTAIN)
    (folder / "1.txt").write_text((folder / "1.txt").read_text(encoding="utf-8") + "\n", encoding="utf-8")
    run("ingest")
    assert published()["1.txt"].article.title == "عنوان صححه المحرر"
    run("unpin", str(after.id), "title")
    assert published()["1.txt"].article.title == before.article.title
    assert published()["1.txt"].article.published.edtf == "2023-11-02"
    run("unpin", "1.txt")
    assert published()["1.txt"].article == before.article


def test_what_cannot_be_pinned_is_said(run: Run) -> None:
    assert "nothing is published from this source" in run("pin", "none.txt", "title=x", status=2).stderr
    assert "colour cannot be pinned" in run("pin", "1.txt", "colour=red", status=2).stderr
    assert "write FIELD=VALUE" in run("pin", "1.txt", "title", status=2).stderr


def test_what_is_withdrawn_stays_withdrawn_until_restored(run: Run, published: Callable[[], dict[str, Entry]]) -> None:
    before = published()["2.txt"]
    run("withdraw", "2.txt")
    assert set(published()) == {"1.txt", "3.txt"}
    assert "1 withdrawn" in run("ingest").stdout
    assert set(published()) == {"1.txt", "3.txt"}
    run("withdraw", "2.txt", status=2)
    run("reinstate", "2.txt")
    run("ingest")
    again = published()["2.txt"]
    assert (again.id, again.article) == (before.id, before.article)
    assert again.revision > before.revision


def test_a_removed_file_is_reported_and_withdrawn_only_on_request(
    run: Run, published: Callable[[], dict[str, Entry]], folder: Path
) -> None:
    (folder / "3.txt").unlink()
    assert "1 no longer in the folder, still published; --prune withdraws them: 3.txt" in run("ingest").stdout
    assert "1 no longer" in run("ingest", "--prune", "--dry-run").stdout
    assert set(published()) == {"1.txt", "2.txt", "3.txt"}
    assert "withdrawn: 3.txt" in run("ingest", "--prune").stdout
    assert set(published()) == {"1.txt", "2.txt"}
    assert "no longer" not in run("ingest", "--prune").stdout


def test_a_file_that_cannot_be_read_this_time_is_not_removed(
    run: Run, published: Callable[[], dict[str, Entry]], folder: Path
) -> None:
    (folder / "3.txt").write_bytes(b"\x00\xff" * 500)
    run("ingest", "--prune")
    assert set(published()) == {"1.txt", "2.txt", "3.txt"}


def test_captures_of_another_folder_are_left_alone(run: Run, published: Callable[[], dict[str, Entry]], tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "9.txt").write_text(PAGE.format(title="خبر من مجلد آخر عن الزيتون", body=BODY), encoding="utf-8")
    result = run("ingest", other, "--prune")
    assert "3 more stay published that are not in this folder" in result.stdout
    assert set(published()) == {"1.txt", "2.txt", "3.txt", "9.txt"}


def test_a_moved_file_is_the_same_entry(
    run: Run, published: Callable[[], dict[str, Entry]], folder: Path, database_url: str
) -> None:
    before = published()["1.txt"]
    (folder / "archive").mkdir()
    shutil.move(folder / "1.txt", folder / "archive" / "olives.txt")
    shutil.copy(folder / "2.txt", folder / "copy.txt")
    result = run("ingest", "--prune")
    assert "1 new, 0 changed, 3 unchanged" in result.stdout
    found = published()
    assert set(found) == {"archive/olives.txt", "2.txt", "3.txt", "copy.txt"}
    moved = found["archive/olives.txt"]
    assert (moved.id, moved.revision) == (before.id, before.revision)
    # What was rendered of it named the old file.
    store = Store.open(database_url)
    with store.reader() as reader:
        (shown,) = fragments.read(reader, [Place(moved.sequence, moved.revision)])
    store.close()
    assert b'"source":"archive/olives.txt"' in shown.head
    # Another page may come to stand under the old name: it is another entry.
    (folder / "1.txt").write_text(PAGE.format(title="خبر جديد لا علاقة له بالزيتون", body=BODY[:200]), encoding="utf-8")
    run("ingest")
    assert published()["1.txt"].id not in {entry.id for entry in found.values()}


def test_a_dry_run_shows_and_writes_nothing(run: Run, published: Callable[[], dict[str, Entry]], folder: Path) -> None:
    before = published()
    text = (folder / "1.txt").read_text(encoding="utf-8")
    (folder / "1.txt").write_text(text.replace("رقم 1", "رقم واحد"), encoding="utf-8")
    (folder / "4.txt").write_text(PAGE.format(title="خبر رابع عن موسم الزيتون", body=BODY), encoding="utf-8")
    output = run("ingest", "--dry-run").stdout
    assert "changed 1.txt" in output
    assert "title: الفلاحون ينتظرون موسم الزيتون رقم 1 -> الفلاحون ينتظرون موسم الزيتون رقم واحد" in output
    assert "new 4.txt: خبر رابع عن موسم الزيتون" in output
    assert published() == before
    assert "1 new, 1 changed, 2 unchanged" in run("ingest").stdout


def test_a_report_is_kept(run: Run, folder: Path) -> None:
    (folder / "bad.exe").write_bytes(b"MZ")
    run("ingest")
    shown = run("report").stdout
    assert "3 unchanged" in shown
    assert "refused bad.exe" in shown
    first = json.loads(run("report", 1, "--json").stdout)
    assert first["outcomes"] == {"new": 3, "changed": 0, "unchanged": 0, "withdrawn": 0}
    assert first["refused"] == []
    assert "no ingest has the number 99" in run("report", 99, status=2).stderr


def test_reading_again_publishes_only_what_truly_changes(
    run: Run, published: Callable[[], dict[str, Entry]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = published()
    assert "3 captures read again: 0 would change" in run("renormalise").stdout
    overrides = tmp_path / "overrides.toml"
    overrides.write_text('["2.txt"]\nsection = "فلاحة"\n', encoding="utf-8")
    monkeypatch.setitem(os.environ, "OVERRIDES_FILE", str(overrides))
    assert "section: None -> فلاحة" in run("renormalise").stdout
    assert published() == before
    assert "1 published" in run("renormalise", "--apply").stdout
    after = published()
    assert after["2.txt"].article.section == "فلاحة"
    assert [after[name].revision for name in ("1.txt", "2.txt", "3.txt")] == [
        before["1.txt"].revision,
        4,
        before["3.txt"].revision,
    ]


def test_verify_tells_and_reindex_mends(run: Run, database_url: str) -> None:
    from sqlalchemy import text

    from service.store.engine import writing

    assert "3 articles checked, 0 problems" in run("verify").stdout
    store = Store.open(database_url)
    with writing(store.engine) as connection:
        connection.execute(text("delete from memberships where sequence = 2"))
    store.close()
    assert "`nashra reindex` mends them" in run("verify", status=1).stdout
    assert "3 articles indexed" in run("reindex").stdout
    assert "0 problems" in run("verify").stdout


def test_searching_finds_words_and_says_how_many(run: Run) -> None:
    shown = run("search", "الزيتون", "معصرة", "-ليمون").stdout
    assert "0 of 0 articles" in shown
    shown = run("search", "زيتون", "--outlet", "hespress", "--limit", 2).stdout
    assert "2 of 3 articles" in shown
    assert "2023-11-01  هسبريس  3.txt" in shown
    (line,) = run("search", "title:2", "--json").stdout.splitlines()
    assert json.loads(line)["source"] == "2.txt"
    assert "0 of 0" in run("search", "--month", "2023-10").stdout
    assert "nothing is sought" in run("search", "--", "-زيتون", status=2).stderr
