"""The files that deploy the service: each says what the code does, and the proxy does what its file says."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from configparser import ConfigParser
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
import yaml

from service.config import ROOT, Config
from service.store import Store
from tests.conftest import publish, tool
from tests.test_main_job import PATIENCE, start, stop
from tests.test_serving import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from service.article import Entry

SETTINGS = {field.name.upper() for field in dataclasses.fields(Config)}
LOCKS = ("requirements.txt", "Pipfile.lock", "poetry.lock", "uv.lock", "pdm.lock", "pylock.toml")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def processes() -> dict[str, str]:
    return dict(re.fullmatch(r"([a-z]+): (.+)", line).groups() for line in text("Procfile").splitlines())


def rules(app: Flask) -> set[str]:
    return {rule.rule for rule in app.url_map.iter_rules()}


def test_the_procfile_means_the_same_read_as_yaml() -> None:
    assert yaml.safe_load(text("Procfile")) == processes()
    assert {"release", "web"} <= set(processes())


def test_a_release_may_run_again(tmp_path: Path) -> None:
    for _ in range(2):
        subprocess.run(
            ["bash", "-c", processes()["release"]],
            cwd=ROOT,
            env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "DATABASE_URL": f"sqlite:///{tmp_path}/nashra.db"},
            check=True,
        )


def test_buildpacks_find_one_lock_file_with_hashes_and_both_engines() -> None:
    assert [name for name in LOCKS if (ROOT / name).exists()] == ["requirements.txt"]
    pinned = re.findall(r"^([a-z][^=\s\[]*)(?:\[.*\])?==\S+.*\\$", text("requirements.txt"), re.MULTILINE)
    assert {"flask", "psycopg"} <= set(pinned)
    assert text("requirements.txt").count("--hash=sha256:") >= len(pinned)


def test_app_json_names_settings_that_there_are_and_holds_no_secret(app: Flask) -> None:
    described = json.loads(text("app.json"))
    assert set(described["env"]) <= SETTINGS
    assert described["env"]["METRICS_TOKEN"] == {
        "description": described["env"]["METRICS_TOKEN"]["description"],
        "generator": "secret",
    }
    Config.from_env({name: env["value"] for name, env in described["env"].items() if "value" in env})
    assert {check["path"] for check in described["healthchecks"]["web"]} <= rules(app)
    assert set(described["formation"]) <= set(processes())


def test_render_yaml_starts_what_the_procfile_does(app: Flask) -> None:
    (service,) = yaml.safe_load(text("render.yaml"))["services"]
    assert service["startCommand"] == processes()["web"]
    assert service["healthCheckPath"] in rules(app)
    assert {variable["key"] for variable in service["envVars"]} <= SETTINGS


def test_the_image_holds_what_it_needs_and_starts_what_the_procfile_does() -> None:
    lines = text("deploy/Dockerfile").replace("\\\n", " ").splitlines()
    copied = [line.split()[1] for line in lines if line.startswith("COPY") and "--from" not in line]
    assert copied == ["requirements.txt", "service", "schemas", "corpus"]
    assert all((ROOT / name).exists() for name in copied)
    sent = [line[1:] for line in text("deploy/Dockerfile.dockerignore").splitlines() if line.startswith("!")]
    assert sent == copied
    (command,) = (line.removeprefix("CMD ") for line in lines if line.startswith("CMD "))
    assert json.loads(command) == processes()["web"].split()
    version = text(".python-version").strip()
    assert [line.split()[1] for line in lines if line.startswith("FROM")] == [f"python:{version}-slim"] * 2
    assert any(line.startswith("USER ") for line in lines)


@pytest.mark.slow
def test_the_check_of_the_image_tells_a_service_that_answers_from_one_that_does_not(tmp_path: Path) -> None:
    (line,) = (line for line in text("deploy/Dockerfile").replace("\\\n", " ").splitlines() if line.startswith("HEALTHCHECK"))
    program, *arguments = json.loads(line.partition("CMD ")[2])
    assert program == "python"
    served = start(tmp_path)
    environment = {"PORT": served.url.rpartition(":")[2]}

    def check() -> int:
        return subprocess.run([sys.executable, *arguments], env=environment, stderr=subprocess.DEVNULL, check=False).returncode

    assert check() == 0
    stop(served)
    assert check() != 0


def test_the_unit_starts_what_the_procfile_does_on_this_machine_alone() -> None:
    # A unit may have a key twice.
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read_string(text("deploy/nashra.service"))
    service = unit["Service"]
    assert service["ExecStart"].endswith("/python -m service serve --ingest")
    assert processes()["web"].startswith("python -m service serve --ingest")
    assert service["DynamicUser"] == "yes"
    assert service["Environment"].startswith(f"DATABASE_URL=sqlite:////var/lib/{service['StateDirectory']}/")
    # systemd kills at last; the service itself gives up sooner.
    assert int(service["TimeoutStopSec"]) > 10


class Proxied(NamedTuple):
    """A proxy in front of a running service, and the store behind it."""

    url: str
    store: Store
    end_service: Callable[[], int]


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[Proxied]:
    """The service behind nginx, set up by the file that we ship; only places and ports are this machine's."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/bin") or tool("nginx")
    served = start(tmp_path, PUBLIC_URL="https://news.example.org", TRUSTED_PROXIES="1")
    port = free_port()
    shipped = text("deploy/nginx.conf")
    for ours, here in (
        ("/var/cache/nginx/nashra", f"{tmp_path}/cache"),
        ("127.0.0.1:8000", served.url.removeprefix("http://")),
        ("listen 80;", f"listen 127.0.0.1:{port};"),
    ):
        assert ours in shipped
        shipped = shipped.replace(ours, here)
    own = "".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    main = (
        f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}\nhttp {{ access_log off; {own}\n{shipped}}}"
    )
    (tmp_path / "nginx.conf").write_text(f"user root;\n{main}" if tmp_path.owner() == "root" else main, encoding="utf-8")
    process = subprocess.Popen([program, "-p", tmp_path, "-c", tmp_path / "nginx.conf", "-e", tmp_path / "error.log"])
    store = Store.open(f"sqlite:///{tmp_path}/nashra.db")
    url = f"http://127.0.0.1:{port}"
    end = time.monotonic() + PATIENCE
    while True:
        try:
            get(url + "/healthz")
            break
        except OSError:
            assert time.monotonic() < end, (tmp_path / "error.log").read_text()
            time.sleep(0.05)
    yield Proxied(url, store, lambda: stop(served))
    process.terminate()
    process.wait()
    store.close()
    if served.process.poll() is None:
        stop(served)


