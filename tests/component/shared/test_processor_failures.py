"""A handler that throws hurts nobody else, and the database may go away at any moment."""

import asyncio
from datetime import datetime

import pytest
from sqlalchemy import text

from shared.events.matches import MatchAcceptedBySide, MatchExpired
from shared.messaging.records import Record
from shared.messaging.routes import ForeignRecord
from shared.persistence.failures import is_transient
from shared.persistence.unit_of_work import UnitOfWork
from tests.support.records import COHORT, MATCH, OTHER_MATCH, PROGRAM, person, record_of, step
from tests.support.sandbox import Sandbox, note

DLQ = "mentoring.engagement.dlq"
OUT = "mentoring.engagement.v1"
MATCHES = "mentoring.matches.v1"
POISON = 13


class InvariantBroken(Exception):
    """What a handler raises on bad data."""


def expired(event: MatchAcceptedBySide) -> MatchExpired:
    return MatchExpired(match_id=event.match_id, program_id=PROGRAM, cohort_id=COHORT)


class Handler:
    """Notes and emits what it gets; what it does with a poisoned record differs."""

    def __init__(self) -> None:
        self.calls = 0
        self.__name__ = "side_accepted"

    async def __call__(self, event: MatchAcceptedBySide, uow: UnitOfWork) -> None:
        await note(uow, event.match_id, str(event.accepted))
        uow.emit(expired(event))
        if event.accepted == POISON:
            self.calls += 1
            await self.fail(uow)

    async def fail(self, uow: UnitOfWork) -> None:
        raise InvariantBroken("Ada Lovelace")


class RefusedByTheDatabase(Handler):
    async def fail(self, uow: UnitOfWork) -> None:
        await uow.connection.execute(text("select 1 / 0"))


class TooLargeForTheColumn(Handler):
    async def fail(self, uow: UnitOfWork) -> None:
        await uow.connection.execute(text("select cast(:number as integer)"), {"number": 10**12})


class WithoutZone(Handler):
    async def fail(self, uow: UnitOfWork) -> None:
        naive = datetime(2027, 1, 1)  # noqa: DTZ001  that is the fault
        await uow.connection.execute(
            text("select cast(:at as timestamptz) + interval '1 day'"), {"at": naive}
        )
        raise InvariantBroken


class WithNul(Handler):
    async def fail(self, uow: UnitOfWork) -> None:
        await note(uow, "a\0b", "")


class EmitsTooMuch(Handler):
    async def fail(self, uow: UnitOfWork) -> None:
        uow.emit(person("Ada").model_copy(update={"job_title": "x" * 1_000_000}))


@pytest.mark.parametrize(
    "handler",
    [Handler, RefusedByTheDatabase, TooLargeForTheColumn, WithoutZone, WithNul, EmitsTooMuch],
    ids=lambda handler: handler.__name__,
)
async def test_a_handler_that_fails_costs_its_own_record_only(
    sandbox: Sandbox, handler: type[Handler]
) -> None:
    """One shared attempt and three alone; what it wrote and emitted in them is gone; its key is parked."""
    failing = handler()
    sandbox.routes.on(MatchAcceptedBySide, failing)

    async with asyncio.timeout(10):
        await sandbox.processor.process(
            [
                record_of(step(1, OTHER_MATCH), 1),
                record_of(step(POISON), 1),
                record_of(step(2), 2),
                record_of(step(2, OTHER_MATCH), 2),
            ]
        )

    assert await sandbox.effects() == [(str(OTHER_MATCH), "1"), (str(OTHER_MATCH), "2")]
    assert await sandbox.waiting() == [("dead", "handler_failed", 1), ("parked", "key_parked", 2)]
    assert failing.calls == 4
    emitted = await sandbox.outbox(MATCHES)
    assert [row.key for row in emitted] == [str(OTHER_MATCH).encode()] * 2
    letter, _ = await sandbox.outbox(DLQ)
    assert letter.header["dlq-attempts"] == b"3"
    assert b"Lovelace" not in (letter.header["dlq-detail"] or b"")


