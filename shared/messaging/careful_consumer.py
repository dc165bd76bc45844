"""A Kafka consumer that loses nothing to a partition that it cannot read.

aiokafka takes the records of one partition after the other; when one of them cannot be parsed (a header name
that is no UTF-8, a wrong checksum, an unknown compression) it raises, forgets what it took from the others,
and has moved their positions on already, so that the next commit would pass over them.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CorruptRecordException, UnsupportedCodecError
from faststream.kafka import KafkaBroker

from shared.persistence.failures import class_of

_UNREADABLE: Final = (ValueError, CorruptRecordException, UnsupportedCodecError)
"""What the parts of a record batch raise; a header name that is no UTF-8 is a UnicodeDecodeError."""

_ROUND_SECONDS: Final = 1.0
_ROUND_RECORDS: Final = 500

Records = dict[TopicPartition, list[ConsumerRecord[Any, Any]]]

_log = structlog.get_logger()


class CarefulConsumer(AIOKafkaConsumer):  # type: ignore[misc]  # aiokafka ships no types
    """Reads on where it can; a partition that it cannot read is paused and told to `unreadable`."""

    def __init__(self, *topics: str, unreadable: Callable[[TopicPartition], None], **settings: Any) -> None:
        super().__init__(*topics, **settings)
        self._unreadable = unreadable

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> Records:
        """The next records, as aiokafka's own."""
        before = self._positions()
        try:
            return await self._take(*partitions, timeout_ms=timeout_ms, max_records=max_records)
        except _UNREADABLE as error:
            _log.warning("fetch_unreadable", reason=class_of(error))
        for partition in self.assignment():
            await self._go_back(partition, before.get(partition))
        return await self._one_by_one(max_records or _ROUND_RECORDS)

    async def _go_back(self, partition: TopicPartition, position: int | None) -> None:
        """To where it was; a partition that had no position yet begins where the group left it."""
        if position is None:
            position = await self.committed(partition)
        if position is None:
            await self.seek_to_beginning(partition)
        else:
            self.seek(partition, position)

    async def _one_by_one(self, limit: int) -> Records:
        """What each partition has, taken alone, so that a failure costs nobody else anything."""
        taken: Records = {}
        deadline = time.monotonic() + _ROUND_SECONDS
        for partition in self.assignment() - self.paused():
            left = limit - sum(map(len, taken.values()))
            if left <= 0 or partition not in self.assignment():
                continue
            wait = max(0, round((deadline - time.monotonic()) * 1000))
            try:
                taken |= await self._take(partition, timeout_ms=wait, max_records=left)
            except _UNREADABLE:
                taken[partition] = await self._up_to_the_unreadable(partition, left)
        return {partition: records for partition, records in taken.items() if records}

    async def _up_to_the_unreadable(
        self, partition: TopicPartition, limit: int
    ) -> list[ConsumerRecord[Any, Any]]:
        """The records before the one that cannot be read; then the partition stops."""
        records: list[ConsumerRecord[Any, Any]] = []
        try:
            while len(records) < limit:
                found = await self._take(partition, timeout_ms=1000, max_records=1)
                if not found:
                    break
                records.extend(found[partition])
        except _UNREADABLE as error:
            self.pause(partition)
            self._unreadable(partition)
            _log.error(
                "partition_unreadable",
                topic=partition.topic,
                partition=partition.partition,
                reason=class_of(error),
            )
        return records

    async def _take(self, *partitions: TopicPartition, **settings: Any) -> Records:
        found: Records = await super().getmany(*partitions, **settings)
        return found

    def _positions(self) -> dict[TopicPartition, int]:
        subscription = self._subscription.subscription
        assignment = subscription.assignment if subscription else None
        if assignment is None:
            return {}
        states = {partition: assignment.state_value(partition) for partition in assignment.tps}
        return {
            partition: state.position
            for partition, state in states.items()
            if state is not None and state.has_valid_position
        }


async def connect_carefully(broker: KafkaBroker, unreadable: Callable[[TopicPartition], None]) -> None:
    """Connect a broker whose subscribers read by a `CarefulConsumer`."""
    await broker.connect()
    config = broker.config.broker_config
    made: Any = config.builder
    config.builder = partial(CarefulConsumer, unreadable=unreadable, **made.keywords)


def lag_of(client: AIOKafkaConsumer, partition: TopicPartition) -> int:
    """Records that wait in a partition, as far as the last fetch told."""
    high = client.highwater(partition)
    fetched = client._subscription.subscription  # noqa: SLF001  aiokafka offers no position without an await
    state = fetched.assignment.state_value(partition) if fetched and fetched.assignment else None
    position = state.position if state is not None and state.has_valid_position else None
    return max(0, high - position) if high is not None and position is not None else 0
