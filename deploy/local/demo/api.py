"""The platform's HTTP APIs as people use them: every call is made as somebody."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import uuid4

import httpx

from deploy.local.issuer import DevelopmentIssuer


class RefusedError(RuntimeError):
    """The platform refused something that the story expected to work."""

    def __init__(self, request: str, status: int, text: str) -> None:
        super().__init__(f"{request}: {status} {text}")
        self.status = status
        self.code = str(json.loads(text).get("code", "")) if text.startswith("{") else ""


class Api:
    """Calls in the name of one person after the other."""

    def __init__(self, base_url: str, issuer: DevelopmentIssuer) -> None:
        self._issuer = issuer
        self._client = httpx.AsyncClient(base_url=base_url, timeout=30)
        self._tokens: dict[tuple[str, tuple[str, ...]], str] = {}

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def get(self, path: str, login: str, roles: Sequence[str] = (), **query: object) -> Any:
        """Read something."""
        return await self._send("GET", path, login, roles, params={k: str(v) for k, v in query.items()})

    async def post(self, path: str, login: str, roles: Sequence[str] = (), body: object = None) -> Any:
        """Give a command."""
        return await self._send("POST", path, login, roles, json=body)

    async def post_versioned(self, path: str, login: str, roles: Sequence[str], revision: int) -> Any:
        """Give a command about the revision that was seen."""
        return await self._send("POST", path, login, roles, etag=f'"{revision}"')

    async def refused(self, method: str, path: str, login: str, roles: Sequence[str], body: object) -> str:
        """Try something that must not work; the code of the refusal.

        Raises:
            AssertionError: it worked.
        """
        try:
            await self._send(method, path, login, roles, json=body)
        except RefusedError as refusal:
            return refusal.code
        raise AssertionError(f"{method} {path} was not refused")

    async def put(
        self, path: str, login: str, roles: Sequence[str] = (), body: object = None, etag: str | None = None
    ) -> Any:
        """Replace something, in the version that was seen."""
        return await self._send("PUT", path, login, roles, json=body, etag=etag)

    async def pages(
        self, path: str, login: str, roles: Sequence[str] = (), **query: object
    ) -> AsyncIterator[Any]:
        """Every item of a list, page after page."""
        cursor: str | None = None
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = await self.get(path, login, roles, limit=200, **query, **more)
            for item in page["items"]:
                yield item
            cursor = page.get("next_cursor")
            if not cursor:
                return

    async def _send(
        self,
        method: str,
        path: str,
        login: str,
        roles: Sequence[str],
        *,
        etag: str | None = None,
        **arguments: Any,
    ) -> Any:
        headers = {"Authorization": f"Bearer {self._token(login, roles)}"}
        if method != "GET":
            headers["Idempotency-Key"] = str(uuid4())
        if etag is not None:
            headers["If-Match"] = etag
        response = await self._client.request(method, path, headers=headers, **arguments)
        if response.is_error:
            raise RefusedError(f"{method} {path}", response.status_code, response.text)
        return (
            response.json()
            if response.headers.get("content-type", "").startswith("application/json")
            else None
        )

    def _token(self, login: str, roles: Sequence[str]) -> str:
        who = (login, tuple(sorted(roles)))
        if who not in self._tokens:
            self._tokens[who] = self._issuer.mint(login, roles)
        return self._tokens[who]
