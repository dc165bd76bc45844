"""Whole topics are sent again: every record once more, bytes and headers unchanged."""

import asyncio
from typing import Final

from aiokafka import AIOKafkaProducer

from shared.events.catalog import TOPICS
from shared.messaging.broker import Cluster
from tests.prove.run_directory import RunDirectory
from tests.support.wire import read_all

_MOST: Final = 3_000


async def send_again(cluster: Cluster, run: RunDirectory) -> None:
    """Send again the oldest records, a bounded number, of every topic of events that is kept for ever."""
    producer = AIOKafkaProducer(
        bootstrap_servers=list(cluster.bootstrap_servers), acks="all", max_request_size=2_000_000
    )
    await producer.start()
    try:
        for name, topic in TOPICS.items():
            # On a compacted topic an old state behind a newer one is what compaction keeps.
            if topic.compacted or not topic.events:
                continue
            records = (await read_all(cluster, name))[:_MOST]
            sent = [
                await producer.send(
                    cluster.full_name(name),
                    record.value,
                    record.key,
                    partition=record.partition,
                    headers=list(record.headers),
                )
                for record in records
            ]
            await asyncio.gather(*sent)
            run.fault("duplicated", name, records=len(records))
    finally:
        await producer.stop()
