"""What a fleet's stores and topics hold, read from outside."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import asyncpg

from shared.events.catalog import TOPICS
from tests.support.eventually import eventually
from tests.support.processes import Fleet
from tests.support.wire import first_occurrences, read_all, sequences_by_key


class Stores:
    """Questions to the stores of a fleet, over one connection each."""

    def __init__(self, connections: "dict[str, asyncpg.Connection[Any]]") -> None:
        self._connections = connections
        self._busy = {service: asyncio.Lock() for service in connections}

    async def rows(self, service: str, statement: str, *arguments: object) -> list[dict[str, Any]]:
        """Rows of a service's store."""
        async with self._busy[service]:
            return [dict(row) for row in await self._connections[service].fetch(statement, *arguments)]

    async def value(self, service: str, statement: str, *arguments: object) -> Any:
        """The one value of a service's store."""
        async with self._busy[service]:
            return await self._connections[service].fetchval(statement, *arguments)

    async def counts(self, statement: str, *arguments: object) -> dict[str, int]:
        """The same count in every store."""
        values = await asyncio.gather(
            *(self.value(service, statement, *arguments) for service in self._connections)
        )
        return dict(zip(self._connections, values, strict=True))

    async def on_its_way(self) -> str:
        """Empty when every event has reached all its consumers, else what has not."""
        for service in self._connections:
            if await self.value(service, "select count(*) from outbox"):
                return f"{service} has an outbox"
        arrived = {service: await self.sequences(service, "incoming_stream") for service in self._connections}
        for producer in self._connections:
            for topic, last in (await self.sequences(producer, "outgoing_stream")).items():
                for consumer in TOPICS[topic].consumers:
                    if arrived[consumer].get(topic, 0) != last:
                        return f"{consumer} has {arrived[consumer].get(topic, 0)} of {last} of {topic}"
        return ""

    async def sequences(self, service: str, table: str) -> dict[str, int]:
        """How many events of each topic left a service (outgoing_stream) or took effect (incoming_stream)."""
        rows = await self.rows(service, f"select topic, sum(last_sequence) n from {table} group by topic")  # noqa: S608
        return {row["topic"]: int(row["n"]) for row in rows}

    async def settled(self, within: float = 30.0) -> None:
        """Return once nothing is on its way any more."""

        async def nothing_is_on_its_way() -> bool:
            waiting = await self.on_its_way() or await self.on_its_way()
            assert not waiting, waiting
            return True

        await eventually(nothing_is_on_its_way, within, every=0.05)


@contextlib.asynccontextmanager
async def stores_of(fleet: Fleet) -> AsyncIterator[Stores]:
    """Connections to all stores of a fleet."""
    async with contextlib.AsyncExitStack() as stack:
        connections = {}
        for service, database in fleet.databases.items():
            connections[service] = await database.connect()
            stack.push_async_callback(connections[service].close)
        yield Stores(connections)


async def published(fleet: Fleet, stores: Stores) -> dict[str, list[Any]]:
    """Every record of all topics; each stream is whole, in order, as long as its producer says.

    A relay that was killed may have sent the end of a stream twice; a number never goes missing, and a new
    one never comes before its predecessor.
    """
    raw = {name: await read_all(fleet.cluster, name) for name in TOPICS}
    for service in fleet.databases:
        rows = await stores.rows(service, "select topic, key, last_sequence from outgoing_stream")
        last: dict[str, dict[str, int]] = defaultdict(dict)
        for row in rows:
            last[row["topic"]][row["key"]] = row["last_sequence"]
        for topic, keys in last.items():
            found = sequences_by_key(raw[topic])
            assert {key.decode() for key in found} == set(keys), topic
            for key, sequences in found.items():
                expected = list(range(1, keys[key.decode()] + 1))
                assert first_occurrences(sequences) == expected, (topic, key, sequences)
    return raw


def once(records: list[Any], event_type: str) -> list[Any]:
    """The events of a type; one that was sent twice counts once."""
    found: dict[bytes, Any] = {}
    for record in records:
        headers = dict(record.headers)
        if headers.get("ce_type") == event_type.encode():
            found.setdefault(headers["ce_id"], record)
    return list(found.values())


async def everything(stores: Stores, service: str) -> dict[str, str]:
    """The rows of every table as text; bytes are in hexadecimal."""
    tables = await stores.rows(
        service, "select tablename from pg_tables where schemaname = 'public' order by tablename"
    )
    found = {}
    for table in (row["tablename"] for row in tables):
        rows = await stores.rows(service, f'select t::text as row from "{table}" t')  # noqa: S608
        found[table] = "\n".join(row["row"] for row in rows)
    return found
