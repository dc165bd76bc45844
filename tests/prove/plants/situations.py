"""What befalls a replica, with or without a bug: the trouble in which a bug shows."""

import asyncio
import os
import time
from collections.abc import Callable
from typing import Any, Final

from aiokafka.errors import KafkaError

from tests.prove.plants.patching import patch
from tests.prove.plants.reading import CONSUME, PROCESS
from tests.prove.plants.relaying import PUBLISH
from tests.prove.plants.writing import EXECUTOR

AWAY_SECONDS: Final = 2.5
SLOW_SECONDS: Final = 1.5
SOLVE_SECONDS: Final = 5.0
COMMIT: Final = "shared.messaging.consumer:Consumer._commit"
SEND_BATCH: Final = "aiokafka.producer.producer:AIOKafkaProducer.send_batch"
FULL_PAGE: Final = 500


def store_is_away() -> None:
    """For a while every batch meets a store that does not answer."""
    begun: list[float] = []

    def wrap(process: Any) -> Any:
        async def troubled(self: Any, records: Any) -> None:
            begun.append(time.monotonic())
            if time.monotonic() - begun[0] < AWAY_SECONDS:
                await asyncio.sleep(0.001)
                raise ConnectionError
            await process(self, records)

        return troubled

    patch(PROCESS, wrap)


def batches_come_reversed() -> None:
    """The records of a batch arrive in the wrong order, as after a change of partitions."""

    def wrap_consume(consume: Any) -> Any:
        async def troubled(self: Any, raw: Any) -> None:
            await consume(self, list(reversed(raw)))

        return troubled

    def wrap_commit(commit: Any) -> Any:
        async def sound(self: Any, raw: Any) -> None:
            await commit(self, sorted(raw, key=lambda record: record.offset))

        return sound

    patch(CONSUME, wrap_consume)
    patch(COMMIT, wrap_commit)


def full_pages_go_out_slowly() -> None:
    """Between reading a full page and sending it a relay is held up."""

    def wrap(publish: Any) -> Any:
        async def troubled(self: Any, rows: Any) -> Any:
            if len(rows) >= FULL_PAGE:
                await asyncio.sleep(SLOW_SECONDS)
            return await publish(self, rows)

        return troubled

    patch(PUBLISH, wrap)


def first_batch_is_refused() -> None:
    """The broker refuses the first batch of this process and takes all others."""
    refused: list[str] = []

    def wrap(send_batch: Any) -> Any:
        async def troubled(self: Any, batch: Any, topic: str, *, partition: int) -> Any:
            if not refused:
                refused.append(topic)
                answer = asyncio.get_running_loop().create_future()
                answer.set_exception(KafkaError("refused"))
                return answer
            return await send_batch(self, batch, topic, partition=partition)

        return troubled

    patch(SEND_BATCH, wrap)


def solver_takes_its_time() -> None:
    """Solving needs the processor for seconds."""

    def wrap(executor: Any) -> Any:
        class Slow(executor):  # type: ignore[misc]  # whatever is there
            """The same pool with more to do."""

            slowly = staticmethod(slow_work)

            def submit(self, work: Any, *given: Any) -> Any:
                return super().submit(slow_work, work, *given)

        return Slow

    patch(EXECUTOR, wrap)


def slow_work(work: Any, *given: Any) -> Any:
    """The same result, later."""
    until = time.process_time() + SOLVE_SECONDS
    while time.process_time() < until:
        os.getpid()
    return work(*given)


SITUATIONS: Final[dict[str, Callable[[], None]]] = {
    situation.__name__: situation
    for situation in (
        store_is_away,
        batches_come_reversed,
        full_pages_go_out_slowly,
        first_batch_is_refused,
        solver_takes_its_time,
    )
}
