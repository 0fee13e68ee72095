"""Files of a site: each put in place whole, beside it the same in the content codings, and left alone where nothing changed."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from service.edge.codings import ENCODERS, SMALLEST, encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

# How servers name the coded form of a file.
SUFFIXES = {"gzip": ".gz", "br": ".br", "zstd": ".zst"}
# Below these, and at these addresses, the name is that of a file already; elsewhere a page or JSON is meant.
NAMED = ("feeds/", "static/", "sitemaps/")
FILES = frozenset({"feeds.opml", "robots.txt", "sitemap.xml", "opensearch.xml", "404.html"})
JSON = ".json"
# What a build keeps for itself in the folder of the site.
HOME = ".nashra"
INDEX = "index.html"


def file_of(path: str) -> str:
    """Return the name of the file, within the folder of the site, that answers for the path of an address."""
    plain = unquote(path).strip("/")
    if plain in FILES or plain.startswith(NAMED):
        return plain
    if plain.startswith("api/"):
        return plain if plain.endswith(JSON) else plain + JSON
    return f"{plain}/{INDEX}" if plain else INDEX


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of a site, whose files are there in these codings too."""

    home: Path
    codings: Sequence[str]

    def has(self, name: str) -> bool:
        """Tell whether there is a file of that name."""
        return (self.home / name).exists()

    def put(self, name: str, body: bytes) -> bool:
        """Have a file hold `body`; return whether it did not before. One that holds it stays as it is, and as old."""
        path = self.home / name
        # What begins so is for the host, and never sent.
        codings = self.codings if len(body) >= SMALLEST and not name.startswith(("_", ".")) else ()
        coded = {coding: path.with_name(path.name + SUFFIXES[coding]) for coding in codings}
        is_new = not self._holds(path, body)
        if is_new:
            path.parent.mkdir(parents=True, exist_ok=True)
        # Servers make validators of the time of change: all forms should be of the same.
        changed = time.time_ns() if is_new else path.stat().st_mtime_ns
        for coding, beside in coded.items():
            if is_new or not beside.exists():
                self._replace(beside, encode(body, coding), changed)
        # The file itself comes last: where a build is killed before that, the next one makes all of its forms anew.
        if is_new:
            self._replace(path, body, changed)
        self._drop(path, set(ENCODERS) - set(coded))
        return is_new

    def remove(self, name: str) -> None:
        """Take a file away in every form, and the folders that it leaves empty."""
        path = self.home / name
        path.unlink(missing_ok=True)
        self._drop(path, ENCODERS)
        for parent in path.parents:
            if parent == self.home:
                return
            try:
                parent.rmdir()
            except OSError:
                return

    @staticmethod
    def _drop(path: Path, codings: Iterable[str]) -> None:
        for coding in codings:
            path.with_name(path.name + SUFFIXES[coding]).unlink(missing_ok=True)

    @staticmethod
    def _holds(path: Path, body: bytes) -> bool:
        try:
            return path.stat().st_size == len(body) and path.read_bytes() == body
        except FileNotFoundError:
            return False

    def _replace(self, path: Path, body: bytes, changed: int) -> None:
        """Put a file in its place at once: whoever reads meanwhile gets the old one or the new one, whole."""
        # Each process writes one file at a time, and what one that was killed left is no part of the site.
        begun = self.home / HOME / f"{os.getpid()}.tmp"
        begun.write_bytes(body)
        os.utime(begun, ns=(changed, changed))
        begun.replace(path)
