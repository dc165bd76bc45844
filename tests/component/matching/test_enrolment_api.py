"""Joining a program, by oneself and by a coordinator."""

from typing import Any

import pytest

from shared.events import participants as events
from shared.events.base import Role
from shared.events.matches import EndReason, MatchEnded
from tests.component.conftest import HarnessFactory
from tests.support.matching_world import API, World, person_id, small_world


@pytest.fixture
async def world(harness_factory: HarnessFactory) -> World:
    """Carla, Maria, Milo, Tom and Tara."""
    return await small_world(await harness_factory("matching"))


def offer(**changed: object) -> dict[str, Any]:
    """Somebody who looks for a mentor."""
    return {"roles": ["mentee"], "languages": ["en", "de-AT"], "skills_wanted": ["python"]} | changed


async def test_an_enrolment_carries_the_hr_codes_of_its_day(world: World) -> None:
    """Reports never depend on what HR says later."""
    _, cohort_id = await world.program()
    await world.call(world.member("tom"), "POST", f"/cohorts/{cohort_id}/enrolments", json=offer())

    (enrolled,) = await world.harness.events(events.ParticipantEnrolled)
    assert enrolled.person_id == person_id("tom")
    assert (enrolled.roles, enrolled.languages) == ((Role.MENTEE,), ("en", "de-AT"))
    assert enrolled.hr == events.HrCodes(function="engineering", country="DE", job_level=4)


async def test_the_audience_is_asked_and_the_refusal_names_the_predicate(world: World) -> None:
    seniors = {
        "all_of": [{"field": "country", "op": "exists"}, {"field": "job_level", "op": "gte", "values": [6]}]
    }
    _, cohort_id = await world.program(audience={"mentor": seniors})
    path = f"{API}/cohorts/{cohort_id}/enrolments"
    async with world.member("tom") as client:
        answer = await client.post(path, json=offer(roles=["mentor"]))

    assert answer.status_code == 409
    problem = answer.json()
    assert problem["code"] == "not_in_audience"
    assert problem["parameters"] == {
        "role": "mentor",
        "predicate": "all_of.1",
        "hr_field": "job_level",
        "op": "gte",
    }
    assert await world.harness.fetch("select 1 from participant") == []


async def test_a_coordinator_enrols_somebody_and_the_audience_holds_all_the_same(world: World) -> None:
    french = {"field": "country", "op": "in", "values": ["FR"]}
    _, cohort_id = await world.program(audience={"mentor": {"all_of": []}, "mentee": french})
    path = f"/coordination/cohorts/{cohort_id}/enrolments"
    maria, tom = str(person_id("maria")), str(person_id("tom"))
    made = await world.call(world.coordinator(), "POST", path, json=offer(person_id=maria, roles=["mentor"]))

    assert made["person_id"] == maria
    refused = await world.refused(world.coordinator(), "POST", path, json=offer(person_id=tom))
    assert refused == (409, "not_in_audience")
    listed = await world.call(world.coordinator(), "GET", path)
    assert [each["id"] for each in listed["items"]] == [made["id"]]


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"roles": ["peer"]}, 422, "enrolment_invalid"),
        ({"roles": []}, 422, "validation_failed"),
        ({"languages": ["english"]}, 422, "enrolment_invalid"),
        ({"languages": []}, 422, "validation_failed"),
        ({"skills_wanted": ["I want to learn"]}, 422, "enrolment_invalid"),
        ({"roles": ["mentor"], "capacity": 4}, 422, "enrolment_invalid"),
        ({"salary": 1}, 422, "validation_failed"),
    ],
)
async def test_an_enrolment_that_cannot_be_meant_is_refused(
    world: World, changed: dict[str, object], status: int, code: str
) -> None:
    _, cohort_id = await world.program()
    path = f"/cohorts/{cohort_id}/enrolments"

    assert await world.refused(world.member("tom"), "POST", path, json=offer(**changed)) == (status, code)
    assert await world.harness.events(events.ParticipantEnrolled) == []


