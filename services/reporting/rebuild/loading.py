"""Applies records by the service's own handlers, thousands in a transaction.

What is plain, the next event of a stream without trouble, needs no more than that. A stream with anything
else (a bad body, a gap, an unknown type, something set aside before) goes to the service's own processor, and
so does a whole batch when a handler fails in it: streams do not depend on each other.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

import structlog
from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncEngine

from services.reporting.consumers import make_routes
from services.reporting.rebuild.guard import key_of, pick_plain, read_guard, save_guard
from shared.ids import new_id
from shared.messaging.observer import Observer
from shared.messaging.preparing import Prepared, prepare
from shared.messaging.processor import Processor
from shared.messaging.records import Decoded, Fact, Record, Tombstone
from shared.messaging.sealing import Sealer
from shared.messaging.set_aside import SetAside
from shared.observability.metrics import KernelMetrics, distribution_version
from shared.persistence.failures import class_of, is_transient
from shared.persistence.unit_of_work import UnitOfWork, Units
from shared.settings import ServiceSettings

SERVICE: Final = "reporting"
_PROCESSED_AT_ONCE: Final = 200

Items = Sequence[tuple[Record, Decoded | None]]

_log = structlog.get_logger()


class Loader:
    """Applies records to the store of an engine."""

    def __init__(self, settings: ServiceSettings, engine: AsyncEngine) -> None:
        self._routes = make_routes()
        self._units = Units(engine, service=SERVICE)
        aside = SetAside(SERVICE, distribution_version(), Sealer(settings.seal_bytes), new_id)
        # What a rebuild measures is not the service's.
        observer = Observer(KernelMetrics(CollectorRegistry(), SERVICE), SERVICE)
        self._processor = Processor(self._routes, self._units, aside, observer)

    async def load(self, batches: AsyncIterator[list[Record]], tell: Callable[[int], None]) -> None:
        """Apply batches, and decode the next one while the database works; tells how many were applied."""
        writing: asyncio.Task[None] | None = None
        try:
            async for records in batches:
                prepared = await prepare(records)
                if writing:
                    await writing
                writing = asyncio.create_task(self._apply(prepared, tell))
        finally:
            if writing:
                await writing

    async def _apply(self, batch: Prepared, tell: Callable[[int], None]) -> None:
        try:
            odd = await self._apply_plain(batch)
        except Exception as error:
            if is_transient(error):
                raise
            _log.warning("batch_isolated", reason=class_of(error))
            odd = batch.items
        for first in range(0, len(odd), _PROCESSED_AT_ONCE):
            await self._processor.process(Prepared(odd[first : first + _PROCESSED_AT_ONCE]))
        tell(len(batch))

    async def _apply_plain(self, batch: Prepared) -> Items:
        """Apply the plain streams in one transaction; the records of the others."""
        items = [item for _, item in batch.items]
        async with self._units.begin() as uow:
            lasts, odd = await read_guard(uow.connection, {key for item in items if (key := key_of(item))})
            plain, moved = pick_plain(items, lasts, odd)
            for item in plain:
                await self._handle(item, uow)
            await save_guard(uow.connection, moved)
        return [(record, item) for record, item in batch.items if (key := key_of(item)) is None or key in odd]

    async def _handle(self, item: Fact | Tombstone, uow: UnitOfWork) -> None:
        uow.occurred_at = item.cause.time
        if isinstance(item, Fact):
            if handle := self._routes.events.get(type(item.event)):
                await handle(item.event, uow)
        elif erase := self._routes.tombstones.get(item.stream.topic):
            await erase(item.key, uow)
