"""The guard of every stream: how far each key of each topic has been applied."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import BigInteger, Text, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messaging.records import Stream
from shared.messaging.set_aside import Held, Status
from shared.persistence.arrays import array
from shared.persistence.tables import incoming_stream

StreamKey = tuple[str, str]
_BLOCKING: Final = frozenset({Status.DEAD, Status.PARKED})


@dataclass(slots=True)
class Position:
    """How far one stream is, and its records that wait, by sequence."""

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

    def parked(self) -> list[Held]:
        """The parked records that no dead one precedes, in order."""
        first_dead = min(
            (number for number, held in self.held.items() if held.status is Status.DEAD), default=None
        )
        return [
            held
            for number, held in sorted(self.held.items())
            if held.status is Status.PARKED and (first_dead is None or number < first_dead)
        ]

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
    wanted = (
        func.unnest(array("topics", Text()), array("keys", Text()))
        .table_valued("topic", "key")
        .render_derived()
    )
    new = upsert(incoming_stream).from_select(
        ["topic", "key", "last_sequence"], select(wanted.c.topic, wanted.c.key, literal(0))
    )
    rows = await connection.execute(
        new.on_conflict_do_update(
            index_elements=["topic", "key"], set_={"last_sequence": incoming_stream.c.last_sequence}
        ).returning(incoming_stream.c.topic, incoming_stream.c.key, incoming_stream.c.last_sequence),
        {"topics": [topic for topic, _ in ordered], "keys": [key for _, key in ordered]},
    )
    return {(topic, key): Position(last) for topic, key, last in rows}


async def save_streams(connection: AsyncConnection, positions: dict[StreamKey, Position]) -> None:
    """Write the positions that moved."""
    moved = [(topic, key, position.last) for (topic, key), position in positions.items() if position.moved]
    if not moved:
        return
    values = (
        func.unnest(array("topics", Text()), array("keys", Text()), array("lasts", BigInteger()))
        .table_valued("topic", "key", "last")
        .render_derived(name="moved")
    )
    await connection.execute(
        update(incoming_stream)
        .values(last_sequence=values.c.last)
        .where(incoming_stream.c.topic == values.c.topic, incoming_stream.c.key == values.c.key),
        {
            "topics": [topic for topic, _, _ in moved],
            "keys": [key for _, key, _ in moved],
            "lasts": [last for _, _, last in moved],
        },
    )


def attach(positions: dict[StreamKey, Position], held: Collection[Held]) -> None:
    """Put waiting records beside the positions of their streams."""
    for waiting in held:
        positions[waiting.stream.topic, waiting.stream.key].held[waiting.stream.sequence] = waiting


def keys_of(streams: Iterator[Stream]) -> set[StreamKey]:
    """The streams that some records belong to."""
    return {(stream.topic, stream.key) for stream in streams}
