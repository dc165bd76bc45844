"""The rebuild as a whole."""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.rebuild.schemas import (
    LIVE,
    LiveIsAhead,
    drop_schema,
    make_schema,
    positions_equal,
    state_hash,
    swap,
)
from services.reporting.rebuild.spans import Span, total
from services.reporting.rebuild.topic_reader import TopicReader
from services.reporting.rebuild.workers import Target, load
from shared.events.catalog import Topic, consumed_by, retry_topic
from shared.kernel import Kernel

ROUNDS: Final = 20
_PAUSE_SECONDS: Final = 0.5
NEW: Final = "rebuilt"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the rebuild is; `total` may still grow."""

    events: int
    total: int
    per_second: float


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """What came out; `compared`: both states were seen after the same records, else none is equal."""

    events: int
    seconds: float
    state_hash: str
    live_hash: str
    compared: bool
    swapped: bool

    @property
    def equal(self) -> bool:
        """Whether rebuilt is live, by hash."""
        return self.compared and self.state_hash == self.live_hash

    @property
    def per_second(self) -> float:
        """Events a second."""
        return self.events / self.seconds if self.seconds else 0.0


async def rebuild(
    kernel: Kernel,
    *,
    schema: str = NEW,
    progress: Callable[[Progress], None] = lambda _: None,
    replace_live: bool = False,
) -> RebuildReport:
    """Read the topics from their beginning into a schema of its own and compare it with the live state.

    Meanwhile the service may go on: both are compared in one snapshot, once they have applied the same
    records, or as they are after some rounds. With `replace_live` the new rows take the place of the live
    ones, unless those are ahead. The schema is gone afterwards.

    Raises:
        TopicsStalled: the broker stopped answering.
    """
    await make_schema(kernel.database_url, schema)
    reading = _Reading(Target(kernel.settings, schema), progress)
    try:
        await reading.begin(
            topic for topic in consumed_by(kernel.name) if topic.name != retry_topic(kernel.name)
        )
        await reading.to_the_end()
        seconds = time.monotonic() - reading.started
        compared = await _meet(kernel, schema, reading)
        async with kernel.units.read() as snapshot:
            made, live = await state_hash(snapshot, schema), await state_hash(snapshot, LIVE)
            compared = compared and await positions_equal(snapshot, schema)
        swapped = replace_live and await _swap(kernel, schema)
        return RebuildReport(reading.applied, seconds, made, live, compared, swapped)
    finally:
        await reading.stop()
        async with kernel.engine.begin() as connection:
            await drop_schema(connection, schema)


class _Reading:
    """How far the topics have been read."""

    def __init__(self, target: Target, progress: Callable[[Progress], None]) -> None:
        self._target = target
        self._progress = progress
        self._reader = TopicReader(target.settings.cluster)
        self._spans: list[Span] = []
        self.applied = 0
        self.started = time.monotonic()

    async def begin(self, topics: Iterable[Topic]) -> None:
        """See what there is."""
        await self._reader.start()
        self._spans = await self._reader.whole(topics)

    async def stop(self) -> None:
        """Disconnect."""
        await self._reader.stop()

    async def to_the_end(self) -> None:
        """Apply what there is, or what has been added since the last time."""
        before, expected = self.applied, self.applied + total(self._spans)

        def tell(applied: int) -> None:
            self.applied = before + applied
            self._tell(expected)

        await load(self._target, self._spans, tell)
        self._tell(self.applied)
        self._spans = await self._reader.after(self._spans)

    def _tell(self, expected: int) -> None:
        seconds = time.monotonic() - self.started
        self._progress(Progress(self.applied, expected, self.applied / seconds))


async def _meet(kernel: Kernel, schema: str, reading: _Reading) -> bool:
    """Wait for the live state, or follow it, until both have applied the same records."""
    for _ in range(ROUNDS):
        async with kernel.units.read() as snapshot:
            if await positions_equal(snapshot, schema):
                return True
        await asyncio.sleep(_PAUSE_SECONDS)
        await reading.to_the_end()
    return False


async def _swap(kernel: Kernel, schema: str) -> bool:
    try:
        async with kernel.units.begin() as uow:
            connection: AsyncConnection = uow.connection
            await swap(connection, schema)
    except LiveIsAhead:
        return False
    return True
