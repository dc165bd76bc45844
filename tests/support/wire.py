"""Topics as seen from outside: what lies in them, and what a group has committed."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from sqlalchemy import text

from shared.events.catalog import TOPICS
from shared.messaging.broker import Cluster
from shared.messaging.records import Record
from shared.messaging.topics import apply_topics
from tests.support.brokers import Kafka
from tests.support.sandbox import Sandbox
from tests.support.topics import admin_client


def cluster_of(kafka: Kafka, prefix: str, session_timeout: float = 10.0) -> Cluster:
    """A deployment of its own on the broker of the run."""
    return cluster_of_addresses(kafka.bootstrap, prefix, session_timeout, idempotent=kafka.idempotent)


def cluster_of_addresses(
    bootstrap: Sequence[str], prefix: str = "", session_timeout: float = 10.0, *, idempotent: bool = True
) -> Cluster:
    """A deployment on any broker."""
    return Cluster(
        bootstrap_servers=tuple(bootstrap),
        prefix=prefix,
        idempotent=idempotent,
        session_timeout=timedelta(seconds=session_timeout),
        fetch_max_wait=timedelta(milliseconds=50),
    )


async def make_topics(cluster: Cluster, *names: str) -> None:
    """Create topics of the contract as the platform does."""
    await apply_topics(cluster, replication_factor=1, topics=[TOPICS[name] for name in names])


async def publish(cluster: Cluster, records: Iterable[Record], *, topic: str | None = None) -> None:
    """Put records on their topics, or on another one, with their headers as they are."""
    producer = AIOKafkaProducer(
        bootstrap_servers=list(cluster.bootstrap_servers), acks="all", max_request_size=2_000_000
    )
    await producer.start()
    try:
        sent = [
            await producer.send(
                cluster.full_name(topic or record.topic),
                record.value,
                record.key,
                headers=list(record.headers),
            )
            for record in records
        ]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


class _NoText(str):
    """A header name that goes out as bytes that are no UTF-8."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return b"\xff\xfe"


async def publish_unreadable(cluster: Cluster, topic: str, partition: int) -> None:
    """Put a record on a topic whose header name is no text, as clients in other languages may."""
    producer = AIOKafkaProducer(bootstrap_servers=list(cluster.bootstrap_servers), acks="all")
    await producer.start()
    try:
        batch = producer.create_batch()
        batch._builder = _DefaultRecordBatchBuilderPy(
            2, 0, is_transactional=0, producer_id=-1, producer_epoch=-1, base_sequence=0, batch_size=16_384
        )
        batch.append(timestamp=None, key=b"key", value=b"value", headers=[(_NoText("name"), b"value")])
        await (await producer.send_batch(batch, cluster.full_name(topic), partition=partition))
    finally:
        await producer.stop()


async def read_all(cluster: Cluster, topic: str) -> list[Any]:
    """Every record that lies in a topic now, partition by partition."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=list(cluster.bootstrap_servers),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        name = cluster.full_name(topic)
        numbers: set[int] = set()
        while not numbers:
            await consumer._client.force_metadata_update()
            numbers = consumer.partitions_for_topic(name) or set()
            consumer._client.add_topic(name)
        partitions = [TopicPartition(name, number) for number in numbers]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        found: dict[TopicPartition, list[Any]] = defaultdict(list)
        for partition, end in ends.items():
            while end and (await consumer.position(partition)) < end:
                for records in (await consumer.getmany(partition, timeout_ms=500)).values():
                    found[partition].extend(records)
        return [record for partition in partitions for record in found[partition]]
    finally:
        await consumer.stop()


def sequences_by_key(records: Sequence[Any]) -> dict[bytes, list[int]]:
    """The sequence numbers of each key in the order of the topic."""
    found: dict[bytes, list[int]] = defaultdict(list)
    for record in records:
        found[record.key].append(int(dict(record.headers)["ce_sequence"]))
    return found


def first_occurrences(sequences: Sequence[int]) -> list[int]:
    """The numbers without what comes again."""
    return list(dict.fromkeys(sequences))


async def committed(cluster: Cluster, group: str) -> dict[tuple[str, int], int]:
    """The offsets that a group has committed."""
    async with admin_client(cluster.bootstrap_servers) as admin:
        offsets = await admin.list_consumer_group_offsets(f"{cluster.prefix}{group}")
    return {(at.topic, at.partition): offset.offset for at, offset in offsets.items()}


async def everything_committed(cluster: Cluster, group: str, topic: str) -> bool:
    """Whether the group has committed to the end of a topic."""
    records = await read_all(cluster, topic)
    ends: dict[tuple[str, int], int] = {}
    for record in records:
        ends[record.topic, record.partition] = record.offset + 1
    offsets = await committed(cluster, group)
    return all(offsets.get(at) == end for at, end in ends.items())


async def outbox_is_empty(sandbox: Sandbox) -> bool:
    """Whether all has been relayed."""
    async with sandbox.engine.connect() as connection:
        return bool(await connection.scalar(text("select count(*) = 0 from outbox")))
