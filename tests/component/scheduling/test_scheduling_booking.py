"""Sessions come into the calendar by themselves: the first, and one more after each log."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from shared.events.base import Event
from shared.events.engagement import SessionOutcome
from shared.events.sessions import SessionScheduled
from shared.ids import new_id
from tests.component.scheduling.scheduling_world import (
    ANNA,
    BELA,
    MATCH,
    NOW,
    PROGRAM,
    TUESDAY,
    TWO_WEEKS_LATER,
    activated,
    booked_pair,
    logged,
    person,
    program,
    starts,
    unscheduled,
)
from tests.support.harness import Harness

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def test_a_match_that_becomes_active_gets_the_best_shared_slot(scheduling: Harness) -> None:
    """Half past ten UTC is the middle of both days, on the first day after the notice."""
    session_id = await booked_pair(scheduling)

    assert await scheduling.events(SessionScheduled) == [
        SessionScheduled(
            session_id=session_id,
            match_id=MATCH,
            program_id=PROGRAM,
            starts_at=TUESDAY,
            ends_at=TUESDAY + HOUR,
        )
    ]
    assert await starts(scheduling) == [("scheduled", TUESDAY)]


async def test_people_program_and_match_may_arrive_in_any_order(scheduling: Harness) -> None:
    """All 24 orders, one record at a time with due work between them, end with the same calendar."""
    for order in permutations(range(4)):
        match, terms, one, other = new_id(), new_id(), new_id(), new_id()
        events: list[Event] = [
            person(one),
            person(other),
            program(terms),
            activated(match, (one, other), program_id=terms),
        ]
        for index in order:
            await scheduling.deliver(events[index])
            await scheduling.run_due()

        assert await starts(scheduling, match) == [("scheduled", TUESDAY)], order
        assert await unscheduled(scheduling, match) is None, order


async def test_a_match_says_what_it_waits_for(scheduling: Harness) -> None:
    """First the program, then the people, then somebody's zone; its arrival books at once."""
    await scheduling.deliver(activated())
    await scheduling.run_due()
    assert await unscheduled(scheduling) == "program_unknown"

    await scheduling.deliver(program())
    await scheduling.run_due()
    assert await unscheduled(scheduling) == "member_unknown"

    await scheduling.deliver(person(ANNA), person(BELA, country="US"))
    await scheduling.run_due()
    assert await unscheduled(scheduling) == "zone_unknown"

    await scheduling.deliver(person(BELA, country="US", location_code="nyc"))
    await scheduling.run_due()
    assert await unscheduled(scheduling) is None
    assert await starts(scheduling) == [("scheduled", datetime(2027, 6, 8, 13, 30, tzinfo=UTC))]


@pytest.mark.parametrize(
    ("outcome", "state"), [(SessionOutcome.HELD, "held"), (SessionOutcome.NO_SHOW, "missed")]
)
async def test_a_log_closes_the_session_and_books_the_next_by_cadence(
    scheduling: Harness, outcome: SessionOutcome, state: str
) -> None:
    """Two weeks after the one that was held or missed."""
    session_id = await booked_pair(scheduling)
    await scheduling.run_due(TUESDAY + 2 * HOUR)

    await scheduling.deliver(logged(session_id, TUESDAY, outcome))
    await scheduling.run_due()

    assert await starts(scheduling) == [(state, TUESDAY), ("scheduled", TWO_WEEKS_LATER)]


async def test_a_log_of_a_session_outside_the_calendar_leaves_what_is_booked(scheduling: Harness) -> None:
    """The pair met on its own; Tuesday stays."""
    await booked_pair(scheduling)

    await scheduling.deliver(logged(None, NOW - DAY))
    await scheduling.run_due()

    assert await starts(scheduling) == [("scheduled", TUESDAY)]


async def test_a_log_that_comes_before_the_match_counts_all_the_same(scheduling: Harness) -> None:
    """What was held six days ago is followed by a session an interval later."""
    held_at = datetime(2027, 6, 1, 12, tzinfo=UTC)
    await scheduling.deliver(logged(None, held_at), person(ANNA), person(BELA), program(), activated())
    await scheduling.run_due()

    assert await starts(scheduling) == [("scheduled", datetime(2027, 6, 15, 10, 30, tzinfo=UTC))]


