"""Which waiting records decide about the records at hand: few of each stream, however many wait."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, cast

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messaging.records import Stream
from shared.messaging.set_aside import Held, Status

RELEASED_AT_ONCE: Final = 500
"""Parked records that one replay brings back in its transaction; the next one brings the rest."""

_STREAMS_WITH_SOME: Final = """
select topic, key from unnest($1::text[], $2::text[]) as stream (topic, key)
where exists (
    select from set_aside old
    where old.topic = stream.topic and old.stream_key = stream.key and old.sequence is not null
)
"""
_OLD: Final = """
select id, topic, stream_key, sequence, status from set_aside old
where old.topic = stream.topic and old.stream_key = stream.key
"""
_THAT_DECIDE: Final = f"""
select old.id, old.topic, old.stream_key, old.sequence, old.status
from unnest($1::text[], $2::text[], $3::bigint[]) as stream (topic, key, sequence)
join set_aside old on old.topic = stream.topic and old.stream_key = stream.key
    and old.sequence = stream.sequence
union
select first.* from unnest($4::text[], $5::text[], $6::bigint[]) as stream (topic, key, last)
cross join lateral (
    ({_OLD} and sequence is not null order by sequence limit 1)
    union all ({_OLD} and sequence is not null and status in ('dead', 'parked') order by sequence limit 1)
    union all ({_OLD} and sequence > stream.last order by sequence limit 1)
) first
"""  # noqa: S608  our own text
_RELEASED: Final = """
select id, topic, stream_key, sequence, status from set_aside
where topic = $1 and stream_key = $2 and status = 'parked' and sequence < coalesce(
    (select min(sequence) from set_aside where topic = $1 and stream_key = $2 and status = 'dead'),
    9223372036854775807)
order by sequence limit $3
"""


async def deciding(
    connection: AsyncConnection, streams: Sequence[Stream], lasts: Mapping[tuple[str, str], int]
) -> list[Held]:
    """Of what waits in the streams of some records, what decides about them.

    These records themselves, the first, the first that blocks, and the first after the last one applied.
    """
    keys = sorted(lasts)
    found = await connection.exec_driver_sql(
        _STREAMS_WITH_SOME, ([topic for topic, _ in keys], [key for _, key in keys])
    )
    some = {(topic, key) for topic, key in cast("Iterable[Any]", found)}
    if not some:
        return []
    asked = [stream for stream in streams if (stream.topic, stream.key) in some]
    with_some = sorted(some)
    rows = await connection.exec_driver_sql(
        _THAT_DECIDE,
        (
            [stream.topic for stream in asked],
            [stream.key for stream in asked],
            [stream.sequence for stream in asked],
            [topic for topic, _ in with_some],
            [key for _, key in with_some],
            [lasts[key] for key in with_some],
        ),
    )
    return [_held(row) for row in rows]


async def released(connection: AsyncConnection, topic: str, key: str) -> list[Held]:
    """A page of the parked records that no dead one precedes, in order."""
    rows = await connection.exec_driver_sql(_RELEASED, (topic, key, RELEASED_AT_ONCE))
    return [_held(row) for row in rows]


def _held(row: Any) -> Held:
    return Held(row.id, Stream(row.topic, row.stream_key, row.sequence), Status(row.status))
