"""docs/api.md is true: every example runs against a server, and prints what is shown below it."""

from __future__ import annotations

import io
import json
import re
import subprocess
from contextlib import redirect_stdout
from typing import Any

import pytest

from service.config import ROOT
from tests.conftest import tool

GUIDE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = "http://127.0.0.1:8000"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
PATIENCE = 60
# What the examples print that are followed by nothing of it.
PRINTED = {
    "limit=2": "Politique monétaire",
    '"limit": 3': "مونديال 2030",
    "title:مونديال": "['كأس', 'العالم']",
    "each once:": "18 articles, each once: True",
    "function* articles": "18",
    "since 2024": "7 articles since 2024",
    "evidence_url": "2023-11-01 ",
    "If-None-Match: $tag": "304",
    "limitt": "400 Bad Request [{'parameter': 'limitt', 'detail': 'Unknown parameter; did you mean limit?'}]",
}


class Reader:
    """Somebody who types in the examples from the first to the last."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._names: dict[str, Any] = {}

    def run(self, language: str, example: str) -> str:
        """Return what an example prints."""
        code = example.replace(EXAMPLES, self._url)
        if language == "python":
            # As in one interpreter: later examples use what earlier ones made.
            printed = io.StringIO()
            with redirect_stdout(printed):
                exec(compile(code, "docs/api.md", "exec"), self._names)
            return printed.getvalue()
        command = ["sh", "-ec", code] if language == "sh" else [tool("nodejs"), "--input-type=module", "-e", code]
        if language == "sh":
            tool("curl")
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True).stdout

    def close(self) -> None:
        self._names["api"].close()


def holds(found: Any, shown: Any) -> bool:
    """Tell whether what is shown is part of what was found: some members of an object, the first ones of a list."""
    if isinstance(shown, dict):
        return isinstance(found, dict) and all(name in found and holds(found[name], value) for name, value in shown.items())
    if isinstance(shown, list):
        return isinstance(found, list) and len(found) >= len(shown) and all(map(holds, found, shown))
    return bool(found == shown)


@pytest.mark.slow
def test_every_example_prints_what_is_shown_below_it(live: str) -> None:
    reader, printed, unshown = Reader(live), "", dict(PRINTED)
    for number, (language, block) in enumerate(BLOCKS):
        if language == "json":
            shown = json.loads(block.replace(EXAMPLES, live))
            assert holds(json.loads(printed), shown), printed
            continue
        printed = reader.run(language, block)
        if number + 1 == len(BLOCKS) or BLOCKS[number + 1][0] != "json":
            mark = next(mark for mark in unshown if mark in block)
            assert unshown.pop(mark) in printed, (block, printed)
    reader.close()
    assert not unshown


def test_every_language_has_examples() -> None:
    assert {language for language, _ in BLOCKS} == {"sh", "python", "js", "json"}
