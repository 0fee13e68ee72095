"""The settings of a deployment: read from the environment once, checked, then immutable."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from service.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
HIGHEST_PORT = 65535
FEED_CONTENTS = ("full", "summary")
# A page holds at least one summary and what a feed says of itself.
LEAST_FEED_BYTES = 20_000
# What would have to be escaped in XML, JSON or HTML: addresses are put into documents as they are.
SPECIAL = re.compile(r"[\s&<>\"'\\^`{|}]")


@dataclass(frozen=True, kw_only=True)
class Config:
    """Where the data is, and how the service presents itself.

    `public_url` has no slash at its end. It is the only source of links and never taken from a request,
    whose Host header a stranger can set. `feed_bytes` is what a feed weighs at most, `cache_mb` what the documents
    that a process keeps weigh together, in megabytes.
    """

    public_url: str = "http://127.0.0.1:8000"
    database_url: str = "sqlite:///nashra.db"
    database_read_url: str | None = None
    corpus_dir: Path = ROOT / "corpus" / "captures"
    outlets_file: Path = ROOT / "corpus" / "outlets.toml"
    overrides_file: Path = ROOT / "corpus" / "overrides.toml"
    site_title: str = "نشرة"
    site_language: str = "ar"
    port: int = 8000
    web_concurrency: int = 1
    websub_hubs: tuple[str, ...] = ()
    feed_length: int = 30
    feed_bytes: int = 250_000
    feed_content: str = "full"
    cache_mb: int = 32

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Return the settings that `env` holds; an empty variable counts as unset.

        Raises ConfigError with one line for each mistake.
        """
        mistakes: list[str] = []

        def text(name: str, default: str) -> str:
            return env.get(name, "").strip() or default

        def number(name: str, default: int, highest: int) -> int:
            given = text(name, str(default))
            if given.isascii() and given.isdigit() and 1 <= int(given) <= highest:
                return int(given)
            mistakes.append(f"{name}={given}: give a whole number from 1 to {highest}")
            return default

        port = number("PORT", cls.port, HIGHEST_PORT)
        public_url = text("PUBLIC_URL", f"http://127.0.0.1:{port}").rstrip("/")
        if mistake := _url_mistake(public_url):
            mistakes.append(f"PUBLIC_URL={public_url}: {mistake}")
        site_language = text("SITE_LANGUAGE", cls.site_language)
        if not LANGUAGE_TAG.fullmatch(site_language):
            mistakes.append(f"SITE_LANGUAGE={site_language}: give a BCP 47 tag such as ar, fr or ar-MA")
        workers = number("WEB_CONCURRENCY", cls.web_concurrency, 64)
        hubs = tuple(text("WEBSUB_HUBS", "").split())
        mistakes += [f"WEBSUB_HUBS: {hub}: {mistake}" for hub in hubs if (mistake := _url_mistake(hub))]
        feed_content = text("FEED_CONTENT", cls.feed_content)
        if feed_content not in FEED_CONTENTS:
            mistakes.append(f"FEED_CONTENT={feed_content}: give full or summary")
        feed_length = number("FEED_LENGTH", cls.feed_length, 100)
        feed_bytes = number("FEED_BYTES", cls.feed_bytes, 10_000_000)
        if feed_bytes < LEAST_FEED_BYTES:
            mistakes.append(f"FEED_BYTES={feed_bytes}: give at least {LEAST_FEED_BYTES}")
        cache_mb = number("CACHE_MB", cls.cache_mb, 10_000)
        if mistakes:
            raise ConfigError("\n".join(mistakes))
        return cls(
            public_url=public_url,
            database_url=text("DATABASE_URL", cls.database_url),
            database_read_url=text("DATABASE_READ_URL", "") or None,
            corpus_dir=Path(text("CORPUS_DIR", str(cls.corpus_dir))),
            outlets_file=Path(text("OUTLETS_FILE", str(cls.outlets_file))),
            overrides_file=Path(text("OVERRIDES_FILE", str(cls.overrides_file))),
            site_title=text("SITE_TITLE", cls.site_title),
            site_language=site_language,
            port=port,
            web_concurrency=workers,
            websub_hubs=hubs,
            feed_length=feed_length,
            feed_bytes=feed_bytes,
            feed_content=feed_content,
            cache_mb=cache_mb,
        )


def _url_mistake(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        is_plain = not (parts.query or parts.fragment or SPECIAL.search(url))
        usable = parts.scheme in ("http", "https") and parts.hostname and is_plain
        _ = parts.port
    except ValueError as error:
        return str(error)
    return None if usable else "give the address under which people reach the service, such as https://news.example.org"
