"""The four stores as SQL shows them, each read on a connection of its own."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import asyncpg

from deploy.local.database_url import DatabaseUrl
from deploy.local.demo.feed import TOPIC
from deploy.local.demo.plan import StoryStuck
from shared.events.catalog import SERVICES, TOPICS

_PAUSE_SECONDS: Final = 0.03
_QUIET: Final = """
    select (select count(*) from outbox) as outbox,
        (select count(*) from due where due_at <= $1 and attempts < 5) as due,
        (select count(*) from inbox where topic = $2) as foreign_records,
        (select json_object_agg(topic, last) from
            (select topic, sum(last_sequence) as last from incoming_stream group by topic) i) as incoming,
        (select json_object_agg(topic, last) from
            (select topic, sum(last_sequence) as last from outgoing_stream group by topic) o) as outgoing
"""


@dataclass(frozen=True, slots=True)
class _Standing:
    """What one store has left to do, and how far it has come, by topic."""

    outbox: int
    due: int
    foreign_records: int
    incoming: dict[str, int]
    outgoing: dict[str, int]


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

    async def published(self) -> int:
        """How many numbered events all services have published."""
        sums = "select coalesce(sum(last_sequence), 0) from outgoing_stream"
        return sum([int(await self.value(service, sums)) for service in SERVICES])

    async def settle(self, now: datetime, hr_records: int, patience: float) -> None:
        """Wait until everything that was caused has happened.

        Raises:
            StoryStuck: nothing moved for `patience` seconds; the text says what waits.
        """
        quiet, moved_at = 0, time.monotonic()
        before: dict[str, _Standing] = {}
        while quiet < 2:  # noqa: PLR2004  stores are read side by side: once could be a coincidence
            standing = await self._standing(now)
            waits = _what_waits(standing, hr_records)
            quiet = 0 if waits else quiet + 1
            if standing != before:
                before, moved_at = standing, time.monotonic()
            elif waits and time.monotonic() - moved_at > patience:
                raise StoryStuck(waits)
            if waits:
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _standing(self, now: datetime) -> dict[str, _Standing]:
        rows = await asyncio.gather(
            *(connection.fetchrow(_QUIET, now, TOPIC) for connection in self._connections.values())
        )
        return {
            service: _Standing(
                row["outbox"],
                row["due"],
                row["foreign_records"],
                json.loads(row["incoming"] or "{}"),
                json.loads(row["outgoing"] or "{}"),
            )
            for service, row in zip(self._connections, rows, strict=True)
        }


def _what_waits(standing: dict[str, _Standing], hr_records: int) -> str | None:
    """What is still on its way, or None."""
    taken = standing["matching"].foreign_records
    if taken < hr_records:
        return f"matching has taken {taken} of {hr_records} HR records"
    for service, found in standing.items():
        if found.outbox:
            return f"{service} has {found.outbox} events to publish"
        if found.due:
            return f"{service} has due work to do: {found.due}"
    for producer, found in standing.items():
        for topic, last in found.outgoing.items():
            for consumer in TOPICS[topic].consumers:
                arrived = standing[consumer].incoming.get(topic, 0)
                if arrived != last:
                    return f"{consumer} has taken {arrived} of the {last} events of {topic} ({producer})"
    return None


@contextlib.asynccontextmanager
async def connected_stores(databases: dict[str, DatabaseUrl]) -> AsyncIterator[Stores]:
    """Connections to all four stores."""
    connections = {name: await database.connect() for name, database in databases.items()}
    try:
        yield Stores(connections)
    finally:
        for connection in connections.values():
            await connection.close()