async def test_nobody_enrols_twice_in_a_cohort_but_may_come_back(world: World) -> None:
    _, cohort_id = await world.program()
    first = await world.enrol(cohort_id, "tom", "mentee")
    path = f"/cohorts/{cohort_id}/enrolments"
    assert await world.refused(world.member("tom"), "POST", path, json=offer()) == (409, "already_enrolled")
    await world.call(world.member("tom"), "POST", f"/my/enrolments/{first}/withdraw")

    assert await world.enrol(cohort_id, "tom", "mentee") != first


async def test_somebody_on_leave_cannot_join(world: World) -> None:
    await world.add_person("lena", status="leave")
    _, cohort_id = await world.program()
    path = f"/cohorts/{cohort_id}/enrolments"

    assert await world.refused(world.member("lena"), "POST", path, json=offer()) == (
        409,
        "person_cannot_join",
    )


async def test_an_update_needs_its_revision_and_tells_the_new_offer(world: World) -> None:
    _, cohort_id = await world.program()
    tom = await world.enrol(cohort_id, "tom", "mentee")
    path = f"/my/enrolments/{tom}"
    new = offer(skills_wanted=["rust"])
    fresh, stale = {"If-Match": '"1"'}, {"If-Match": '"2"'}
    refused = await world.refused(world.member("tom"), "PUT", path, json=new, headers=stale)
    assert refused == (412, "version_stale")
    updated = await world.call(world.member("tom"), "PUT", path, json=new, headers=fresh)

    assert (updated["revision"], updated["skills_wanted"]) == (2, ["rust"])
    (event,) = await world.harness.events(events.ParticipantUpdated)
    assert event.skills_wanted == ("rust",)


async def test_who_rests_is_left_out_of_runs_until_they_are_back(world: World) -> None:
    _, cohort_id = await world.program()
    await world.enrol(cohort_id, "maria", "mentor")
    tom = await world.enrol(cohort_id, "tom", "mentee")
    await world.call(world.member("tom"), "POST", f"/my/enrolments/{tom}/pause")
    resting = await world.run(cohort_id)
    await world.call(world.coordinator(), "POST", f"/coordination/enrolments/{tom}/resume")
    back = await world.run(cohort_id)

    assert (resting["published"], back["published"]) == (0, 1)
    assert len(await world.harness.events(events.ParticipantPaused)) == 1
    assert len(await world.harness.events(events.ParticipantResumed)) == 1


async def test_who_withdraws_frees_their_partners(world: World) -> None:
    _, match_id = await world.active_match()
    (tom,) = await world.harness.fetch(
        "select id from participant where person_id = :id", id=person_id("tom")
    )
    await world.call(world.member("tom"), "POST", f"/my/enrolments/{tom['id']}/withdraw")

    (withdrawn,) = await world.harness.events(events.ParticipantWithdrawn)
    assert withdrawn.reason is events.WithdrawalReason.OWN_WISH
    (ended,) = await world.harness.events(MatchEnded)
    assert (str(ended.match_id), ended.reason) == (match_id, EndReason.WITHDRAWN)


async def test_an_enrolment_is_its_persons_and_its_coordinators_alone(world: World) -> None:
    await world.add_person("otto")
    _, cohort_id = await world.program()
    tom = await world.enrol(cohort_id, "tom", "mentee")

    for path in (f"/my/enrolments/{tom}/pause", f"/my/enrolments/{tom}/withdraw"):
        refused = await world.refused(world.member("tara"), "POST", path)
        assert refused == (404, "participant_not_found")
    path = f"/coordination/enrolments/{tom}/withdraw"
    assert await world.refused(world.member("tom"), "POST", path) == (403, "forbidden")
    refused = await world.refused(world.coordinator("otto"), "POST", path)
    assert refused == (403, "not_your_program")
    refused = await world.refused(world.member("tara"), "GET", f"/my/enrolments/{tom}")
    assert refused == (404, "participant_not_found")


async def test_nobody_without_a_token_or_a_person_gets_anywhere(world: World) -> None:
    _, cohort_id = await world.program()
    path = f"/cohorts/{cohort_id}/enrolments"

    signed_out = world.harness.client()
    assert await world.refused(signed_out, "POST", path, json=offer()) == (401, "unauthenticated")
    unknown = world.member("nobody-in-hr")
    assert await world.refused(unknown, "POST", path, json=offer()) == (403, "person_unknown")
