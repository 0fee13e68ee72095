"""Lines of the log: forms that programs and people read, the id of the request in each, and no secret in any."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING

import pytest
import structlog

from service import logs

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leave logging as it was found."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()
    logs._REQUEST_ID.set("")


def lines(form: str) -> list[str]:
    stream = io.StringIO()
    logs.set_up(form, stream)
    logs.begin_request("request-0001")
    structlog.get_logger().info("published", new=3, folder="صور")
    logging.getLogger("service.x").error("went %s", "wrong\nand more")
    logging.getLogger("library").info("chatter")
    return stream.getvalue().splitlines()


def test_json_is_an_object_a_line_from_our_loggers_and_libraries_alike() -> None:
    ours, theirs = map(json.loads, lines("json"))
    assert (ours["event"], ours["new"], ours["folder"], ours["level"]) == ("published", 3, "صور", "info")
    assert (theirs["event"], theirs["logger"], theirs["level"]) == ("went wrong\nand more", "service.x", "error")
    assert ours["request_id"] == theirs["request_id"] == "request-0001"
    assert ours["time"].endswith("Z")


def test_text_is_a_line_whatever_is_said() -> None:
    ours, theirs = lines("text")
    assert ours.endswith("info    published new=3 folder=صور request_id=request-0001")
    assert "wrong\\nand more" in theirs


@pytest.mark.parametrize("form", ["json", "text"])
def test_an_exception_is_told_with_its_traceback(form: str) -> None:
    stream = io.StringIO()
    logs.set_up(form, stream)
    logging.getLogger("service.x").error("failed", exc_info=ZeroDivisionError())
    assert "ZeroDivisionError" in stream.getvalue()


@pytest.mark.parametrize("given", ["0123-abcd.ef:01", "a" * 128])
def test_the_id_that_a_proxy_gave_is_kept(given: str) -> None:
    assert logs.begin_request(given) == logs.request_id() == given


@pytest.mark.parametrize("given", [None, "", "short", "a" * 129, "two words", 'quote"me"', "new\nline-0000", "عشرة أحرف"])
def test_any_other_is_replaced(given: str | None) -> None:
    made = logs.begin_request(given)
    assert made != given
    assert logs.SANE_ID.fullmatch(made)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("limit=5&tag=%D8%A3", "limit=5&tag=%D8%A3"),
        ("token=abc", "token=***"),
        ("a=1&API_Key=abc&b=2", "a=1&API_Key=***&b=2"),
        ("Authorization=Bearer+abc", "Authorization=***"),
        ("%74oken=abc", "%74oken=***"),
        ("token=a&token=b=c", "token=***&token=***"),
        ("token", "token"),
        ("", ""),
    ],
)
def test_values_that_may_be_secret_are_not_shown(query: str, shown: str) -> None:
    assert logs.without_secrets(query) == shown


def test_the_form_follows_what_is_written_to() -> None:
    assert logs.form_for("text", io.StringIO()) == "text"
    assert logs.form_for(None, io.StringIO()) == "json"

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert logs.form_for(None, Terminal()) == "text"
    assert logs.form_for("json", Terminal()) == "json"
