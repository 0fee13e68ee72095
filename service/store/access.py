"""Who may write, and what was answered to whom: tokens, and the answers that are kept for requests sent again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update

from service.store.rows import from_micros, to_micros
from service.store.tables import answers, tokens
from service.tokens import Scope, Token

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy import Connection, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was answered to a request that bears an Idempotency-Key; `headers` are those worth to be said again."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A request that came before under the same key: its fingerprint, and its answer once there is one."""

    fingerprint: str
    answer: Answer | None


class Access:
    """Tokens and kept answers, on one connection."""

    def __init__(self, connection: Connection) -> None:
        """Work on `connection`, whose transaction the caller owns."""
        self._connection = connection

    def add(self, token: Token) -> None:
        """Keep a new token."""
        row = {
            "id": token.id,
            "name": token.name,
            "hash": token.hash,
            "scopes": " ".join(token.scopes),
            "created": to_micros(token.created),
            "expires": token.expires and to_micros(token.expires),
        }
        self._connection.execute(tokens.insert().values(row))

    def token(self, identity: str) -> Token | None:
        """Return a token by its id, whether it is good or not."""
        row = self._connection.execute(select(tokens).where(tokens.c.id == identity)).first()
        return None if row is None else _token(row)

    def tokens(self) -> list[Token]:
        """Return all tokens, the oldest first."""
        return [_token(row) for row in self._connection.execute(select(tokens).order_by(tokens.c.created, tokens.c.id))]

    def has_tokens(self) -> bool:
        """Tell whether a token was ever made."""
        return bool(self._connection.execute(select(func.count()).select_from(tokens)).scalar_one())

    def revoke(self, identity: str, now: datetime) -> bool:
        """Let a token be good no more; False where none has this id. What was revoked before stays as it is."""
        here = tokens.c.id == identity
        revoked = func.coalesce(tokens.c.revoked, to_micros(now))
        return bool(self._connection.execute(update(tokens).where(here).values(revoked=revoked)).rowcount)

    def note_use(self, identity: str, day: datetime) -> None:
        """Note the day on which a token was used."""
        self._connection.execute(update(tokens).where(tokens.c.id == identity).values(used=to_micros(day)))

    def claim(self, name: str, fingerprint: str, now: datetime, keep: timedelta, lease: timedelta) -> Claimed | None:
        """Take a name for a request; returns the one that came before under it, None where this is the first.

        Names are forgotten after `keep`, and after `lease` where no answer followed: who was to give it is gone.
        """
        old, stale = to_micros(now - keep), to_micros(now - lease)
        is_over = (answers.c.claimed < old) | (answers.c.status.is_(None) & (answers.c.claimed < stale))
        self._connection.execute(delete(answers).where(is_over))
        row = self._connection.execute(select(answers).where(answers.c.name == name)).first()
        if row is None:
            new = {"name": name, "fingerprint": fingerprint, "claimed": to_micros(now)}
            self._connection.execute(answers.insert().values(new))
            return None
        if row.status is None:
            return Claimed(fingerprint=row.fingerprint, answer=None)
        headers = tuple(tuple(line.split(": ", 1)) for line in row.headers.splitlines())
        answer = Answer(status=row.status, headers=headers, body=row.body)
        return Claimed(fingerprint=row.fingerprint, answer=answer)

    def keep_answer(self, name: str, answer: Answer) -> None:
        """Keep what was answered to the request that took a name."""
        headers = "\n".join(f"{header}: {value}" for header, value in answer.headers)
        values = {"status": answer.status, "headers": headers, "body": answer.body}
        self._connection.execute(update(answers).where(answers.c.name == name).values(values))

    def let_go(self, name: str) -> None:
        """Forget a name: the request failed, and may come again."""
        self._connection.execute(delete(answers).where(answers.c.name == name))


def _token(row: Row[tuple[object, ...]]) -> Token:
    def moment(micros: int | None) -> datetime | None:
        return None if micros is None else from_micros(micros)

    return Token(
        id=row.id,
        name=row.name,
        hash=row.hash,
        scopes=tuple(Scope(scope) for scope in row.scopes.split()),
        created=from_micros(row.created),
        expires=moment(row.expires),
        revoked=moment(row.revoked),
        used=moment(row.used),
    )
