"""What a build is made by, and what tells whether all of it has to be made anew."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import schemas
import service
from service.links import Links

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.config import Config


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of a site, and how it is written down.

    `is_beside` says that a running service answers what has parameters; otherwise only files answer. `codings` are the
    content codings in which each file is there too; `jobs` is how many processes share the work.
    """

    config: Config
    is_beside: bool = False
    codings: Sequence[str] = ()
    jobs: int = 1

    @property
    def links(self) -> Links:
        """The addresses of the site."""
        return Links(self.config.public_url, is_static=not self.is_beside)

    @cached_property
    def stamp(self) -> str:
        """All that documents depend on beside what is published: settings, and the code that renders."""
        config = self.config
        said = (
            self.links,
            tuple(self.codings),
            (config.site_title, config.site_language, config.websub_hubs),
            (config.feed_length, config.feed_bytes, config.feed_content),
        )
        told = hashlib.blake2b(repr(said).encode(), digest_size=16)
        for package in (service, schemas):
            home = Path(str(package.__file__)).parent
            for file in sorted(path for path in home.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
                told.update(f"{file.relative_to(home)}".encode())
                told.update(file.read_bytes())
        return told.hexdigest()
