"""From FastStream, which is told nothing about records, so that nothing can go wrong before they are ours."""

from typing import Any

from aiokafka import ConsumerRecord
from faststream.kafka import KafkaMessage
from faststream.kafka.message import FAKE_CONSUMER

from shared.messaging.records import Record
from shared.messaging.replays import replayed_id


async def keep_raw(raw: Any) -> KafkaMessage:
    """A parser that cannot fail: it looks at nothing."""
    return KafkaMessage(
        body=b"", raw_message=raw, headers={}, message_id="", correlation_id=None, consumer=FAKE_CONSUMER
    )


async def decode_nothing(_: KafkaMessage) -> None:
    """A decoder that cannot fail: records are decoded one by one, by us."""


def to_record(raw: ConsumerRecord[Any, Any], topic: str, retry_topic: str) -> Record:
    """A record under its topic's name in the contract; one of the retry topic says what it replays."""
    headers = tuple(raw.headers)
    return Record(
        topic=topic,
        partition=raw.partition,
        offset=raw.offset,
        key=raw.key,
        value=raw.value,
        headers=headers,
        replay_of=replayed_id(headers) if topic == retry_topic else None,
    )
