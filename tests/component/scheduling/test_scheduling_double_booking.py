"""Nobody is in two sessions at once, however many transactions book at the same time."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.events.sessions import SessionReminderDue
from tests.component.scheduling.scheduling_world import (
    ANNA,
    BELA,
    CORA,
    MATCH,
    NOW,
    OTHER_MATCH,
    TUESDAY,
    activated,
    person,
    program,
    starts,
)
from tests.support.eventually import eventually
from tests.support.harness import Harness

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MORNING = TUESDAY - HOUR


async def _one_mentor_two_matches(scheduling: Harness) -> None:
    await scheduling.deliver(person(ANNA, "anna"), person(BELA, "bela"), person(CORA, "cora"), program())
    await scheduling.deliver(activated(MATCH, (ANNA, BELA)), activated(OTHER_MATCH, (ANNA, CORA)))


async def test_a_mentor_of_two_matches_gets_two_times(scheduling: Harness) -> None:
    """The second match takes the next best slot of the day."""
    await _one_mentor_two_matches(scheduling)
    await scheduling.run_due()

    assert await starts(scheduling, MATCH) == [("scheduled", TUESDAY)]
    assert await starts(scheduling, OTHER_MATCH) == [("scheduled", MORNING)]


async def test_a_booking_that_meets_another_in_progress_comes_back_later(scheduling: Harness) -> None:
    """It does not wait with rows in its hands, so that two bookings never wait for each other."""
    await _one_mentor_two_matches(scheduling)
    book = scheduling.service.routes.due["next_session"]
    units = scheduling.service.kernel.units
    async with units.begin() as first:
        await book(MATCH, first)
        async with units.begin() as second:
            await book(OTHER_MATCH, second)
            assert await starts(scheduling, OTHER_MATCH) == []
    assert await starts(scheduling, OTHER_MATCH) == []

    await scheduling.run_due(NOW + timedelta(seconds=5))

    assert await starts(scheduling, MATCH) == [("scheduled", TUESDAY)]
    assert await starts(scheduling, OTHER_MATCH) == [("scheduled", MORNING)]


async def test_a_move_into_a_time_that_is_being_booked_waits_and_is_refused(scheduling: Harness) -> None:
    """The member learns that the mentor is taken."""
    await _one_mentor_two_matches(scheduling)
    book = scheduling.service.routes.due["next_session"]
    async with scheduling.service.kernel.units.begin() as uow:
        await book(OTHER_MATCH, uow)
    (row,) = await scheduling.fetch(
        "select session_id, starts_at from session where match_id = :match", match=OTHER_MATCH
    )
    assert row["starts_at"] == TUESDAY

    async with scheduling.client("cora") as cora:
        async with scheduling.service.kernel.units.begin() as uow:
            await book(MATCH, uow)
            move = asyncio.create_task(
                cora.post(
                    f"/api/scheduling/v1/sessions/{row['session_id']}/move",
                    json={"starts_at": MORNING.isoformat()},
                )
            )
            await eventually(lambda: _somebody_waits(scheduling))
        answer = await move

    assert (answer.status_code, answer.json()["code"]) == (409, "member_double_booked")
    assert await starts(scheduling, OTHER_MATCH) == [("scheduled", TUESDAY)]


async def test_the_store_itself_refuses_a_second_booking(scheduling: Harness) -> None:
    """Also from code that forgot to hold the person; touching sessions are fine."""
    await _one_mentor_two_matches(scheduling)
    await scheduling.run_due()
    shift = text(
        "update booked_time set starts_at = starts_at + :by, ends_at = ends_at + :by where starts_at = :at"
    )
    engine = scheduling.service.kernel.engine

    with pytest.raises(IntegrityError, match="ex_booked_time_once"):
        async with engine.begin() as connection:
            await connection.execute(shift, {"by": timedelta(minutes=1), "at": MORNING})
    async with engine.begin() as connection:
        await connection.execute(shift, {"by": -timedelta(minutes=1), "at": MORNING})


async def test_a_session_that_is_called_off_gives_its_time_back(scheduling: Harness) -> None:
    """The other match may move into it."""
    await _one_mentor_two_matches(scheduling)
    await scheduling.run_due()
    rows = await scheduling.fetch("select match_id, session_id from session")
    sessions = {row["match_id"]: row["session_id"] for row in rows}
    async with scheduling.client("anna") as anna:
        await anna.post(f"/api/scheduling/v1/sessions/{sessions[MATCH]}/cancel")
        answer = await anna.post(
            f"/api/scheduling/v1/sessions/{sessions[OTHER_MATCH]}/move",
            json={"starts_at": TUESDAY.isoformat()},
        )

    assert answer.status_code == 200
    assert await starts(scheduling, OTHER_MATCH) == [("scheduled", TUESDAY)]


async def test_a_reminder_for_a_match_that_is_being_changed_comes_a_moment_later(scheduling: Harness) -> None:
    """Its due row is not held while it waits, so that a move never waits for it."""
    await scheduling.deliver(person(ANNA), person(BELA), program(), activated())
    await scheduling.run_due()
    due_at = TUESDAY - DAY
    await scheduling.run_due(due_at - timedelta(minutes=1))
    async with scheduling.service.kernel.units.begin() as uow:
        await uow.connection.execute(text("select 1 from match for update"))
        scheduling.clock.move_to(due_at)
        assert await scheduling.service.due.run_once()
    assert await scheduling.events(SessionReminderDue) == []

    await scheduling.run_due(due_at + timedelta(seconds=5))

    assert len(await scheduling.events(SessionReminderDue)) == 1


async def _somebody_waits(scheduling: Harness) -> bool:
    rows = await scheduling.fetch(
        "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    )
    return bool(rows)
