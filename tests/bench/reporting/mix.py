"""The events that reporting reads in real life: programs of twelve weeks that began at different times."""

import heapq
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from aiokafka import AIOKafkaProducer

from shared.events.base import Event
from shared.events.catalog import topic_of
from shared.events.envelope import Actor, ActorType, Envelope
from shared.messaging.broker import Cluster, make_producer
from tests.bench.pipeline.feed import partition_of
from tests.component.reporting.reporting_world import world

_NAMED = re.compile(rb"[0-9a-f]{8}(?=-[0-9a-f]{4}-5[0-9a-f]{3}-)")
"""The beginning of an id of the world."""
_SPREAD_DAYS = 120
_TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@dataclass(frozen=True, slots=True)
class Sample:
    """One event of the world, to be told of many programs."""

    at: datetime
    topic: str
    key: bytes
    value: bytes
    envelope: Envelope


@dataclass(frozen=True, slots=True, order=True)
class Told:
    """A record to be sent."""

    at: datetime
    topic: str
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


def samples() -> list[Sample]:
    """The events of one program, each key's numbered."""
    sequences: dict[tuple[str, str], int] = {}
    made = []
    for number, (at, event) in enumerate(world()):
        topic, key = _place(event)
        sequence = sequences[topic, key] = sequences.get((topic, key), 0) + 1
        envelope = Envelope(
            id=UUID(int=number, version=4),
            type=event.type,
            source="urn:mentoring:bench",
            subject=key,
            time=at,
            recorded_time=at,
            correlation_id=UUID(int=number, version=4),
            causation_id=UUID(int=number, version=4),
            actor=Actor(ActorType.SYSTEM),
            sequence=sequence,
            traceparent=_TRACE,
        )
        made.append(Sample(at, topic, key.encode(), event.model_dump_json().encode(), envelope))
    return made


def told(events: int, seed: int = 1) -> Iterator[Told]:
    """So many events at least, of as many programs as it takes, by time."""
    chance, base = random.Random(seed), samples()  # noqa: S311  no secret
    programs = -(-events // len(base))
    return heapq.merge(
        *(
            _program(base, number, timedelta(days=chance.random() * _SPREAD_DAYS))
            for number in range(1, programs + 1)
        )
    )


def _program(base: list[Sample], number: int, shift: timedelta) -> Iterator[Told]:
    """The same program with ids of its own."""
    mask = number * 2_654_435_761 & 0xFFFFFFFF

    def other(text: bytes) -> bytes:
        return _NAMED.sub(lambda found: b"%08x" % (int(found[0], 16) ^ mask), text)

    for sample in base:
        at = sample.at + shift
        event_id = UUID(int=sample.envelope.id.int ^ (number << 32))
        envelope = replace(sample.envelope, id=event_id, time=at)
        yield Told(at, sample.topic, other(sample.key), other(sample.value), tuple(envelope.to_headers()))


def _place(event: Event) -> tuple[str, str]:
    topic = topic_of(type(event))
    return topic.name, str(getattr(event, topic.key or ""))


async def fill(cluster: Cluster, records: Iterator[Told]) -> int:
    """Put records on their topics, in order; how many."""
    producer: AIOKafkaProducer = make_producer(cluster, "bench-feed")
    await producer.start()
    sent = 0
    for record in records:
        await producer.send(
            cluster.full_name(record.topic),
            record.value,
            record.key,
            partition=partition_of(record.key),
            headers=list(record.headers),
        )
        sent += 1
    await producer.stop()
    return sent
