"""The two halves of the consumer's work, each measured alone: what one process can read, and can write."""

import time
import zlib
from collections import Counter
from uuid import uuid4

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.database_url import DatabaseUrl
from shared.events.catalog import PARTITIONS
from shared.events.sessions import SessionScheduled
from tests.bench.pipeline.feed import TOPIC
from tests.bench.pipeline.ground import Ground
from tests.bench.pipeline.meter import Meter, Reading

BATCH = 500
_HEADERS = '[["ce_specversion", "1.0"], ["ce_type", "mentoring.session.logged.v1"]]' + " " * 700
"""As long as real headers are."""


async def read_alone(ground: Ground, own_pid: int, count: int) -> tuple[int, Reading]:
    """Fetch, take the headers apart, validate; nothing is done with the events."""
    consumer = AIOKafkaConsumer(bootstrap_servers=ground.kafka.bootstrap, enable_auto_commit=False)
    await consumer.start()
    partitions = [TopicPartition(ground.cluster.full_name(TOPIC), number) for number in range(PARTITIONS)]
    consumer.assign(partitions)
    await consumer.seek_to_beginning(*partitions)
    meter, done = Meter(ground.processes([own_pid])), 0
    while done < count:
        for records in (await consumer.getmany(timeout_ms=200, max_records=BATCH)).values():
            for record in records:
                dict(record.headers)
                SessionScheduled.model_validate_json(record.value)
            done += len(records)
    reading = meter.read()
    await consumer.stop()
    return done, reading


async def write_alone(
    ground: Ground, database: DatabaseUrl, events: list[SessionScheduled], own_pid: int
) -> tuple[int, Reading]:
    """Guard, state and outbox of events that are there, a batch a transaction, whole columns a statement.

    Numbers and headers are not made: that is what the runtime does between reading and writing.
    """
    connection = await database.connect()
    meter, started = Meter(ground.processes([own_pid])), time.perf_counter()
    done = 0
    while done + BATCH <= len(events) and time.perf_counter() - started < 4:
        async with connection.transaction():
            await _batch(connection, events[done : done + BATCH])
        done += BATCH
    reading = meter.read()
    await connection.close()
    return done, reading


async def _batch(connection: asyncpg.Connection, events: list[SessionScheduled]) -> None:
    keys = [str(event.match_id) for event in events]
    counts = Counter(keys)
    streams = sorted(counts)
    for table, topic in (("incoming_stream", TOPIC), ("outgoing_stream", "mentoring.engagement.v1")):
        await connection.fetch(
            f"insert into {table} as old select $1, * from unnest($2::text[], $3::bigint[]) "  # noqa: S608
            "on conflict (topic, key) do update "
            "set last_sequence = old.last_sequence + excluded.last_sequence "
            "returning key, last_sequence",
            topic,
            streams,
            [counts[key] for key in streams],
        )
    await connection.execute(
        "insert into effect (session_id, match_id, program_id, starts_at, ends_at) select * from "
        "unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::timestamptz[])",
        [event.session_id for event in events],
        [event.match_id for event in events],
        [event.program_id for event in events],
        [event.starts_at for event in events],
        [event.ends_at for event in events],
    )
    await connection.execute(
        "insert into outbox (id, aggregatetype, aggregateid, type, topic, shard, payload, headers) "
        "select id, 'session', key, 'mentoring.session.logged.v1', 'mentoring.engagement.v1', shard, "
        "payload, $5 "
        "from unnest($1::uuid[], $2::text[], $3::smallint[], $4::bytea[]) as new (id, key, shard, payload)",
        [uuid4() for _ in events],
        keys,
        [zlib.crc32(key.encode()) % 16 for key in keys],
        [event.model_dump_json().encode() for event in events],
        _HEADERS,
    )
