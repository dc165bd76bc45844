"""The rebuild as a whole."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.reporting.consumers import make_routes
from services.reporting.rebuild.schemas import (
    LIVE,
    LiveIsAhead,
    drop_schema,
    make_schema,
    positions_equal,
    state_hash,
    swap,
)
from services.reporting.rebuild.topic_reader import TopicReader
from shared.events.catalog import consumed_by, retry_topic
from shared.kernel import Kernel
from shared.messaging.observer import Observer
from shared.messaging.processor import Processor
from shared.observability.metrics import KernelMetrics
from shared.persistence.unit_of_work import Units

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
    engine = await make_schema(kernel.database_url, schema)
    topics = tuple(topic for topic in consumed_by(kernel.name) if topic.name != retry_topic(kernel.name))
    reader = TopicReader(kernel.cluster, topics)
    started = time.monotonic()
    try:
        await reader.start()
        reading = _Reading(reader, _processor(kernel, engine), progress, started)
        await reading.to_the_end()
        seconds = time.monotonic() - started
        compared = await _meet(kernel, schema, reading)
        async with kernel.units.read() as snapshot:
            made, live = await state_hash(snapshot, schema), await state_hash(snapshot, LIVE)
            compared = compared and await positions_equal(snapshot, schema)
        swapped = replace_live and await _swap(kernel, schema)
        return RebuildReport(reader.read, seconds, made, live, compared, swapped)
    finally:
        await reader.stop()
        async with engine.begin() as connection:
            await drop_schema(connection, schema)
        await engine.dispose()


def _processor(kernel: Kernel, engine: AsyncEngine) -> Processor:
    """The service's own processor on the new tables; what it measures is not the service's."""
    observer = Observer(KernelMetrics(CollectorRegistry(), kernel.name), kernel.name)
    units = Units(engine, service=kernel.name, clock=kernel.clock, make_id=kernel.new_id)
    return Processor(make_routes(), units, kernel.set_aside, observer)


@dataclass(frozen=True, slots=True)
class _Reading:
    reader: TopicReader
    processor: Processor
    progress: Callable[[Progress], None]
    started: float

    async def to_the_end(self) -> None:
        """Apply what there is, or what has been added since the last time."""
        async for records in self.reader.batches():
            await self.processor.process(records)
            seconds = time.monotonic() - self.started
            self.progress(Progress(self.reader.read, self.reader.total, self.reader.read / seconds))


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
