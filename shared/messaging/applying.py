"""A decoded record meets its handler; in isolation a failure that stays is an answer, not an exception."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from shared.messaging.records import Cause, Decoded, Fact, Malformed, Record, Stream, Tombstone, Unknown
from shared.messaging.routes import Routes
from shared.messaging.set_aside import Failure, Status
from shared.messaging.streams import Position
from shared.observability.logging import bind_context
from shared.persistence.failures import class_of, is_transient
from shared.persistence.unit_of_work import SYSTEM, UnitOfWork

ATTEMPTS: Final = 3

_log = structlog.get_logger()


@dataclass(slots=True)
class Batch:
    """The records of one transaction: how far their streams are, and what became of them.

    With `isolate` a failing record is undone and tried again by itself; `at` is the record at hand, -1 when
    what was gathered is being written.
    """

    uow: UnitOfWork
    isolate: bool = False
    at: int = -1
    positions: dict[tuple[str, str], Position] = field(default_factory=dict)
    outcomes: list[tuple[str, str, float, Cause | None]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def position(self, stream: Stream) -> Position:
        """How far a stream is."""
        return self.positions[stream.topic, stream.key]

    def count(self, outcome: str) -> None:
        """A record reached its end without a handler."""
        self.outcomes.append(("none", outcome, 0.0, None))


class Applier:
    """Runs the handlers of one service."""

    def __init__(self, routes: Routes) -> None:
        self._routes = routes

    async def apply(self, batch: Batch, item: Decoded) -> Failure | None:
        """Have a record of the contract handled; why it could not be, if so."""
        if isinstance(item, Malformed):
            return Failure(Status.DEAD, item.reason, event_type=item.event_type)
        if isinstance(item, Unknown):
            return Failure(Status.SKIPPED, "unknown_type", event_type=item.cause.event_type)
        if isinstance(item, Fact):
            handle, event = self._routes.events.get(type(item.event)), item.event
            if handle is not None:
                return await self._run(
                    batch,
                    handle.__name__,
                    item.cause.event_type,
                    item.cause,
                    lambda: handle(event, batch.uow),
                )
        if isinstance(item, Tombstone):
            erase, key = self._routes.tombstones.get(item.stream.topic), item.key
            if erase is not None:
                return await self._run(
                    batch, erase.__name__, item.cause.event_type, item.cause, lambda: erase(key, batch.uow)
                )
        batch.count("ignored")
        return None

    async def foreign(self, batch: Batch, record: Record) -> list[Failure]:
        """Have a record of a topic outside the contract handled; why it, or parts of it, were refused."""
        handler = self._routes.foreign.get(record.topic)
        if handler is None:
            return [Failure(Status.DEAD, "unknown_topic", event_type="foreign")]
        failure = await self._run(batch, record.topic, "foreign", None, lambda: handler(record, batch.uow))
        refusals, batch.uow.refusals = batch.uow.refusals, []
        return (
            [failure]
            if failure
            else [Failure(Status.DEAD, refused.reason, keep=refused.keep) for refused in refusals]
        )

    async def _run(
        self,
        batch: Batch,
        name: str,
        event_type: str,
        cause: Cause | None,
        call: Callable[[], Awaitable[None]],
    ) -> Failure | None:
        uow = batch.uow
        if cause:
            uow.actor, uow.correlation_id, uow.causation_id = SYSTEM, cause.correlation_id, cause.event_id
            uow.traceparent, uow.occurred_at = cause.traceparent, cause.time
        else:
            uow.actor, uow.correlation_id, uow.causation_id = SYSTEM, uow.new_id(), None
            uow.traceparent = uow.occurred_at = None
        bind_context(correlation_id=uow.correlation_id, event_id=uow.causation_id, handler=name)
        started = time.perf_counter()
        for attempt in range(1, ATTEMPTS + 1):
            mark = uow.mark()
            try:
                if batch.isolate:
                    async with uow.savepoint():
                        await call()
                else:
                    await call()
            except Exception as error:
                if is_transient(error) or not (batch.isolate or uow.undo(mark)):
                    raise
                if attempt == ATTEMPTS:
                    _log.exception("handler_failed", handler=name, outcome="dlq")
                    return Failure(Status.DEAD, "handler_failed", class_of(error), event_type, attempt)
            else:
                batch.outcomes.append((name, "ok", time.perf_counter() - started, cause))
                return None
        raise AssertionError("unreachable")


def type_of(item: Decoded) -> str:
    """The event type that is kept with a record that is set aside."""
    if isinstance(item, Fact | Tombstone | Unknown):
        return item.cause.event_type
    return item.event_type if isinstance(item, Malformed) else "foreign"
