"""Health is kept by events and by the instants at which it changes; a nudge comes first, a flag later."""

from datetime import timedelta
from uuid import UUID

from services.engagement.handlers.programs import RECHECKED_AT_ONCE
from shared.events.engagement import FlagRaised, FlagResolved, HealthChanged, NudgeSent
from shared.events.envelope import ActorType
from shared.events.sessions import CancellationReason
from tests.component.engagement.engagement_world import (
    ANA,
    BEN,
    CLEO,
    LIFE,
    MATCH,
    PEOPLE,
    PROGRAM,
    activated,
    booked,
    cancelled,
    day,
    get,
    log_held,
    moved,
    pair,
    program,
)
from tests.support.harness import Harness

INSTANT = timedelta(microseconds=1)


async def healths(h: Harness) -> list[tuple[str | None, str]]:
    return [
        (event.previous.value if event.previous else None, event.health.value)
        for event in await h.events(HealthChanged)
    ]


async def next_check(h: Harness) -> list[object]:
    return [row["due_at"] for row in await h.fetch("select due_at from due where kind = 'health_check'")]


async def test_a_match_that_never_meets_is_nudged_then_flagged(engagement: Harness) -> None:
    await pair(engagement)

    assert await healths(engagement) == [(None, "too_early")]
    assert await next_check(engagement) == [day(14)]

    await engagement.run_due(day(21))
    assert await healths(engagement) == [(None, "too_early"), ("too_early", "on_track")]
    assert await engagement.events(NudgeSent) == []

    await engagement.run_due(day(28))
    assert (await healths(engagement))[-1] == ("on_track", "at_risk")
    assert [nudge.code for nudge in await engagement.events(NudgeSent)] == ["session_overdue"]
    assert await engagement.events(FlagRaised) == []

    await engagement.run_due(day(28) + INSTANT)
    assert (await healths(engagement))[-1] == ("at_risk", "stalled")
    assert [flag.code for flag in await engagement.events(FlagRaised)] == ["stalled"]
    assert len(await engagement.events(NudgeSent)) == 1
    assert await next_check(engagement) == []


async def test_a_held_session_brings_a_stalled_match_back_and_resolves_the_flag(engagement: Harness) -> None:
    await pair(engagement)
    await engagement.run_due(day(30))

    assert (await log_held(engagement, day(29))).status_code == 201

    assert (await healths(engagement))[-1] == ("stalled", "on_track")
    raised, resolved = await engagement.events(FlagRaised), await engagement.events(FlagResolved)
    assert [(flag.flag_id, flag.resolution) for flag in resolved] == [(raised[0].flag_id, "health_recovered")]
    assert await next_check(engagement) == [day(29 + 21) + INSTANT]


async def test_a_change_of_health_names_nobody_as_its_cause(engagement: Harness) -> None:
    await pair(engagement)
    await engagement.run_due(day(30))
    await log_held(engagement, day(29))

    headers = [
        record["headers"]
        for record in await engagement.records()
        if record["type"] in {HealthChanged.type, FlagResolved.type, NudgeSent.type}
    ]
    assert {header["ce_actortype"] for header in headers} == {ActorType.SYSTEM.value.encode()}
    assert all("ce_actorid" not in header for header in headers)


async def test_a_booked_session_keeps_a_match_from_being_stalled_until_nobody_logged_it(
    engagement: Harness,
) -> None:
    """A session that ended counts for two more days, in which it may be logged."""
    await pair(engagement)
    await engagement.deliver(booked(1, day(30)))

    await engagement.run_due(day(32))
    assert (await healths(engagement))[-1] == ("on_track", "at_risk")

    await engagement.run_due(day(33))
    assert (await healths(engagement))[-1] == ("at_risk", "stalled")


async def test_moving_and_cancelling_a_session_moves_the_next_check(engagement: Harness) -> None:
    await pair(engagement)
    await engagement.deliver(booked(1, day(30)))
    await engagement.run_due(day(25))

    await engagement.deliver(moved(1, day(40)))
    assert await next_check(engagement) == [day(42) + timedelta(hours=1)]

    await engagement.deliver(cancelled(1))
    assert await next_check(engagement) == [day(28) + INSTANT]


