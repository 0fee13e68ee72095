"""The parameters of a request, loaded by a schema; what no schema knows is refused."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from flask import request
from marshmallow import RAISE, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict

from service.identity import TRACKING

if TYPE_CHECKING:
    from flask import Request
    from marshmallow import Schema


class Parser(FlaskParser):
    """Refuses parameters that no schema knows, and a second value where one is asked for: webargs would ignore them."""

    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": RAISE}
    DEFAULT_VALIDATION_STATUS = 400

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """Return the parameters in the address, each once unless its field takes several."""
        return self._each_once(req.args, schema)

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
