"""The four stores as SQL shows them, each read on a connection of its own."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Final

import asyncpg

from deploy.local.database_url import DatabaseUrl
from deploy.local.demo.feed import TOPIC
from shared.events.catalog import SERVICES, TOPICS

_SETTLE_SECONDS: Final = 90.0
_PAUSE_SECONDS: Final = 0.02


class Stores:
    """Questions to the stores; nothing is ever written through them."""

    def __init__(self, connections: dict[str, "asyncpg.Connection[Any]"]) -> None:
        self._connections = connections

    async def rows(self, service: str, statement: str, *arguments: object) -> list[dict[str, Any]]:
        """Rows of a service's store."""
        return [dict(row) for row in await self._connections[service].fetch(statement, *arguments)]

    async def value(self, service: str, statement: str, *arguments: object) -> Any:
        """The one value of a service's store."""
        return await self._connections[service].fetchval(statement, *arguments)

    async def counts(self, service: str, statement: str, *arguments: object) -> dict[str, int]:
        """A breakdown: the first column's text with the second column's number."""
        rows = await self._connections[service].fetch(statement, *arguments)
        return {str(row[0]): int(row[1]) for row in rows}

    async def settled(self, now: datetime, hr_records: int) -> str | None:
        """None when nothing is on its way any more, else what is."""
        if await self.value("matching", "select count(*) from inbox where topic = $1", TOPIC) < hr_records:
            return "HR records wait"
        for service in SERVICES:
            if await self.value(service, "select count(*) from outbox"):
                return f"{service} has an outbox"
            if await self.value(service, "select count(*) from due where due_at <= $1 and attempts < 5", now):
                return f"{service} has due work"
        sums = {service: await self._sums(service, "incoming_stream") for service in SERVICES}
        for producer in SERVICES:
            for topic, last in (await self._sums(producer, "outgoing_stream")).items():
                for consumer in TOPICS[topic].consumers:
                    if sums[consumer].get(topic, 0) != last:
                        return f"{consumer} is behind on {topic}"
        return None

    async def settle(self, now: datetime, hr_records: int) -> None:
        """Wait until everything that was caused has happened.

        Raises:
            TimeoutError: something is stuck; the text says what.
        """
        deadline = asyncio.get_running_loop().time() + _SETTLE_SECONDS
        quiet = 0
        while quiet < 2:  # noqa: PLR2004  stores are read one after the other: once could be a coincidence
            waiting = await self.settled(now, hr_records)
            quiet = 0 if waiting else quiet + 1
            if waiting and asyncio.get_running_loop().time() > deadline:
                raise TimeoutError(waiting)
            if waiting:
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _sums(self, service: str, table: str) -> dict[str, int]:
        return await self.counts(service, f"select topic, sum(last_sequence) from {table} group by topic")  # noqa: S608


@contextlib.asynccontextmanager
async def connected_stores(databases: dict[str, DatabaseUrl]) -> AsyncIterator[Stores]:
    """Connections to all four stores."""
    connections = {name: await database.connect() for name, database in databases.items()}
    try:
        yield Stores(connections)
    finally:
        for connection in connections.values():
            await connection.close()
