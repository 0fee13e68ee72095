"""What the views of one application work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import current_app

if TYPE_CHECKING:
    from service.config import Config
    from service.links import Links
    from service.store import Store

EXTENSION = "nashra"


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The settings, the store and the addresses of one application."""

    config: Config
    store: Store
    links: Links


def services() -> Services:
    """Return the services of the application that answers the current request."""
    return cast("Services", current_app.extensions[EXTENSION])
