"""Programs from the draft to the version that everybody works by."""

from typing import Any

import pytest

from shared.events.programs import CohortClosed, CohortOpened, ProgramPublished
from tests.component.conftest import HarnessFactory
from tests.support.matching_world import World, person_id, small_world


@pytest.fixture
async def world(harness_factory: HarnessFactory) -> World:
    """Carla, Maria, Milo, Tom and Tara."""
    return await small_world(await harness_factory("matching"))


SENIORS = {"field": "job_level", "op": "gte", "values": [6]}


def terms(**changed: object) -> dict[str, Any]:
    """A program of Carla's."""
    plain = {"purpose": "leadership", "title": "Leading well", "coordinator_ids": [str(person_id("carla"))]}
    return plain | changed


async def test_a_program_is_published_with_all_that_the_others_work_by(world: World) -> None:
    plan = [{"code": "start", "offset_days": 0, "tasks": [{"code": "say_hello", "offset_days": 3}]}]
    program_id, cohort_id = await world.program(
        cadence_days=7, session_minutes=45, duration_days=60, milestones=plan, themes=["feedback"]
    )

    (published,) = await world.harness.events(ProgramPublished)
    assert (str(published.program_id), published.version, published.title) == (program_id, 1, "Leading well")
    assert (published.cadence_days, published.session_minutes, published.duration_days) == (7, 45, 60)
    assert published.coordinator_ids == (person_id("carla"),)
    assert published.milestones[0].tasks[0].code == "say_hello"
    assert published.themes == ("feedback",)
    (opened,) = await world.harness.events(CohortOpened)
    assert (str(opened.cohort_id), opened.eligible) == (cohort_id, 5)


async def test_an_evergreen_program_opens_one_cohort_by_itself_that_never_closes(world: World) -> None:
    program_id, cohort_id = await world.program(evergreen=True)
    (opened,) = await world.harness.events(CohortOpened)

    assert str(opened.cohort_id) == cohort_id
    refused = await world.refused(world.coordinator(), "POST", f"/cohorts/{cohort_id}/close")
    assert refused == (409, "cohort_is_evergreen")
    path, body = f"/programs/{program_id}/cohorts", {"starts_on": "2027-02-01"}
    refused = await world.refused(world.coordinator(), "POST", path, json=body)
    assert refused == (409, "cohort_is_evergreen")


@pytest.mark.parametrize("starts_on", ["0001-01-01", "1999-12-31", "2200-01-02", "9999-12-31"])
async def test_a_cohort_of_another_age_is_refused_and_never_told(world: World, starts_on: str) -> None:
    """The first and the last day of the calendar are infinity to the store: nobody could read them again."""
    program_id, _ = await world.program()
    path = f"/programs/{program_id}/cohorts"

    refused = await world.refused(world.coordinator(), "POST", path, json={"starts_on": starts_on})

    assert refused == (422, "validation_failed")
    assert len(await world.harness.events(CohortOpened)) == 1


async def test_a_level_that_no_enterprise_has_is_refused_with_its_field(world: World) -> None:
    audience = {"mentor": {"field": "job_level", "op": "gte", "values": [10**30]}}

    async with world.coordinator() as carla:
        answer = await carla.post("/api/matching/v1/programs", json=terms(audience=audience))

    assert (answer.status_code, answer.json()["errors"]) == (
        422,
        [{"field": "audience.mentor", "reason": "terms_refused"}],
    )
    assert answer.json()["parameters"] == {"reason": "predicate_out_of_range"}


async def test_a_closed_cohort_takes_nobody_in(world: World) -> None:
    _, cohort_id = await world.program()
    await world.call(world.coordinator(), "POST", f"/cohorts/{cohort_id}/close")

    assert len(await world.harness.events(CohortClosed)) == 1
    body = {"roles": ["mentee"], "languages": ["en"]}
    path = f"/cohorts/{cohort_id}/enrolments"
    assert await world.refused(world.member("tom"), "POST", path, json=body) == (409, "cohort_closed")


