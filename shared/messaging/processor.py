"""One batch of records, one transaction: guard, handlers, outbox, dead letters."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.events.catalog import TOPICS
from shared.messaging.decoding import decode
from shared.messaging.failures import class_of, is_transient
from shared.messaging.observer import Observer
from shared.messaging.records import (
    Cause,
    Decoded,
    Fact,
    Foreign,
    Malformed,
    Record,
    Stream,
    Tombstone,
    Unknown,
)
from shared.messaging.routes import Routes
from shared.messaging.set_aside import Failure, Held, SetAside, Status
from shared.messaging.streams import Position, attach, keys_of, lock_streams, save_streams
from shared.observability.logging import bind_context
from shared.persistence.tables import inbox
from shared.persistence.unit_of_work import SYSTEM, UnitOfWork, Units

ATTEMPTS: Final = 3
_PAUSE_SECONDS: Final = 0.05

_log = structlog.get_logger()


@dataclass(slots=True)
class _Batch:
    uow: UnitOfWork
    isolate: bool
    positions: dict[tuple[str, str], Position] = field(default_factory=dict)
    outcomes: list[tuple[str, str, str, float, Cause | None]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def position(self, stream: Stream) -> Position:
        return self.positions[stream.topic, stream.key]


class Processor:
    """Applies records to one store, each exactly once in effect, in the order of their keys."""

    def __init__(self, routes: Routes, units: Units, aside: SetAside, observer: Observer) -> None:
        self._routes = routes
        self._units = units
        self._aside = aside
        self._observer = observer

    async def process(self, records: Sequence[Record]) -> None:
        """Apply a batch, or leave no trace of it.

        A handler that fails costs the batch its shared attempt; then every record runs in a savepoint of its own
        and the one that keeps failing is set aside.

        Raises:
            Exception: the infrastructure failed; the same batch may be tried again.
        """
        try:
            await self._attempt(records, isolate=False)
        except Exception as error:
            if is_transient(error):
                raise
            _log.warning("batch_isolated", reason=class_of(error), exc_info=True)
            await self._attempt(records, isolate=True)

    async def _attempt(self, records: Sequence[Record], *, isolate: bool) -> None:
        decoded = [(record, decode(record)) for record in records]
        async with self._units.begin() as uow:
            batch = _Batch(uow, isolate)
            keys = keys_of(stream for _, item in decoded if (stream := _stream_of(item)))
            batch.positions = await lock_streams(uow.connection, keys)
            if keys:
                attach(batch.positions, await self._aside.held(uow.connection, keys))
            for record, item in decoded:
                await self._one(batch, record, item)
            await save_streams(uow.connection, batch.positions)
        for handler, event_type, outcome, seconds, cause in batch.outcomes:
            self._observer.handled(
                handler, event_type, outcome, seconds, cause.recorded_time if cause else None
            )
        for failure in batch.failures:
            if failure.status is Status.DEAD:
                self._observer.dead_lettered(failure.reason)

    async def _one(self, batch: _Batch, record: Record, item: Decoded) -> None:
        if isinstance(item, Foreign):
            await self._foreign(batch, record, item)
            return
        stream = _stream_of(item)
        if stream is None:
            reason = item.reason if isinstance(item, Malformed) else "no_key_or_sequence"
            await self._set_aside(batch, record, None, Failure(Status.DEAD, reason))
            return
        position = batch.position(stream)
        if stream.sequence <= position.last or stream.sequence in position.held:
            held = position.held.get(stream.sequence)
            if held and record.replayed and held.status is not Status.GAP:
                await self._replay(batch, record, item, position, held)
            else:
                self._count(batch, item, "duplicate", 0.0)
            return
        if stream.sequence > position.last + 1 and not TOPICS[stream.topic].compacted:
            await self._set_aside(
                batch, record, stream, Failure(Status.GAP, "sequence_gap", event_type=_type_of(item))
            )
            return
        await self._next(batch, record, item, stream, position)
        await self._close_gaps(batch, stream, position)

    async def _next(
        self, batch: _Batch, record: Record, item: Decoded, stream: Stream, position: Position
    ) -> None:
        """Apply the record that is next in its stream, or set it aside for good reason."""
        failure: Failure | None = None
        if position.blocked and not TOPICS[stream.topic].compacted:
            failure = Failure(Status.PARKED, "key_parked", event_type=_type_of(item))
        elif isinstance(item, Malformed):
            failure = Failure(Status.DEAD, item.reason, event_type=item.event_type)
        elif isinstance(item, Unknown):
            failure = Failure(Status.SKIPPED, "unknown_type", event_type=item.cause.event_type)
        else:
            failure = await self._apply(batch, item)
        if failure:
            await self._set_aside(batch, record, stream, failure)
        position.advance(stream.sequence)

    async def _close_gaps(self, batch: _Batch, stream: Stream, position: Position) -> None:
        while (held_id := position.next_after_gap()) is not None:
            record = await self._aside.load(batch.uow.connection, held_id)
            await self._aside.remove(batch.uow.connection, [held_id])
            del position.held[position.last + 1]
            follower = Stream(stream.topic, stream.key, position.last + 1)
            await self._next(batch, record, decode(record), follower, position)

    async def _replay(
        self, batch: _Batch, record: Record, item: Decoded, position: Position, held: Held
    ) -> None:
        """Apply a record that was set aside and comes back; it stays where it is when it fails again."""
        if isinstance(item, Malformed | Unknown) or await self._apply(batch, item) is not None:
            self._count(batch, item, "dlq", 0.0)
            return
        await self._aside.remove(batch.uow.connection, [held.id])
        del position.held[held.stream.sequence]

    async def _foreign(self, batch: _Batch, record: Record, item: Foreign) -> None:
        row = upsert(inbox).values(topic=record.topic, record_id=item.record_id)
        new = await batch.uow.connection.execute(row.on_conflict_do_nothing().returning(inbox.c.topic))
        if new.first() is None:
            batch.outcomes.append((record.topic, "foreign", "duplicate", 0.0, None))
            return
        handler = self._routes.foreign[record.topic]
        failure = await self._run(batch, record.topic, "foreign", None, lambda: handler(record, batch.uow))
        refusals = [failure] if failure else [Failure(Status.DEAD, reason) for reason in batch.uow.refusals]
        batch.uow.refusals.clear()
        for refusal in refusals:
            await self._set_aside(batch, record, None, refusal)

    async def _apply(self, batch: _Batch, item: Decoded) -> Failure | None:
        if isinstance(item, Fact):
            handle, argument = self._routes.events.get(type(item.event)), item.event
            if handle is None:
                self._count(batch, item, "ignored", 0.0)
                return None
            name = handle.__name__
            return await self._run(
                batch, name, item.cause.event_type, item.cause, lambda: handle(argument, batch.uow)
            )
        if isinstance(item, Tombstone):
            erase, key = self._routes.tombstones.get(item.stream.topic), item.key
            if erase is None:
                self._count(batch, item, "ignored", 0.0)
                return None
            return await self._run(
                batch, erase.__name__, item.cause.event_type, item.cause, lambda: erase(key, batch.uow)
            )
        return None

    async def _run(
        self,
        batch: _Batch,
        name: str,
        event_type: str,
        cause: Cause | None,
        call: Callable[[], Awaitable[None]],
    ) -> Failure | None:
        """Call a handler; in isolation a failure that stays is an answer, not an exception."""
        uow = batch.uow
        if cause:
            uow.actor, uow.correlation_id, uow.causation_id = SYSTEM, cause.correlation_id, cause.event_id
            uow.traceparent, uow.occurred_at = cause.traceparent, cause.time
        else:
            uow.actor, uow.correlation_id, uow.causation_id = SYSTEM, uow.new_id(), None
            uow.traceparent = uow.occurred_at = None
        bind_context(correlation_id=uow.correlation_id, event_id=uow.causation_id, handler=name)
        started = time.perf_counter()
        if not batch.isolate:
            await call()
            batch.outcomes.append((name, event_type, "ok", time.perf_counter() - started, cause))
            return None
        for attempt in range(1, ATTEMPTS + 1):
            facts, copies = len(uow.facts), len(uow.copies)
            uow.refusals.clear()
            try:
                async with uow.connection.begin_nested():
                    await call()
            except Exception as error:
                if is_transient(error):
                    raise
                del uow.facts[facts:], uow.copies[copies:]
                _log.exception(
                    "handler_failed", handler=name, outcome="retry" if attempt < ATTEMPTS else "dlq"
                )
                if attempt == ATTEMPTS:
                    return Failure(Status.DEAD, "handler_failed", class_of(error), event_type, attempt)
                await asyncio.sleep(_PAUSE_SECONDS * attempt)
            else:
                batch.outcomes.append((name, event_type, "ok", time.perf_counter() - started, cause))
                return None
        raise AssertionError("unreachable")

    async def _set_aside(
        self, batch: _Batch, record: Record, stream: Stream | None, failure: Failure
    ) -> UUID:
        record_id, letters = await self._aside.add(batch.uow.connection, record, stream, failure)
        batch.uow.copies.extend(letters)
        if stream:
            held = Held(record_id, stream, failure.status)
            batch.position(stream).held[stream.sequence] = held
        outcome = {Status.DEAD: "dlq", Status.PARKED: "parked", Status.SKIPPED: "skipped", Status.GAP: "gap"}
        batch.outcomes.append(("none", failure.event_type, outcome[failure.status], 0.0, None))
        batch.failures.append(failure)
        _log.warning(
            "record_set_aside",
            outcome=failure.status.value,
            reason=failure.reason,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
        )
        return record_id

    def _count(self, batch: _Batch, item: Decoded, outcome: str, seconds: float) -> None:
        batch.outcomes.append(("none", _type_of(item), outcome, seconds, None))


def _stream_of(item: Decoded) -> Stream | None:
    return None if isinstance(item, Foreign) else item.stream


def _type_of(item: Decoded) -> str:
    if isinstance(item, Fact | Tombstone | Unknown):
        return item.cause.event_type
    return item.event_type if isinstance(item, Malformed) else "foreign"
