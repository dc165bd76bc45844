"""Seats are given away once, however many units ask at the same time."""

import asyncio
from collections import Counter

import pytest

from tests.component.conftest import HarnessFactory
from tests.support.matching_world import API, World, small_world


@pytest.fixture
async def world(harness_factory: HarnessFactory) -> World:
    """Carla, Maria, Milo, Tom and Tara."""
    return await small_world(await harness_factory("matching"))


async def test_two_units_at_once_never_give_one_seat_away_twice(world: World) -> None:
    """Maria has one seat; five coordinators' commands want it at the same time."""
    names = [f"mentee{number}" for number in range(5)]
    for name in names:
        await world.add_person(name, job_level=4)
    await world.works(*names)
    program_id, cohort_id = await world.program()
    maria = await world.enrol(cohort_id, "maria", "mentor")
    mentees = [await world.enrol(cohort_id, name, "mentee") for name in names]

    async def propose(mentee: str) -> int:
        async with world.coordinator() as client:
            answer = await client.post(f"{API}/matches", json={"mentor_id": maria, "mentee_id": mentee})
        return answer.status_code

    answers = Counter(await asyncio.gather(*(propose(mentee) for mentee in mentees)))

    assert answers == {201: 1, 409: 4}
    assert len(await world.matches(program_id)) == 1


async def test_a_run_and_a_manual_match_share_the_seats(world: World) -> None:
    """A manual match that comes between snapshot and publication wins."""
    _, cohort_id = await world.program()
    maria = await world.enrol(cohort_id, "maria", "mentor")
    tom = await world.enrol(cohort_id, "tom", "mentee")
    await world.enrol(cohort_id, "tara", "mentee")
    asked = await world.call(world.coordinator(), "POST", f"/cohorts/{cohort_id}/runs", json={})
    while await world.harness.fetch("select 1 from match_run where state in ('queued', 'solving')"):
        await world.harness.service.due.run_once()
    await world.pair(cohort_id, maria, tom)
    await world.harness.run_due()

    run = await world.call(world.coordinator(), "GET", f"/runs/{asked['id']}")
    assert (run["state"], run["published"]) == ("published", 0)


async def test_capacity_counts_over_all_cohorts_of_a_program(world: World) -> None:
    program_id, first = await world.program()
    starts_on = world.harness.clock.now().date().isoformat()
    path = f"/programs/{program_id}/cohorts"
    second = await world.call(world.coordinator(), "POST", path, json={"starts_on": starts_on})
    maria = await world.enrol(first, "maria", "mentor")
    tom = await world.enrol(first, "tom", "mentee")
    await world.pair(first, maria, tom)
    maria_again = await world.enrol(second["id"], "maria", "mentor")
    tara = await world.enrol(second["id"], "tara", "mentee")

    body = {"mentor_id": maria_again, "mentee_id": tara}
    assert await world.refused(world.coordinator(), "POST", "/matches", json=body) == (409, "rule_violated")


async def test_a_seat_is_free_again_when_its_match_is_over(world: World) -> None:
    _, cohort_id = await world.program()
    maria = await world.enrol(cohort_id, "maria", "mentor")
    tom = await world.enrol(cohort_id, "tom", "mentee")
    tara = await world.enrol(cohort_id, "tara", "mentee")
    match_id = await world.pair(cohort_id, maria, tom)
    await world.command(match_id, "withdraw")

    assert await world.state(await world.pair(cohort_id, maria, tara)) == "proposed"


async def test_two_members_saying_yes_at_once_begin_one_match(world: World) -> None:
    _, cohort_id = await world.program()
    maria = await world.enrol(cohort_id, "maria", "mentor")
    tom = await world.enrol(cohort_id, "tom", "mentee")
    match_id = await world.pair(cohort_id, maria, tom)
    await world.offer(match_id)
    await asyncio.gather(*(world.answer(match_id, name, "accept") for name in ("maria", "tom")))

    assert await world.state(match_id) == "active"
    accepted = [each["type"] for each in await world.harness.records() if "accepted" in each["type"]]
    assert Counter(accepted) == {
        "mentoring.match.accepted-by-side.v1": 2,
        "mentoring.match.accepted.v1": 1,
    }
