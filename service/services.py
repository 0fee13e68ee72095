"""What the views of one application work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import current_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.config import Config
    from service.ingest.rules import Rules
    from service.links import Links
    from service.store import Store

EXTENSION = "nashra"


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The settings, the store and the addresses of one application.

    `published` is to be told the last revision before a change that it is to see to. `rules` reads what captures are
    read by; it raises ConfigError.
    """

    config: Config
    store: Store
    links: Links
    published: Callable[[int], None]
    rules: Callable[[], Rules]


def services() -> Services:
    """Return the services of the application that answers the current request."""
    return cast("Services", current_app.extensions[EXTENSION])
