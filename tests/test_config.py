from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from service.config import ROOT, Config
from service.errors import ConfigError

GUIDE = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")


def test_nothing_set_gives_the_defaults() -> None:
    assert Config.from_env({}) == Config()
    assert Config.from_env({"SITE_TITLE": "  ", "PORT": ""}) == Config()


def test_settings_are_read() -> None:
    config = Config.from_env(
        {
            "PUBLIC_URL": "https://news.example.org/",
            "DATABASE_URL": "sqlite:///other.db",
            "CORPUS_DIR": "elsewhere",
            "OUTLETS_FILE": "mine.toml",
            "OVERRIDES_FILE": "pins.toml",
            "SITE_TITLE": "Le bulletin",
            "SITE_LANGUAGE": "fr",
            "PORT": "9000",
            "WEB_CONCURRENCY": "3",
        }
    )
    assert config == Config(
        public_url="https://news.example.org",
        database_url="sqlite:///other.db",
        corpus_dir=Path("elsewhere"),
        outlets_file=Path("mine.toml"),
        overrides_file=Path("pins.toml"),
        site_title="Le bulletin",
        site_language="fr",
        port=9000,
        web_concurrency=3,
    )


def test_the_public_address_follows_the_port_where_none_is_given() -> None:
    assert Config.from_env({"PORT": "9000"}).public_url == "http://127.0.0.1:9000"


def test_every_mistake_is_named_in_a_line_of_its_own() -> None:
    wrong = {"PORT": "eighty", "PUBLIC_URL": "news.example.org", "SITE_LANGUAGE": "Arabic!", "WEB_CONCURRENCY": "0"}
    with pytest.raises(ConfigError) as error:
        Config.from_env(wrong)
    assert [line.partition("=")[0] for line in str(error.value).splitlines()] == list(wrong)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "٨٠", "8_000", "1e3"])
def test_a_port_is_a_number_in_range(port: str) -> None:
    with pytest.raises(ConfigError, match="PORT="):
        Config.from_env({"PORT": port})


@pytest.mark.parametrize("url", ["ftp://x.org", "https://", "http://[::1", "https://x.org:port", "https://x.org/?a=1"])
def test_a_public_url_is_an_address(url: str) -> None:
    with pytest.raises(ConfigError, match="PUBLIC_URL="):
        Config.from_env({"PUBLIC_URL": url})


def test_every_setting_is_documented_and_the_other_way_round() -> None:
    documented = re.findall(r"^\| `([A-Z_]+)` \|", GUIDE, re.MULTILINE)
    assert sorted(documented) == sorted(field.name.upper() for field in dataclasses.fields(Config))


def test_what_operates_the_service_is_read() -> None:
    given = {"TRUSTED_PROXIES": "2", "METRICS_TOKEN": "0123456789abcdef", "LOG_FORMAT": "text", "ACCESS_LOG": "false"}
    config = Config.from_env(given)
    assert (config.trusted_proxies, config.metrics_token) == (2, "0123456789abcdef")
    assert (config.log_format, config.access_log) == ("text", False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "all"),
        ("METRICS_TOKEN", "short"),
        ("METRICS_TOKEN", "no spaces allowed in a token"),
        ("LOG_FORMAT", "xml"),
        ("ACCESS_LOG", "maybe"),
        ("WRITE_LINES", "0"),
        ("WRITE_BYTES", "99999"),
        ("RATE_LIMIT_WRITES", "120"),
        ("RATE_LIMIT_NORMALISE", "0/minute"),
        ("RATE_LIMIT_READS", "10 per fortnight"),
        ("RATE_LIMIT_STORAGE", "memcached://x"),
        ("DATABASE_URL", "mysql://x/y"),
        ("DATABASE_READ_URL", "postgresql"),
    ],
)
def test_a_mistake_names_its_setting(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"^{name}[:=]"):
        Config.from_env({name: value})


def test_limits_are_read_and_can_be_off() -> None:
    given = {"RATE_LIMIT_WRITES": "off", "RATE_LIMIT_READS": "5/second", "RATE_LIMIT_STORAGE": "redis://:hunter2@cache:6379/0"}
    config = Config.from_env(given | {"WRITE_LINES": "10", "WRITE_BYTES": "100000"})
    assert (config.rate_limit_writes, config.rate_limit_normalise, config.rate_limit_reads) == (None, "30/minute", "5/second")
    assert (config.write_lines, config.write_bytes) == (10, 100_000)
    assert "hunter2" not in repr(config)


def test_no_secret_has_a_default_or_is_printed() -> None:
    assert Config().metrics_token is None
    secret = "a-secret-0123456789"
    config = Config.from_env({"METRICS_TOKEN": secret, "DATABASE_URL": f"postgresql://me:{secret}@db/news"})
    assert secret not in repr(config)
    for name in ("METRICS_TOKEN", "DATABASE_URL"):
        with pytest.raises(ConfigError) as error:
            Config.from_env({name: f"mysql://me:{secret}@ db"})
        assert secret not in str(error.value)
