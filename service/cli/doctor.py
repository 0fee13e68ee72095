"""What can be wrong with a deployment, found out from within: a line for each fault, and none of them mended."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service import create_app
from service.cli.feedcheck import feed_faults
from service.cli.platform import passing, unreachable
from service.cli.publishing import require_folder
from service.config import Config
from service.errors import ConfigError, ServiceError
from service.hosting import platform
from service.ingest.batch import PRUNE
from service.ingest.overrides import load_overrides
from service.ingest.registry import load_registry
from service.store import Store, maintenance, upkeep
from service.store.engine import database_url, open_engine, reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

# Bytes: a database grows by its log before that is folded in, and SQLite cannot even read where nothing can be written.
LEAST_FREE = 100_000_000
MIDDAY = datetime(2024, 3, 20, 12, tzinfo=UTC)


def faults(env: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with the deployment that an environment describes."""
    try:
        config = Config.from_env(env)
    except ConfigError as error:
        yield from str(error).splitlines()
        return
    yield from _raised(lambda: require_folder(config.corpus_dir))
    yield from _raised(lambda: load_registry(config.outlets_file))
    yield from _raised(lambda: load_overrides(config.overrides_file))
    if platform(env):
        yield from unreachable(config, env)
    yield from _zone_faults()
    yield from _disk_faults(config)
    try:
        yield from _database_faults(config, env)
    except ServiceError as error:
        yield from str(error).splitlines()


def _raised(check: Callable[[], object]) -> Iterator[str]:
    try:
        check()
    except ServiceError as error:
        yield from str(error).splitlines()


def _zone_faults() -> Iterator[str]:
    """Yield what is wrong with the time zone data: Morocco's hour, which changed in 2018, tells an old copy."""
    try:
        offsets = [(MIDDAY + timedelta(days=days)).astimezone(ZoneInfo("Africa/Casablanca")).utcoffset() for days in (0, 60)]
    except ZoneInfoNotFoundError:
        yield "there is no time zone data; install the package tzdata"
        return
    # In Ramadan, and after it.
    if offsets != [timedelta(0), timedelta(hours=1)]:
        yield "the time zone data is older than 2018; update the package tzdata, or the system's"


def _file(config: Config) -> Path | None:
    url = database_url(config.database_url)
    return Path(str(url.database)).absolute() if url.get_backend_name() == "sqlite" else None


def _disk_faults(config: Config) -> Iterator[str]:
    file = _file(config)
    if file is None or not file.parent.exists():
        return
    free = shutil.disk_usage(file.parent).free
    needed = max(LEAST_FREE, file.stat().st_size if file.exists() else 0)
    if free < needed:
        yield f"the disk of {file} has {free:,} bytes left, where {needed:,} should be free"


def _database_faults(config: Config, env: Mapping[str, str]) -> Iterator[str]:
    file = _file(config)
    if file and not file.exists():
        yield f"DATABASE_URL: {file} is not there; `nashra ingest` makes it"
        return
    engine = open_engine(database_url(config.database_url))
    try:
        if not upkeep.is_current(engine):
            yield "the database has another schema than this version; `nashra migrate` brings it up to date"
            return
        with reading(engine) as connection:
            if not maintenance.is_derived(connection):
                yield "what is derived from the articles is another version's; `nashra migrate` makes it anew"
                return
        if damage := upkeep.damage(engine):
            yield f"the database is damaged ({damage}); `nashra restore` puts a copy back"
            return
    finally:
        engine.dispose()
    store = Store.open(config.database_url, config.database_read_url)
    try:
        yield from (f"{problem}; `nashra reindex` mends it" for problem in store.problems())
        if upkeep.irreplaceable(store.engine, PRUNE):
            yield from passing(env, store)
        yield from feed_faults(create_app(replace(config, access_log=False), store), config.public_url)
    finally:
        store.close()
