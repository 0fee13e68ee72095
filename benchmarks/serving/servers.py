"""The servers that are measured: started on free ports of this machine, watched through /proc, ended together."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
# The environment in which the peers are installed.
PEERS = ROOT / ".venv-bench" / "bin"
OURS = Path(sys.executable).parent
PROC = Path("/proc")
TICK = os.sysconf("SC_CLK_TCK")
UP_SECONDS = 60
WORKERS = 2
PUBLIC_URL = "https://news.example.org"

NGINX = """
worker_processes {workers};
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.err;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  keepalive_requests 100000000;
  open_file_cache max=10;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  types {{ application/atom+xml atom; }}
  server {{ listen 127.0.0.1:{port}; root {folder}/static; }}
}}
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A server with all its processes."""

    port: int
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def processes(self) -> list[int]:
        """Return its processes, the first one and all below it."""
        parents = {}
        for entry in PROC.iterdir():
            if entry.name.isdigit() and (fields := _stat(int(entry.name))):
                parents[int(entry.name)] = int(fields[1])
        found = [self.process.pid]
        for above in found:
            found += [pid for pid, parent in parents.items() if parent == above]
        return found

    def cpu(self) -> float:
        """Return the seconds of processor time that its processes have taken."""
        taken = [fields for pid in self.processes() if (fields := _stat(pid))]
        return sum(int(fields[11]) + int(fields[12]) for fields in taken) / TICK

    def memory(self) -> tuple[float, float]:
        """Return the megabytes that its largest process holds, and that it held at most since `forget_peak`."""
        held = [_status(pid) for pid in self.processes()]
        return max(each.get("VmRSS", 0) for each in held) / 1024, max(each.get("VmHWM", 0) for each in held) / 1024

    def forget_peak(self) -> None:
        """Begin anew with what its processes held at most."""
        for pid in self.processes():
            (PROC / str(pid) / "clear_refs").write_text("5")


def missing_tools() -> list[str]:
    """Return the programs that are needed and not installed."""
    return [name for name in ("wrk", "nginx") if shutil.which(name, path=_PATH) is None]


@contextmanager
def running(folder: Path, name: str, command: Sequence[str | Path], env: Mapping[str, str], port: int = 0) -> Iterator[Server]:
    """Run a server while the block lasts; `{port}` in its command and environment is the port it has to listen at."""
    port = port or _free_port()
    said = [str(part).replace("{port}", str(port)) for part in command]
    around = {**os.environ, "PATH": _PATH, **{key: value.replace("{port}", str(port)) for key, value in env.items()}}
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own commands
            said, env=around, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait(port, process, folder / f"{name}.log")
            yield Server(port, process)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextmanager
def nginx(folder: Path, body: bytes) -> Iterator[Server]:
    """Serve one file, /feed.atom, by nginx."""
    (folder / "static").mkdir(exist_ok=True)
    (folder / "static" / "feed.atom").write_bytes(body)
    # Its workers run as nobody, who has to enter the folder.
    folder.chmod(0o755)
    written = folder / "nginx.conf"
    port = _free_port()
    written.write_text(NGINX.format(workers=WORKERS, folder=folder, port=port))
    with running(folder, "nginx", ("nginx", "-c", written, "-p", folder), {}, port) as started:
        yield started


def nashra(**settings: str) -> tuple[Sequence[str | Path], dict[str, str]]:
    """Return how ours is started with these settings."""
    # Each has the same address, so that validators of one are those of another.
    usual = {
        "PORT": "{port}",
        "PUBLIC_URL": PUBLIC_URL,
        "WEB_CONCURRENCY": str(WORKERS),
        "ACCESS_LOG": "false",
        "LOG_FORMAT": "json",
    }
    return (OURS / "nashra", "serve"), {**usual, **settings}


def gunicorn(app: str, **settings: str) -> tuple[Sequence[str | Path], dict[str, str]]:
    """Return how an application is started under gunicorn's threads."""
    command = (PEERS / "gunicorn", "--worker-class", "gthread", "--workers", str(WORKERS), "--threads", "8")
    return (*command, "--bind", "127.0.0.1:{port}", "--log-level", "warning", app), settings


def datasette(database: Path) -> tuple[Sequence[str | Path], dict[str, str]]:
    """Return how Datasette is started; it has one process."""
    command = (PEERS / "datasette", "serve", database, "--host", "127.0.0.1", "--port", "{port}")
    return (*command, "--setting", "max_returned_rows", "1000", "--setting", "sql_time_limit_ms", "20000"), {}


_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + UP_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    message = f"{log.stem} did not come up: {log.read_text(errors='replace')[-2000:]}"
    raise RuntimeError(message)


def _stat(pid: int) -> list[str]:
    """Return the fields of a process that follow its name; none of one that is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _status(pid: int) -> dict[str, int]:
    try:
        lines = (PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return {}
    return {line.partition(":")[0]: int(line.split()[1]) for line in lines if line.startswith(("VmRSS", "VmHWM"))}
