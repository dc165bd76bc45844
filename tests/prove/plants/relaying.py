"""Bugs of the relay: what is read from the outbox, when it is deleted, how it is sent."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from shared.messaging.publishing import Published
from shared.persistence.outbox import SHARDS
from tests.prove.plants.patching import patch, reword

READ: Final = "shared.messaging.relay:_READ"
PAGE: Final = "shared.messaging.relay:Relay._page"
TAKE_SHARDS: Final = "shared.messaging.relay:Relay._take_shards"
PUBLISH: Final = "shared.messaging.publishing:Publisher.publish"
SEND: Final = "shared.messaging.publishing:Publisher._send"
ORDER: Final = "order by pos"


class _Reader:
    """A connection whose rows of the outbox go through somebody's hands first."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    async def fetch(self, *given: Any) -> Any:
        """The rows that the planted relay takes."""
        return await self.chosen(await self._connection.fetch(*given))

    async def chosen(self, rows: Any) -> Any:
        """Which of them."""
        raise NotImplementedError


class _Cursor(_Reader):
    last = 0

    async def chosen(self, rows: Any) -> Any:
        new = [row for row in rows if row["pos"] > _Cursor.last]
        _Cursor.last = max([_Cursor.last, *(row["pos"] for row in new)])
        return new


class _Eraser(_Reader):
    async def chosen(self, rows: Any) -> Any:
        await self._connection.execute(
            "delete from outbox where pos = any($1::bigint[])", [row["pos"] for row in rows]
        )
        return rows


def relay_by_cursor() -> None:
    """What lies beyond the last position is read; what was committed late is before it."""
    _read_by(_Cursor)


def deleted_before_sent() -> None:
    """A row is gone before it was sent."""
    _read_by(_Eraser)


def _read_by(reader: type[_Reader]) -> None:
    def wrap(page: Any) -> Any:
        async def planted(self: Any, connection: Any, *given: Any) -> Any:
            return await page(self, reader(connection), *given)

        return planted

    patch(PAGE, wrap)


def xmin_filter() -> None:
    """Only rows of transactions older than every open one are read, for safety."""
    reword(
        READ, ORDER, f"and xmin::text::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint {ORDER}"
    )


def clock_order() -> None:
    """Rows go out in the order of the time that is written on them."""
    recorded = (
        "(select h ->> 1 from jsonb_array_elements(headers::jsonb) h where h ->> 0 = 'ce_recordedtime')"
    )
    reword(READ, ORDER, f"order by {recorded}")


def no_advisory_lock() -> None:
    """Every relay takes every shard."""

    def wrap(_: Any) -> Any:
        async def planted(self: Any, connection: Any, held: set[int]) -> set[int]:
            return set(range(SHARDS))

        return planted

    patch(TAKE_SHARDS, wrap)


def skip_locked_relay() -> None:
    """Relays share the outbox by SKIP LOCKED instead of by shards."""
    no_advisory_lock()
    patch(READ, lambda statement: f"{statement} for update skip locked")

    def wrap(page: Any) -> Any:
        async def planted(self: Any, connection: Any, *given: Any) -> Any:
            async with connection.connection.transaction():
                return await page(self, connection, *given)

        return planted

    patch(PAGE, wrap)


def acknowledgement_not_awaited() -> None:
    """A row is deleted as soon as its batch has been handed over."""

    def wrap(_: Any) -> Any:
        async def planted(self: Any, batch: Any) -> None:
            name = self._cluster.full_name(batch.topic)
            sent = await self._producer.send_batch(batch.builder, name, partition=batch.partition)
            sent.add_done_callback(lambda done: done.cancelled() or done.exception())

        return planted

    patch(SEND, wrap)


def hole_after_a_failed_batch() -> None:
    """Several batches of a partition are under way at once, and one that fails stops none."""

    def wrap(publish: Any) -> Any:
        async def planted(self: Any, rows: Sequence[Any]) -> Published:
            parts = await asyncio.gather(*(publish(self, [row]) for row in rows))
            whole = Published()
            for part in parts:
                whole.positions.extend(part.positions)
                whole.failures.update(part.failures)
            return whole

        return planted

    patch(PUBLISH, wrap)
