"""Due work: rows in the store that any replica claims when their business time has come."""

import asyncio
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import structlog
from sqlalchemy import Row, and_, delete, or_, select, update

from shared.clock import Clock
from shared.messaging.observer import Observer
from shared.messaging.routes import KeyHandler, Routes
from shared.observability.logging import bind_context
from shared.persistence.failures import class_of, is_transient
from shared.persistence.tables import due
from shared.persistence.unit_of_work import UnitOfWork, Units

PAGE: Final = 100
POLL_SECONDS: Final = 1.0
ATTEMPTS: Final = 5
_FIRST_DELAY: Final = timedelta(seconds=5)

_log = structlog.get_logger()


class DueWorker:
    """Claims rows in the order of their time and does their work in the transaction that deletes them.

    Work that keeps failing rests after five attempts, with its row kept and counted, and holds up nothing.
    """

    def __init__(self, routes: Routes, units: Units, clock: Clock, observer: Observer) -> None:
        self._handlers = routes.due
        self._units = units
        self._clock = clock
        self._observer = observer
        self._stopping = False

    async def run(self) -> None:
        """Work until stopped."""
        while not self._stopping:
            self._units.work_is_due.clear()
            try:
                busy = await self.run_once()
            except Exception as error:  # noqa: BLE001  the store is away: the rows are still there
                _log.warning("due_work_waits", reason=class_of(error), outcome="retry")
                busy = False
            if not busy:
                await self._rest(POLL_SECONDS * random.uniform(0.8, 1))  # noqa: S311  jitter

    def stop(self) -> None:
        """End after the page at hand."""
        self._stopping = True

    async def _rest(self, seconds: float) -> None:
        """Until time has passed, was moved, or this process left work that is due."""
        waits = (
            asyncio.ensure_future(self._clock.wait_for_change(seconds)),
            asyncio.ensure_future(self._units.work_is_due.wait()),
        )
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def run_once(self) -> bool:
        """Do a page of due work; whether there was any."""
        async with self._units.begin() as uow:
            rows = (
                await uow.connection.execute(
                    select(due)
                    .where(
                        due.c.due_at <= uow.now,
                        due.c.attempts < ATTEMPTS,
                        due.c.kind.in_(list(self._handlers)),
                    )
                    .order_by(due.c.due_at, due.c.kind, due.c.subject)
                    .limit(PAGE)
                    .with_for_update(skip_locked=True)
                )
            ).all()
            if not rows:
                return False
            await self._forget(uow, rows)
            for row in rows:
                await self._do(uow, row, self._handlers[row.kind])
        return True

    async def _forget(self, uow: UnitOfWork, rows: Sequence[Row[Any]]) -> None:
        """Delete before the work is done, so that the work may schedule its own next time."""
        same = or_(*(and_(due.c.kind == row.kind, due.c.subject == row.subject) for row in rows))
        await uow.connection.execute(delete(due).where(same))

    async def _do(self, uow: UnitOfWork, row: Row[Any], handler: KeyHandler) -> None:
        uow.correlation_id, uow.causation_id = uow.new_id(), None
        bind_context(correlation_id=uow.correlation_id, handler=handler.__name__)
        try:
            async with uow.savepoint():
                await handler(row.subject, uow)
        except Exception as error:
            if is_transient(error):
                raise
            _log.exception("due_work_failed", handler=handler.__name__, outcome="retry")
            self._observer.due_done(row.kind, "retry")
            await uow.schedule(row.kind, row.subject, row.due_at)
            await uow.connection.execute(
                update(due)
                .where(due.c.kind == row.kind, due.c.subject == row.subject)
                .values(attempts=row.attempts + 1, due_at=uow.now + _FIRST_DELAY * 2**row.attempts)
            )
        else:
            self._observer.due_done(row.kind, "ok")
