"""Reads topics from their first record to where they ended when the reading began."""

import time
from collections.abc import AsyncIterator
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.events.catalog import PARTITIONS, Topic
from shared.messaging.broker import Cluster, make_reader
from shared.messaging.records import Record

_BATCH: Final = 500
_POLL_MS: Final = 500
_STALLED_SECONDS: Final = 60.0


class TopicsStalled(Exception):
    """The broker gives no record for a minute, although there are more."""


class TopicReader:
    """A consumer without a group: it moves nobody's offsets."""

    def __init__(self, cluster: Cluster, topics: tuple[Topic, ...]) -> None:
        self._consumer: AIOKafkaConsumer = make_reader(cluster, "reporting-rebuild")
        self._names = {cluster.full_name(topic.name): topic.name for topic in topics}
        self._partitions = [
            TopicPartition(name, number) for name in self._names for number in range(PARTITIONS)
        ]
        self.read = 0
        self.total = 0

    async def start(self) -> None:
        """Connect and go to the first record of every partition."""
        await self._consumer.start()
        self._consumer.assign(self._partitions)
        await self._consumer.seek_to_beginning(*self._partitions)

    async def stop(self) -> None:
        """Disconnect."""
        await self._consumer.stop()

    async def batches(self) -> AsyncIterator[list[Record]]:
        """The records up to the present end; called again, what has been added since. TopicsStalled."""
        ends = await self._consumer.end_offsets(self._partitions)
        waiting = {partition: end for partition, end in ends.items() if await self._position(partition) < end}
        self.total = self.read + sum([end - await self._position(tp) for tp, end in waiting.items()])
        progress = time.monotonic()
        while waiting:
            fetched = await self._consumer.getmany(*waiting, timeout_ms=_POLL_MS, max_records=_BATCH)
            records = [self._record(raw) for batch in fetched.values() for raw in batch]
            if records:
                self.read += len(records)
                progress = time.monotonic()
                yield records
            elif time.monotonic() - progress > _STALLED_SECONDS:
                raise TopicsStalled
            waiting = {
                partition: end for partition, end in waiting.items() if await self._position(partition) < end
            }
        self.total = self.read

    async def _position(self, partition: TopicPartition) -> int:
        return int(await self._consumer.position(partition))

    def _record(self, raw: ConsumerRecord[Any, Any]) -> Record:
        return Record(
            topic=self._names[raw.topic],
            partition=raw.partition,
            offset=raw.offset,
            key=raw.key,
            value=raw.value,
            headers=tuple(raw.headers),
        )
