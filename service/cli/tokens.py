"""The commands that give and take the right to write over HTTP."""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from service.cli.commands import main
from service.cli.platform import passing
from service.cli.publishing import open_store
from service.config import Config
from service.errors import ConfigError
from service.tokens import Made, Scope, lifetime_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from service.store import Access
    from service.tokens import Token

LONGEST_NAME = 100


def _as_lifetime(_context: click.Context, _parameter: click.Parameter, value: str | None) -> timedelta | None:
    try:
        return lifetime_of(value) if value else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@main.group()
def token() -> None:
    """Give and take the right to write over HTTP."""


@token.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="write: publish, replace and withdraw captures; curate: correct articles. May be given twice.",
)
@click.option("--expires", "lifetime", callback=_as_lifetime, help="For how long it is good, such as 90d; else until revoked.")
def create(name: str, scopes: tuple[str, ...], lifetime: timedelta | None) -> None:
    """Make a token called NAME and show it, this once."""
    if not name.isprintable() or not 0 < len(name.strip()) <= LONGEST_NAME:
        message = f"a name has up to {LONGEST_NAME} characters, such as crawler"
        raise ConfigError(message)
    made = Made.of(name.strip(), [Scope(scope) for scope in scopes], datetime.now(UTC), lifetime)
    with _access(is_writing=True) as access:
        access.add(made.token)
    _warn()
    # Only the token goes to standard output, so that a script can keep it.
    click.echo(f"{_line(made.token)}\nThe token, which is not shown again:", err=True)
    click.echo(made.text)


@token.command("list")
def list_tokens() -> None:
    """Show the tokens there are, without what is secret."""
    with _access() as access:
        found = access.tokens()
    for each in found:
        click.echo(_line(each))
    if not found:
        click.echo("no token: nothing can be written over HTTP; `nashra token create NAME --scope write` makes one", err=True)


@token.command()
@click.argument("identity", metavar="ID")
def revoke(identity: str) -> None:
    """Let the token with this ID be good no more, at once and for good."""
    with _access(is_writing=True) as access:
        is_known = access.revoke(identity, datetime.now(UTC))
    if not is_known:
        message = f"no token has the id {identity}; `nashra token list` shows them"
        raise ConfigError(message)
    click.echo(f"{identity} is revoked")


def _line(shown: Token) -> str:
    now = datetime.now(UTC)
    if shown.revoked:
        state = f"revoked {shown.revoked:%Y-%m-%d}"
    elif shown.expires:
        state = f"{'expired' if shown.expires <= now else 'expires'} {shown.expires:%Y-%m-%d %H:%M}Z"
    else:
        state = "good until revoked"
    used = f"used {shown.used:%Y-%m-%d}" if shown.used else "never used"
    return f"{shown.id}  {shown.name}  {','.join(shown.scopes)}  made {shown.created:%Y-%m-%d}  {state}  {used}"


def _warn() -> None:
    """Say so where the disk will not keep what was made."""
    store = open_store(Config.from_env(os.environ))
    try:
        for warning in passing(os.environ, store):
            click.echo(f"nashra: {warning}", err=True)
    finally:
        store.close()


@contextmanager
def _access(*, is_writing: bool = False) -> Iterator[Access]:
    store = open_store(Config.from_env(os.environ))
    try:
        with store.access(is_writing=is_writing) as access:
            yield access
    finally:
        store.close()
