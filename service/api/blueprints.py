"""flask-smorest as this API uses it: with the errors, the arguments and the headers of this service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_smorest import Api as SmorestApi
from flask_smorest import Blueprint as SmorestBlueprint

from schemas.problem import ProblemBody
from service import problems
from service.arguments import Parser
from service.documents import allow_reads

if TYPE_CHECKING:
    from collections.abc import Callable

PREFIX = "/api/v1"
LINK_HEADER = {"Link": {"description": "RFC 8288: `next`, `prev` and `first`.", "schema": {"type": "string"}}}


class Blueprint(SmorestBlueprint):
    """Routes of one noun below /api/v1, with errors as problems."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, path: str, description: str) -> None:
        """Serve below `path`."""
        super().__init__(name, __name__, url_prefix=f"{PREFIX}{path}", description=description)
        self.after_request(allow_reads)

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
