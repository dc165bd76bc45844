"""How far each stream is, for a whole batch at once; nobody else writes these streams."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events.catalog import TOPICS
from shared.messaging.records import Decoded, Fact, Foreign, Tombstone
from shared.messaging.streams import StreamKey


def key_of(item: Decoded | None) -> StreamKey | None:
    """The stream of a record, if it has one."""
    stream = None if item is None or isinstance(item, Foreign) else item.stream
    return (stream.topic, stream.key) if stream else None


def pick_plain(
    items: Iterable[Decoded | None], lasts: Mapping[StreamKey, int], odd: set[StreamKey]
) -> tuple[list[Fact | Tombstone], dict[StreamKey, int]]:
    """What comes next in streams without trouble, and how far it takes them; the other streams become `odd`.

    What a stream has had already is in neither.
    """
    plain: list[Fact | Tombstone] = []
    moved: dict[StreamKey, int] = {}
    for item in items:
        key = key_of(item)
        if key is None or key in odd:
            continue
        if not isinstance(item, Fact | Tombstone):
            odd.add(key)
            continue
        sequence, last = item.stream.sequence, moved.get(key, lasts.get(key, 0))
        if sequence == last + 1 or (sequence > last and TOPICS[item.stream.topic].compacted):
            moved[key] = sequence
            plain.append(item)
        elif sequence > last:
            odd.add(key)
    ends = {key: moved[key] for key in moved.keys() - odd}
    return [item for item in plain if key_of(item) in ends], ends


async def read_guard(
    connection: AsyncConnection, keys: Collection[StreamKey]
) -> tuple[dict[StreamKey, int], set[StreamKey]]:
    """The last sequence of each stream that has one, and the streams that have records set aside."""
    rows = await connection.exec_driver_sql(
        "select stream.topic, stream.key, stream.last_sequence, exists ("
        "select from set_aside as held "
        "where held.topic = stream.topic and held.stream_key = stream.key and held.sequence is not null"
        ") as held "
        "from unnest($1::text[], $2::text[]) as wanted (topic, key) "
        "join incoming_stream as stream on stream.topic = wanted.topic and stream.key = wanted.key",
        ([topic for topic, _ in keys], [key for _, key in keys]),
    )
    found = rows.all()
    lasts = {(row.topic, row.key): row.last_sequence for row in found}
    return lasts, {(row.topic, row.key) for row in found if row.held}


async def save_guard(connection: AsyncConnection, lasts: Mapping[StreamKey, int]) -> None:
    """Write how far streams have come."""
    await connection.exec_driver_sql(
        "insert into incoming_stream (topic, key, last_sequence) "
        "select * from unnest($1::text[], $2::text[], $3::bigint[]) "
        "on conflict (topic, key) do update set last_sequence = excluded.last_sequence",
        ([topic for topic, _ in lasts], [key for _, key in lasts], list(lasts.values())),
    )