def get(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return response.status, dict(response.headers), response.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


@pytest.mark.slow
def test_the_proxy_keeps_answers_for_a_second_and_honours_validators(proxied: Proxied, make_entry: Callable[..., Entry]) -> None:
    feed = f"{proxied.url}/feeds/all.atom"
    status, headers, body = get(feed)
    assert status == 200
    assert get(feed)[1]["X-Cache"] in ("HIT", "UPDATING", "STALE")
    # A client that has it is told so, by either validator, also by the copy.
    etag = {name.lower(): value for name, value in headers.items()}["etag"]
    assert get(feed, If_None_Match=etag)[0] == 304
    assert get(feed, If_None_Match=f"W/{etag}")[0] == 304
    assert get(feed, Host="evil.example")[2] == body
    publish(proxied.store, make_entry(1, title="خبر جديد"))
    end = time.monotonic() + PATIENCE
    while "خبر جديد" not in get(feed, If_None_Match=etag)[2].decode():
        assert time.monotonic() < end
        time.sleep(0.1)
    first, second = (get(feed)[1]["X-Request-ID"] for _ in range(2))
    assert first != second


@pytest.mark.slow
def test_the_proxy_keeps_no_health_shows_no_numbers_and_serves_on_without_the_service(proxied: Proxied) -> None:
    feed = f"{proxied.url}/feeds/all.atom"
    body = get(feed)[2]
    assert {get(f"{proxied.url}/readyz")[1]["X-Cache"] for _ in range(3)} == {"MISS"}
    assert get(f"{proxied.url}/metrics")[0] == 404
    assert proxied.end_service() == 0
    time.sleep(1.1)
    assert get(feed)[::2] == (200, body)
    assert get(f"{proxied.url}/readyz")[0] == 502
