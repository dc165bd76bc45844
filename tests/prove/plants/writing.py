"""Bugs of the writing side: transaction, outbox, commands, due work, the solver."""

import os
from collections import Counter
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from shared.persistence.outbox import decode_headers
from tests.prove.plants.patching import patch, resolve

BEGIN: Final = "shared.persistence.unit_of_work:Units.begin"
FLUSH: Final = "shared.persistence.unit_of_work:UnitOfWork.flush"
REFUSE: Final = "shared.persistence.unit_of_work:UnitOfWork.refuse"
APPEND: Final = "shared.persistence.outbox:_append"
COUNT_UP: Final = "shared.persistence.outbox:_count_up"
KEY_OF: Final = "shared.http.commands:key_of"
FORGET: Final = "shared.messaging.due:DueWorker._forget"
RUN_ONCE: Final = "shared.messaging.due:DueWorker.run_once"
SEATS_TAKEN: Final = "services.matching.persistence.participant_repository:ParticipantRepository.seats_taken"
EXECUTOR: Final = "services.matching.handlers.solver:ProcessPoolExecutor"


def outbox_in_a_second_transaction() -> None:
    """State is committed first, what it says to the world afterwards."""
    flush = resolve(FLUSH)[2]

    async def nothing(_: Any) -> None:
        """Later."""

    def wrap(begin: Any) -> Any:
        @asynccontextmanager
        async def planted(self: Any, **given: Any) -> AsyncIterator[Any]:
            async with begin(self, **given) as uow:
                yield uow
            async with self.engine.begin() as second:
                uow.connection = second
                await flush(uow)

        return planted

    patch(BEGIN, wrap)
    patch(FLUSH, lambda _: nothing)


def published_before_commit() -> None:
    """Events are sent by the transaction that makes them, before it commits."""

    async def planted(_: Any, rows: list[dict[str, Any]]) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=_told("KAFKA_BOOTSTRAP_SERVERS").split(","), acks="all")
        await producer.start()
        try:
            for row in rows:
                await producer.send_and_wait(
                    _told("TOPIC_PREFIX") + row["topic"],
                    row["payload"],
                    row["aggregateid"].encode(),
                    headers=decode_headers(row["headers"]),
                )
        finally:
            await producer.stop()

    patch(APPEND, lambda _: planted)


def _told(name: str) -> str:
    return next(value for key, value in os.environ.items() if key.endswith(f"_{name}"))


def sequence_kept_in_memory() -> None:
    """Each process counts its streams by itself, from what the store said first."""
    numbers: dict[Any, int] = {}

    def wrap(count_up: Any) -> Any:
        async def planted(connection: Any, counts: Counter[Any]) -> dict[Any, int]:
            stored = await count_up(connection, counts)
            for stream, count in counts.items():
                numbers[stream] = numbers[stream] + count if stream in numbers else stored[stream]
            return {stream: numbers[stream] for stream in counts}

        return planted

    patch(COUNT_UP, wrap)


def idempotency_key_ignored() -> None:
    """A command that is sent twice is done twice."""

    async def planted(*_: Any, **__: Any) -> None:
        return None

    patch(KEY_OF, lambda _: planted)


def due_work_forgotten_too_late() -> None:
    """A due row is deleted after the transaction that does its work."""
    forget = resolve(FORGET)[2]
    done: list[Any] = []

    async def remember(_: Any, __: Any, rows: Any) -> None:
        done.extend(rows)

    def wrap(run_once: Any) -> Any:
        async def planted(self: Any) -> bool:
            busy = bool(await run_once(self))
            if done:
                async with self._units.begin() as uow:
                    await forget(self, uow, list(done))
                done.clear()
            return busy

        return planted

    patch(FORGET, lambda _: remember)
    patch(RUN_ONCE, wrap)


def refusal_swallowed() -> None:
    """A record of HR that cannot be used leaves no trace."""
    patch(REFUSE, lambda _: lambda *__, **___: None)


def seats_not_counted() -> None:
    """Whoever proposes a match does not see the seats that are taken."""

    async def planted(*_: Any, **__: Any) -> Counter[Any]:
        return Counter()

    patch(SEATS_TAKEN, lambda _: planted)


def solver_on_the_loop() -> None:
    """The solver runs where heartbeats and requests are answered."""

    def wrap(executor: Any) -> Any:
        class OnTheLoop:
            """Looks like a pool and is none."""

            _processes = None

            def __init__(self, *_: Any, **__: Any) -> None:
                """It has nothing."""

            def submit(self, work: Any, *given: Any) -> Future[Any]:
                done: Future[Any] = Future()
                slowly = getattr(executor, "slowly", None)
                done.set_result(slowly(work, *given) if slowly else work(*given))
                return done

            def shutdown(self, **_: Any) -> None:
                """Nothing runs."""

        return OnTheLoop

    patch(EXECUTOR, wrap)
