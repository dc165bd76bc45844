"""The four APIs as their users meet them: whichever replica answers."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

import httpx

from tests.support.processes import Fleet, Process


class Api:
    """Calls in somebody's name, to one replica after the other.

    A replica that does not answer costs a second attempt at the next one, under the same Idempotency-Key.
    """

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._client = httpx.AsyncClient(timeout=20)
        self._turn = itertools.count()
        self._tokens: dict[tuple[str, tuple[str, ...]], str] = {}
        self.second_attempts = 0

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    def tokens(self) -> list[str]:
        """Every token that was used."""
        return list(self._tokens.values())

    async def get(self, path: str, login: str, *roles: str, **query: str) -> Any:
        """Read something."""
        return (await self.send("GET", path, login, roles, params=query)).json()

    async def post(self, path: str, login: str, *roles: str, body: object = None, etag: str = "") -> Any:
        """Give a command."""
        answer = await self.send("POST", path, login, roles, json=body, etag=etag)
        return answer.json() if answer.content else None

    async def send(
        self, method: str, path: str, login: str, roles: Sequence[str] = (), *, etag: str = "", **sent: Any
    ) -> httpx.Response:
        """The answer, which must be a success."""
        headers = {"Authorization": f"Bearer {self._token(login, tuple(roles))}"}
        if method != "GET":
            headers["Idempotency-Key"] = uuid4().hex
        if etag:
            headers["If-Match"] = f'"{etag}"'
        service = path.split("/")[2]
        for process in self._in_turn(service):
            try:
                answer = await self._client.request(method, process.url + path, headers=headers, **sent)
            except httpx.TransportError:
                self.second_attempts += 1
                continue
            if answer.status_code in {httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.GATEWAY_TIMEOUT}:
                self.second_attempts += 1
                continue
            assert answer.is_success, (method, path, answer.status_code, answer.text)
            return answer
        raise AssertionError(f"no replica of {service} answers {method} {path}")

    def _in_turn(self, service: str) -> Iterator[Process]:
        replicas = self._fleet.of(service)
        start = next(self._turn)
        for number in range(3 * len(replicas)):
            yield replicas[(start + number) % len(replicas)]

    def _token(self, login: str, roles: tuple[str, ...]) -> str:
        if (login, roles) not in self._tokens:
            self._tokens[login, roles] = self._fleet.issuer.token(login, roles)
        return self._tokens[login, roles]
