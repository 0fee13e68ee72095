"""What is said about the place where the service runs: before it serves, and to who looks after it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from service.hosting import address, is_passing, platform
from service.ingest.batch import PRUNE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from service.config import Config
    from service.store import Store

LOCAL = ("127.0.0.1", "::1", "localhost")
TIMELESS = "no-capture-time"


def warnings(config: Config, env: Mapping[str, str], host: str, store: Store) -> Iterator[str]:
    """Yield a line for each thing that may go wrong with a service that listens at `host`."""
    if host not in LOCAL or platform(env):
        yield from unreachable(config, env)
    yield from passing(env, store)


def unreachable(config: Config, env: Mapping[str, str]) -> Iterator[str]:
    """Yield what is at stake where nothing says under which address people reach the service."""
    if not env.get("PUBLIC_URL", "").strip():
        known = address(env) or "https://your-address.example"
        yield (
            f"PUBLIC_URL is not set, so every link in feeds, API and pages begins with {config.public_url}, where no "
            f"subscriber gets: set PUBLIC_URL={known}"
        )


def passing(env: Mapping[str, str], store: Store) -> Iterator[str]:
    """Yield what is lost, or not the same, once the platform starts the application anew on an empty disk."""
    from service.store import upkeep

    if store.engine.dialect.name != "sqlite" or not is_passing(Path(str(store.engine.url.database)), env):
        return
    kept = upkeep.irreplaceable(store.engine, PRUNE)
    yield (
        f"the database is a file on a disk that {platform(env)} empties at each restart: articles come back from the corpus"
        + (f", but this will be LOST: {kept}" if kept else ", but what is pinned, withdrawn or uploaded will be LOST")
        + "; set DATABASE_URL to a PostgreSQL address, or to a file on a volume"
    )
    with store.reader() as reader:
        report = reader.report() or {"findings": {}}
    if timeless := report["findings"].get(TIMELESS):
        yield (
            f"{timeless} captures do not say when they were captured, so each restart dates them anew and readers may show "
            "them again: run `nashra stamp` and commit what it writes"
        )
