"""How what goes wrong is told: a problem to programs, a page to people, and a page about each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.writing import problem, unlimited

if TYPE_CHECKING:
    from flask.testing import FlaskClient

config = unlimited


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/captures", 405),
        ("POST", "/api/v1/articles", 405),
        ("PUT", "/feeds/all.atom", 405),
        ("PATCH", "/api/v1/none", 404),
    ],
)
def test_what_is_not_there_is_a_problem_under_every_path_for_programs(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    response = client.open(path, method=method)
    problem(response, status)
    assert ("Allow" in response.headers) == (status == 405)
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_elsewhere_an_error_is_a_page_unless_json_is_asked_for(client: FlaskClient) -> None:
    for accept in ("", "*/*", "text/html,application/xhtml+xml,*/*;q=0.8"):
        assert client.get("/none", headers={"Accept": accept}).content_type == "text/html; charset=utf-8"
    for accept in ("application/json", "application/problem+json, text/html;q=0.5"):
        problem(client.get("/none", headers={"Accept": accept}), 404)


def test_every_kind_of_problem_has_a_page(client: FlaskClient) -> None:
    from service.kinds import KINDS
    from service.problems import KIND_OF_STATUS, MEANINGS

    named = {meaning.kind for meaning in MEANINGS.values()} | set(KIND_OF_STATUS.values())
    assert named - {None} == set(KINDS)
    whole = client.get("/problems").text
    for name, kind in KINDS.items():
        assert kind.title in client.get(f"/problems/{name}").text
        assert f'id="{name}"' in whole
    assert client.get("/problems/none").status_code == 404