async def test_a_diff_tells_what_a_new_version_would_touch_and_changes_nothing(world: World) -> None:
    program_id, cohort_id = await world.program()
    mentor = await world.enrol(cohort_id, "maria", "mentor")
    mentee = await world.enrol(cohort_id, "tom", "mentee")
    await world.enrol(cohort_id, "tara", "mentee")
    await world.pair(cohort_id, mentor, mentee)
    before = await world.harness.state_hash()
    narrower = terms(audience={"mentor": SENIORS, "mentee": SENIORS}, cadence_days=7)
    diff = await world.call(world.coordinator(), "POST", f"/programs/{program_id}/diff", json=narrower)

    assert [change["field"] for change in diff["changes"]] == ["audience", "cadence_days"]
    cadence = diff["changes"][1]
    assert (cadence["before"], cadence["after"]) == (14, 7)
    assert (diff["participants"], diff["matches"]) == (3, 1)
    assert (diff["out_of_audience"], diff["their_matches"]) == (2, 1)
    assert (diff["eligible_now"], diff["eligible_then"]) == (5, 2)
    assert await world.harness.state_hash() == before


async def test_an_edit_needs_the_revision_it_was_made_on(world: World) -> None:
    made = await world.draft()
    path = f"/programs/{made['id']}/draft"
    edited = terms(title="Leading better")
    assert await world.refused(world.coordinator(), "PUT", path, json=edited) == (428, "if_match_required")
    stale = {"If-Match": '"7"'}
    refused = await world.refused(world.coordinator(), "PUT", path, json=edited, headers=stale)
    assert refused == (412, "version_stale")
    program = await world.call(world.coordinator(), "PUT", path, json=edited, headers={"If-Match": '"1"'})

    assert (program["revision"], program["draft"]["title"]) == (2, "Leading better")
    assert program["published"] is None


async def test_a_published_program_goes_on_by_its_version_until_the_next_is_published(world: World) -> None:
    program_id, _ = await world.program()
    path = f"/programs/{program_id}"
    fresh = {"If-Match": '"2"'}
    await world.call(world.coordinator(), "PUT", f"{path}/draft", json=terms(cadence_days=7), headers=fresh)
    shown = await world.call(world.member("tom"), "GET", path)
    assert (shown["published"]["cadence_days"], shown["draft"]) == (14, None)
    await world.call(world.coordinator(), "POST", f"{path}/publish", headers={"If-Match": '"3"'})

    first, second = await world.harness.events(ProgramPublished)
    assert (first.version, second.version, second.cadence_days) == (1, 2, 7)


async def test_a_draft_exists_for_its_coordinators_alone(world: World) -> None:
    await world.add_person("otto")
    made = await world.draft()
    path = f"/programs/{made['id']}"

    assert await world.refused(world.member("tom"), "GET", path) == (404, "program_not_found")
    assert await world.refused(world.coordinator("otto"), "GET", path) == (404, "program_not_found")
    theirs = await world.refused(
        world.coordinator("otto"), "POST", f"{path}/publish", headers={"If-Match": '"1"'}
    )
    assert theirs == (403, "not_your_program")
    assert (await world.call(world.member("tom"), "GET", "/programs"))["items"] == []
    mine = await world.call(world.coordinator(), "GET", "/programs", params={"mine": "true"})
    assert [program["id"] for program in mine["items"]] == [made["id"]]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"title": "  "}, "terms_refused"),
        ({"duration_days": 0}, "terms_refused"),
        ({"format": "circle"}, "terms_refused"),
        ({"capacity": {"default": 3, "limit": 2}}, "terms_refused"),
        ({"audience": {"mentor": {"field": "country", "op": "gte", "values": ["DE"]}}}, "terms_refused"),
        ({"audience": {"mentor": {"field": "salary", "op": "exists"}}}, "validation_failed"),
        (
            {"weights": {"skills": 0, "function": 0, "seniority": 0, "zone": 0, "language": 0}},
            "weights_all_zero",
        ),
        ({"salary": 1}, "validation_failed"),
    ],
)
async def test_terms_that_cannot_be_meant_are_refused_with_their_field(
    world: World, changed: dict[str, object], code: str
) -> None:
    refused = await world.refused(world.coordinator(), "POST", "/programs", json=terms(**changed))

    assert refused == (422, code)