async def test_a_failure_that_passes_leaves_one_effect(sandbox: Sandbox) -> None:
    failures = iter([True, True, False])

    async def side_accepted(event: MatchAcceptedBySide, uow: UnitOfWork) -> None:
        await note(uow, event.match_id, str(event.accepted))
        if next(failures):
            raise InvariantBroken

    sandbox.routes.on(MatchAcceptedBySide, side_accepted)
    await sandbox.processor.process([record_of(step(1), 1)])

    assert await sandbox.effects() == [(str(MATCH), "1")]
    assert await sandbox.waiting() == []


async def test_a_database_that_goes_away_in_the_middle_costs_a_retry_and_no_dead_letter(
    sandbox: Sandbox,
) -> None:
    """Nothing of the batch is left; the same batch succeeds later, each record once."""
    cut = iter([True])

    async def side_accepted(event: MatchAcceptedBySide, uow: UnitOfWork) -> None:
        await note(uow, event.match_id, str(event.accepted))
        if event.accepted == 2 and next(cut, False):
            pid = await uow.connection.scalar(text("select pg_backend_pid()"))
            async with sandbox.engine.connect() as other:
                await other.execute(text("select pg_terminate_backend(:pid)"), {"pid": pid})
            await uow.connection.scalar(text("select 1"))

    sandbox.routes.on(MatchAcceptedBySide, side_accepted)
    batch = [record_of(step(number), number) for number in (1, 2, 3)]

    with pytest.raises(Exception) as failure:  # noqa: PT011  which one is the driver's affair
        await sandbox.processor.process(batch)
    assert is_transient(failure.value)
    assert await sandbox.effects() == []
    await sandbox.processor.process(batch)

    assert [value for _, value in await sandbox.effects()] == ["1", "2", "3"]
    assert await sandbox.waiting() == []
    assert await sandbox.outbox(DLQ) == []


async def test_a_database_that_goes_away_while_a_record_is_isolated_makes_no_dead_letter(
    sandbox: Sandbox,
) -> None:
    calls: list[int] = []

    async def side_accepted(event: MatchAcceptedBySide, uow: UnitOfWork) -> None:
        calls.append(event.accepted)
        if len(calls) == 1:
            raise InvariantBroken
        pid = await uow.connection.scalar(text("select pg_backend_pid()"))
        async with sandbox.engine.connect() as other:
            await other.execute(text("select pg_terminate_backend(:pid)"), {"pid": pid})
        await note(uow, event.match_id, "")

    sandbox.routes.on(MatchAcceptedBySide, side_accepted)

    with pytest.raises(Exception) as failure:  # noqa: PT011
        await sandbox.processor.process([record_of(step(1), 1)])

    assert is_transient(failure.value)
    assert await sandbox.waiting() == []


async def test_a_refused_foreign_record_is_kept_sealed_and_its_good_part_counts(sandbox: Sandbox) -> None:
    async def hr_record(record: ForeignRecord, uow: UnitOfWork) -> None:
        await note(uow, "row", (record.value or b"").decode())
        if record.value == b"half":
            uow.refuse("unknown_person")

    sandbox.routes.on_foreign("hris.test", hr_record)
    await sandbox.processor.process(
        [Record("hris.test", 0, offset, None, value, ()) for offset, value in enumerate((b"half", b"whole"))]
    )
    await sandbox.processor.process([Record("hris.test", 0, 2, None, b"whole", ())])

    assert await sandbox.effects() == [("row", "half"), ("row", "whole")]
    assert await sandbox.waiting() == [("dead", "unknown_person", None)]
    (letter,) = await sandbox.outbox(DLQ)
    assert (letter.value, letter.header["dlq-reason"]) == (None, b"unknown_person")


async def test_a_foreign_handler_that_throws_loses_its_own_record_only(sandbox: Sandbox) -> None:
    async def hr_record(record: ForeignRecord, uow: UnitOfWork) -> None:
        await note(uow, "row", (record.value or b"").decode())
        if record.value == b"bad":
            uow.refuse("left_behind_by_a_failed_attempt")
            raise InvariantBroken

    sandbox.routes.on_foreign("hris.test", hr_record)
    await sandbox.processor.process(
        [Record("hris.test", 0, offset, None, value, ()) for offset, value in enumerate((b"a", b"bad", b"b"))]
    )

    assert await sandbox.effects() == [("row", "a"), ("row", "b")]
    assert await sandbox.waiting() == [("dead", "handler_failed", None)]
