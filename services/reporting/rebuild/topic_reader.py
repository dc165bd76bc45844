"""Reads spans of topics, without a consumer group: it moves nobody's offsets."""

import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from services.reporting.rebuild.spans import Span
from shared.events.catalog import PARTITIONS, Topic
from shared.messaging.broker import Cluster, make_reader
from shared.messaging.records import Record

BATCH: Final = 4000
"""Records that are applied together: two batches are in memory, and what the broker sent ahead."""
_POLL_MS: Final = 500
_STALLED_SECONDS: Final = 60.0


class TopicsStalled(Exception):
    """The broker gives no record for a minute, although there are more."""


class TopicReader:
    """A consumer that reads what it is told to."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._consumer: AIOKafkaConsumer = make_reader(cluster, "reporting-rebuild")

    async def start(self) -> None:
        """Connect."""
        await self._consumer.start()

    async def stop(self) -> None:
        """Disconnect."""
        await self._consumer.stop()

    async def whole(self, topics: Iterable[Topic]) -> list[Span]:
        """All that the topics hold now."""
        partitions = [self._partition(topic.name, n) for topic in topics for n in range(PARTITIONS)]
        begins = await self._consumer.beginning_offsets(partitions)
        ends = await self._consumer.end_offsets(partitions)
        return [self._span(partition, begins[partition], ends[partition]) for partition in partitions]

    async def after(self, spans: Iterable[Span]) -> list[Span]:
        """What has been added behind the spans."""
        begins = {self._partition(span.topic, span.partition): span.end for span in spans}
        ends = await self._consumer.end_offsets(list(begins))
        return [self._span(partition, begin, ends[partition]) for partition, begin in begins.items()]

    async def batches(self, spans: Iterable[Span]) -> AsyncIterator[list[Record]]:
        """The records of the spans, each partition's in order; TopicsStalled."""
        waiting = {self._partition(span.topic, span.partition): span.end for span in spans if span.size}
        self._consumer.assign(list(waiting))
        for span in spans:
            if span.size:
                self._consumer.seek(self._partition(span.topic, span.partition), span.begin)
        batch: list[Record] = []
        progress = time.monotonic()
        while waiting:
            fetched = await self._consumer.getmany(*waiting, timeout_ms=_POLL_MS, max_records=BATCH)
            taken = self._records(fetched, waiting)
            if taken:
                progress = time.monotonic()
            elif time.monotonic() - progress > _STALLED_SECONDS:
                raise TopicsStalled
            batch += taken
            if len(batch) >= BATCH:
                yield batch
                batch = []
            await self._leave_what_is_done(waiting)
        if batch:
            yield batch

    async def _leave_what_is_done(self, waiting: dict[TopicPartition, int]) -> None:
        """Fetches wait for partitions without records, and hold up the others."""
        for partition, end in list(waiting.items()):
            if await self._consumer.position(partition) >= end:
                self._consumer.pause(partition)
                del waiting[partition]

    def _records(
        self,
        fetched: Mapping[TopicPartition, Sequence[ConsumerRecord[Any, Any]]],
        ends: Mapping[TopicPartition, int],
    ) -> list[Record]:
        return [
            Record(
                topic=self._name(raw.topic),
                partition=raw.partition,
                offset=raw.offset,
                key=raw.key,
                value=raw.value,
                headers=tuple(raw.headers),
            )
            for partition, records in fetched.items()
            for raw in records
            if raw.offset < ends[partition]
        ]

    def _partition(self, topic: str, number: int) -> TopicPartition:
        return TopicPartition(self._cluster.full_name(topic), number)

    def _name(self, full_name: str) -> str:
        return full_name.removeprefix(self._cluster.prefix)

    def _span(self, partition: TopicPartition, begin: int, end: int) -> Span:
        return Span(self._name(partition.topic), partition.partition, begin, end)
