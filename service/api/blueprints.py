"""flask-smorest as this API uses it: with the errors, the arguments and the headers of this service."""

from __future__ import annotations

from copy import deepcopy
from functools import wraps
from typing import TYPE_CHECKING, Any

from flask_smorest import Api as SmorestApi
from flask_smorest import Blueprint as SmorestBlueprint

from schemas.problem import ProblemBody
from service import problems
from service.api import bearer, bodies, limits, replays
from service.arguments import Parser
from service.documents import allow_scripts
from service.services import services

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.tokens import Scope

PREFIX = "/api/v1"
LINK_HEADER = {"Link": {"description": "RFC 8288: `next`, `prev` and `first`.", "schema": {"type": "string"}}}
ETAG_HEADER = {"ETag": {"description": "Of the article as it is now, for If-Match.", "schema": {"type": "string"}}}
SECURITY = "bearer"
# How a request that changes something is told from others, and what it asks to be so.
HEADERS = {
    "If-Match": "The ETag of the article that is meant to be changed, as GET gave it; `*` for any.",
    "If-None-Match": "`*`: only where there is no article of this source yet.",
    "Idempotency-Key": "A name for this request, such as a UUID: sent again within 24 hours, it is only answered again.",
}
ETAGS = {"anyOf": [{"type": "string", "enum": ["*"]}, {"type": "string", "pattern": r'^(W/)?"[!#-~]*"(, ?(W/)?"[!#-~]*")*$'}]}
EXAMPLES = {
    "If-Match": '"8eff63fda7d530baac1e3c5f27b19b10"',
    "If-None-Match": "*",
    "Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324",
}
SCHEMAS = {
    "If-Match": ETAGS,
    "If-None-Match": ETAGS,
    "Idempotency-Key": {"type": "string", "pattern": r'^"[!#-\[\]-~]{1,255}"$|^[!#-\[\]-~]{1,255}$'},
}


class Blueprint(SmorestBlueprint):
    """Routes of one noun below /api/v1, with errors as problems."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, path: str, description: str) -> None:
        """Serve below `path`."""
        super().__init__(name, __name__, url_prefix=f"{PREFIX}{path}", description=description)
        self.after_request(allow_scripts)

    def add_url_rule(self, rule: str, endpoint: str | None = None, view_func: Any = None, *args: Any, **options: Any) -> None:
        """Register a view, whose name is the id of its operation."""
        if view_func is not None:
            view_func = self.doc(operationId=endpoint or view_func.__name__)(view_func)
        super().add_url_rule(rule, endpoint, view_func, *args, **options)

    def fails(self, *statuses: int) -> Callable[[Any], Any]:
        """Document that a route may answer with problems of these statuses."""

        def decorate(view: Any) -> Any:
            for status in statuses:
                view = self.alt_response(status, success=False, schema=ProblemBody, content_type=problems.CONTENT_TYPE)(view)
            return view

        return decorate

    def writes(self, scope: Scope, *media: str) -> Callable[[Any], Any]:
        """Let a route be called by bearers of a token with this scope only, which is its first argument.

        The body is of one of the `media` and within bounds, and a request that is sent again is answered again.
        """

        def decorate(view: Any) -> Any:
            @wraps(view)
            def guarded(*args: Any, **kwargs: Any) -> Any:
                token = bearer.require(scope)
                if media:
                    bodies.require(media, services().config.write_bytes)
                return replays.once(token, lambda: view(token, *args, **kwargs))

            # A bearer token of HTTP has no scopes in OpenAPI: which one is needed stands in its own member.
            guarded = self.doc(security=[{SECURITY: []}], **{"x-required-scope": scope.value})(guarded)
            guarded = self.conditional("Idempotency-Key")(guarded)
            return limits.limited(limits.WRITES)(self.fails(401, 403, 409, 422, 429)(guarded))

        return decorate

    def conditional(self, *names: str) -> Callable[[Any], Any]:
        """Document the headers by which a request says on what it depends."""

        def decorate(view: Any) -> Any:
            view._apidoc = deepcopy(getattr(view, "_apidoc", {}))  # noqa: SLF001 - where flask-smorest keeps what it documents
            described = view._apidoc.setdefault("arguments", {}).setdefault("parameters", [])  # noqa: SLF001 - the same
            described += [
                {
                    "in": "header",
                    "name": name,
                    "description": HEADERS[name],
                    "schema": SCHEMAS[name],
                    "example": EXAMPLES[name],
                }
                for name in names
            ]
            return view

        return decorate


class Api(SmorestApi):
    """The API with the errors of `service.problems`."""

    ERROR_SCHEMA = ProblemBody

    def _register_error_handlers(self) -> None:
        """Leave every error to `service.problems`."""

    def _register_responses(self) -> None:
        """Document every error as what it is, a problem."""
        self.DEFAULT_RESPONSE_CONTENT_TYPE = problems.CONTENT_TYPE
        super()._register_responses()
        del self.DEFAULT_RESPONSE_CONTENT_TYPE
