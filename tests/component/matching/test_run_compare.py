"""Two runs of a cohort are laid side by side."""

import pytest

from tests.component.conftest import HarnessFactory
from tests.support.matching_world import World, small_world

SKILLS_ALONE = {"skills": 1, "function": 0, "seniority": 0, "zone": 0, "language": 0}


@pytest.fixture
async def world(harness_factory: HarnessFactory) -> World:
    """Carla, Maria, Milo, Tom and Tara."""
    return await small_world(await harness_factory("matching"))


async def test_a_comparison_tells_the_figures_and_who_changed(world: World) -> None:
    """First Tom is alone with Maria; then Tara joins, who needs her more, and Tom gets Milo instead."""
    _, cohort_id = await world.program(weights=SKILLS_ALONE)
    maria = await world.enrol(cohort_id, "maria", "mentor", skills_offered=["a", "b", "c", "d"])
    milo = await world.enrol(cohort_id, "milo", "mentor", skills_offered=["a"])
    tom = await world.enrol(cohort_id, "tom", "mentee", skills_wanted=["a", "b"])
    first = await world.run(cohort_id, dry_run=True)
    tara = await world.enrol(cohort_id, "tara", "mentee", skills_wanted=["a", "b", "c", "d"])
    second = await world.run(cohort_id, dry_run=True)
    path = f"/runs/{first['id']}/compare/{second['id']}"
    found = await world.call(world.coordinator(), "GET", path)

    assert found["before"] == {
        "run_id": first["id"],
        "program_version": 1,
        "matched": 1,
        "total": 1_000_000,
        "worst_off": 1_000_000,
        "own_best_share": 1_000_000,
        "blocking_pairs": 0,
        "mentor_load_gini": 500_000,
        "mutual_first_choices_honoured": 1,
    }
    assert (found["after"]["matched"], found["after"]["total"]) == (2, 1_500_000)
    assert (found["after"]["worst_off"], found["after"]["own_best_share"]) == (500_000, 750_000)
    assert (found["same_inputs"], found["settings_changed"]) == (False, [])
    assert (found["kept_pairs"], found["new_pairs"], found["lost_pairs"]) == (0, 2, 1)
    assert (found["changed_people"], found["matched_now"], found["left_over_now"]) == (2, 1, 0)
    assert (found["better"], found["worse"]) == (1, 1)
    assert found["changes"] == [
        {
            "mentee_id": tom,
            "before": {"mentor_ids": [maria], "score": 1_000_000},
            "after": {"mentor_ids": [milo], "score": 500_000},
        },
        {
            "mentee_id": tara,
            "before": {"mentor_ids": [], "score": 0},
            "after": {"mentor_ids": [maria], "score": 1_000_000},
        },
    ]


async def test_two_runs_of_the_same_inputs_differ_in_nothing(world: World) -> None:
    _, cohort_id = await world.program()
    await world.enrol(cohort_id, "maria", "mentor")
    await world.enrol(cohort_id, "tom", "mentee")
    first, second = [await world.run(cohort_id, dry_run=True) for _ in range(2)]
    found = await world.call(world.coordinator(), "GET", f"/runs/{first['id']}/compare/{second['id']}")

    assert (found["same_inputs"], found["kept_pairs"], found["changes"]) == (True, 1, [])


async def test_other_criteria_show_in_the_comparison(world: World) -> None:
    program_id, cohort_id = await world.program()
    await world.enrol(cohort_id, "maria", "mentor")
    await world.enrol(cohort_id, "tom", "mentee")
    first = await world.run(cohort_id, dry_run=True)
    program = await world.call(world.coordinator(), "GET", f"/programs/{program_id}")
    terms = program["published"] | {"weights": SKILLS_ALONE}
    path = f"/programs/{program_id}"
    edited = {"If-Match": f'"{program["revision"]}"'}
    shown = await world.call(world.coordinator(), "PUT", f"{path}/draft", json=terms, headers=edited)
    published = {"If-Match": f'"{shown["revision"]}"'}
    await world.call(world.coordinator(), "POST", f"{path}/publish", headers=published)
    second = await world.run(cohort_id, dry_run=True)
    found = await world.call(world.coordinator(), "GET", f"/runs/{first['id']}/compare/{second['id']}")

    assert found["settings_changed"] == ["weights"]
    assert (found["before"]["program_version"], found["after"]["program_version"]) == (1, 2)


async def test_runs_of_two_cohorts_cannot_be_compared(world: World) -> None:
    runs = []
    for _ in range(2):
        _, cohort_id = await world.program()
        await world.enrol(cohort_id, "maria", "mentor")
        runs.append(await world.run(cohort_id, dry_run=True))
    path = f"/runs/{runs[0]['id']}/compare/{runs[1]['id']}"

    assert await world.refused(world.coordinator(), "GET", path) == (409, "other_cohort")