async def test_a_session_that_nobody_logs_is_not_followed_by_another(scheduling: Harness) -> None:
    """Whether it took place is engagement's to find out."""
    await booked_pair(scheduling)

    await scheduling.run_due(NOW + 30 * DAY)

    assert await starts(scheduling) == [("scheduled", TUESDAY)]


async def test_a_pair_without_a_common_hour_is_tried_again_every_day(scheduling: Harness) -> None:
    """The reason is kept with the day on which it began; when the hours change, it is booked at once."""
    await scheduling.deliver(
        person(ANNA, "anna"), person(BELA, "bela", country="NZ", location_code=None), program(), activated()
    )
    await scheduling.run_due(NOW + 3 * DAY)
    assert await unscheduled(scheduling) == "zone_unknown"

    async with scheduling.client("bela") as bela:
        answer = await bela.put(
            "/api/scheduling/v1/me/availability/time-zone",
            json={"time_zone": "Pacific/Auckland"},
            headers={"If-Match": '"1"'},
        )
        assert answer.status_code == 200
        await scheduling.run_due()
        assert await unscheduled(scheduling) == "hours_do_not_overlap"
        rows = await scheduling.fetch("select due_at from due where kind = 'next_session'")
        assert [row["due_at"] for row in rows] == [NOW + 4 * DAY]

        (mine,) = (await bela.get("/api/scheduling/v1/me/unscheduled")).json()["items"]
        assert mine == {
            "match_id": str(MATCH),
            "reason": "hours_do_not_overlap",
            "since": "2027-06-07T08:00:00Z",
        }

        evening = [{"weekday": day, "start_minute": 1140, "end_minute": 1380} for day in range(5)]
        await bela.put(
            "/api/scheduling/v1/me/availability/hours",
            json={"hours": evening},
            headers={"If-Match": '"2"'},
        )
    await scheduling.run_due()

    # Seven to eleven in the evening in Auckland is seven to eleven UTC in June.
    assert await unscheduled(scheduling) is None
    assert await starts(scheduling) == [("scheduled", datetime(2027, 6, 11, 9, 30, tzinfo=UTC))]


async def test_the_reason_changes_with_what_is_in_the_way_and_time_may_clear_it(scheduling: Harness) -> None:
    """Anna is away for two weeks: every retry fails until the window reaches beyond them."""
    await scheduling.deliver(person(ANNA, "anna"), person(BELA, "bela"), program())
    async with scheduling.client("anna") as anna:
        away = {"starts_at": "2027-06-07T00:00:00Z", "ends_at": "2027-06-22T00:00:00Z"}
        assert (await anna.post("/api/scheduling/v1/me/busy-times", json=away)).status_code == 201
    await scheduling.deliver(activated())
    await scheduling.run_due()
    assert await unscheduled(scheduling) == "every_overlap_is_busy"

    await scheduling.run_due(NOW + 8 * DAY)

    # After a week less than half of the first window is left, so a new one of two weeks begins.
    assert await unscheduled(scheduling) is None
    assert await starts(scheduling) == [("scheduled", TWO_WEEKS_LATER)]


async def test_when_a_busy_time_goes_the_waiting_match_is_booked_at_once(scheduling: Harness) -> None:
    """The retry of the next day is not waited for."""
    await scheduling.deliver(person(ANNA, "anna"), person(BELA, "bela"), program())
    async with scheduling.client("anna") as anna:
        away = {"starts_at": "2027-06-07T00:00:00Z", "ends_at": "2027-06-22T00:00:00Z"}
        busy = (await anna.post("/api/scheduling/v1/me/busy-times", json=away)).json()
        await scheduling.deliver(activated())
        await scheduling.run_due()
        await anna.delete(f"/api/scheduling/v1/me/busy-times/{busy['busy_time_id']}")
    await scheduling.run_due()

    assert await starts(scheduling) == [("scheduled", TUESDAY)]


async def test_nothing_is_booked_for_a_match_that_ends_before(scheduling: Harness) -> None:
    """No window is left, and no day will bring one."""
    await scheduling.deliver(
        person(ANNA), person(BELA), program(), activated(ends_at=NOW), logged(None, NOW - DAY)
    )
    await scheduling.run_due(NOW + 3 * DAY)

    assert await unscheduled(scheduling) == "match_ends_before"
    assert await scheduling.fetch("select 1 from due where kind = 'next_session'") == []
