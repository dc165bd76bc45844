"""A coordinator sees before a run what it could not do."""

import pytest

from tests.component.conftest import HarnessFactory
from tests.support.matching_world import World, small_world


@pytest.fixture
async def world(harness_factory: HarnessFactory) -> World:
    """Carla, Maria, Milo, Tom and Tara."""
    return await small_world(await harness_factory("matching"))


async def test_a_check_names_who_is_stuck_by_which_rules_and_where_seats_are_short(world: World) -> None:
    _, cohort_id = await world.program(fairness_groups=["country"])
    maria = await world.enrol(cohort_id, "maria", "mentor")
    tom = await world.enrol(cohort_id, "tom", "mentee")
    tara = await world.enrol(cohort_id, "tara", "mentee", languages=["fr"])
    found = await world.call(world.coordinator(), "GET", f"/cohorts/{cohort_id}/check")

    assert (found["mentors"], found["mentees"], found["allowed_pairs"]) == (1, 2, 1)
    assert found["stuck"] == [
        {
            "participant_id": tara,
            "role": "mentee",
            "conflict": ["no_common_language"],
            "relaxations": [{"rules": ["no_common_language"], "partners": 1, "examples": [maria]}],
        }
    ]
    assert found["rules"] == [{"code": "no_common_language", "pairs": 1, "people": 2, "stuck_by_it_alone": 1}]
    assert found["supply"] == [
        {"field": None, "value": None, "demand": 2, "seats": 1},
        {"field": "country", "value": "DE", "demand": None, "seats": None},
    ]
    assert tom not in str(found)
    run = await world.run(cohort_id, dry_run=True)
    assert run["figures"]["feasible_pairs"] == found["allowed_pairs"]


async def test_a_locked_match_whose_people_fail_a_rule_by_now_is_told(world: World) -> None:
    """Tom learned that French is his only language after they were locked."""
    program_id, cohort_id = await world.program()
    await world.enrol(cohort_id, "maria", "mentor")
    tom = await world.enrol(cohort_id, "tom", "mentee")
    await world.run(cohort_id)
    (match,) = await world.matches(program_id)
    await world.command(match["id"], "lock")
    offer = {"roles": ["mentee"], "languages": ["fr"]}
    path = f"/my/enrolments/{tom}"
    await world.call(world.member("tom"), "PUT", path, json=offer, headers={"If-Match": '"1"'})
    found = await world.call(world.coordinator(), "GET", f"/cohorts/{cohort_id}/check")

    assert [(lock["match_id"], lock["rules"]) for lock in found["broken_locks"]] == [
        (match["id"], ["no_common_language"])
    ]


async def test_a_cohort_past_the_bounds_is_refused(harness_factory: HarnessFactory) -> None:
    world = await small_world(await harness_factory("matching", run_max_participants=2))
    _, cohort_id = await world.program()
    for name in ("maria", "milo"):
        await world.enrol(cohort_id, name, "mentor")
    await world.enrol(cohort_id, "tom", "mentee")
    refused = await world.refused(world.coordinator(), "GET", f"/cohorts/{cohort_id}/check")

    assert refused == (409, "market_too_large")


async def test_a_program_compares_at_most_three_fields(world: World) -> None:
    fields = ["country", "function", "business_unit", "department"]
    with pytest.raises(AssertionError, match="422"):
        await world.draft(fairness_groups=fields)
