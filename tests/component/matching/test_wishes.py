"""Members say whom they would like and whom never; runs honour it, and nobody else is told."""

from typing import Any

import pytest

from tests.component.conftest import HarnessFactory
from tests.support.matching_world import World, person_id, small_world

SKILLS_ALONE = {"skills": 1, "function": 0, "seniority": 0, "zone": 0, "language": 0}


@pytest.fixture
async def world(harness_factory: HarnessFactory) -> World:
    """Carla, Maria, Milo, Tom and Tara; skills alone count."""
    return await small_world(await harness_factory("matching"))


async def everybody(world: World) -> tuple[str, dict[str, str]]:
    """By skills alone Maria mentors Tara and Milo mentors Tom, 1.0 each; any other way is 0."""
    _, cohort_id = await world.program(weights=SKILLS_ALONE)
    return cohort_id, {
        "maria": await world.enrol(cohort_id, "maria", "mentor", skills_offered=["python"]),
        "milo": await world.enrol(cohort_id, "milo", "mentor", skills_offered=["rust"]),
        "tom": await world.enrol(cohort_id, "tom", "mentee", skills_wanted=["rust"]),
        "tara": await world.enrol(cohort_id, "tara", "mentee", skills_wanted=["python"]),
    }


async def wish(world: World, name: str, participant: str, **people: list[str]) -> dict[str, Any]:
    """Somebody says whom they would like, or not."""
    body = {kind: [str(person_id(one)) for one in named] for kind, named in people.items()}
    return await world.call(world.member(name), "PUT", f"/my/enrolments/{participant}/wishes", json=body)


async def pairs_of(world: World, run: dict[str, Any]) -> set[tuple[str, str]]:
    """Who is with whom."""
    found = await world.call(world.coordinator(), "GET", f"/runs/{run['id']}/proposals")
    return {(pair["mentor_id"], pair["mentee_id"]) for pair in found["items"]}


async def test_wishes_are_kept_and_replaced(world: World) -> None:
    _, ids = await everybody(world)
    await wish(world, "tom", ids["tom"], choices=["maria"])
    kept = await wish(world, "tom", ids["tom"], choices=["milo", "maria"], apart=["tara"])
    shown = await world.call(world.member("tom"), "GET", f"/my/enrolments/{ids['tom']}/wishes")

    expected = {
        "choices": [str(person_id("milo")), str(person_id("maria"))],
        "apart": [str(person_id("tara"))],
    }
    assert kept == shown == expected


async def test_a_mutual_first_choice_is_matched_and_its_price_is_told(world: World) -> None:
    """Maria and Tom score nothing together; it costs the whole total of 2.0."""
    cohort_id, ids = await everybody(world)
    await wish(world, "tom", ids["tom"], choices=["maria"])
    alone = await world.run(cohort_id, dry_run=True)
    await wish(world, "maria", ids["maria"], choices=["tom"])
    mutual = await world.run(cohort_id, dry_run=True)

    assert await pairs_of(world, alone) == {(ids["maria"], ids["tara"]), (ids["milo"], ids["tom"])}
    assert await pairs_of(world, mutual) == {(ids["maria"], ids["tom"]), (ids["milo"], ids["tara"])}
    log = await world.call(world.coordinator(), "GET", f"/runs/{mutual['id']}/decision-log")
    assert log["levels"][0] == {
        "code": "locked_pairs",
        "value": 1,
        "bound": 1,
        "price": 2_000_000,
        "price_matched": 0,
    }


@pytest.mark.parametrize("who", ["maria", "tara"])
async def test_either_of_two_can_keep_them_apart_and_no_text_tells_who_did(world: World, who: str) -> None:
    """The coordinator reads that they are excluded; the other side reads nothing at all."""
    cohort_id, ids = await everybody(world)
    other = "tara" if who == "maria" else "maria"
    await wish(world, who, ids[who], apart=[other])
    run = await world.run(cohort_id)
    why = await world.call(world.coordinator(), "GET", f"/runs/{run['id']}/why/{ids['maria']}/{ids['tara']}")

    assert await pairs_of(world, run) == {(ids["maria"], ids["tom"]), (ids["milo"], ids["tara"])}
    assert (why["verdict"], why["refusals"]) == ("refused", ["excluded"])
    records = await world.harness.records()
    assert not [record for record in records if "apart" in str(record["payload"])]
    path = f"/my/enrolments/{ids[who]}/wishes"
    assert await world.refused(world.member(other), "GET", path) == (404, "participant_not_found")
    assert await world.refused(world.coordinator(), "GET", path) == (404, "participant_not_found")


async def test_a_pair_kept_apart_is_not_made_by_hand_either(world: World) -> None:
    _, ids = await everybody(world)
    await wish(world, "tara", ids["tara"], apart=["maria"])
    body = {"mentor_id": ids["maria"], "mentee_id": ids["tara"]}

    assert await world.refused(world.coordinator(), "POST", "/matches", json=body) == (409, "rule_violated")


@pytest.mark.parametrize("choices", [["tom"], ["maria", "maria"]], ids=["oneself", "somebody twice"])
async def test_wishes_that_cannot_be_meant_are_refused(world: World, choices: list[str]) -> None:
    _, ids = await everybody(world)
    body = {"choices": [str(person_id(one)) for one in choices]}
    refused = await world.refused(
        world.member("tom"), "PUT", f"/my/enrolments/{ids['tom']}/wishes", json=body
    )

    assert refused == (422, "wishes_invalid")
