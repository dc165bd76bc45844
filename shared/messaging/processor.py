"""One batch of records, one transaction: guard, handlers, outbox, dead letters."""

from collections.abc import Sequence
from typing import Final

import structlog

from shared.events.catalog import TOPICS
from shared.messaging.applying import Applier, Batch, type_of
from shared.messaging.decoding import decode
from shared.messaging.holding import deciding, released
from shared.messaging.inbox import is_new
from shared.messaging.isolating import FailedAt, Items, run_carefully, run_trustingly
from shared.messaging.observer import Observer
from shared.messaging.preparing import Prepared, prepare
from shared.messaging.records import Decoded, Foreign, Record, Stream
from shared.messaging.routes import Routes
from shared.messaging.set_aside import Failure, Held, SetAside, Status
from shared.messaging.streams import Position, attach, keys_of, lock_streams, save_streams
from shared.persistence.failures import class_of
from shared.persistence.unit_of_work import Units

_WARY_BATCHES: Final = 20

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
        self._wary = 0

    async def process(self, records: Sequence[Record] | Prepared) -> None:
        """Apply a batch, or leave no trace of it.

        A handler that fails costs the batch its first attempt; then it runs in pieces, the record that failed
        in a savepoint of its own, and the one that keeps failing is set aside. Bad records come in crowds, so
        the next batches run in pieces at once.

        Raises:
            Exception: the infrastructure failed; the same batch may be tried again.
        """
        prepared = records if isinstance(records, Prepared) else await prepare(records)
        if self._wary > 0:
            self._wary -= 1
            await self._attempt(prepared, careful=True)
            return
        try:
            await self._attempt(prepared, careful=False)
        except FailedAt as failed:
            _log.warning("batch_isolated", reason=class_of(failed.error), exc_info=failed.error)
            self._wary = _WARY_BATCHES
            await self._attempt(prepared, careful=True, suspect=failed.at)

    async def _attempt(self, prepared: Prepared, *, careful: bool, suspect: int | None = None) -> None:
        async with self._units.begin() as uow:
            batch = Batch(uow)
            items = await self._with_replays(batch, prepared)
            streams = [stream for _, item in items if (stream := _stream_of(item))]
            if streams:
                batch.positions = await lock_streams(uow.connection, keys_of(streams))
                await self._look(batch, streams)
            if careful:
                await run_carefully(batch, items, self._one, suspect)
            else:
                await run_trustingly(batch, items, self._one)
            await save_streams(uow.connection, batch.positions)
        for handler, outcome, seconds, cause in batch.outcomes:
            self._observer.handled(handler, outcome, seconds, cause.recorded_time if cause else None)
        for failure in batch.failures:
            if failure.status is Status.DEAD:
                self._observer.dead_lettered(failure.reason)

    async def _look(self, batch: Batch, streams: Sequence[Stream]) -> None:
        """Learn what waits in streams that are locked, as far as it decides about records at hand."""
        lasts = {(stream.topic, stream.key): batch.position(stream).last for stream in streams}
        attach(batch.positions, await deciding(batch.uow.connection, streams, lasts))

    async def _with_replays(self, batch: Batch, prepared: Prepared) -> Items:
        """The records of a batch; the replays come last."""
        fresh = [(record, item) for record, item in prepared.items if item is not None]
        return [
            *fresh,
            *await self._replays(batch, [record for record, item in prepared.items if item is None]),
        ]

    async def _replays(self, batch: Batch, records: Sequence[Record]) -> list[tuple[Record, Decoded]]:
        """The replays of a batch, as their bytes were kept; one that waits no more is a duplicate."""
        replays = []
        for record in records:
            assert record.replay_of is not None, "only replays are decoded late"  # noqa: S101
            kept = await self._aside.load(batch.uow.connection, record.replay_of)
            if kept:
                replays.append((kept, decode(kept)))
            else:
                batch.count("duplicate")
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
                batch.count("duplicate")
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
            await self._look(batch, [held.stream])

    async def _supersede(self, batch: Batch, stream: Stream, position: Position) -> None:
        """On a compacted topic the state that was applied replaces what failed before it."""
        older = [number for number in position.held if number < stream.sequence]
        if older and TOPICS[stream.topic].compacted:
            await self._aside.remove_before(batch.uow.connection, stream)
            for number in older:
                del position.held[number]

    async def _replay(self, batch: Batch, item: Decoded, position: Position, held: Held) -> None:
        """Apply a record that was set aside and comes back, and what waited for it.

        It stays where it is when it fails again, or when another one before it still waits.
        """
        if not TOPICS[held.stream.topic].compacted and position.blocked_before(held.stream.sequence):
            batch.count("parked")
            return
        if await self._applier.apply(batch, item) is not None:
            batch.count("dlq")
            return
        await self._aside.remove(batch.uow.connection, [held.id])
        del position.held[held.stream.sequence]
        await self._supersede(batch, held.stream, position)
        for parked in await released(batch.uow.connection, held.stream.topic, held.stream.key):
            record = await self._take_back(batch, position, parked)
            failure = await self._applier.apply(batch, decode(record))
            if failure:
                await self._set_aside(batch, record, parked.stream, failure)
                if failure.status is Status.DEAD:
                    break
        await self._look(batch, [held.stream])

    async def _take_back(self, batch: Batch, position: Position, held: Held) -> Record:
        record = await self._aside.load(batch.uow.connection, held.id)
        assert record is not None, "the stream is locked"  # noqa: S101  what it holds was read under the lock
        await self._aside.remove(batch.uow.connection, [held.id])
        position.held.pop(held.stream.sequence, None)
        return record

    async def _without_stream(self, batch: Batch, record: Record, item: Decoded) -> None:
        failure = await self._applier.apply(batch, item)
        if record.replay_of:
            batch.count("dlq")
        elif failure and await is_new(batch.uow.connection, record.topic, record.fingerprint):
            await self._set_aside(batch, record, None, failure)
        elif failure:
            batch.count("duplicate")

    async def _foreign(self, batch: Batch, record: Record, item: Foreign) -> None:
        connection = batch.uow.connection
        if record.replay_of:
            new = await self._aside.lock(connection, record.replay_of)
        else:
            new = await is_new(connection, record.topic, item.record_id)
        if not new:
            batch.outcomes.append((record.topic, "duplicate", 0.0, None))
            return
        failures = await self._applier.foreign(batch, record)
        if not record.replay_of:
            for failure in failures:
                await self._set_aside(batch, record, None, failure)
        elif failures:
            batch.count("dlq")
        else:
            await self._aside.remove(connection, [record.replay_of])

    async def _set_aside(self, batch: Batch, record: Record, stream: Stream | None, failure: Failure) -> None:
        record_id, letters = await self._aside.add(batch.uow.connection, record, stream, failure)
        batch.uow.copies.extend(letters)
        if stream:
            batch.position(stream).held[stream.sequence] = Held(record_id, stream, failure.status)
        batch.count(_OUTCOMES[failure.status])
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
