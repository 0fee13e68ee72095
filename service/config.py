"""The settings of a deployment: read from the environment once, checked, then immutable."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from service.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# What a client can send in `Authorization: Bearer`, RFC 6750, and long enough that nobody guesses it.
TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{16,}=*")
HIGHEST_PORT = 65535
FEED_CONTENTS = ("full", "summary")
MOST_PROXIES = 10
RATE = re.compile(r"[1-9]\d{0,8}/(second|minute|hour|day)", re.ASCII)
OFF = "off"
STORAGES = ("memory://", "redis://", "rediss://")
# One record of any page fits.
LEAST_WRITE_BYTES = 100_000
LOG_FORMATS = ("json", "text")
SWITCH = {"true": True, "false": False}
# A page holds at least one summary and what a feed says of itself.
LEAST_FEED_BYTES = 20_000
# What would have to be escaped in XML, JSON or HTML: addresses are put into documents as they are.
SPECIAL = re.compile(r"[\s&<>\"'\\^`{|}]")


@dataclass(frozen=True, kw_only=True)
class Config:
    """Where the data is, and how the service presents itself.

    `public_url` has no slash at its end. It is the only source of links and never taken from a request,
    whose Host header a stranger can set. `feed_bytes` is what a feed weighs at most, `cache_mb` what the documents
    that a process keeps weigh together, in megabytes. `log_format` is None where what is written to decides. Secrets,
    and addresses that hold them, are no part of the repr: what is printed or hashed by accident gives none away.
    """

    public_url: str = "http://127.0.0.1:8000"
    database_url: str = field(default="sqlite:///nashra.db", repr=False)
    database_read_url: str | None = field(default=None, repr=False)
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
    cache_mb: int = 12
    trusted_proxies: int = 0
    metrics_token: str | None = field(default=None, repr=False)
    log_format: str | None = None
    access_log: bool = True
    write_lines: int = 1_000
    write_bytes: int = 10_000_000
    rate_limit_writes: str | None = "120/minute"
    rate_limit_normalise: str | None = "30/minute"
    rate_limit_reads: str | None = None
    rate_limit_storage: str = field(default="memory://", repr=False)

    @property
    def is_shared(self) -> bool:
        """Whether the database is one that processes on several machines use, and that has a queue for them."""
        return self.database_url.startswith("postgres")

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Return the settings that `env` holds; an empty variable counts as unset.

        Raises ConfigError with one line for each mistake.
        """
        given = _Environment(env)
        port = given.number("PORT", cls.port, 1, HIGHEST_PORT)
        config = cls(
            port=port,
            public_url=given.public_url(f"http://127.0.0.1:{port}"),
            database_url=given.database("DATABASE_URL") or "sqlite:///nashra.db",
            database_read_url=given.database("DATABASE_READ_URL"),
            corpus_dir=given.path("CORPUS_DIR", cls.corpus_dir),
            outlets_file=given.path("OUTLETS_FILE", cls.outlets_file),
            overrides_file=given.path("OVERRIDES_FILE", cls.overrides_file),
            site_title=given.text("SITE_TITLE") or cls.site_title,
            site_language=given.language("SITE_LANGUAGE", cls.site_language),
            web_concurrency=given.number("WEB_CONCURRENCY", cls.web_concurrency, 1, 64),
            websub_hubs=given.addresses("WEBSUB_HUBS"),
            feed_length=given.number("FEED_LENGTH", cls.feed_length, 1, 100),
            feed_bytes=given.number("FEED_BYTES", cls.feed_bytes, LEAST_FEED_BYTES, 10_000_000),
            feed_content=given.choice("FEED_CONTENT", FEED_CONTENTS) or cls.feed_content,
            cache_mb=given.number("CACHE_MB", cls.cache_mb, 1, 10_000),
            trusted_proxies=given.number("TRUSTED_PROXIES", cls.trusted_proxies, 0, MOST_PROXIES),
            metrics_token=given.token("METRICS_TOKEN"),
            log_format=given.choice("LOG_FORMAT", LOG_FORMATS),
            access_log=SWITCH[given.choice("ACCESS_LOG", tuple(SWITCH)) or "true"],
            write_lines=given.number("WRITE_LINES", cls.write_lines, 1, 100_000),
            write_bytes=given.number("WRITE_BYTES", cls.write_bytes, LEAST_WRITE_BYTES, 1_000_000_000),
            rate_limit_writes=given.rate("RATE_LIMIT_WRITES", cls.rate_limit_writes),
            rate_limit_normalise=given.rate("RATE_LIMIT_NORMALISE", cls.rate_limit_normalise),
            rate_limit_reads=given.rate("RATE_LIMIT_READS", cls.rate_limit_reads),
            rate_limit_storage=given.storage("RATE_LIMIT_STORAGE", cls.rate_limit_storage),
        )
        if given.mistakes:
            raise ConfigError("\n".join(given.mistakes))
        return config


