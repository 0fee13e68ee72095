"""The parameters of a request, loaded by a schema; what no schema knows is refused."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn

from flask import request
from marshmallow import RAISE, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict

from service.identity import TRACKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask import Request
    from marshmallow import Schema

# An address can hold thousands of names that nobody knows, and long ones: so many are looked at, and so far.
MOST_HINTS = 3
LONGEST_NAME = 64


class Parser(FlaskParser):
    """Refuses parameters that no schema knows, and a second value where one is asked for: webargs would ignore them."""

    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": RAISE}
    DEFAULT_VALIDATION_STATUS = 400

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """Return the parameters in the address, each once unless its field takes several."""
        return self._each_once(req.args, schema)

    def handle_error(
        self,
        error: ValidationError,
        req: Request,
        schema: Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Refuse the request; of a parameter that is unknown say which may have been meant."""
        names = [field.data_key or name for name, field in schema.load_fields.items()]
        messages: dict[str, Any] = error.messages_dict.get("query", {})
        unknown = [name for name, said in messages.items() if said == [schema.error_messages["unknown"]]]
        for name in unknown[:MOST_HINTS]:
            messages[name] = [_unknown(name, names)]
        super().handle_error(error, req, schema, error_status_code=error_status_code, error_headers=error_headers)

    def _each_once(self, given: MultiDict[str, str], schema: Schema) -> Any:
        proxy = self._makeproxy(given, schema)
        twice = [name for name, values in given.lists() if len(values) > 1 and name not in proxy.multiple_keys]
        if twice:
            raise ValidationError({name: ["Given more than once."] for name in twice})
        return proxy


class TolerantParser(Parser):
    """Passes over what campaigns append to an address that people share."""

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """Return the parameters in the address that are not there to track whoever follows it."""
        kept = MultiDict(pair for pair in req.args.items(multi=True) if not TRACKING.fullmatch(pair[0].lower()))
        return self._each_once(kept, schema)


tolerant = TolerantParser()


def arguments(schema: type[Schema]) -> dict[str, Any]:
    """Return the parameters of the current request; one that is wrong is answered with 400 and its name."""
    made = _made(schema)
    # Most addresses of feeds have no parameters.
    loaded: dict[str, Any] = tolerant.parse(made, location="query") if request.query_string else made.load({})
    return loaded


# Making a schema copies each of its fields, which takes longer than loading an address by it.
@cache
def _made(schema: type[Schema]) -> Schema:
    return schema()


def _unknown(name: str, names: Sequence[str]) -> str:
    if not names:
        return "Unknown parameter; this address takes none."
    meant = get_close_matches(name[:LONGEST_NAME].lower(), names, 1)
    return f"Unknown parameter; did you mean {meant[0]}?" if meant else f"Unknown parameter; known are {', '.join(names)}."
