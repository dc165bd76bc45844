"""What leaves a store: rows of the outbox, written in the transaction that caused them."""

import base64
import json
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Text, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events.envelope import Actor, Envelope
from shared.persistence.arrays import array
from shared.persistence.tables import outbox, outgoing_stream

SHARDS = 16
CHANNEL = "outbox"
MAX_PAYLOAD_BYTES = 900_000
"""Below the brokers' usual limit of a mebibyte a record, headers included: checked before a row is written,
so that none can block a shard."""

RawHeaders = Sequence[tuple[str, bytes | None]]


class OversizedEventError(ValueError):
    """An event that no broker would take."""

    def __init__(self, event_type: str, size: int) -> None:
        super().__init__(f"{event_type} of {size} bytes exceeds {MAX_PAYLOAD_BYTES}")


@dataclass(frozen=True, slots=True)
class Fact:
    """An event that waits for its sequence number."""

    id: UUID
    type: str
    topic: str
    aggregate: str
    key: str
    subject: str
    payload: bytes | None
    time: datetime
    recorded_time: datetime
    correlation_id: UUID
    causation_id: UUID | None
    actor: Actor
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """A record that goes out as it came in, with headers added: a dead letter or a replay."""

    id: UUID
    type: str
    topic: str
    key: bytes | None
    payload: bytes | None
    headers: RawHeaders


def encode_headers(headers: RawHeaders) -> str:
    """Headers as JSON text that keeps every byte: what is no plain text is base64 in a list."""
    return json.dumps([[name, _encode(value)] for name, value in headers])


def decode_headers(text: str) -> list[tuple[str, bytes | None]]:
    """The inverse of `encode_headers`."""
    return [(name, _decode(value)) for name, value in json.loads(text)]


def shard_of(key: str) -> int:
    """The relay shard of a key, the same in every process and for ever."""
    return zlib.crc32(key.encode()) % SHARDS


async def write_facts(connection: AsyncConnection, facts: Sequence[Fact], source: str) -> None:
    """Number the facts and append them to the outbox.

    The row that counts a stream is locked before the outbox rows are written, so that per key and topic
    commit order, `pos` order and sequence are one; streams are locked in sorted order, so that two
    transactions never wait for each other.
    """
    counts = Counter((fact.topic, fact.key) for fact in facts)
    numbers = {
        stream: last - counts[stream] for stream, last in (await _count_up(connection, counts)).items()
    }
    rows = []
    for fact in facts:
        stream = (fact.topic, fact.key)
        numbers[stream] += 1
        envelope = Envelope(
            id=fact.id,
            type=fact.type,
            source=source,
            subject=fact.subject,
            time=fact.time,
            recorded_time=fact.recorded_time,
            correlation_id=fact.correlation_id,
            causation_id=fact.causation_id,
            actor=fact.actor,
            sequence=numbers[stream],
            traceparent=fact.traceparent,
        )
        rows.append(
            {
                "id": fact.id,
                "aggregatetype": fact.aggregate,
                "aggregateid": fact.key,
                "type": fact.type,
                "topic": fact.topic,
                "shard": shard_of(fact.key),
                "raw_key": None,
                "payload": fact.payload,
                "headers": encode_headers(envelope.to_headers()),
            }
        )
    await _append(connection, rows)


async def write_copies(connection: AsyncConnection, copies: Sequence[Copy]) -> None:
    """Append records that keep their own bytes and headers."""
    rows = []
    for copy in copies:
        text_key = _text(copy.key)
        key = text_key if text_key is not None else str(copy.id)
        rows.append(
            {
                "id": copy.id,
                "aggregatetype": "record",
                "aggregateid": key,
                "type": copy.type,
                "topic": copy.topic,
                "shard": shard_of(key),
                "raw_key": copy.key if text_key is None else None,
                "payload": copy.payload,
                "headers": encode_headers(copy.headers),
            }
        )
    await _append(connection, rows)


async def _count_up(
    connection: AsyncConnection, counts: Counter[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    streams = sorted(counts)
    wanted = (
        func.unnest(array("topics", Text()), array("keys", Text()), array("counts", BigInteger()))
        .table_valued("topic", "key", "count")
        .render_derived()
    )
    new = upsert(outgoing_stream).from_select(["topic", "key", "last_sequence"], select(wanted))
    statement = new.on_conflict_do_update(
        index_elements=["topic", "key"],
        set_={"last_sequence": outgoing_stream.c.last_sequence + new.excluded.last_sequence},
    ).returning(outgoing_stream.c.topic, outgoing_stream.c.key, outgoing_stream.c.last_sequence)
    rows = await connection.execute(
        statement,
        {
            "topics": [topic for topic, _ in streams],
            "keys": [key for _, key in streams],
            "counts": [counts[stream] for stream in streams],
        },
    )
    return {(topic, key): last for topic, key, last in rows}


async def _append(connection: AsyncConnection, rows: list[dict[str, object]]) -> None:
    if rows:
        await connection.execute(insert(outbox), rows)
        await connection.execute(select(func.pg_notify(CHANNEL, "")))


def _encode(value: bytes | None) -> str | list[str] | None:
    text = _text(value)
    return text if value is None or text is not None else [base64.b64encode(value).decode()]


def _decode(value: str | list[str] | None) -> bytes | None:
    if value is None:
        return None
    return base64.b64decode(value[0]) if isinstance(value, list) else value.encode()


def _text(value: bytes | None) -> str | None:
    if value is None or b"\0" in value:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None
