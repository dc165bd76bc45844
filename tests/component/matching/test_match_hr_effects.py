"""What changes in HR do to matches and enrolments; the HR handler's part is done by SQL here."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import update

from services.matching.domain.people.changes import PersonChange
from services.matching.handlers.person_effects import PersonEffects
from services.matching.persistence.people_tables import person
from shared.events import matches as events
from shared.events.participants import ParticipantWithdrawn, WithdrawalReason
from tests.component.conftest import HarnessFactory
from tests.support.matching_world import World, person_id, small_world


@pytest.fixture
async def world(harness_factory: HarnessFactory) -> World:
    """Carla, Maria, Milo, Tom and Tara."""
    return await small_world(await harness_factory("matching"))


async def change(world: World, name: str, changes: Sequence[PersonChange], **fields: object) -> None:
    """HR changes a person, as the handler of the feed does it."""
    async with world.harness.service.kernel.units.begin() as uow:
        statement = update(person).where(person.c.id == person_id(name)).values(fields)
        await uow.connection.execute(statement)
        await PersonEffects().person_changed(person_id(name), changes, uow)


@pytest.mark.parametrize("gone", [PersonChange.LEFT, PersonChange.DECEASED])
async def test_who_is_gone_leaves_the_partner_with_partner_unavailable_and_nothing_more(
    world: World, gone: PersonChange
) -> None:
    _, match_id = await world.active_match()
    await change(world, "maria", [gone], status=gone.value)

    (ended,) = await world.harness.events(events.MatchEnded)
    assert ended.reason is events.EndReason.PARTNER_UNAVAILABLE
    assert gone.value not in str(await world.harness.records()).replace("'seen': 'left'", "")
    mine = await world.call(world.member("tom"), "GET", f"/my/matches/{match_id}")
    assert mine["seen"] == "partner_unavailable"
    (withdrawn,) = await world.harness.events(ParticipantWithdrawn)
    assert withdrawn.reason is WithdrawalReason.UNAVAILABLE


async def test_who_was_freed_by_a_leaver_is_in_the_next_run(world: World) -> None:
    program_id, cohort_id = await world.program()
    maria = await world.enrol(cohort_id, "maria", "mentor")
    tom = await world.enrol(cohort_id, "tom", "mentee")
    await world.enrol(cohort_id, "milo", "mentor")
    await world.pair(cohort_id, maria, tom)
    await change(world, "maria", [PersonChange.LEFT], status="left")
    run = await world.run(cohort_id)

    assert run["published"] == 1
    (match,) = await world.matches(program_id, state="proposed")
    assert {each["person_id"] for each in match["members"]} == {
        str(person_id("milo")),
        str(person_id("tom")),
    }


async def test_a_leave_rests_a_match_and_both_decide_that_it_goes_on(world: World) -> None:
    started = world.harness.clock.now()
    _, match_id = await world.active_match(duration_days=90)
    await world.later(days=10)
    await change(world, "maria", [PersonChange.WENT_ON_LEAVE], status="leave")
    (paused,) = await world.harness.events(events.MatchPaused)
    assert paused.reason is events.PauseReason.PARTNER_UNAVAILABLE
    path = f"/my/matches/{match_id}/confirm"
    assert await world.refused(world.member("tom"), "POST", path) == (409, "illegal_transition")
    await world.later(days=30)
    await change(world, "maria", [PersonChange.RETURNED], status="active")
    await world.answer(match_id, "tom", "confirm")
    assert await world.state(match_id) == "paused"
    await world.answer(match_id, "maria", "confirm")

    (resumed,) = await world.harness.events(events.MatchResumed)
    assert resumed.ends_at == started + timedelta(days=120)
    assert await world.state(match_id) == "active"


async def test_a_transfer_into_the_partners_line_is_flagged_once_and_can_be_set_aside(world: World) -> None:
    """Tom moves under Milo, who reports to Maria."""
    await change(world, "milo", [PersonChange.MANAGER_CHANGED], manager_ids=[person_id("maria")])
    program_id, match_id = await world.active_match(on_line_conflict="flag")
    moved = {"manager_ids": [person_id("milo")]}
    await change(world, "tom", [PersonChange.MANAGER_CHANGED], **moved)
    await change(world, "tom", [PersonChange.MANAGER_CHANGED], **moved)

    (flagged,) = await world.harness.events(events.MatchFlagged)
    assert flagged.code is events.MatchFlagCode.REPORTING_LINE
    (listed,) = await world.matches(program_id, flag="reporting_line")
    assert listed["id"] == match_id
    kept = await world.command(match_id, "override", flag="reporting_line")
    assert (kept["flags"], kept["overridden"], kept["state"]) == ([], ["reporting_line"], "active")


async def test_a_move_further_up_the_line_reaches_everybody_below(world: World) -> None:
    """Tom reports to Lee; it is Lee who moves under Maria."""
    await world.add_person("lee")
    await change(world, "tom", [PersonChange.MANAGER_CHANGED], manager_ids=[person_id("lee")])
    _, match_id = await world.active_match(on_line_conflict="end")
    await change(world, "lee", [PersonChange.MANAGER_CHANGED], manager_ids=[person_id("maria")])

    (ended,) = await world.harness.events(events.MatchEnded)
    assert (str(ended.match_id), ended.reason) == (match_id, events.EndReason.REPORTING_LINE)


async def test_a_locked_match_is_flagged_where_the_policy_would_end_it(world: World) -> None:
    _, match_id = await world.active_match(on_line_conflict="end")
    await world.command(match_id, "lock")
    await change(world, "tom", [PersonChange.MANAGER_CHANGED], manager_ids=[person_id("maria")])

    assert len(await world.harness.events(events.MatchFlagged)) == 1
    assert await world.state(match_id) == "active"


@pytest.mark.parametrize(("policy", "state"), [("flag", "active"), ("end", "ended_early")])
async def test_who_leaves_the_audience_is_flagged_or_ended_by_policy(
    world: World, policy: str, state: str
) -> None:
    germans = {"field": "country", "op": "in", "values": ["DE"]}
    _, match_id = await world.active_match(
        audience={"mentor": {"all_of": []}, "mentee": germans}, on_audience_exit=policy
    )
    await change(world, "tom", [PersonChange.LOCATION_CHANGED], country="FR")

    assert await world.state(match_id) == state
    withdrawn = [event.reason for event in await world.harness.events(ParticipantWithdrawn)]
    assert withdrawn == ([WithdrawalReason.OUT_OF_AUDIENCE] if policy == "end" else [])


async def test_a_change_that_touches_nothing_changes_nothing(world: World) -> None:
    await world.active_match()
    before = await world.harness.state_hash()
    await change(world, "tom", [PersonChange.JOB_CHANGED, PersonChange.NAME_CHANGED], status="active")

    assert await world.harness.state_hash() == before
