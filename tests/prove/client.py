"""The enterprise's side: it keeps a journal of everything that it was told was accepted."""

import asyncio
import hashlib
import itertools
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from tests.prove.run_directory import RunDirectory
from tests.support.e2e_feed import HrRecord
from tests.support.tokens import TestIssuer

_NOT_FINAL: Final = frozenset({429, 502, 503, 504})
_PATIENCE: Final = 90.0
_ANSWER_SECONDS: Final = 8.0
_TOKEN_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The final answer to a command."""

    status: int
    body: Any

    @property
    def accepted(self) -> bool:
        """Whether the command took effect."""
        return self.status < httpx.codes.BAD_REQUEST


class Commands:
    """Sends commands to whichever replica answers, under one Idempotency-Key until an answer is final."""

    def __init__(
        self, addresses: dict[str, list[str]], issuer: TestIssuer, run: RunDirectory, keys: str
    ) -> None:
        self._addresses = addresses
        self._issuer = issuer
        self._run = run
        self._keys = (f"{keys}-{number}" for number in itertools.count())
        self._turn = itertools.count()
        self._tokens: dict[tuple[str, tuple[str, ...]], tuple[float, str]] = {}
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(_ANSWER_SECONDS, connect=2.0),
            verify=False,  # noqa: S501  plain HTTP only
        )
        self.given_up = asyncio.Event()
        """Set when no attempt is worth its time any more: what is open then stays unknown."""

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def send(
        self,
        method: str,
        path: str,
        login: str,
        *,
        roles: Sequence[str] = (),
        body: object = None,
        etag: str | None = None,
    ) -> Answer | None:
        """The final answer; None when there was none in time: then it may have happened or not."""
        service, key = path.split("/")[2], next(self._keys)
        headers = {"Idempotency-Key": key} | ({} if etag is None else {"If-Match": f'"{etag}"'})
        sent_at, attempts, answer = time.time(), 0, None
        deadline, pause = time.monotonic() + _PATIENCE, 0.05
        while answer is None and time.monotonic() < deadline and not self.given_up.is_set():
            attempts += 1
            answer = await self._attempt(method, path, (login, tuple(roles)), headers, body)
            if answer is None:
                await asyncio.sleep(random.uniform(0.2, 1) * pause)  # noqa: S311  jitter
                pause = min(pause * 1.5, 0.5)
        if method != "GET":
            self._run.journal(
                {
                    "kind": "http",
                    "service": service,
                    "method": method,
                    "path": path,
                    "key": key,
                    "login": login,
                    "status": answer.status if answer else None,
                    "body": body,
                    "response": answer.body if answer else None,
                    "sent_at": sent_at,
                    "answered_at": time.time() if answer else None,
                    "attempts": attempts,
                }
            )
        return answer

    async def _attempt(
        self,
        method: str,
        path: str,
        caller: tuple[str, tuple[str, ...]],
        headers: dict[str, str],
        body: object,
    ) -> Answer | None:
        addresses = self._addresses[path.split("/")[2]]
        address = addresses[next(self._turn) % len(addresses)]
        signed = headers | {"Authorization": f"Bearer {self._token(*caller)}"}
        try:
            found = await self._client.request(method, address + path, headers=signed, json=body)
        except httpx.HTTPError:
            return None
        if found.status_code in _NOT_FINAL:
            return None
        try:
            return Answer(found.status_code, found.json() if found.content else None)
        except json.JSONDecodeError:
            return Answer(found.status_code, None)

    def _token(self, login: str, roles: tuple[str, ...]) -> str:
        made, token = self._tokens.get((login, roles), (0.0, ""))
        if time.monotonic() - made > _TOKEN_SECONDS or not token:
            token = self._issuer.token(login, roles)
            self._tokens[login, roles] = (time.monotonic(), token)
        return token


class HrFeed:
    """The HR system: every record is sent until the broker has it, and then journalled."""

    def __init__(self, bootstrap: str, topic: str, run: RunDirectory) -> None:
        self._bootstrap = bootstrap
        self._topic = topic
        self._run = run
        self._producer: AIOKafkaProducer | None = None
        self._lock = asyncio.Lock()

    async def say(self, records: Sequence[tuple[HrRecord, str, str]], stopped: Callable[[], bool]) -> None:
        """Publish records with their person and what they change, in their order.

        What fails is sent again with all that follows it, so the order of a person's records stays.
        """
        waiting = list(records)
        async with self._lock:
            while waiting and not stopped():
                try:
                    producer = await self._connected()
                    for record, person, change in list(waiting):
                        answer = await (await producer.send(self._topic, record.value, record.key))
                        self._journal(record, person, change, answer.partition, answer.offset)
                        waiting.pop(0)
                except (KafkaError, OSError, TimeoutError):
                    await self.aclose()
                    await asyncio.sleep(0.3)

    async def aclose(self) -> None:
        """Let go of the connection."""
        producer, self._producer = self._producer, None
        if producer is not None:
            try:
                await asyncio.wait_for(producer.stop(), 5)
            except (KafkaError, OSError, TimeoutError):
                return

    async def _connected(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap.split(","),
                acks="all",
                request_timeout_ms=10_000,
                linger_ms=0,
            )
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer

    def _journal(self, record: HrRecord, person: str, change: str, partition: int, offset: int) -> None:
        self._run.journal(
            {
                "kind": "hr",
                "topic": self._topic,
                "partition": partition,
                "offset": offset,
                "key": record.key.decode(),
                "sha256": hashlib.sha256(record.value).hexdigest(),
                "person": person,
                "change": change,
            }
        )
