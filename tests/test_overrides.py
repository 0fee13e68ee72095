from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from service.config import ROOT
from service.errors import ConfigError
from service.findings import HELP
from service.ingest import Options, ingest
from service.ingest.overrides import load_overrides
from service.ingest.reader import read_file
from service.normalise import normalise
from service.store import ArticleQuery, Store

if TYPE_CHECKING:
    from pathlib import Path

    from service.normalise import Registry

TEXT = "عنوان المقال الأول هنا\n\nهذه جملة طويلة بما يكفي لتكون نصا للمقال."


def test_a_pinned_field_is_published_as_declared(tmp_path: Path, registry: Registry) -> None:
    (tmp_path / "captures").mkdir()
    (tmp_path / "captures" / "page.txt").write_text(TEXT, encoding="utf-8")
    pins = tmp_path / "overrides.toml"
    pins.write_text('["page.txt"]\npublished = "2023-11"\noutlet = "goud"\nauthor = "نجاة الناصري"\n', encoding="utf-8")
    store = Store.open(f"sqlite:///{tmp_path}/x.db")
    ingest(tmp_path / "captures", registry, store, lambda: datetime.now(UTC), options=Options(overrides=load_overrides(pins)))
    (entry,) = store.page(ArticleQuery()).entries
    store.close()
    article = entry.article
    assert article.published
    assert article.outlet
    assert (article.published.edtf, article.outlet.key, article.authors) == ("2023-11", "goud", ("نجاة الناصري",))
    why = article.why("published")
    assert why
    assert (why.rule, why.raw) == ("declared", "2023-11")


def test_authors_and_tags_of_the_front_matter_are_lists(tmp_path: Path, registry: Registry) -> None:
    page = tmp_path / "page.txt"
    page.write_text(f"---\nauthors: [A. One, B. Two]\ntags: x, y\n---\n{TEXT}", encoding="utf-8")
    capture = read_file(page)
    article = normalise(capture, registry)
    assert (article.authors, article.tags) == (("A. One", "B. Two"), ("x", "y"))


def test_no_file_pins_nothing(tmp_path: Path) -> None:
    assert load_overrides(tmp_path / "none.toml") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x", "cannot be read"),
        ('a = "b"', "is no table"),
        ('[a]\nurl = "b"', "url cannot be pinned"),
        ("[a]\ntitle = 1", "one text"),
    ],
)
def test_a_wrong_file_is_one_clear_line_a_mistake(tmp_path: Path, text: str, said: str) -> None:
    pins = tmp_path / "overrides.toml"
    pins.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        load_overrides(pins)


def test_every_code_has_help_and_every_help_a_code() -> None:
    code = r'"([a-z0-9]+(?:-[a-z0-9]+)+|empty|binary|encrypted|unreadable|conflict)"'
    sources = [path for path in (ROOT / "service").rglob("*.py") if path.name != "findings.py"]
    used = {found for path in sources for found in re.findall(code, path.read_text(encoding="utf-8"))}
    assert set(HELP) <= used
    issued = r'(?:code=|refused\(\s*\w+, |_issue\(\s*|doubt\(\s*|Refusal\(\s*)"([a-z0-9-]+)"'
    said = {found for path in sources for found in re.findall(issued, path.read_text(encoding="utf-8"))}
    assert said <= set(HELP)
