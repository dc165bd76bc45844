"""Every error that leaves the API: RFC 9457, `application/problem+json`.

What the caller sent is never echoed, and nothing of the inside is told: a type, a title, a code, the
fields with their reasons and the correlation id.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from shared.errors import DomainError
from shared.http.correlation import CORRELATION_HEADER, correlation_of
from shared.persistence.failures import class_of, is_transient

PROBLEM_TYPE = "application/problem+json"
MAX_ERRORS = 50
RETRY_AFTER_S = "2"

_log = structlog.get_logger()


class FieldError(BaseModel):
    """One field of the input and the reason code why it was refused."""

    model_config = ConfigDict(frozen=True)

    field: str
    reason: str


class ProblemDocument(BaseModel):
    """The body of every error (RFC 9457 §3.1 with the members code, correlation_id, parameters, errors)."""

    model_config = ConfigDict(frozen=True)

    type: str
    title: str
    status: int
    code: str
    correlation_id: str
    parameters: dict[str, str | int] = {}
    errors: list[FieldError] = []


class Problem(Exception):
    """Raised anywhere below a route to end the request with a problem document."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str | None = None,
        errors: Sequence[FieldError] = (),
        *,
        parameters: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.title = title or HTTPStatus(status).phrase
        self.errors = list(errors)
        self.parameters = dict(parameters or {})
        self.headers = dict(headers or {})

    def response(self, correlation_id: str) -> Response:
        """The problem as a response; also for middlewares, which lie outside of the handlers."""
        document = ProblemDocument(
            type=f"urn:mentoring:problem:{self.code}",
            title=self.title,
            status=self.status,
            code=self.code,
            correlation_id=correlation_id,
            parameters=self.parameters,
            errors=self.errors[:MAX_ERRORS],
        )
        return JSONResponse(
            document.model_dump(exclude_defaults=True),
            status_code=self.status,
            headers=self.headers,
            media_type=PROBLEM_TYPE,
        )


PROBLEM_RESPONSES: dict[int | str, dict[str, object]] = {
    "4XX": {
        "description": "The request was refused.",
        "content": {PROBLEM_TYPE: {}},
        "model": ProblemDocument,
    },
}
"""What OpenAPI says about every route's errors."""


def from_domain(error: DomainError) -> Problem:
    """The problem that tells a domain's refusal."""
    errors = [FieldError(field=error.field, reason=error.code)] if error.field else []
    return Problem(error.status, error.code, errors=errors, parameters=error.parameters)


def add_error_handlers(app: FastAPI) -> None:
    """Answer every exception of `app` with a problem document."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(DomainError, _on_domain_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_exception)


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - narrows what Starlette types as Exception
    return error.response(correlation_of(request.scope))


async def _on_domain_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)  # noqa: S101
    return from_domain(error).response(correlation_of(request.scope))


async def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    details = error.errors()
    errors = [
        FieldError(field=_path(detail["loc"], detail["type"]), reason=detail["type"]) for detail in details
    ]
    malformed = any(item.reason == "json_invalid" for item in errors)
    problem = (
        Problem(400, "malformed_json", "The body is no JSON", errors)
        if malformed
        else Problem(422, "validation_failed", "The input was refused", errors)
    )
    return problem.response(correlation_of(request.scope))


def _path(location: Sequence[int | str], kind: str) -> str:
    """`("body", "goals", 0, "title")` as `body.goals.0.title`.

    The name of a field that nobody knows was chosen by the caller, so it is not repeated; neither is a
    key of a mapping.
    """
    parts = [str(part) for part in location]
    if kind in {"extra_forbidden", "invalid_key"} and len(parts) > 1:
        parts[-1] = "?"
    return ".".join(part if part.replace("_", "a").isalnum() and part.isascii() else "?" for part in parts)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    codes = {401: "unauthenticated", 403: "forbidden", 404: "not_found", 405: "method_not_allowed"}
    code = codes.get(error.status_code, "refused")
    problem = Problem(error.status_code, code, headers=error.headers)
    return problem.response(correlation_of(request.scope))


def unhandled(error: Exception, correlation_id: str) -> Response:
    """A 500, or a 503 while the store is away; it tells nothing but the correlation id."""
    headers = {CORRELATION_HEADER: correlation_id}
    if is_transient(error):
        _log.warning("http_request_failed", reason=class_of(error), outcome="retry")
        problem = Problem(503, "unavailable", headers=headers | {"Retry-After": RETRY_AFTER_S})
    else:
        _log.error("http_request_failed", exc_info=error, outcome="error")
        problem = Problem(500, "internal_error", headers=headers)
    return problem.response(correlation_id)
