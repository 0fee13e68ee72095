"""Who may write: the bearer of a token that is good, and good for this."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import request

from service.errors import ScopeError, TokenError, WritingOffError
from service.services import services
from service.tokens import identity_in

if TYPE_CHECKING:
    from service.tokens import Scope, Token

SCHEME = "bearer"


def require(scope: Scope) -> Token:
    """Return the token of the current request; raises WritingOffError, TokenError, ScopeError."""
    now = datetime.now(UTC)
    token, said = _known()
    if token is None:
        raise TokenError("the token is not known", is_given=True)
    if fault := token.fault(said, now):
        raise TokenError(fault, is_given=True)
    if scope not in token.scopes:
        raise ScopeError(scope)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if token.used != today:
        with services().store.access(is_writing=True) as access:
            access.note_use(token.id, today)
    return token


def _known() -> tuple[Token | None, str]:
    """Return what is kept of the token that is given, and its text."""
    given = request.headers.get("Authorization", "")
    scheme, _, said = given.partition(" ")
    said = said.strip()
    identity = identity_in(said)
    with services().store.access() as access:
        if not access.has_tokens():
            raise WritingOffError
        if scheme.lower() != SCHEME or not said:
            raise TokenError("give a token: Authorization: Bearer TOKEN", is_given=False)
        return (access.token(identity) if identity else None), said
