"""Clients that tools generate from the description of the API work."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

from tests.conftest import CORPUS

if TYPE_CHECKING:
    from types import ModuleType

PATIENCE = 60
NAME = "nashra_generated"


@pytest.fixture
def generated(live: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A client as openapi-python-client makes it, without a warning, of what a server says of itself."""
    description, settings, package = tmp_path / "openapi.json", tmp_path / "settings.yml", tmp_path / "made" / NAME
    with urlopen(f"{live}/api/v1/openapi.json", timeout=PATIENCE) as response:
        description.write_bytes(response.read())
    # Formatting what is generated would prove nothing.
    # It has no word for lines of JSON, which are bytes to it.
    overrides = {"application/x-ndjson": "application/octet-stream"}
    settings.write_text(json.dumps({"post_hooks": [], "content_type_overrides": overrides}), encoding="utf-8")
    command = [str(Path(sys.executable).with_name("openapi-python-client")), "generate", "--meta", "none", "--fail-on-warning"]
    places = ["--path", str(description), "--config", str(settings), "--output-path", str(package)]
    package.parent.mkdir()
    done = subprocess.run([*command, *places], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    monkeypatch.syspath_prepend(str(package.parent))
    return importlib.import_module(f"{NAME}.client")


def operation(group: str, name: str) -> Any:
    return importlib.import_module(f"{NAME}.api.{group}.{name}").sync


@pytest.mark.slow
def test_a_generated_python_client_lists_reads_and_mirrors(live: str, generated: ModuleType) -> None:
    with generated.Client(base_url=live) as client:
        listed = operation("articles", "list_articles")(client=client, limit=500, language=["ar", "ary"])
        assert 5 < len(listed.items) < len(list(CORPUS.iterdir()))
        dated = next(item for item in listed.items if item.published and item.published.precision == "minute")
        assert dated.published.starts.utcoffset() is not None
        article = operation("articles", "get_article")(dated.id, client=client)
        assert (article.id, article.title, article.outlet.key) == (dated.id, dated.title, dated.outlet.key)
        assert article.body
        why = operation("articles", "get_evidence")(dated.id, client=client)
        assert {evidence.field for evidence in why.evidence} >= {"title", "published"}
        capture = operation("articles", "get_capture")(dated.id, client=client)
        assert why.evidence[0].raw in capture.text
        outlet = operation("collections", "get_outlets")(dated.outlet.key, client=client)
        assert outlet.count >= 1
        counted = operation("stats", "get_stats")(client=client)
        assert counted.total.count == len(list(CORPUS.iterdir()))
        changed = operation("changes", "list_changes")(client=client, limit=500)
        assert {change.kind for change in changed.items} == {"published"}
        again = operation("changes", "list_changes")(client=client, since=changed.token)
        assert (again.items, again.has_more) == ([], False)
        problem = operation("articles", "list_articles")(client=client, tz="Nowhere/Land")
        assert problem.errors[0].parameter == "tz"
