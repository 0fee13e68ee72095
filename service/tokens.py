"""Tokens for writing: made once, shown once, kept as a hash only. Pure."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from hmac import compare_digest
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

ID_BYTES = 4
# 192 bits: nobody guesses one, so that a plain hash of it is enough.
SECRET_BYTES = 24
# By its beginning a token that leaked is found by those who look for such.
TOKEN = re.compile(r"nashra_([0-9a-f]{8})_[0-9a-f]{48}", re.ASCII)
LIFETIME = re.compile(r"([1-9]\d{0,4})([hdw])", re.ASCII)
UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


class Scope(StrEnum):
    """What the bearer of a token may do."""

    WRITE = "write"
    CURATE = "curate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What is kept of a token; all times are aware UTC, `used` is the day on which it was last used."""

    id: str
    name: str
    hash: str = field(repr=False)
    scopes: tuple[Scope, ...]
    created: datetime
    expires: datetime | None = None
    revoked: datetime | None = None
    used: datetime | None = None

    def fault(self, said: str, now: datetime) -> str | None:
        """Return what speaks against a token that was `said`; None where it is this one, and good.

        Of a token that is not known no more is told than that.
        """
        if not compare_digest(hashed(said), self.hash):
            return "the token is not known"
        if self.revoked:
            return "the token was revoked"
        if self.expires and self.expires <= now:
            return "the token has expired"
        return None


class Made(NamedTuple):
    """A token as it is kept, and its text, which is shown this once."""

    token: Token
    text: str

    @classmethod
    def of(cls, name: str, scopes: Collection[Scope], now: datetime, lifetime: timedelta | None = None) -> Self:
        """Make a token, which is good for a lifetime, or until it is revoked."""
        identity = secrets.token_hex(ID_BYTES)
        text = f"nashra_{identity}_{secrets.token_hex(SECRET_BYTES)}"
        expires = now + lifetime if lifetime else None
        kept = Token(id=identity, name=name, hash=hashed(text), scopes=tuple(sorted(set(scopes))), created=now, expires=expires)
        return cls(kept, text)


def hashed(said: str) -> str:
    """Return the hash under which the text of a token is kept."""
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def identity_in(said: str) -> str | None:
    """Return the id that the text of a token names; None where it is no token."""
    match = TOKEN.fullmatch(said)
    return match[1] if match else None


def lifetime_of(said: str) -> timedelta:
    """Return a length of time such as `90d`, `12h` or `4w`; raises ValueError."""
    match = LIFETIME.fullmatch(said)
    if match is None:
        message = f"{said}: write a number and h, d or w, such as 90d"
        raise ValueError(message)
    return int(match[1]) * UNITS[match[2]]
