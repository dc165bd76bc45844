"""One bad record in a batch costs little more than itself.

The first attempt at a batch has no savepoints. Once a record has failed, the batch runs in pieces, each in a
savepoint; a piece that fails is undone and runs again in up to three: what was before the record that failed,
this record by itself, and what comes after it.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from shared.messaging.applying import Batch
from shared.messaging.records import Decoded, Foreign, Record
from shared.persistence.failures import is_transient

PIECE: Final = 50
"""Records in a savepoint: larger ones are dearer to repeat, smaller ones dearer when nothing fails."""

Items = Sequence[tuple[Record, Decoded]]
One = Callable[[Batch, Record, Decoded], Awaitable[None]]


class FailedAt(Exception):
    """A record failed; `at` is its position among the records, None when it is not known which it is."""

    def __init__(self, error: Exception, at: int | None) -> None:
        super().__init__(at)
        self.error = error
        self.at = at


async def run_trustingly(batch: Batch, items: Items, one: One) -> None:
    """Apply records without savepoints.

    Raises:
        FailedAt: a record, not the infrastructure, is at fault; the transaction is spoilt.
    """
    try:
        await _run(batch, items, one)
    except Exception as error:
        if is_transient(error):
            raise
        raise FailedAt(error, batch.at if batch.at >= 0 else None) from error


async def run_carefully(batch: Batch, items: Items, one: One, suspect: int | None) -> None:
    """Apply records in savepoints; the one that has failed before, if it is known which, by itself."""
    if suspect is not None:
        await run_carefully(batch, items[:suspect], one, None)
        await _alone(batch, items[suspect : suspect + 1], one)
        items = items[suspect + 1 :]
    for first in range(0, len(items), PIECE):
        await _piece(batch, items[first : first + PIECE], one)


async def _piece(batch: Batch, items: Items, one: One) -> None:
    try:
        with _undone_on_failure(batch, items):
            async with batch.uow.savepoint():
                await _run(batch, items, one)
    except Exception as error:
        if is_transient(error):
            raise
        at = batch.at
        if at < 0 and len(items) == 1:
            at = 0
        if at < 0:
            half = len(items) // 2
            await _piece(batch, items[:half], one)
            await _piece(batch, items[half:], one)
            return
        if at > 0:
            await _piece(batch, items[:at], one)
        await _alone(batch, items[at : at + 1], one)
        if at + 1 < len(items):
            await _piece(batch, items[at + 1 :], one)


async def _run(batch: Batch, items: Items, one: One) -> None:
    for batch.at, (record, item) in enumerate(items):
        await one(batch, record, item)
    batch.at = -1
    await batch.uow.write_gathered()


async def _alone(batch: Batch, items: Items, one: One) -> None:
    batch.isolate = True
    try:
        for record, item in items:
            await one(batch, record, item)
    finally:
        batch.isolate = False


@contextmanager
def _undone_on_failure(batch: Batch, items: Items) -> Iterator[None]:
    """What the batch remembers of its streams goes back with the rows."""
    keys = {
        (item.stream.topic, item.stream.key)
        for _, item in items
        if not isinstance(item, Foreign) and item.stream is not None
    }
    before = {key: replace(batch.positions[key], held=dict(batch.positions[key].held)) for key in keys}
    outcomes, failures = len(batch.outcomes), len(batch.failures)
    try:
        yield
    except BaseException:
        batch.positions.update(before)
        del batch.outcomes[outcomes:], batch.failures[failures:]
        raise