async def test_a_missed_session_is_no_held_session_and_no_longer_booked(engagement: Harness) -> None:
    await pair(engagement)
    await engagement.deliver(booked(1, day(29)))
    await engagement.run_due(day(30))
    assert (await healths(engagement))[-1] == ("on_track", "at_risk")

    body = {"outcome": "no_show", "minutes": 0, "occurred_at": day(29).isoformat()}
    async with engagement.client("ben") as c:
        answer = await c.post(
            f"/api/engagement/v1/matches/{MATCH}/session-logs",
            json=body | {"session_id": str(UUID(int=1001))},
        )

    assert answer.status_code == 201
    assert (await healths(engagement))[-1] == ("at_risk", "stalled")


async def test_paused_time_does_not_count(engagement: Harness) -> None:
    await pair(engagement)
    await engagement.run_due(day(10))
    await engagement.deliver(LIFE.paused())
    assert await next_check(engagement) == []

    await engagement.run_due(day(40))
    await engagement.deliver(LIFE.resumed(day(210)))

    assert await healths(engagement) == [(None, "too_early")]
    assert await next_check(engagement) == [day(44)]
    await engagement.run_due(day(51) + INSTANT)
    assert [health for _, health in await healths(engagement)] == ["too_early", "on_track", "at_risk"]


async def test_a_pause_that_cancels_a_session_stalls_nobody(engagement: Harness) -> None:
    """The cancellation may be heard of before the pause that caused it."""
    await pair(engagement)
    await engagement.deliver(booked(1, day(60)))
    await engagement.run_due(day(50))
    assert (await healths(engagement))[-1] == ("on_track", "at_risk")

    await engagement.deliver(cancelled(1, CancellationReason.MATCH_PAUSED))
    await engagement.deliver(LIFE.paused())
    await engagement.run_due(day(70))

    assert (await healths(engagement))[-1] == ("on_track", "at_risk")
    assert await engagement.events(FlagRaised) == []


async def test_a_closed_match_has_no_health_and_no_work_and_its_flags_are_resolved(
    engagement: Harness,
) -> None:
    await pair(engagement)
    await engagement.run_due(day(40))
    known = await healths(engagement)

    await engagement.deliver(LIFE.ended())
    await engagement.run_due(day(200))
    await engagement.deliver(booked(1, day(201)))

    assert await healths(engagement) == known
    assert [flag.resolution for flag in await engagement.events(FlagResolved)] == ["match_closed"]
    assert await engagement.fetch("select kind from due") == []


async def test_health_waits_for_the_program(engagement: Harness) -> None:
    await engagement.deliver(*PEOPLE, activated())
    assert await healths(engagement) == []

    await engagement.deliver(program())
    assert await healths(engagement) == [(None, "too_early")]
    assert await next_check(engagement) == [day(14)]


async def test_a_new_cadence_is_a_new_measure_and_an_older_version_is_not(engagement: Harness) -> None:
    await pair(engagement)
    await engagement.run_due(day(20))
    assert (await healths(engagement))[-1] == ("too_early", "on_track")

    await engagement.deliver(program(version=2, cadence_days=28))
    await engagement.deliver(program(version=1, cadence_days=3))

    assert (await healths(engagement))[-1] == ("on_track", "too_early")
    assert await next_check(engagement) == [day(28)]


async def test_a_program_with_many_matches_is_rechecked_in_portions(engagement: Harness) -> None:
    many = RECHECKED_AT_ONCE + 5
    await engagement.deliver(*(activated(UUID(int=10_000 + number)) for number in range(many)))
    await engagement.deliver(program())
    assert len(await healths(engagement)) == RECHECKED_AT_ONCE

    await engagement.run_due()

    assert len(await healths(engagement)) == many
    assert await engagement.fetch("select recheck_after from program") == [{"recheck_after": None}]


async def test_coordinators_see_the_health_of_their_own_programs_only(engagement: Harness) -> None:
    await pair(engagement)
    await engagement.run_due(day(22))

    answer = await get(engagement, CLEO, f"/programs/{PROGRAM}/health", "coordinator")
    assert answer.status_code == 200
    assert [(item["match_id"], item["health"]) for item in answer.json()["items"]] == [
        (str(MATCH), "at_risk")
    ]
    other = await get(engagement, ANA, f"/programs/{PROGRAM}/health", "coordinator")
    assert (other.status_code, other.json()["code"]) == (404, "program_not_found")
    member = await get(engagement, BEN, f"/programs/{PROGRAM}/health")
    assert member.status_code == 403
