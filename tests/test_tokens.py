"""Tokens: made, shown once, kept as a hash, revoked; and the answers that are kept for requests sent again."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from service.cli import main
from service.store import Answer, Claimed, Store
from service.store.engine import reading
from service.store.tables import tokens
from service.tokens import Made, Scope, hashed, identity_in, lifetime_of
from tests.conftest import NOON

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    Run = Callable[..., Result]

DAY, LEASE = timedelta(days=1), timedelta(minutes=10)


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("DATABASE_URL", database_url)

    def call(*arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(main, ["token", *arguments])
        assert result.exit_code == status, result.output
        return result

    return call


def test_a_token_is_known_by_its_text_alone() -> None:
    made, other = (Made.of("crawler", [Scope.WRITE], NOON) for _ in range(2))
    assert re.fullmatch(r"nashra_[0-9a-f]{8}_[0-9a-f]{48}", made.text)
    assert identity_in(made.text) == made.token.id
    assert made.token.fault(made.text, NOON) is None
    assert made.token.fault(other.text, NOON) == "the token is not known"
    assert made.text not in repr(made.token)
    assert made.token.hash not in repr(made.token)


@pytest.mark.parametrize("said", ["", "nashra_", "nashra_0123_abc", "Bearer x", "nashra_٠١٢٣٤٥٦٧_" + "a" * 48, "\ud800"])
def test_what_is_no_token_names_none(said: str) -> None:
    assert identity_in(said) is None
    assert len(hashed(said)) == 64


def test_a_token_expires() -> None:
    made = Made.of("crawler", [Scope.WRITE], NOON, timedelta(hours=1))
    assert made.token.fault(made.text, NOON + timedelta(minutes=59)) is None
    assert made.token.fault(made.text, NOON + timedelta(hours=1)) == "the token has expired"


@pytest.mark.parametrize(
    ("said", "meant"), [("90d", timedelta(days=90)), ("12h", timedelta(hours=12)), ("4w", timedelta(weeks=4))]
)
def test_lifetimes_are_read(said: str, meant: timedelta) -> None:
    assert lifetime_of(said) == meant


@pytest.mark.parametrize("said", ["", "0d", "90", "d", "-1d", "1.5d", "٩d", "999999d", "1 d"])
def test_other_lifetimes_are_refused(said: str) -> None:
    with pytest.raises(ValueError, match="such as 90d"):
        lifetime_of(said)


def test_the_database_holds_no_token(store: Store) -> None:
    made = Made.of("crawler", [Scope.WRITE, Scope.CURATE], NOON, timedelta(days=1))
    with store.access(is_writing=True) as access:
        assert not access.has_tokens()
        access.add(made.token)
        assert access.token(made.token.id) == made.token
        access.note_use(made.token.id, NOON)
    with store.access() as access:
        assert access.has_tokens()
        assert [each.used for each in access.tokens()] == [NOON]
        assert access.token("00000000") is None
    with reading(store.engine) as connection:
        row = connection.execute(select(tokens)).one()
    assert made.text.rsplit("_", 1)[1] not in str(row)


def test_a_revoked_token_stays_revoked(store: Store) -> None:
    made = Made.of("crawler", [Scope.WRITE], NOON)
    with store.access(is_writing=True) as access:
        access.add(made.token)
        assert access.revoke(made.token.id, NOON)
        assert access.revoke(made.token.id, NOON + DAY)
        assert not access.revoke("00000000", NOON)
        kept = access.token(made.token.id)
    assert kept
    assert (kept.revoked, kept.fault(made.text, NOON)) == (NOON, "the token was revoked")


def test_an_answer_is_kept_for_a_day(store: Store) -> None:
    answer = Answer(status=201, headers=(("Location", "https://x/1"), ("ETag", '"1"')), body=b"{}")

    def claim(hours: float, fingerprint: str = "a") -> Claimed | None:
        with store.access(is_writing=True) as access:
            return access.claim("name", fingerprint, NOON + timedelta(hours=hours), DAY, LEASE)

    assert claim(0) is None
    assert claim(0.1) == Claimed(fingerprint="a", answer=None)
    with store.access(is_writing=True) as access:
        access.keep_answer("name", answer)
    assert claim(23.9, "b") == Claimed(fingerprint="a", answer=answer)
    assert claim(24.1) is None


def test_a_request_that_nobody_answered_may_come_again(store: Store) -> None:
    def claim(minutes: int) -> Claimed | None:
        with store.access(is_writing=True) as access:
            return access.claim("name", "a", NOON + timedelta(minutes=minutes), DAY, LEASE)

    assert claim(0) is None
    assert claim(11) is None
    with store.access(is_writing=True) as access:
        access.let_go("name")
    assert claim(12) is None


def test_a_token_on_a_disk_that_passes_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.hosting.ROOT", tmp_path)
    for name, value in {"DATABASE_URL": f"sqlite:///{tmp_path}/x.db", "DYNO": "web.1"}.items():
        monkeypatch.setenv(name, value)
    made = CliRunner().invoke(main, ["token", "create", "crawler", "--scope", "write"])
    assert "will be LOST: 0 pinned articles, 0 withdrawn by hand, 0 uploaded, 1 tokens" in made.stderr


def test_a_token_is_made_shown_once_listed_and_revoked(run: Run) -> None:
    assert "no token" in run("list").stderr
    text = run("create", "crawler", "--scope", "write", "--scope", "curate", "--expires", "90d").stdout.strip()
    identity = identity_in(text)
    assert identity
    listed = run("list").stdout
    assert f"{identity}  crawler  curate,write" in listed
    assert "never used" in listed
    assert text.rsplit("_", 1)[1] not in listed
    run("revoke", identity)
    assert "revoked" in run("list").stdout
    assert "no token has the id 00000000" in run("revoke", "00000000", status=2).stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("crawler",),
        ("crawler", "--scope", "admin"),
        ("crawler", "--scope", "write", "--expires", "soon"),
        (" ", "--scope", "write"),
        ("a\nb", "--scope", "write"),
    ],
)
def test_a_wrong_token_is_not_made(run: Run, arguments: tuple[str, ...]) -> None:
    run("create", *arguments, status=2)
    assert run("list").stdout == ""
