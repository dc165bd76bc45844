"""What leaves a store: rows of the outbox, written in the transaction that caused them."""

import base64
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast
from uuid import UUID

from pydantic_core import from_json, to_json
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events.envelope import Envelope

SHARDS = 16
CHANNEL = "outbox"
MAX_PAYLOAD_BYTES = 900_000
"""Below the brokers' usual limit of a mebibyte a record, headers included: checked before a row is written,
so that none can block a shard."""

_COUNT_UP: Final = """
insert into outgoing_stream as old (topic, key, last_sequence)
select * from unnest($1::text[], $2::text[], $3::bigint[])
on conflict (topic, key) do update set last_sequence = old.last_sequence + excluded.last_sequence
returning topic, key, last_sequence
"""
_COLUMNS: Final = (
    *("id", "aggregatetype", "aggregateid", "type", "topic", "shard", "raw_key", "payload", "headers"),
)
_APPEND: Final = f"""
with added as (
    insert into outbox ({", ".join(_COLUMNS)})
    select {", ".join(_COLUMNS)}
    from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::bytea[],
        $8::bytea[], $9::text[]) with ordinality as new ({", ".join(_COLUMNS)}, number)
    order by number
)
select pg_notify('{CHANNEL}', '')
"""  # noqa: S608  our own names

RawHeaders = Sequence[tuple[str, bytes | None]]


class OversizedEventError(ValueError):
    """An event that no broker would take."""

    def __init__(self, event_type: str, size: int) -> None:
        super().__init__(f"{event_type} of {size} bytes exceeds {MAX_PAYLOAD_BYTES}")


@dataclass(slots=True)
class Fact:
    """An event that waits for its sequence number."""

    envelope: Envelope
    topic: str
    aggregate: str
    key: str
    payload: bytes | None


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
    return to_json([(name, _encode(value)) for name, value in headers]).decode()


def decode_headers(text: str) -> list[tuple[str, bytes | None]]:
    """The inverse of `encode_headers`."""
    return [
        (name, value.encode() if isinstance(value, str) else _decode(value))
        for name, value in from_json(text)
    ]


def shard_of(key: str) -> int:
    """The relay shard of a key, the same in every process and for ever."""
    return zlib.crc32(key.encode()) % SHARDS


async def write_facts(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
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
        stream, envelope = (fact.topic, fact.key), fact.envelope
        numbers[stream] = envelope.sequence = numbers[stream] + 1
        rows.append(
            {
                "id": envelope.id,
                "aggregatetype": fact.aggregate,
                "aggregateid": fact.key,
                "type": envelope.type,
                "topic": fact.topic,
                "shard": shard_of(fact.key),
                "raw_key": None,
                "payload": fact.payload,
                "headers": to_json(envelope.attributes()).decode(),
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
    rows = await connection.exec_driver_sql(
        _COUNT_UP,
        (
            [topic for topic, _ in streams],
            [key for _, key in streams],
            [counts[stream] for stream in streams],
        ),
    )
    return {(topic, key): last for topic, key, last in cast("Iterable[Any]", rows)}


async def _append(connection: AsyncConnection, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        await connection.exec_driver_sql(_APPEND, tuple([row[name] for row in rows] for name in _COLUMNS))


def _encode(value: bytes | None) -> str | list[str] | None:
    text = _text(value)
    return text if value is None or text is not None else [base64.b64encode(value).decode()]


def _decode(value: list[str] | None) -> bytes | None:
    return None if value is None else base64.b64decode(value[0])


def _text(value: bytes | None) -> str | None:
    if value is None or b"\0" in value:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None
