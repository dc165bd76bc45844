"""The guard of every stream: how far each key of each topic has been applied."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messaging.records import Stream
from shared.messaging.set_aside import Held, Status

StreamKey = tuple[str, str]
# The subquery for each row makes the lock order that of the parameters, and the plan an index lookup a key.
_LOCK: Final = """
select found.* from unnest($1::text[], $2::text[]) as wanted (topic, key)
cross join lateral (
    select topic, key, last_sequence from incoming_stream old
    where old.topic = wanted.topic and old.key = wanted.key
    for no key update
) found
"""
_BEGIN: Final = """
insert into incoming_stream as old (topic, key, last_sequence)
select topic, key, 0 from unnest($1::text[], $2::text[]) as new (topic, key)
on conflict (topic, key) do update set last_sequence = old.last_sequence
returning topic, key, last_sequence
"""
_SAVE: Final = """
update incoming_stream as old set last_sequence = new.last_sequence
from unnest($1::text[], $2::text[], $3::bigint[]) as new (topic, key, last_sequence)
where old.topic = new.topic and old.key = new.key
"""
_BLOCKING: Final = frozenset({Status.DEAD, Status.PARKED})


@dataclass(slots=True)
class Position:
    """How far one stream is, and by sequence those of its waiting records that decide about others."""

    last: int
    held: dict[int, Held] = field(default_factory=dict)
    moved: bool = False

    @property
    def blocked(self) -> bool:
        """Whether later records must wait behind a dead one."""
        return any(held.status in _BLOCKING for held in self.held.values())

    def blocked_before(self, sequence: int) -> bool:
        """Whether a record before this one must be dealt with first."""
        return any(held.status in _BLOCKING for number, held in self.held.items() if number < sequence)

    def advance(self, sequence: int) -> None:
        """The record with this sequence was dealt with."""
        self.last = sequence
        self.moved = True

    def next_after_gap(self) -> Held | None:
        """The waiting record that comes right after the last one, if the gap before it has closed."""
        held = self.held.get(self.last + 1)
        return held if held and held.status is Status.GAP else None


async def lock_streams(connection: AsyncConnection, keys: Collection[StreamKey]) -> dict[StreamKey, Position]:
    """Lock the rows of these streams, in sorted order, and read them; a new stream begins at 0.

    A second consumer with the same records (a rebalance) waits here and then sees them applied.
    """
    if not keys:
        return {}
    ordered = sorted(set(keys))
    found = await _positions(connection, _LOCK, ordered)
    if len(found) < len(ordered):
        found |= await _positions(connection, _BEGIN, [key for key in ordered if key not in found])
    return found


async def _positions(
    connection: AsyncConnection, statement: str, keys: Sequence[StreamKey]
) -> dict[StreamKey, Position]:
    rows = await connection.exec_driver_sql(
        statement, ([topic for topic, _ in keys], [key for _, key in keys])
    )
    return {(topic, key): Position(last) for topic, key, last in cast("Iterable[Any]", rows)}


async def save_streams(connection: AsyncConnection, positions: dict[StreamKey, Position]) -> None:
    """Write the positions that moved."""
    moved = [(topic, key, position.last) for (topic, key), position in positions.items() if position.moved]
    if moved:
        await connection.exec_driver_sql(_SAVE, tuple(map(list, zip(*moved, strict=True))))


def attach(positions: dict[StreamKey, Position], held: Collection[Held]) -> None:
    """Put waiting records beside the positions of their streams."""
    for waiting in held:
        positions[waiting.stream.topic, waiting.stream.key].held[waiting.stream.sequence] = waiting


def keys_of(streams: Iterable[Stream]) -> set[StreamKey]:
    """The streams that some records belong to."""
    return {(stream.topic, stream.key) for stream in streams}
