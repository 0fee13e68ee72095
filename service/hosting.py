"""Where the service runs, as far as its environment tells: on which platform, and on a disk that lasts or passes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from service.config import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# The variables that platforms set, the most telling first; one that ends with _ is the beginning of several.
PLATFORMS = {
    "RENDER": "Render",
    "RAILWAY_": "Railway",
    "CC_": "Clever Cloud",
    "SCALINGO": "Scalingo",
    "SCALINGO_": "Scalingo",
    "DYNO": "Heroku",
}
# Where platforms say under which address they publish the application; some give no scheme.
ADDRESSES = ("RENDER_EXTERNAL_URL", "RAILWAY_PUBLIC_DOMAIN", "HEROKU_APP_DEFAULT_DOMAIN_NAME")
# File systems that are memory, or a layer over an image: both go with the container.
PASSING = ("tmpfs", "ramfs", "overlay", "aufs")
MOUNTS = Path("/proc/self/mounts")


def platform(env: Mapping[str, str]) -> str | None:
    """Return the platform that set the environment; None where no known one did."""
    for mark, name in PLATFORMS.items():
        if mark in env or (mark.endswith("_") and any(variable.startswith(mark) for variable in env)):
            return name
    return None


def address(env: Mapping[str, str]) -> str | None:
    """Return the address that the platform gives the application, where it says so."""
    given = next((env[name] for name in ADDRESSES if env.get(name)), None)
    return given if given is None or "://" in given else f"https://{given}"


def is_passing(file: Path, env: Mapping[str, str]) -> bool:
    """Tell whether a file goes when the platform starts the application anew.

    It stays on a volume: another file system than the application's, that is neither memory nor a layer over an image.
    """
    if platform(env) is None:
        return False
    folder = next(parent for parent in file.absolute().parents if parent.exists())
    return folder.stat().st_dev == ROOT.stat().st_dev or _kind(folder) in PASSING


def _kind(folder: Path) -> str:
    """Return the kind of file system that a folder is on; empty where the system does not say."""
    mounted = dict(_mounts())
    return next((mounted[place] for place in (folder, *folder.parents) if place in mounted), "")


def _mounts() -> Iterator[tuple[Path, str]]:
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        _, place, kind, *_ = line.split(" ")
        # Spaces and the like are written in octal.
        yield Path(place.encode().decode("unicode_escape")), kind
