"""How many waiting rows a second one relay puts on their topics, and whether the order of every key holds."""

import asyncio
from collections import defaultdict
from typing import Any
from uuid import uuid4

from aiokafka import TopicPartition
from prometheus_client import CollectorRegistry

from deploy.local.database_url import DatabaseUrl
from shared.events.catalog import PARTITIONS
from shared.garbage import settle_collector
from shared.messaging.broker import Cluster, make_reader
from shared.messaging.observer import Observer
from shared.messaging.relay import Relay
from shared.observability.logging import configure_logging
from shared.observability.metrics import KernelMetrics
from shared.persistence.outbox import encode_headers, shard_of
from tests.bench.pipeline.feed import TOPIC, Feed
from tests.bench.pipeline.ground import Ground
from tests.bench.pipeline.members import Order, running
from tests.bench.pipeline.meter import Meter
from tests.bench.pipeline.report import Report

WORK = "relay"
ROWS = 200_000
WARM = 2_000
_FILL = """
insert into outbox (id, aggregatetype, aggregateid, type, topic, shard, payload, headers)
select gen_random_uuid(), 'session', key, 'mentoring.session.scheduled.v1', $4, shard,
    convert_to(body, 'utf8'), headers
from unnest($1::text[], $2::smallint[], $3::text[], $5::text[]) with ordinality
    as new (key, shard, body, headers, number)
order by number
"""
OURS = "our relay"


class OrderBroken(RuntimeError):
    """A relay lost rows, or sent those of a key in another order."""


async def start_relay(order: Order, counter: Any) -> None:
    """Relay one store."""
    configure_logging("bench")
    observer = _Counting(KernelMetrics(CollectorRegistry(), "engagement"), "engagement")
    observer.counter = counter
    relay = Relay("bench", order.database, Cluster(order.bootstrap, order.prefix), observer)
    settle_collector()
    _KEPT.append(asyncio.create_task(relay.run()))


class _Counting(Observer):
    counter: Any

    def published(self, rows: int) -> None:
        super().published(rows)
        self.counter.value += rows


_KEPT: list[asyncio.Task[None]] = []


async def measure(ground: Ground, report: Report, repetitions: int) -> None:
    """Drain a full outbox; the first rows, in which a relay gets going, are not timed."""
    database = await ground.new_store()
    for number in range(repetitions):
        cluster = await ground.new_topics(f"{ground.prefix}relay{number}.")
        await ground.fresh(database)
        await fill_outbox(database, ROWS, seed=number)
        order = Order(tuple(ground.kafka.bootstrap), cluster.prefix, uuid4().hex, database.sqlalchemy)
        with running(start_relay, [order]) as members:
            await members.warm(WARM)
            before, meter = members.done, Meter(ground.processes(members.pids))
            await members.reach(ROWS, 60)
            reading, done = meter.read(), members.done - before
        report.rate(WORK, OURS, done, reading)
        await verify_order(cluster, ROWS)


async def fill_outbox(database: DatabaseUrl, rows: int, seed: int) -> None:
    """Rows as services leave them, each key's numbered from 1."""
    connection = await database.connect()
    feed = Feed(seed=seed)
    for _ in range(rows // 2_000):
        messages = list(feed.messages(2_000))
        await connection.execute(
            _FILL,
            [message.key.decode() for message in messages],
            [shard_of(message.key.decode()) for message in messages],
            [message.value.decode() for message in messages],
            TOPIC,
            [encode_headers(message.headers) for message in messages],
        )
    await connection.execute("vacuum analyze outbox")
    await connection.close()


async def verify_order(cluster: Cluster, rows: int) -> None:
    """Read everything back.

    Raises OrderBroken unless every key's numbers are 1, 2, 3 … and all rows are there.
    """
    reader, last, seen = make_reader(cluster, "bench-verify"), defaultdict[bytes, int](int), 0
    await reader.start()
    partitions = [TopicPartition(cluster.full_name(TOPIC), number) for number in range(PARTITIONS)]
    reader.assign(partitions)
    while seen < rows:
        found = await reader.getmany(timeout_ms=5_000, max_records=5_000)
        if not found:
            break
        for records in found.values():
            for record in records:
                sequence = int(dict(record.headers)["ce_sequence"])
                if sequence != last[record.key] + 1:
                    raise OrderBroken(f"{record.key!r}: {sequence} after {last[record.key]}")
                last[record.key] = sequence
                seen += 1
    await reader.stop()
    if seen != rows:
        raise OrderBroken(f"{seen} of {rows} rows arrived")


def judge(report: Report) -> dict[str, float | None]:
    """Rows a second."""
    return {"relay_rows_per_second": report.median(WORK, OURS, "rate")}
