"""Rows of the outbox as record batches, one a partition."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner

from shared.messaging.broker import Cluster
from shared.persistence.outbox import decode_headers

_METADATA_SECONDS: Final = 2.0
_KEYS_REMEMBERED: Final = 50_000
_partition = DefaultPartitioner()


@dataclass(frozen=True, slots=True)
class Published:
    """The positions that the broker acknowledged, and the first failure of each topic that had one."""

    positions: list[int] = field(default_factory=list)
    failures: dict[str, Exception] = field(default_factory=dict)


@dataclass(slots=True)
class _PartitionBatch:
    topic: str
    partition: int
    builder: Any
    positions: list[int] = field(default_factory=list)
    full: bool = False


class Publisher:
    """Sends the rows of a page through one producer; `before_send` is asked last, and may raise."""

    def __init__(
        self,
        producer: AIOKafkaProducer,
        cluster: Cluster,
        before_send: Callable[[Sequence[Any]], Awaitable[None]],
    ) -> None:
        self._producer = producer
        self._cluster = cluster
        self._before_send = before_send

    async def publish(self, rows: Sequence[Any]) -> Published:
        """Send one batch a partition and wait for the answers.

        A partition's later rows wait for the next page, so no batch can overtake another.
        """
        published = Published()
        partitions = await self._partitions({row["topic"] for row in rows}, published)
        batches: dict[tuple[str, int], _PartitionBatch] = {}
        for row in rows:
            topic = row["topic"]
            if topic in published.failures:
                continue
            key = row["raw_key"] if row["raw_key"] is not None else row["aggregateid"].encode()
            partition = _choose(key, partitions[topic])
            if (topic, partition) not in batches:
                batches[topic, partition] = _PartitionBatch(topic, partition, self._producer.create_batch())
            _append(batches[topic, partition], row, key)
        await self._before_send(rows)
        results = await asyncio.gather(*map(self._send, batches.values()), return_exceptions=True)
        for batch, result in zip(batches.values(), results, strict=True):
            if result is None:
                published.positions.extend(batch.positions)
            elif isinstance(result, Exception):
                published.failures.setdefault(batch.topic, result)
            else:
                raise result
        return published

    async def _send(self, batch: _PartitionBatch) -> None:
        name = self._cluster.full_name(batch.topic)
        await (await self._producer.send_batch(batch.builder, name, partition=batch.partition))

    async def _partitions(self, topics: set[str], published: Published) -> dict[str, tuple[int, ...]]:
        """The partitions of each topic; what keeps one from being known is its failure."""
        found = {}
        for topic in topics:
            name = self._cluster.full_name(topic)
            try:
                numbers = self._producer._metadata.partitions_for_topic(name)  # noqa: SLF001  the public call awaits
                if numbers is None:
                    async with asyncio.timeout(_METADATA_SECONDS):
                        numbers = await self._producer.partitions_for(name)
            except (KafkaError, TimeoutError) as error:
                published.failures[topic] = error
            else:
                found[topic] = tuple(sorted(numbers))
        return found


@lru_cache(maxsize=_KEYS_REMEMBERED)
def _choose(key: bytes, partitions: tuple[int, ...]) -> int:
    """The partition of a key; the hash is pure Python, and keys come again."""
    numbers = list(partitions)
    return int(_partition(key, numbers, numbers))


def _append(batch: _PartitionBatch, row: Any, key: bytes) -> None:
    if batch.full:
        return
    headers = decode_headers(row["headers"])
    if batch.builder.append(key=key, value=row["payload"], timestamp=None, headers=headers) is None:
        batch.full = True
    else:
        batch.positions.append(row["pos"])
