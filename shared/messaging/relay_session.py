"""The relay's session with the store: its shard locks live exactly as long as it does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, Self

import asyncpg
from sqlalchemy.engine import URL

from shared.persistence.outbox import CHANNEL

FRESH_SECONDS: Final = 1.0
"""So long after a statement that was answered the session is taken to live."""
_ANSWER_SECONDS: Final = 5.0


class RelaySession:
    """One direct connection, one statement at a time."""

    def __init__(self, connection: asyncpg.Connection[Any]) -> None:
        self.connection = connection
        self._turn = asyncio.Lock()
        self._lived = time.monotonic()

    @classmethod
    async def open(cls, url: URL, service: str, wake: Callable[[], None]) -> Self:
        """Connect, and have `wake` called when rows were written."""
        _, arguments = url.get_dialect()().create_connect_args(url)
        connection = await asyncpg.connect(
            **arguments, timeout=5, server_settings={"application_name": f"{service}-relay"}
        )
        try:
            await connection.add_listener(CHANNEL, lambda *_: wake())
            await connection.execute("set enable_seqscan = off; set enable_bitmapscan = off")
        except BaseException:
            await connection.close(timeout=5)
            raise
        return cls(connection)

    async def close(self) -> None:
        """Let the locks go."""
        await self.connection.close(timeout=5)

    async def fetch(self, statement: str, *given: object) -> Sequence[Any]:
        """The rows of a query."""
        async with self._turn:
            asked = time.monotonic()
            rows: Sequence[Any] = await self.connection.fetch(statement, *given)
            self._lived = asked
            return rows

    async def execute(self, statement: str, *given: object) -> str:
        """The server's word on what it did, as "DELETE 3"."""
        async with self._turn:
            asked = time.monotonic()
            done: str = await self.connection.execute(statement, *given)
            self._lived = asked
            return done

    async def make_sure(self, *, within: float = FRESH_SECONDS) -> None:
        """Ask whether the session lives, unless it has answered a moment ago.

        A process that stood still for long may have lost it without a word. What counts is when it was
        asked: the answer may have waited.

        Raises:
            Exception: the session is over, and with it the locks.
        """
        if time.monotonic() - self._lived <= within:
            return
        async with self._turn:
            asked = time.monotonic()
            await self.connection.execute("select", timeout=_ANSWER_SECONDS)
            self._lived = asked
