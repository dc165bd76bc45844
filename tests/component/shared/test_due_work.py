"""Due work: done once, in the order of its business time; what fails holds up nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from deploy.local.database_url import DatabaseUrl
from shared.clock import DrivenClock
from shared.messaging.due import DueWorker
from shared.persistence.unit_of_work import UnitOfWork
from tests.support.eventually import eventually
from tests.support.records import MATCH, OTHER_MATCH, step
from tests.support.sandbox import Sandbox, make_sandbox, note

MONDAY = datetime(2027, 1, 4, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Desk:
    """A sandbox on a clock that is driven."""

    def __init__(self, sandbox: Sandbox, clock: DrivenClock) -> None:
        self.sandbox = sandbox
        self.clock = clock

    def worker(self) -> DueWorker:
        return DueWorker(self.sandbox.routes, self.sandbox.units, self.clock, self.sandbox.observer)

    async def schedule(self, kind: str, subject: UUID, at: datetime) -> None:
        async with self.sandbox.units.begin() as uow:
            await uow.schedule(kind, subject, at)

    async def rows(self) -> list[tuple[str, datetime, int]]:
        rows = await self.sandbox.fetch("select kind, due_at, attempts from due order by kind, due_at")
        return [(row["kind"], row["due_at"], row["attempts"]) for row in rows]


@pytest.fixture
async def desk(sandbox_database: DatabaseUrl) -> AsyncIterator[Desk]:
    clock = DrivenClock(MONDAY)
    sandbox = await make_sandbox(sandbox_database, clock=clock)
    with capture_logs():
        yield Desk(sandbox, clock)
    await sandbox.engine.dispose()


async def expire(subject: UUID, uow: UnitOfWork) -> None:
    await note(uow, subject, "expired")
    uow.emit(step(1, subject))


async def broken(subject: UUID, uow: UnitOfWork) -> None:
    await expire(subject, uow)
    raise ValueError


async def test_work_is_done_when_its_time_has_come_and_not_before(desk: Desk) -> None:
    desk.sandbox.routes.on_due("expiry", expire)
    await desk.schedule("expiry", MATCH, MONDAY + HOUR)

    assert await desk.worker().run_once() is False
    desk.clock.advance(HOUR)
    assert await desk.worker().run_once() is True

    assert await desk.sandbox.effects() == [(str(MATCH), "expired")]
    assert len(await desk.sandbox.outbox("mentoring.matches.v1")) == 1
    assert await desk.rows() == []


async def test_work_is_done_in_the_order_of_its_time(desk: Desk) -> None:
    desk.sandbox.routes.on_due("expiry", expire)
    await desk.schedule("expiry", MATCH, MONDAY)
    await desk.schedule("expiry", OTHER_MATCH, MONDAY - HOUR)

    await desk.worker().run_once()

    assert [subject for subject, _ in await desk.sandbox.effects()] == [str(OTHER_MATCH), str(MATCH)]


async def test_two_workers_that_claim_at_once_do_it_once(desk: Desk) -> None:
    """The second passes over what the first has claimed, and what is left is its own."""
    inside = asyncio.Event()
    go = asyncio.Event()

    async def slow(subject: UUID, uow: UnitOfWork) -> None:
        inside.set()
        await go.wait()
        await note(uow, subject, "done")

    desk.sandbox.routes.on_due("slow", slow)
    await desk.schedule("slow", MATCH, MONDAY)

    first = asyncio.create_task(desk.worker().run_once())
    await inside.wait()
    second = await desk.worker().run_once()
    go.set()

    assert (await first, second) == (True, False)
    assert await desk.sandbox.effects() == [(str(MATCH), "done")]


async def test_many_workers_share_many_rows_and_each_is_done_once(desk: Desk) -> None:
    desk.sandbox.routes.on_due("expiry", expire)
    subjects = [UUID(int=number) for number in range(1, 251)]
    for subject in subjects:
        await desk.schedule("expiry", subject, MONDAY)

    await asyncio.gather(*(desk.worker().run_once() for _ in range(4)))

    effects = await desk.sandbox.effects()
    assert sorted(subject for subject, _ in effects) == [str(subject) for subject in subjects]


async def test_work_that_fails_backs_off_and_rests_after_five_attempts_and_holds_up_nothing(
    desk: Desk,
) -> None:
    desk.sandbox.routes.on_due("broken", broken).on_due("expiry", expire)
    await desk.schedule("broken", MATCH, MONDAY)
    await desk.schedule("expiry", OTHER_MATCH, MONDAY)
    seen: list[tuple[int, timedelta]] = []

    for _ in range(5):
        assert await desk.worker().run_once() is True
        ((_, due_at, attempts),) = await desk.rows()
        seen.append((attempts, due_at - desk.clock.now()))
        desk.clock.move_to(due_at)
    desk.clock.advance(timedelta(days=365))

    assert await desk.worker().run_once() is False
    assert await desk.sandbox.effects() == [(str(OTHER_MATCH), "expired")]
    assert [row.key for row in await desk.sandbox.outbox("mentoring.matches.v1")] == [
        str(OTHER_MATCH).encode()
    ]
    waits = [(attempts, wait.total_seconds()) for attempts, wait in seen]
    assert waits == [(1, 5), (2, 10), (3, 20), (4, 40), (5, 80)]


async def test_work_that_rests_begins_anew_when_it_is_scheduled_again(desk: Desk) -> None:
    desk.sandbox.routes.on_due("expiry", expire)
    await desk.schedule("expiry", MATCH, MONDAY)
    async with desk.sandbox.units.begin() as uow:
        await uow.connection.execute(text("update due set attempts = 5"))
    assert await desk.worker().run_once() is False

    await desk.schedule("expiry", MATCH, MONDAY)

    assert await desk.worker().run_once() is True


async def test_work_may_schedule_its_own_next_time(desk: Desk) -> None:
    async def weekly(subject: UUID, uow: UnitOfWork) -> None:
        await note(uow, subject, uow.now.date().isoformat())
        await uow.schedule("weekly", subject, uow.now + timedelta(days=7))

    desk.sandbox.routes.on_due("weekly", weekly)
    await desk.schedule("weekly", MATCH, MONDAY)

    await desk.worker().run_once()
    desk.clock.advance(timedelta(days=7))
    await desk.worker().run_once()

    assert [value for _, value in await desk.sandbox.effects()] == ["2027-01-04", "2027-01-11"]
    assert await desk.rows() == [("weekly", MONDAY + timedelta(days=14), 0)]


async def test_a_kind_that_nobody_handles_waits_for_the_release_that_does(desk: Desk) -> None:
    desk.sandbox.routes.on_due("expiry", expire)
    await desk.schedule("of_the_next_release", MATCH, MONDAY)

    assert await desk.worker().run_once() is False
    assert await desk.rows() == [("of_the_next_release", MONDAY, 0)]


async def test_moving_business_time_wakes_the_worker_at_once(desk: Desk) -> None:
    """The worker would look by itself after a second at the earliest that its jitter allows: 0.8."""
    desk.sandbox.routes.on_due("expiry", expire)
    await desk.schedule("expiry", MATCH, MONDAY + HOUR)
    worker = desk.worker()
    task = asyncio.create_task(worker.run())
    # The worker has looked once and sleeps as soon as somebody waits for the clock.
    await eventually(lambda: bool(desk.clock._changed._waiters))

    desk.clock.advance(HOUR)

    async def done() -> bool:
        return await desk.sandbox.effects() == [(str(MATCH), "expired")]

    await eventually(done, timeout=0.6, every=0.005)
    worker.stop()
    desk.clock.advance(HOUR)
    await task


async def test_a_store_that_goes_away_costs_a_retry_and_no_attempt(desk: Desk) -> None:
    cut = iter([True])

    async def work(subject: UUID, uow: UnitOfWork) -> None:
        await note(uow, subject, "done")
        if next(cut, False):
            pid = await uow.connection.scalar(text("select pg_backend_pid()"))
            async with desk.sandbox.engine.connect() as other:
                await other.execute(text("select pg_terminate_backend(:pid)"), {"pid": pid})

    desk.sandbox.routes.on_due("work", work)
    await desk.schedule("work", MATCH, MONDAY)
    worker = desk.worker()
    task = asyncio.create_task(worker.run())

    async def done() -> bool:
        return await desk.sandbox.effects() == [(str(MATCH), "done")]

    await eventually(done, timeout=5)
    worker.stop()
    desk.clock.advance(HOUR)
    await task
    assert await desk.rows() == []
