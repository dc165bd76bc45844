"""What the life of a match does to its calendar, and the reminders."""

from datetime import timedelta

import pytest

from shared.events.base import Event
from shared.events.sessions import (
    CancellationReason,
    SessionCancelled,
    SessionReminderDue,
    SessionRescheduled,
    SessionScheduled,
)
from tests.component.scheduling.scheduling_world import (
    ANNA,
    BELA,
    MATCH,
    MATCH_ENDS,
    NOW,
    OTHER_MATCH,
    PROGRAM,
    TUESDAY,
    activated,
    booked_pair,
    completed,
    ended,
    logged,
    paused,
    person,
    program,
    resumed,
    starts,
    unscheduled,
)
from tests.support.harness import Harness

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("event", "reason", "kept"),
    [
        (paused(), CancellationReason.MATCH_PAUSED, "match_paused"),
        (completed(), CancellationReason.MATCH_ENDED, "match_completed"),
        (ended(), CancellationReason.MATCH_ENDED, "match_ended"),
    ],
)
async def test_a_match_that_stops_cancels_what_was_booked(
    scheduling: Harness, event: Event, reason: CancellationReason, kept: str
) -> None:
    """The time is free again, nothing is looked for, and nobody is reminded."""
    session_id = await booked_pair(scheduling)
    await scheduling.deliver(event)
    await scheduling.run_due(NOW + 30 * DAY)

    assert await scheduling.events(SessionCancelled) == [
        SessionCancelled(session_id=session_id, match_id=MATCH, program_id=PROGRAM, reason=reason)
    ]
    assert await starts(scheduling) == [("cancelled", TUESDAY)]
    assert await scheduling.fetch("select cancellation from session") == [{"cancellation": kept}]
    assert await scheduling.fetch("select 1 from booked_time") == []
    assert await scheduling.fetch("select 1 from due") == []
    assert await scheduling.events(SessionReminderDue) == []


async def test_a_session_that_has_begun_is_left_to_the_log(scheduling: Harness) -> None:
    """The match ends in the middle of it; it may still be logged."""
    session_id = await booked_pair(scheduling)
    await scheduling.run_due(TUESDAY + HOUR / 2)
    await scheduling.deliver(ended())
    assert await starts(scheduling) == [("scheduled", TUESDAY)]

    await scheduling.deliver(logged(session_id, TUESDAY))
    await scheduling.run_due()

    assert await starts(scheduling) == [("held", TUESDAY)]
    assert await scheduling.events(SessionCancelled) == []


async def test_a_match_that_goes_on_is_booked_again(scheduling: Harness) -> None:
    """Two weeks later, on the first day after the notice; it can last until its new end."""
    await booked_pair(scheduling)
    await scheduling.deliver(paused())
    await scheduling.run_due(NOW + 14 * DAY)
    await scheduling.deliver(resumed(MATCH_ENDS + 14 * DAY))
    await scheduling.run_due()

    assert await starts(scheduling) == [("cancelled", TUESDAY), ("scheduled", TUESDAY + 14 * DAY)]
    rows = await scheduling.fetch("select ends_at from match")
    assert rows == [{"ends_at": MATCH_ENDS + 14 * DAY}]


async def test_a_resting_match_forgets_why_it_was_not_booked(scheduling: Harness) -> None:
    """And what it waited for, when it comes, books nothing."""
    await scheduling.deliver(activated())
    await scheduling.run_due()
    await scheduling.deliver(paused(), person(ANNA), person(BELA), program())
    await scheduling.run_due(NOW + 3 * DAY)

    assert await unscheduled(scheduling) is None
    assert await starts(scheduling) == []


async def test_the_end_of_a_match_that_never_began_is_nothing(scheduling: Harness) -> None:
    """A proposal may be ended."""
    await scheduling.deliver(ended(OTHER_MATCH))

    assert await scheduling.fetch("select 1 from match") == []


async def test_members_are_reminded_a_day_before(scheduling: Harness) -> None:
    """Not earlier; and only once."""
    session_id = await booked_pair(scheduling)
    await scheduling.run_due(TUESDAY - DAY - timedelta(minutes=1))
    assert await scheduling.events(SessionReminderDue) == []

    await scheduling.run_due(TUESDAY + DAY)

    assert await scheduling.events(SessionReminderDue) == [
        SessionReminderDue(session_id=session_id, match_id=MATCH, program_id=PROGRAM, starts_at=TUESDAY)
    ]


async def test_a_session_that_moves_is_reminded_of_at_its_new_time(scheduling: Harness) -> None:
    """The old reminder goes with the old time."""
    session_id = await booked_pair(scheduling)
    thursday = TUESDAY + 2 * DAY
    async with scheduling.client("anna") as anna:
        await anna.post(
            f"/api/scheduling/v1/sessions/{session_id}/move", json={"starts_at": thursday.isoformat()}
        )
    await scheduling.run_due(thursday - DAY - timedelta(minutes=1))
    assert await scheduling.events(SessionReminderDue) == []
    await scheduling.run_due(thursday)

    assert [each.starts_at for each in await scheduling.events(SessionReminderDue)] == [thursday]
    assert [each.starts_at for each in await scheduling.events(SessionRescheduled)] == [thursday]
    assert len(await scheduling.events(SessionScheduled)) == 1


async def test_a_newer_program_counts_from_the_next_session_on(scheduling: Harness) -> None:
    """What is booked stays; the cadence of the version that is known at the log decides."""
    session_id = await booked_pair(scheduling)
    await scheduling.deliver(program(version=2, cadence_days=7))
    await scheduling.run_due(TUESDAY + 2 * HOUR)
    await scheduling.deliver(logged(session_id, TUESDAY))
    await scheduling.run_due()

    assert await starts(scheduling) == [("held", TUESDAY), ("scheduled", TUESDAY + 7 * DAY)]