class _Environment:
    """Reads settings of each kind from an environment; what is wrong becomes a mistake and the default."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self.mistakes: list[str] = []

    def text(self, name: str) -> str:
        return self._env.get(name, "").strip()

    def path(self, name: str, default: Path) -> Path:
        return Path(self.text(name) or default)

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        given = self.text(name) or str(default)
        if given.isascii() and given.isdigit() and lowest <= int(given) <= highest:
            return int(given)
        self.mistakes.append(f"{name}={given}: give a whole number from {lowest} to {highest}")
        return default

    def choice(self, name: str, known: tuple[str, ...]) -> str | None:
        given = self.text(name)
        if given and given not in known:
            self.mistakes.append(f"{name}={given}: give {' or '.join(known)}")
            return None
        return given or None

    def language(self, name: str, default: str) -> str:
        given = self.text(name) or default
        if not LANGUAGE_TAG.fullmatch(given):
            self.mistakes.append(f"{name}={given}: give a BCP 47 tag such as ar, fr or ar-MA")
        return given

    def public_url(self, default: str) -> str:
        given = (self.text("PUBLIC_URL") or default).rstrip("/")
        if mistake := _url_mistake(given):
            self.mistakes.append(f"PUBLIC_URL={given}: {mistake}")
        return given

    def addresses(self, name: str) -> tuple[str, ...]:
        given = tuple(self.text(name).split())
        self.mistakes += [f"{name}: {each}: {mistake}" for each in given if (mistake := _url_mistake(each))]
        return given

    def rate(self, name: str, default: str | None) -> str | None:
        given = self.text(name)
        if given == OFF:
            return None
        if given and not RATE.fullmatch(given):
            self.mistakes.append(
                f"{name}={given}: give a number for each second, minute, hour or day, such as 120/minute, or off"
            )
            return default
        return given or default

    def storage(self, name: str, default: str) -> str:
        given = self.text(name) or default
        if not given.startswith(STORAGES):
            # It may hold a password.
            self.mistakes.append(f"{name}: give memory:// or redis://host:6379/0 (rediss:// over TLS)")
            return default
        return given

    def token(self, name: str) -> str | None:
        given = self.text(name)
        if given and not TOKEN.fullmatch(given):
            # The value is a secret, however wrong it is.
            self.mistakes.append(f"{name}: give at least 16 letters, digits or any of . _ ~ + / -")
        return given or None

    def database(self, name: str) -> str | None:
        given = self.text(name)
        if given:
            # SQLAlchemy takes a while to load, which commands without a database need not wait for.
            from service.store.engine import database_url

            try:
                database_url(given, name)
            except StoreError as error:
                self.mistakes.append(str(error))
        return given or None


def _url_mistake(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        is_plain = not (parts.query or parts.fragment or SPECIAL.search(url))
        usable = parts.scheme in ("http", "https") and parts.hostname and is_plain
        _ = parts.port
    except ValueError as error:
        return str(error)
    return None if usable else "give the address under which people reach the service, such as https://news.example.org"
