"""Coordinators ask a run why, and get exact answers; members learn what is about themselves alone."""

from typing import Any, cast

import pytest

from tests.component.conftest import HarnessFactory
from tests.support.matching_world import World, person_id, small_world

SKILLS_ALONE = {"skills": 1, "function": 0, "seniority": 0, "zone": 0, "language": 0}


@pytest.fixture
async def world(harness_factory: HarnessFactory) -> World:
    """Carla, Maria, Milo, Tom and Tara; skills alone count."""
    return await small_world(await harness_factory("matching"))


async def contested(world: World, **terms: object) -> tuple[dict[str, Any], dict[str, str], str]:
    """Both do best with Maria; Tara has her, since Tom loses less: 1.0 + 0.5 is more than 1.0 + 0.25."""
    program_id, cohort_id = await world.program(weights=SKILLS_ALONE, **terms)
    ids = {
        "maria": await world.enrol(cohort_id, "maria", "mentor", skills_offered=["a", "b", "c", "d"]),
        "milo": await world.enrol(cohort_id, "milo", "mentor", skills_offered=["a"]),
        "tom": await world.enrol(cohort_id, "tom", "mentee", skills_wanted=["a", "b"]),
        "tara": await world.enrol(cohort_id, "tara", "mentee", skills_wanted=["a", "b", "c", "d"]),
    }
    return await world.run(cohort_id), ids, program_id


async def pair(world: World, run: dict[str, Any], mentor: str, mentee: str) -> dict[str, Any]:
    """Why these two, or why not."""
    return await world.call(world.coordinator(), "GET", f"/runs/{run['id']}/why/{mentor}/{mentee}")


async def place(world: World, run: dict[str, Any], participant: str, role: str) -> dict[str, Any]:
    """What became of somebody."""
    found = await world.call(world.coordinator(), "GET", f"/runs/{run['id']}/why/{participant}")
    answers = cast("list[dict[str, Any]]", found)
    return next(answer for answer in answers if answer["role"] == role)


async def mine(world: World, name: str, participant: str) -> dict[str, Any]:
    """What a member is told."""
    return await world.call(world.member(name), "GET", f"/my/enrolments/{participant}/why")


async def test_a_chosen_pair_has_its_breakdown(world: World) -> None:
    run, ids, _ = await contested(world)
    answer = await pair(world, run, ids["maria"], ids["tara"])

    assert (answer["verdict"], answer["score"], answer["counterfactual"]) == ("chosen", 1_000_000, None)
    assert sum(part["contribution"] for part in answer["breakdown"]) == 1_000_000


async def test_a_pair_that_was_not_chosen_tells_what_it_would_give_and_cost(world: World) -> None:
    """With Maria Tom would have 1.0, 0.5 more than with Milo; Tara would have 0.25 with Milo, 0.75 less."""
    run, ids, _ = await contested(world)
    answer = await pair(world, run, ids["maria"], ids["tom"])

    assert (answer["verdict"], answer["score"], answer["refusals"]) == ("not_chosen", 1_000_000, [])
    assert answer["counterfactual"] == {
        "gain": 500_000,
        "cost_elsewhere": 750_000,
        "total": -250_000,
        "matched": 0,
        "moves": [
            {"mentee_id": ids["tom"], "before_id": ids["milo"], "after_id": ids["maria"]},
            {"mentee_id": ids["tara"], "before_id": ids["maria"], "after_id": ids["milo"]},
        ],
    }


async def test_a_refused_pair_names_every_rule_that_it_fails_the_deciding_one_first(world: World) -> None:
    await world.add_person("boss", job_level=8)
    await world.add_person("rita", managers=["boss"])
    await world.works("rita")
    _, cohort_id = await world.program()
    boss = await world.enrol(cohort_id, "boss", "mentor", languages=["fr"])
    rita = await world.enrol(cohort_id, "rita", "mentee")
    answer = await pair(world, await world.run(cohort_id, dry_run=True), boss, rita)

    assert answer["verdict"] == "refused"
    assert answer["refusals"] == ["reporting_line", "no_common_language", "availability_unknown"]
    assert (answer["score"], answer["breakdown"], answer["counterfactual"]) == (None, None, None)


