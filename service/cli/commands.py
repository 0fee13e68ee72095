"""The group that all commands belong to, and what they share: how a fault and a refusal are told."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from service.errors import ServiceError

if TYPE_CHECKING:
    from service.ingest.reader import Refused


class _Commands(click.Group):
    """Says what is wrong in one line, and not in a traceback, wherever the fault is not ours."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ServiceError as error:
            complain(error)
            sys.exit(2)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nashra")
def main() -> None:
    """Publish a folder of article captures as feeds and as a REST API."""


def complain(error: ServiceError) -> None:
    """Print what is wrong, a line for each mistake."""
    for line in str(error).splitlines():
        click.echo(f"nashra: {line}", err=True)


def refusal(refused: Refused) -> str:
    """Return the line that tells why a capture was refused."""
    return f"refused {refused.name}: {refused.issue.message} [{refused.issue.code}]"
