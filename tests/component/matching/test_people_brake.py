"""Too many leavers at once wait for a human; what HR said is kept meanwhile."""

import pytest

from shared.events.people import PersonStatus
from tests.component.conftest import HarnessFactory
from tests.support.hr_world import SETTINGS, HrWorld, hired, said
from tests.support.matching_world import World

STAFF = [f"p{number:02}" for number in range(40)]


@pytest.fixture
async def hr(harness_factory: HarnessFactory) -> HrWorld:
    """40 people; five may leave within the hour, for 5 % of them are only two."""
    hr = HrWorld(await harness_factory("matching", **SETTINGS))
    await hr.say(*(hired(key) for key in STAFF))
    return hr


def leaves(key: str) -> bytes:
    return said(key, "termination", "2026-12-31")


async def statuses(hr: HrWorld) -> dict[str, int]:
    """How many people there are of each status."""
    rows = await hr.harness.fetch("select status, count(*) as n from person group by status")
    return {row["status"]: row["n"] for row in rows}


async def held(hr: HrWorld) -> int:
    """How many leavers the API shows as held."""
    client = hr.harness.client("o", ["ops"])
    return len((await World(hr.harness).call(client, "GET", "/people/held-leavers?limit=200"))["items"])


async def test_the_leavers_beyond_the_threshold_stay_as_they_were_and_nobody_is_told(hr: HrWorld) -> None:
    await hr.say(*(leaves(key) for key in STAFF[:8]))

    assert await statuses(hr) == {"active": 35, "left": 5}
    assert await held(hr) == 3
    assert [event.status for event in await hr.told("p04")] == [PersonStatus.ACTIVE, PersonStatus.LEFT]
    assert [event.status for event in await hr.told("p05")] == [PersonStatus.ACTIVE]
    said_so = await hr.harness.fetch("select count(*) as n from observation where kind = 'termination'")
    assert said_so == [{"n": 8}]


async def test_a_match_of_a_held_leaver_goes_on_until_the_release(hr: HrWorld) -> None:
    world = World(hr.harness)
    await world.add_person("carla")
    await hr.works("p05", "p20")
    _, match_id = await world.active_match(mentor="p05", mentee="p20")
    await hr.say(*(leaves(key) for key in STAFF[:8]))
    assert await world.state(match_id) == "active"
    answer = await world.call(world.coordinator(), "POST", "/people/held-leavers/release", json={})
    assert answer == {"released": 3, "remaining": 0}
    await hr.harness.run_due()

    assert await world.state(match_id) == "ended_early"
    assert await statuses(hr) == {"active": 33, "left": 8}
    assert await held(hr) == 0
    audited = await hr.harness.fetch("select action from audit where action = 'leavers_released'")
    assert len(audited) == 1


async def test_some_may_be_released_while_the_others_wait(hr: HrWorld) -> None:
    await hr.say(*(leaves(key) for key in STAFF[:8]))
    answer = await World(hr.harness).call(
        hr.harness.client("o", ["ops"]),
        "POST",
        "/people/held-leavers/release",
        json={"person_ids": [str(await hr.id_of("p06"))]},
    )
    await hr.harness.run_due()

    assert answer == {"released": 1, "remaining": 2}
    assert (await hr.row("p06"))["status"] == "left"
    assert (await hr.row("p05"))["status"] == "active"


async def test_a_held_leaving_that_hr_takes_back_waits_no_longer(hr: HrWorld) -> None:
    await hr.say(*(leaves(key) for key in STAFF[:8]))
    await hr.say(*(said(key, "rescind", "2026-12-31", "2026-12-05T00:00:00Z") for key in STAFF[5:8]))

    assert await held(hr) == 0
    assert await statuses(hr) == {"active": 35, "left": 5}
    assert len(await hr.told("p05")) == 1


async def test_leavers_of_a_planned_day_are_counted_on_that_day(hr: HrWorld) -> None:
    await hr.say(*(said(key, "termination", "2027-03-31") for key in STAFF[:8]))
    assert await held(hr) == 0
    await hr.harness.run_due(hr.harness.clock.now().replace(month=4))

    assert await statuses(hr) == {"active": 35, "left": 5}
    assert await held(hr) == 3


async def test_the_share_of_a_large_company_may_leave(harness_factory: HarnessFactory) -> None:
    hr = HrWorld(await harness_factory("matching", mass_leavers_ppm=250_000, **SETTINGS))
    await hr.say(*(hired(key) for key in STAFF))
    await hr.say(*(leaves(key) for key in STAFF[:12]))

    assert await statuses(hr) == {"active": 30, "left": 10}


async def test_nobody_else_sees_or_releases_leavers(hr: HrWorld) -> None:
    world = World(hr.harness)
    for roles in ([], ["participant"], ["analyst"]):
        client = hr.harness.client("x", roles)
        assert await world.refused(client, "GET", "/people/held-leavers") == (403, "forbidden")
        client, path = hr.harness.client("x", roles), "/people/held-leavers/release"
        assert await world.refused(client, "POST", path, json={}) == (403, "forbidden")
