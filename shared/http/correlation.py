"""One id that follows a request into logs, events, audit rows and the answer."""

from uuid import UUID

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.ids import NewId, new_id
from shared.observability.logging import bound_context

CORRELATION_HEADER = "X-Correlation-Id"
_STATE_KEY = "correlation_id"


def correlation_of(scope: Scope) -> str:
    """The request's correlation id as text; empty outside of the middleware."""
    return str(scope.get("state", {}).get(_STATE_KEY, ""))


class CorrelationMiddleware:
    """Takes the caller's `X-Correlation-Id` when it is a UUID, else makes one; the answer carries it."""

    def __init__(self, app: ASGIApp, *, ids: NewId = new_id) -> None:
        self._app = app
        self._ids = ids

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        correlation_id = str(_given(Headers(scope=scope).get(CORRELATION_HEADER)) or self._ids())
        scope.setdefault("state", {})[_STATE_KEY] = correlation_id

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[CORRELATION_HEADER] = correlation_id
            await send(message)

        with bound_context(correlation_id=correlation_id):
            await self._app(scope, receive, send_with_id)


def _given(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text and len(text) == len(str(UUID(int=0))) else None
    except ValueError:
        return None
