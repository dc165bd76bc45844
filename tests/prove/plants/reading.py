"""Bugs of the reading side: offsets, guard, dead letters."""

import contextlib
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any, Final

from shared.messaging.records import Tombstone, Unknown
from shared.messaging.streams import Position
from shared.persistence.outbox import write_copies
from tests.prove.plants.patching import patch

CONSUME: Final = "shared.messaging.consumer:Consumer._consume"
PROCESS: Final = "shared.messaging.processor:Processor.process"
SAVE_STREAMS: Final = "shared.messaging.processor:save_streams"
ONE: Final = "shared.messaging.processor:Processor._one"
APPLY: Final = "shared.messaging.applying:Applier.apply"
BLOCKED: Final = "shared.messaging.streams:Position.blocked"
SET_ASIDE: Final = "shared.messaging.set_aside:SetAside.add"
SUBSCRIBER: Final = "faststream.kafka:KafkaBroker.subscriber"
FIRST_PAUSE: Final = "shared.messaging.consumer:_FIRST_PAUSE"
LONGEST_PAUSE: Final = "shared.messaging.consumer:_LONGEST_PAUSE"

_reading: ContextVar[tuple[Any, Any] | None] = ContextVar("reading", default=None)


def acknowledge_first() -> None:
    """Offsets are committed before anything is done."""

    def wrap(consume: Any) -> Any:
        async def planted(self: Any, raw: Any) -> None:
            await self._commit(raw)
            await consume(self, raw)

        return planted

    patch(CONSUME, wrap)


def offsets_before_transaction() -> None:
    """Offsets are committed after the handlers, before the transaction."""

    def wrap_consume(consume: Any) -> Any:
        async def planted(self: Any, raw: Any) -> None:
            _reading.set((self, raw))
            await consume(self, raw)

        return planted

    def wrap_save(save: Any) -> Any:
        async def planted(*given: Any) -> None:
            await save(*given)
            if (reading := _reading.get()) is not None:
                await reading[0]._commit(reading[1])

        return planted

    patch(CONSUME, wrap_consume)
    patch(SAVE_STREAMS, wrap_save)


def begin_at_the_end() -> None:
    """A group without offsets begins at the latest record, as FastStream does by default."""

    def wrap(subscriber: Any) -> Any:
        def planted(self: Any, *topics: Any, **settings: Any) -> Any:
            return subscriber(self, *topics, **settings | {"auto_offset_reset": "latest"})

        return planted

    patch(SUBSCRIBER, wrap)


def guard_skipped() -> None:
    """A record whose number was dealt with is dealt with again."""

    def wrap(one: Any) -> Any:
        async def planted(self: Any, batch: Any, record: Any, item: Any) -> None:
            stream = getattr(item, "stream", None)
            if stream is None:
                await one(self, batch, record, item)
                return
            position = batch.position(stream)
            last = position.last
            if stream.sequence <= last and stream.sequence not in position.held:
                position.last = stream.sequence - 1
            await one(self, batch, record, item)
            position.last = max(last, position.last)

        return planted

    patch(ONE, wrap)


def sequence_not_checked() -> None:
    """A record ahead of its turn is applied at once."""

    def wrap(one: Any) -> Any:
        async def planted(self: Any, batch: Any, record: Any, item: Any) -> None:
            stream = getattr(item, "stream", None)
            if stream is not None:
                position = batch.position(stream)
                position.last = max(position.last, stream.sequence - 1)
            await one(self, batch, record, item)

        return planted

    patch(ONE, wrap)


def parked_key_ignored() -> None:
    """Records go on behind a dead one of their key."""

    def never(_: Position) -> bool:
        return False

    patch(BLOCKED, lambda _: property(never))


def dead_letter_outside_the_transaction() -> None:
    """The letter is committed by itself, whatever becomes of the batch."""

    def wrap(add: Any) -> Any:
        async def planted(self: Any, connection: Any, *given: Any) -> Any:
            record_id, letters = await add(self, connection, *given)
            async with connection.engine.begin() as own:
                await write_copies(own, letters)
            return record_id, []

        return planted

    patch(SET_ASIDE, wrap)


def failed_batch_skipped() -> None:
    """A batch that failed is passed over, as by a reject on error."""

    def wrap(process: Any) -> Any:
        async def planted(self: Any, records: Sequence[Any]) -> None:
            with contextlib.suppress(Exception):
                await process(self, records)

        return planted

    patch(PROCESS, wrap)


def nack_storm() -> None:
    """A batch that failed is tried again at once, without an end and without a pause."""
    patch(FIRST_PAUSE, lambda _: 0.0)
    patch(LONGEST_PAUSE, lambda _: 0.0)


def tombstone_ignored() -> None:
    """Who is erased stays."""
    _ignore(Tombstone)


def unknown_type_forgotten() -> None:
    """An event of a type that this version does not know is passed over and not kept."""
    _ignore(Unknown)


def _ignore(kind: type) -> None:
    def wrap(apply: Any) -> Any:
        async def planted(self: Any, batch: Any, item: Any) -> Any:
            return None if isinstance(item, kind) else await apply(self, batch, item)

        return planted

    patch(APPLY, wrap)
