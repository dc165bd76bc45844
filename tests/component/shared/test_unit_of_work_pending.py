"""One use case, one transaction: what it leaves commits with it or not at all."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.events.envelope import Actor, ActorType
from shared.persistence.unit_of_work import Waiting
from tests.support.records import ADA, MATCH, OTHER_MATCH, step
from tests.support.sandbox import Sandbox, note

CORRELATION = UUID("0198a3f0-0000-7000-8000-000000000001")
CAUSE = UUID("0198a3f0-0000-7000-8000-000000000002")
NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)


async def test_state_and_events_commit_together(sandbox: Sandbox) -> None:
    async with sandbox.units.begin() as uow:
        await note(uow, "a", "1")
        uow.emit(step(1))

    assert await sandbox.effects() == [("a", "1")]
    assert len(await sandbox.outbox("mentoring.matches.v1")) == 1


async def test_an_exception_leaves_neither_state_nor_events(sandbox: Sandbox) -> None:
    async def fail() -> None:
        async with sandbox.units.begin() as uow:
            await note(uow, "a", "1")
            uow.emit(step(1))
            await uow.schedule("kind", MATCH, NOON)
            raise LookupError

    with pytest.raises(LookupError):
        await fail()

    assert await sandbox.effects() == []
    assert await sandbox.outbox("mentoring.matches.v1") == []
    assert await sandbox.fetch("select * from due") == []


async def test_an_event_says_who_caused_it_and_in_which_correlation(sandbox: Sandbox) -> None:
    async with sandbox.units.begin(
        actor=Actor(ActorType.COORDINATOR, str(ADA)), correlation_id=CORRELATION
    ) as uow:
        uow.causation_id = CAUSE
        uow.emit(step(1))
        uow.emit(step(2), actor=Actor(ActorType.PERSON, None))

    named, withheld = [row.header for row in await sandbox.outbox("mentoring.matches.v1")]
    assert (named["ce_actortype"], named["ce_actorid"]) == (b"coordinator", str(ADA).encode())
    assert (withheld["ce_actortype"], withheld.get("ce_actorid")) == (b"person", None)
    assert named["ce_correlationid"] == withheld["ce_correlationid"] == str(CORRELATION).encode()
    assert named["ce_causationid"] == str(CAUSE).encode()
    assert named["ce_id"] != withheld["ce_id"]
    assert named["ce_source"] == b"urn:mentoring:engagement"


async def test_a_reaction_waits_for_what_is_missing_and_is_handed_out_once(sandbox: Sandbox) -> None:
    async with sandbox.units.begin() as uow:
        await uow.wait_for("program:1", "schedule_first_session", OTHER_MATCH)
        await uow.wait_for("program:1", "schedule_first_session", MATCH)
        await uow.wait_for("program:1", "schedule_first_session", MATCH)
        await uow.wait_for("program:2", "schedule_first_session", MATCH)

    async with sandbox.units.begin() as uow:
        arrived = await uow.arrived("program:1")
    async with sandbox.units.begin() as uow:
        again = await uow.arrived("program:1")

    assert arrived == [
        Waiting("schedule_first_session", MATCH),
        Waiting("schedule_first_session", OTHER_MATCH),
    ]
    assert again == []


async def test_due_work_is_one_row_that_moves_and_goes(sandbox: Sandbox) -> None:
    async with sandbox.units.begin() as uow:
        await uow.schedule("expiry", MATCH, NOON)
        await uow.schedule("expiry", MATCH, NOON + timedelta(days=1))
        await uow.schedule("reminder", MATCH, NOON)
        await uow.unschedule("reminder", MATCH)
        await uow.unschedule("reminder", OTHER_MATCH)

    (row,) = await sandbox.fetch("select kind, subject, due_at from due")
    assert row == {"kind": "expiry", "subject": MATCH, "due_at": NOON + timedelta(days=1)}


async def test_a_connection_for_queries_changes_nothing(sandbox: Sandbox) -> None:
    async with sandbox.units.read() as connection:
        with pytest.raises(DBAPIError, match="read-only"):
            await connection.execute(text("insert into effect (subject, value) values ('a', 'b')"))

    async with sandbox.units.begin() as uow:
        await note(uow, "the pool gives a writer next", "1")
    assert await sandbox.effects() == [("the pool gives a writer next", "1")]