async def test_somebody_left_over_reads_who_has_the_seats_and_which_rule_would_open_one(world: World) -> None:
    """Maria's one seat has Tara. Milo's is free, and French alone is between him and Tom."""
    _, cohort_id = await world.program(weights=SKILLS_ALONE)
    maria = await world.enrol(cohort_id, "maria", "mentor", skills_offered=["a"])
    milo = await world.enrol(cohort_id, "milo", "mentor", languages=["fr"])
    tom = await world.enrol(cohort_id, "tom", "mentee", skills_wanted=["b"])
    tara = await world.enrol(cohort_id, "tara", "mentee", skills_wanted=["a"])
    run = await world.run(cohort_id)
    answer = await place(world, run, tom, "mentee")

    assert (answer["reason"], answer["partner_ids"]) == ("all_feasible_partners_full", [])
    assert answer["holders"] == [{"partner_id": maria, "score": 0, "held_by": [tara]}]
    assert answer["relaxations"] == [{"rules": ["no_common_language"], "partners": 1, "examples": [milo]}]
    placed = await place(world, run, tara, "mentee")
    assert (placed["partner_ids"], placed["reason"], placed["relaxations"]) == ([maria], None, [])
    over = await place(world, run, milo, "mentor")
    assert (over["reason"], over["allowed_partners"]) == ("no_feasible_partner", 0)
    assert over["relaxations"] == [
        {"rules": ["no_common_language"], "partners": 2, "examples": sorted([tom, tara])}
    ]


async def test_a_member_left_over_learns_what_they_can_change_and_nothing_of_others(world: World) -> None:
    _, cohort_id = await world.program(weights=SKILLS_ALONE, approval_required=False)
    await world.enrol(cohort_id, "maria", "mentor")
    tom = await world.enrol(cohort_id, "tom", "mentee", languages=["fr"])
    await world.run(cohort_id)
    answer = await mine(world, "tom", tom)

    assert answer["roles"] == [
        {
            "role": "mentee",
            "placement": "left_over",
            "reason": "no_feasible_partner",
            "you_can_change": ["no_common_language"],
        }
    ]


async def test_a_member_is_not_told_that_somebody_wants_to_stay_apart(world: World) -> None:
    """The coordinator reads the exclusion, the member that nobody was left."""
    _, cohort_id = await world.program(approval_required=False)
    await world.enrol(cohort_id, "maria", "mentor")
    tom = await world.enrol(cohort_id, "tom", "mentee")
    body = {"person_ids": [str(person_id(name)) for name in ("maria", "tom")]}
    await world.call(world.coordinator(), "POST", f"/cohorts/{cohort_id}/exclusions", json=body)
    run = await world.run(cohort_id)

    assert (await mine(world, "tom", tom))["roles"][0]["you_can_change"] == []
    assert (await place(world, run, tom, "mentee"))["relaxations"][0]["rules"] == ["excluded"]


async def test_a_member_is_told_nothing_before_the_run_was_offered(world: World) -> None:
    run, ids, _ = await contested(world)
    before = await mine(world, "tom", ids["tom"])
    await world.call(world.coordinator(), "POST", f"/runs/{run['id']}/offer")
    after = await mine(world, "tom", ids["tom"])

    assert [role["placement"] for role in before["roles"]] == ["under_way"]
    assert [role["placement"] for role in after["roles"]] == ["matched"]


async def test_before_the_first_published_run_there_is_nothing_to_tell(world: World) -> None:
    _, cohort_id = await world.program()
    tom = await world.enrol(cohort_id, "tom", "mentee")
    await world.run(cohort_id, dry_run=True)
    refused = await world.refused(world.member("tom"), "GET", f"/my/enrolments/{tom}/why")

    assert refused == (409, "no_run_yet")


async def test_questions_about_strangers_and_unfinished_runs_are_refused(world: World) -> None:
    run, ids, _ = await contested(world)
    stranger = "00000000-0000-0000-0000-000000000001"
    path = f"/runs/{run['id']}/why"
    no_mentor = await world.refused(world.coordinator(), "GET", f"{path}/{ids['tom']}/{ids['tara']}")
    nobody = await world.refused(world.coordinator(), "GET", f"{path}/{stranger}")
    not_mine = await world.refused(world.member("tara"), "GET", f"/my/enrolments/{ids['tom']}/why")

    assert no_mentor == nobody == (404, "participant_not_in_run")
    assert not_mine == (404, "participant_not_found")
