"""How large, how deep and how slow a request may be."""

import asyncio
import re
from collections.abc import Collection
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.correlation import correlation_of
from shared.http.errors import FieldError, Problem

# A string is matched possessively, closed or not, so that no body makes the scan quadratic.
_TOKENS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{\]}]', re.DOTALL)
_ESCAPED_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000|\x00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one request: bytes, levels, seconds."""

    body_bytes: int = 1024 * 1024
    json_depth: int = 32
    url_bytes: int = 8 * 1024
    timeout_s: float = 15.0
    content_types: Collection[str] = ("application/json",)


class LimitsMiddleware:
    """Reads the body up to its limit, checks type and depth, and ends what takes too long."""

    def __init__(self, app: ASGIApp, *, limits: Limits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watched_send(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        body: bytes | None = None
        deadline = asyncio.timeout(self._limits.timeout_s)
        try:
            async with deadline:
                self._check_url(scope)
                body = await self._read(Headers(scope=scope), receive)
                await self._app(scope, _replay(body, receive), watched_send)
        except Problem as problem:
            await problem.response(correlation_of(scope))(scope, receive, send)
        except TimeoutError:
            if started or not deadline.expired():
                raise
            slow = Problem(408, "body_timeout") if body is None else Problem(503, "request_timeout")
            await slow.response(correlation_of(scope))(scope, receive, send)

    def _check_url(self, scope: Scope) -> None:
        if b"%00" in scope.get("raw_path", b"") or b"%00" in scope["query_string"] or "\0" in scope["path"]:
            raise _nul_character("path")
        if len(scope["path"]) + len(scope["query_string"]) > self._limits.url_bytes:
            raise Problem(414, "url_too_long")

    async def _read(self, headers: Headers, receive: Receive) -> bytes:
        declared = headers.get("content-length", "0")
        if not declared.isdigit():
            raise Problem(400, "content_length_invalid")
        if int(declared) > self._limits.body_bytes:
            raise self._too_large()
        chunks = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                break
            chunks += message.get("body", b"")
            more = message.get("more_body", False)
            if len(chunks) > self._limits.body_bytes:
                raise self._too_large()
        if chunks:
            self._check_content(headers, bytes(chunks))
        return bytes(chunks)

    def _too_large(self) -> Problem:
        return Problem(413, "body_too_large", parameters={"limit_bytes": self._limits.body_bytes})

    def _check_content(self, headers: Headers, body: bytes) -> None:
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in self._limits.content_types:
            raise Problem(415, "content_type_unsupported", headers={"Accept": "application/json"})
        if media_type == "application/json" and is_deeper(body, self._limits.json_depth):
            raise Problem(400, "json_too_deep", errors=[FieldError(field="body", reason="json_too_deep")])
        if _ESCAPED_NUL.search(body):
            raise _nul_character("body")


def _nul_character(field: str) -> Problem:
    """No text of the store can hold U+0000."""
    return Problem(400, "nul_character", errors=[FieldError(field=field, reason="nul_character")])


def is_deeper(body: bytes, levels: int) -> bool:
    """Whether arrays and objects are nested deeper than `levels`; brackets inside of strings do not count."""
    depth = 0
    for match in _TOKENS.finditer(body):
        token = match[0]
        if token in {b"[", b"{"}:
            depth += 1
            if depth > levels:
                return True
        elif token in {b"]", b"}"}:
            depth -= 1
    return False


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
