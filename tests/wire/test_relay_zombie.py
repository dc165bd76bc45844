"""A relay that stood still for longer than its locks lived leaves no old state behind the latest one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from aiokafka import AIOKafkaProducer

from deploy.local.database_url import DatabaseUrl
from shared.clock import SystemClock
from shared.events.people import PersonChanged
from shared.messaging.broker import Cluster
from shared.messaging.due import DueWorker
from shared.messaging.relay import Relay
from shared.persistence.unit_of_work import UnitOfWork
from tests.support.eventually import eventually
from tests.support.records import ADA, person
from tests.support.sandbox import Sandbox
from tests.support.wire import make_topics, outbox_is_empty, read_all, sequences_by_key

PEOPLE = "mentoring.people.v1"
LATEST = person("Ada").model_copy(update={"job_title": "latest"})


class StandStill:
    """The first batch that this process hands to the client of the broker waits until it may go on."""

    def __init__(self, send_batch: Callable[..., Any]) -> None:
        self._send_batch = send_batch
        self.reached = asyncio.Event()
        self.go_on = asyncio.Event()

    async def __call__(self, producer: AIOKafkaProducer, *given: Any, **more: Any) -> Any:
        if not self.reached.is_set():
            self.reached.set()
            await self.go_on.wait()
        return await self._send_batch(producer, *given, **more)


@pytest.fixture
def stands_still(monkeypatch: pytest.MonkeyPatch) -> StandStill:
    """Between the last look at its session and the send, where no look helps."""
    gate = StandStill(AIOKafkaProducer.send_batch)

    async def send_batch(producer: AIOKafkaProducer, *given: Any, **more: Any) -> Any:
        return await gate(producer, *given, **more)

    monkeypatch.setattr(AIOKafkaProducer, "send_batch", send_batch)
    return gate


@asynccontextmanager
async def relaying(sandbox: Sandbox, database: DatabaseUrl, cluster: Cluster) -> AsyncIterator[None]:
    """A relay at work that knows who tells people again."""
    relay = Relay("matching", database.sqlalchemy, cluster, sandbox.observer, sandbox.routes.retold)
    task = asyncio.create_task(relay.run())
    try:
        yield
    finally:
        relay.stop()
        await asyncio.wait_for(task, timeout=20)


@asynccontextmanager
async def working(sandbox: Sandbox) -> AsyncIterator[None]:
    """Due work is done."""
    worker = DueWorker(sandbox.routes, sandbox.units, SystemClock(), sandbox.observer)
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await asyncio.wait_for(task, timeout=20)


async def tell(sandbox: Sandbox, event: PersonChanged) -> None:
    async with sandbox.units.begin() as uow:
        uow.emit(event)


async def cut(sandbox: Sandbox) -> None:
    """The sessions of relays end, and with them their locks."""
    await sandbox.fetch(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
        "where application_name = 'matching-relay' and datname = current_database()"
    )


async def test_the_latest_state_is_told_again_behind_the_one_that_came_too_late(
    sandbox: Sandbox, sandbox_database: DatabaseUrl, cluster: Cluster, stands_still: StandStill
) -> None:
    """The zombie finds that another one has deleted what it sent; what compaction keeps is right at last."""

    async def retell(person_id: UUID, uow: UnitOfWork) -> None:
        uow.emit(LATEST)

    sandbox.routes.on_retell(PersonChanged, retell)
    await make_topics(cluster, PEOPLE)
    await tell(sandbox, person("Ada"))

    async def told_again() -> bool:
        return 3 in sequences_by_key(await read_all(cluster, PEOPLE))[str(ADA).encode()]

    async with relaying(sandbox, sandbox_database, cluster), working(sandbox):
        await asyncio.wait_for(stands_still.reached.wait(), timeout=20)
        await cut(sandbox)
        async with relaying(sandbox, sandbox_database, cluster):
            await tell(sandbox, LATEST)
            await eventually(lambda: outbox_is_empty(sandbox), timeout=20)
            stands_still.go_on.set()
            await eventually(told_again, timeout=20)

    records = await read_all(cluster, PEOPLE)
    assert sequences_by_key(records) == {str(ADA).encode(): [1, 2, 1, 3]}
    assert records[-1].value == LATEST.model_dump_json().encode()


async def test_an_erased_person_stays_erased_on_the_topic(
    sandbox: Sandbox, sandbox_database: DatabaseUrl, cluster: Cluster, stands_still: StandStill
) -> None:
    """Their name comes behind the tombstone, and behind it another tombstone."""

    async def retell(person_id: UUID, uow: UnitOfWork) -> None:
        uow.emit_tombstone(PersonChanged, person_id)

    sandbox.routes.on_retell(PersonChanged, retell)
    await make_topics(cluster, PEOPLE)
    await tell(sandbox, person("Ada"))

    async def three_and_more() -> bool:
        return len(await read_all(cluster, PEOPLE)) > 3

    async with relaying(sandbox, sandbox_database, cluster), working(sandbox):
        await asyncio.wait_for(stands_still.reached.wait(), timeout=20)
        await cut(sandbox)
        async with relaying(sandbox, sandbox_database, cluster):
            async with sandbox.units.begin() as uow:
                uow.emit_tombstone(PersonChanged, ADA)
            await eventually(lambda: outbox_is_empty(sandbox), timeout=20)
            stands_still.go_on.set()
            await eventually(three_and_more, timeout=20)

    assert [record.value is None for record in await read_all(cluster, PEOPLE)] == [False, True, False, True]
