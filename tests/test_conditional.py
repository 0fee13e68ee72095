from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Response

from service.conditional import Validators

CHANGED = datetime(2026, 3, 1, 12, 0, 0, 500_000, tzinfo=UTC)
VALIDATORS = Validators.of("feed", "digest", changed=CHANGED)
TAG = VALIDATORS.etag


@pytest.mark.parametrize(
    ("headers", "is_304"),
    [
        ({}, False),
        ({"If-None-Match": f'"{TAG}"'}, True),
        ({"If-None-Match": f'W/"{TAG}"'}, True),
        ({"If-None-Match": f'"other", W/"{TAG}"'}, True),
        ({"If-None-Match": "*"}, True),
        ({"If-None-Match": TAG}, True),
        *(({"If-None-Match": f'"{TAG}{suffix}"'}, True) for suffix in ("-gzip", "-br", "-zstd", ";gzip")),
        ({"If-None-Match": f'"{TAG}-other"'}, False),
        ({"If-None-Match": '"other"'}, False),
        ({"If-None-Match": ""}, False),
        ({"If-None-Match": '""'}, False),
        ({"If-None-Match": 'W/"", ""'}, False),
        ({"If-None-Match": f'"", "{TAG}"'}, True),
        ({"If-None-Match": '"'}, False),
        ({"If-None-Match": ","}, False),
        ({"If-Modified-Since": "Sun, 01 Mar 2026 12:00:00 GMT"}, True),
        ({"If-Modified-Since": "Mon, 02 Mar 2026 12:00:00 GMT"}, True),
        ({"If-Modified-Since": "Sun, 01 Mar 2026 11:59:59 GMT"}, False),
        ({"If-Modified-Since": "yesterday"}, False),
        # RFC 9110, section 13.1.3: a date is ignored where there is a validator.
        ({"If-None-Match": '"other"', "If-Modified-Since": "Mon, 02 Mar 2026 12:00:00 GMT"}, False),
        ({"If-None-Match": f'"{TAG}"', "If-Modified-Since": "Sun, 01 Mar 2020 12:00:00 GMT"}, True),
    ],
)
def test_a_client_that_has_it_is_told_so(headers: dict[str, str], *, is_304: bool) -> None:
    assert VALIDATORS.match(headers.get("If-None-Match"), headers.get("If-Modified-Since")) is is_304


def test_what_never_changed_has_no_date() -> None:
    empty = Validators.of("feed", changed=None)
    assert not empty.match(None, "Mon, 02 Mar 2026 12:00:00 GMT")
    assert "Last-Modified" not in empty.put_on(Response()).headers
    assert VALIDATORS.put_on(Response()).headers["Last-Modified"] == "Sun, 01 Mar 2026 12:00:00 GMT"


def test_other_parts_give_another_validator() -> None:
    assert Validators.of("a", "bc", changed=None).etag != Validators.of("ab", "c", changed=None).etag
