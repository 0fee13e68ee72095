"""Files of a site: each put in place whole, beside it the same in the content codings, and left alone where nothing changed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from service.edge.codings import ENCODERS, SMALLEST, encode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# How servers name the coded form of a file.
SUFFIXES = {"gzip": ".gz", "br": ".br", "zstd": ".zst"}
# Below these, and at these addresses, the name is that of a file already; elsewhere a page or JSON is meant.
NAMED = ("feeds/", "static/", "sitemaps/")
FILES = frozenset({"feeds.opml", "robots.txt", "sitemap.xml", "opensearch.xml", "404.html"})
JSON = ".json"
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
        coded = self.codings if len(body) >= SMALLEST and not name.startswith(("_", ".")) else ()
        if self._holds(path, body) and all(path.with_name(path.name + SUFFIXES[coding]).exists() for coding in coded):
            self._drop(path, set(ENCODERS) - set(coded))
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, body, None)
        written = path.stat().st_mtime_ns
        for coding in coded:
            # Servers make validators of the time of change: those of the coded forms should be of the same.
            _replace(path.with_name(path.name + SUFFIXES[coding]), encode(body, coding), written)
        self._drop(path, set(ENCODERS) - set(coded))
        return True

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

    def _drop(self, path: Path, codings: object) -> None:
        for coding in ENCODERS:
            if coding in codings:  # type: ignore[operator]
                path.with_name(path.name + SUFFIXES[coding]).unlink(missing_ok=True)

    @staticmethod
    def _holds(path: Path, body: bytes) -> bool:
        try:
            return path.stat().st_size == len(body) and path.read_bytes() == body
        except FileNotFoundError:
            return False


def _replace(path: Path, body: bytes, changed: int | None) -> None:
    """Put a file in its place at once: whoever reads meanwhile gets the old one or the new one, whole."""
    # A name of its own, as the other may be as long as a name can be; each process writes one file at a time.
    begun = path.with_name(f".{os.getpid()}.tmp")
    begun.write_bytes(body)
    if changed is not None:
        os.utime(begun, ns=(changed, changed))
    begun.replace(path)
