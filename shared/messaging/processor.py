"""One batch of records, one transaction: guard, handlers, outbox, dead letters."""

from collections.abc import Sequence
from typing import Final

import structlog
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.events.catalog import TOPICS
from shared.messaging.applying import Applier, Batch, type_of
from shared.messaging.decoding import decode
from shared.messaging.observer import Observer
from shared.messaging.records import Decoded, Foreign, Record, Stream
from shared.messaging.routes import Routes
from shared.messaging.set_aside import Failure, Held, SetAside, Status
from shared.messaging.streams import Position, attach, keys_of, lock_streams, save_streams
from shared.persistence.failures import class_of, is_transient
from shared.persistence.tables import inbox
from shared.persistence.unit_of_work import Units

RELEASED_AT_ONCE: Final = 500
"""Parked records that one replay brings back in its transaction; the next one brings the rest."""

_OUTCOMES: Final = {
    Status.DEAD: "dlq",
    Status.PARKED: "parked",
    Status.SKIPPED: "skipped",
    Status.GAP: "gap",
}

_log = structlog.get_logger()


class Processor:
    """Applies records to one store, each exactly once in effect, in the order of their keys."""

    def __init__(self, routes: Routes, units: Units, aside: SetAside, observer: Observer) -> None:
        self._applier = Applier(routes)
        self._units = units
        self._aside = aside
        self._observer = observer

    async def process(self, records: Sequence[Record]) -> None:
        """Apply a batch, or leave no trace of it.

        A handler that fails costs the batch its shared attempt; then every record runs in a savepoint of its
        own and the one that keeps failing is set aside.

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
        fresh = [(record, decode(record)) for record in records if not record.replay_of]
        async with self._units.begin() as uow:
            batch = Batch(uow, isolate)
            decoded = [*fresh, *await self._replays(batch, records)]
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

    async def _replays(self, batch: Batch, records: Sequence[Record]) -> list[tuple[Record, Decoded]]:
        """The replays of a batch, as their bytes were kept; one that waits no more is a duplicate."""
        replays = []
        for record in records:
            if record.replay_of:
                kept = await self._aside.load(batch.uow.connection, record.replay_of)
                if kept:
                    replays.append((kept, decode(kept)))
                else:
                    batch.count("replay", "duplicate")
        return replays

    async def _one(self, batch: Batch, record: Record, item: Decoded) -> None:
        if isinstance(item, Foreign):
            await self._foreign(batch, record, item)
            return
        stream = _stream_of(item)
        if stream is None:
            await self._without_stream(batch, record, item)
            return
        position = batch.position(stream)
        if stream.sequence <= position.last or stream.sequence in position.held:
            held = position.held.get(stream.sequence)
            if held and held.id == record.replay_of and held.status is not Status.GAP:
                await self._replay(batch, item, position, held)
            else:
                batch.count(type_of(item), "duplicate")
            return
        if stream.sequence > position.last + 1 and not TOPICS[stream.topic].compacted:
            await self._set_aside(
                batch, record, stream, Failure(Status.GAP, "sequence_gap", event_type=type_of(item))
            )
            return
        await self._next(batch, record, item, stream, position)
        await self._close_gaps(batch, position)

    async def _next(
        self, batch: Batch, record: Record, item: Decoded, stream: Stream, position: Position
    ) -> None:
        """Apply the record that is next in its stream, or set it aside for good reason."""
        failure: Failure | None
        if position.blocked and not TOPICS[stream.topic].compacted:
            failure = Failure(Status.PARKED, "key_parked", event_type=type_of(item))
        else:
            failure = await self._applier.apply(batch, item)
        if failure:
            await self._set_aside(batch, record, stream, failure)
        else:
            await self._supersede(batch, stream, position)
        position.advance(stream.sequence)

    async def _close_gaps(self, batch: Batch, position: Position) -> None:
        while (held := position.next_after_gap()) is not None:
            record = await self._take_back(batch, position, held)
            await self._next(batch, record, decode(record), held.stream, position)

    async def _supersede(self, batch: Batch, stream: Stream, position: Position) -> None:
        """On a compacted topic the state that was applied replaces what failed before it."""
        older = [held for held in position.held.values() if held.stream.sequence < stream.sequence]
        if older and TOPICS[stream.topic].compacted:
            await self._aside.remove(batch.uow.connection, [held.id for held in older])
            for held in older:
                del position.held[held.stream.sequence]

    async def _replay(self, batch: Batch, item: Decoded, position: Position, held: Held) -> None:
        """Apply a record that was set aside and comes back, and what waited for it.

        It stays where it is when it fails again, or when another one before it still waits.
        """
        if not TOPICS[held.stream.topic].compacted and position.blocked_before(held.stream.sequence):
            batch.count(type_of(item), "parked")
            return
        if await self._applier.apply(batch, item) is not None:
            batch.count(type_of(item), "dlq")
            return
        await self._aside.remove(batch.uow.connection, [held.id])
        del position.held[held.stream.sequence]
        await self._supersede(batch, held.stream, position)
        for parked in position.parked()[:RELEASED_AT_ONCE]:
            record = await self._take_back(batch, position, parked)
            failure = await self._applier.apply(batch, decode(record))
            if failure:
                await self._set_aside(batch, record, parked.stream, failure)
                if failure.status is Status.DEAD:
                    return

    async def _take_back(self, batch: Batch, position: Position, held: Held) -> Record:
        record = await self._aside.load(batch.uow.connection, held.id)
        assert record is not None, "the stream is locked"  # noqa: S101  what it holds was read under the lock
        await self._aside.remove(batch.uow.connection, [held.id])
        del position.held[held.stream.sequence]
        return record

    async def _without_stream(self, batch: Batch, record: Record, item: Decoded) -> None:
        failure = await self._applier.apply(batch, item)
        if record.replay_of:
            batch.count(type_of(item), "dlq")
        elif failure:
            await self._set_aside(batch, record, None, failure)

    async def _foreign(self, batch: Batch, record: Record, item: Foreign) -> None:
        connection = batch.uow.connection
        if record.replay_of:
            new = await self._aside.lock(connection, record.replay_of)
        else:
            row = upsert(inbox).values(topic=record.topic, record_id=item.record_id)
            inserted = await connection.execute(row.on_conflict_do_nothing().returning(inbox.c.topic))
            new = inserted.first() is not None
        if not new:
            batch.outcomes.append((record.topic, "foreign", "duplicate", 0.0, None))
            return
        failures = await self._applier.foreign(batch, record)
        if not record.replay_of:
            for failure in failures:
                await self._set_aside(batch, record, None, failure)
        elif failures:
            batch.count("foreign", "dlq")
        else:
            await self._aside.remove(connection, [record.replay_of])

    async def _set_aside(self, batch: Batch, record: Record, stream: Stream | None, failure: Failure) -> None:
        record_id, letters = await self._aside.add(batch.uow.connection, record, stream, failure)
        batch.uow.copies.extend(letters)
        if stream:
            batch.position(stream).held[stream.sequence] = Held(record_id, stream, failure.status)
        batch.count(failure.event_type, _OUTCOMES[failure.status])
        batch.failures.append(failure)
        _log.warning(
            "record_set_aside",
            outcome=failure.status.value,
            reason=failure.reason,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
        )


def _stream_of(item: Decoded) -> Stream | None:
    return None if isinstance(item, Foreign) else item.stream
