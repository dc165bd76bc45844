"""A person key that comes back with another name and another hire date waits for a human."""

from typing import Any
from uuid import UUID

import pytest

from shared.events.people import PersonChanged
from tests.component.conftest import HarnessFactory
from tests.support.hr_world import SETTINGS, HrWorld, hired, said
from tests.support.matching_world import World

ADA = {"given_name": "Ada", "family_name": "Byron", "hire_date": "2020-01-06"}
GRACE = {"given_name": "Grace", "family_name": "Murray", "hire_date": "2026-10-01"}
GRACES_HIRE = said(
    "k1", "hire", "2026-10-01", "2026-09-15T00:00:00Z", **GRACE, location_code="NYC", country="US"
)


@pytest.fixture
async def hr(harness_factory: HarnessFactory) -> HrWorld:
    """Ada has the key k1, and then it says Grace."""
    hr = HrWorld(await harness_factory("matching", **SETTINGS))
    await hr.say(hired("k1", **ADA))
    await hr.say(GRACES_HIRE)
    return hr


async def held(hr: HrWorld) -> list[dict[str, Any]]:
    """What waits for a human."""
    client = hr.harness.client("carla", ["coordinator"])
    found = await World(hr.harness).call(client, "GET", "/people/held")
    items = found["items"]
    assert isinstance(items, list)
    return items


async def decide(hr: HrWorld, verdict: str) -> UUID:
    """A coordinator decides about the one identity that waits."""
    (waiting,) = await held(hr)
    answer = await World(hr.harness).call(
        hr.harness.client("carla", ["coordinator"]),
        "POST",
        f"/people/held/{waiting['person_id']}/decision",
        json={"identity": waiting["held"][0]["identity"], "verdict": verdict},
    )
    return UUID(answer["person_id"])


async def test_until_a_human_decides_the_person_stays_who_they_were(hr: HrWorld) -> None:
    (waiting,) = await held(hr)

    assert waiting["known"] == ADA
    assert [one["claimed"] for one in waiting["held"]] == [GRACE]
    assert [event.given_name for event in await hr.told("k1")] == ["Ada"]
    assert len(await hr.harness.fetch("select * from person")) == 1


async def test_the_same_person_takes_the_new_name(hr: HrWorld) -> None:
    assert await decide(hr, "same_person") == await hr.id_of("k1")
    assert await held(hr) == []
    assert [event.given_name for event in await hr.told("k1")] == ["Ada", "Grace"]


async def test_a_different_person_becomes_somebody_of_their_own_and_both_live_on(hr: HrWorld) -> None:
    grace = await decide(hr, "different_person")
    assert grace != await hr.id_of("k1")
    assert await held(hr) == []
    # What comes without a name is about the one who has the key now.
    await hr.say(said("k1", "update", "2026-11-01", job_title="Director"))
    latest = {event.person_id: event for event in await hr.harness.events(PersonChanged)}

    assert [(event.given_name, event.country) for event in await hr.told("k1")] == [("Ada", "DE")]
    assert (latest[grace].given_name, latest[grace].country) == ("Grace", "US")
    assert latest[grace].job_title == "Director"


async def test_a_decision_is_an_observation_in_the_fold_and_in_the_audit(hr: HrWorld) -> None:
    ada = await hr.id_of("k1")
    await decide(hr, "different_person")

    kinds = await hr.harness.fetch("select kind, count(*) as n from observation group by kind order by kind")
    assert kinds == [{"kind": "decision", "n": 1}, {"kind": "hire", "n": 2}]
    audited = await hr.harness.fetch("select action, subject_id, reason from audit")
    assert audited == [{"action": "identity_decided", "subject_id": ada, "reason": "different_person"}]


async def test_after_a_decision_a_replay_of_everything_changes_nothing(hr: HrWorld) -> None:
    await decide(hr, "different_person")
    before = await hr.picture()
    await hr.harness.fetch("select 1")
    async with hr.harness.service.kernel.engine.begin() as connection:
        await connection.exec_driver_sql("truncate inbox")
    await hr.say(GRACES_HIRE, hired("k1", **ADA))

    assert await hr.picture() == before


async def test_only_what_waits_can_be_decided_and_only_by_a_coordinator(hr: HrWorld) -> None:
    world, ada = World(hr.harness), await hr.id_of("k1")
    path, body = f"/people/held/{ada}/decision", {"identity": "0" * 64, "verdict": "same_person"}
    coordinator = hr.harness.client("carla", ["coordinator"])

    assert await world.refused(coordinator, "POST", path, json=body) == (409, "identity_not_held")
    for roles in ([], ["participant"], ["analyst"], ["ops"]):
        assert await world.refused(hr.harness.client("x", roles), "POST", path, json=body) == (
            403,
            "forbidden",
        )
        assert await world.refused(hr.harness.client("x", roles), "GET", "/people/held") == (403, "forbidden")


async def test_another_name_alone_is_an_update(hr: HrWorld) -> None:
    await hr.say(hired("k2", given_name="Mary", family_name="Single"))
    await hr.say(said("k2", "update", "2026-12-01", given_name="Mary", family_name="Married"))

    assert [event.family_name for event in await hr.told("k2")] == ["Single", "Married"]
