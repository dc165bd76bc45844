"""From the outbox to the topics: every replica relays the shards that it holds the locks of.

Why no cursor, no SKIP LOCKED and no filter by transaction: docs/adr/0003-own-outbox.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Sequence
from typing import Any, Final

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner
from sqlalchemy.engine import make_url

from shared.messaging.broker import Cluster, make_producer
from shared.messaging.failures import class_of
from shared.messaging.observer import Observer
from shared.persistence.outbox import CHANNEL, SHARDS, decode_headers

PAGE: Final = 500
POLL_SECONDS: Final = 0.25
LOCK_NAMESPACE: Final = 0x6D656E74
_VACUUM_SECONDS: Final = 5.0
_VACUUM_ROWS: Final = 2000
_LONGEST_PAUSE: Final = 5.0

_READ: Final = (
    "select pos, aggregateid, raw_key, topic, payload, headers from outbox "
    "where shard = any($1::smallint[]) order by pos limit $2"
)
_DELETE: Final = "delete from outbox where pos = any($1::bigint[])"
_AGE: Final = (
    "select coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float, "
    "count(*) from (select created_at from outbox order by pos limit 10000) oldest"
)

_log = structlog.get_logger()
_partition = DefaultPartitioner()


class Relay:
    """Publishes committed rows in `pos` order, a batch a partition at a time, and deletes them once acknowledged.

    The connection is direct (no transaction pooler), because the shard locks and LISTEN live in its session.
    """

    def __init__(self, service: str, database_url: str, cluster: Cluster, observer: Observer) -> None:
        self._service = service
        self._database_url = make_url(database_url)
        self._cluster = cluster
        self._observer = observer
        self._wake = asyncio.Event()
        self._stopping = False
        self._published_since_vacuum = 0

    async def run(self) -> None:
        """Relay until stopped; a broken connection or a refused batch starts over from what the store says."""
        pause = POLL_SECONDS
        while not self._stopping:
            try:
                await self._session()
                pause = POLL_SECONDS
            except (
                KafkaError,
                OSError,
                TimeoutError,
                asyncpg.PostgresError,
                asyncpg.InterfaceError,
            ) as error:
                self._observer.relay_failed(class_of(error))
                self._observer.shards_held(0)
                _log.warning("relay_restarts", reason=class_of(error), outcome="retry")
                await self._sleep(random.uniform(0, pause))  # noqa: S311  jitter, no secret
                pause = min(pause * 2, _LONGEST_PAUSE)

    def stop(self) -> None:
        """End after the page at hand."""
        self._stopping = True
        self._wake.set()

    async def _session(self) -> None:
        producer = make_producer(self._cluster, f"{self._service}-relay")
        async with contextlib.AsyncExitStack() as stack:
            await producer.start()
            stack.push_async_callback(producer.stop)
            connection = await self._connect()
            stack.push_async_callback(connection.close, timeout=5)
            await connection.add_listener(CHANNEL, lambda *_: self._wake.set())
            await connection.execute("set enable_seqscan = off; set enable_bitmapscan = off")
            held: set[int] = set()
            while not self._stopping:
                self._wake.clear()
                if len(held) < SHARDS:
                    held |= await self._take_shards(connection, held)
                    self._observer.shards_held(len(held))
                if not await self._page(connection, producer, held):
                    await self._idle(connection)

    async def _connect(self) -> asyncpg.Connection[Any]:
        url = self._database_url
        return await asyncpg.connect(
            host=url.query.get("host") or url.host,
            port=url.port,
            user=url.username,
            password=url.password,
            database=url.database,
            timeout=5,
            server_settings={"application_name": f"{self._service}-relay"},
        )

    async def _take_shards(self, connection: asyncpg.Connection[Any], held: set[int]) -> set[int]:
        free = [shard for shard in range(SHARDS) if shard not in held]
        rows = await connection.fetch(
            "select shard from unnest($2::int[]) shard where pg_try_advisory_lock($1, shard)",
            LOCK_NAMESPACE,
            free,
        )
        return {row["shard"] for row in rows}

    async def _page(
        self, connection: asyncpg.Connection[Any], producer: AIOKafkaProducer, held: set[int]
    ) -> bool:
        rows = await connection.fetch(_READ, sorted(held), PAGE) if held else []
        if not rows:
            return False
        acknowledged, failure = await self._publish(producer, rows)
        if acknowledged:
            await connection.execute(_DELETE, acknowledged)
            self._observer.published(len(acknowledged))
            self._published_since_vacuum += len(acknowledged)
        if failure is not None:
            raise failure
        return True

    async def _publish(
        self, producer: AIOKafkaProducer, rows: Sequence[Any]
    ) -> tuple[list[int], BaseException | None]:
        """Send one batch a partition; a partition's later rows wait for the next page, so no batch can overtake."""
        batches: dict[tuple[str, int], tuple[Any, list[int]]] = {}
        full: set[tuple[str, int]] = set()
        for row in rows:
            topic = self._cluster.full_name(row["topic"])
            key = row["raw_key"] if row["raw_key"] is not None else row["aggregateid"].encode()
            target = (topic, await self._choose(producer, topic, key))
            if target in full:
                continue
            batch, positions = batches.setdefault(target, (producer.create_batch(), []))
            headers = decode_headers(row["headers"])
            if batch.append(key=key, value=row["payload"], timestamp=None, headers=headers) is None:
                full.add(target)
                continue
            positions.append(row["pos"])
        return await _send(producer, batches)

    async def _choose(self, producer: AIOKafkaProducer, topic: str, key: bytes) -> int:
        partitions = producer._metadata.partitions_for_topic(topic)  # noqa: SLF001  the public call awaits each time
        if partitions is None:
            partitions = await producer.partitions_for(topic)
        ordered = sorted(partitions)
        return int(_partition(key, ordered, ordered))

    async def _idle(self, connection: asyncpg.Connection[Any]) -> None:
        age, waiting = await connection.fetchrow(_AGE)
        self._observer.outbox(waiting, age)
        if self._published_since_vacuum >= _VACUUM_ROWS:
            # Autovacuum looks once a minute, too late for a queue: dead rows would slow every page.
            self._published_since_vacuum = 0
            await connection.execute("vacuum outbox")
        await self._sleep(POLL_SECONDS * random.uniform(0.8, 1))  # noqa: S311  jitter, no secret

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)


async def _send(
    producer: AIOKafkaProducer, batches: dict[tuple[str, int], tuple[Any, list[int]]]
) -> tuple[list[int], BaseException | None]:
    """The positions whose batch was acknowledged, and the first failure if there was one."""
    sent: list[tuple[list[int], asyncio.Future[Any]]] = []
    for (topic, partition), (batch, positions) in batches.items():
        if positions:
            sent.append((positions, await producer.send_batch(batch, topic, partition=partition)))
    results = await asyncio.gather(*(future for _, future in sent), return_exceptions=True)
    acknowledged: list[int] = []
    failure: BaseException | None = None
    for (positions, _), result in zip(sent, results, strict=True):
        if isinstance(result, BaseException):
            failure = failure or result
        else:
            acknowledged.extend(positions)
    return acknowledged, failure
