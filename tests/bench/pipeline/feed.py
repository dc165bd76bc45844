"""The events of a run, made once and put on their topic in batches."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import DefaultPartitioner

from shared.events.catalog import PARTITIONS
from shared.events.envelope import Actor, ActorType, Envelope
from shared.events.sessions import SessionScheduled
from shared.ids import new_id
from shared.messaging.broker import Cluster, make_producer

TOPIC = "mentoring.sessions.v1"
KEYS = 20_000
_START = datetime(2027, 1, 4, 9, tzinfo=UTC)
_partition = DefaultPartitioner()


@dataclass(frozen=True, slots=True)
class Message:
    """One record to be sent."""

    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]
    partition: int


class Feed:
    """Sessions of many matches in seeded random order, each match's numbered from 1."""

    def __init__(self, seed: int = 1, keys: int = KEYS) -> None:
        self._random = random.Random(seed)  # noqa: S311  no secret
        self.matches = [UUID(int=self._random.getrandbits(128), version=4) for _ in range(keys)]
        self._program = new_id()
        self._sequences: Counter[UUID] = Counter()

    def messages(self, count: int) -> Iterator[Message]:
        """The next so many."""
        for _ in range(count):
            yield self.message(self._random.choice(self.matches))

    def message(self, match: UUID, value: bytes | None = None, session: UUID | None = None) -> Message:
        """The next of a match; `value` in place of the body."""
        self._sequences[match] += 1
        starts_at = _START + timedelta(minutes=self._random.randrange(100_000))
        event = SessionScheduled(
            session_id=session or new_id(),
            match_id=match,
            program_id=self._program,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
        )
        event_id, now = new_id(), datetime.now(UTC)
        envelope = Envelope(
            id=event_id,
            type=event.type,
            source="urn:mentoring:scheduling",
            subject=str(event.session_id),
            time=now,
            recorded_time=now,
            correlation_id=event_id,
            causation_id=event_id,
            actor=Actor(ActorType.SYSTEM),
            sequence=self._sequences[match],
            traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        )
        key = str(match).encode()
        body = event.model_dump_json().encode() if value is None else value
        return Message(key, body, envelope.to_headers(), partition_of(key))


def partition_of(key: bytes) -> int:
    """Where the clients of Kafka put a key."""
    numbers = list(range(PARTITIONS))
    return int(_partition(key, numbers, numbers))


async def fill(cluster: Cluster, messages: Iterator[Message], topic: str = TOPIC) -> int:
    """Put messages on a topic, in their order a partition; how many."""
    producer = make_producer(cluster, "bench-feed")
    await producer.start()
    name = cluster.full_name(topic)
    await producer.partitions_for(name)
    batches: dict[int, object] = {}
    sent = 0
    for message in messages:
        batch = batches.get(message.partition) or producer.create_batch()
        batches[message.partition] = batch
        if not _append(batch, message):
            await _send(producer, name, message.partition, batch)
            batches[message.partition] = batch = producer.create_batch()
            _append(batch, message)
        sent += 1
    await asyncio.gather(*(_send(producer, name, number, batch) for number, batch in batches.items()))
    await producer.stop()
    return sent


def _append(batch: object, message: Message) -> bool:
    made = batch.append(  # type: ignore[attr-defined]  # aiokafka ships no types
        key=message.key, value=message.value, timestamp=None, headers=message.headers
    )
    return made is not None


async def _send(producer: AIOKafkaProducer, name: str, partition: int, batch: object) -> None:
    await (await producer.send_batch(batch, name, partition=partition))
