"""Coordinators look people up, and see no more of them than they need."""

import pytest

from tests.component.conftest import HarnessFactory
from tests.support.hr_world import SETTINGS, HrWorld, hired, line, said
from tests.support.matching_world import World


@pytest.fixture
async def hr(harness_factory: HarnessFactory) -> HrWorld:
    """Seven people."""
    hr = HrWorld(await harness_factory("matching", **SETTINGS))
    await hr.say(*(hired(f"p{number}") for number in range(5)))
    await hr.say(hired("ada", family_name="Byron_%", managers=line("p0")), hired("bob", job_level="IC4"))
    return hr


async def get(hr: HrWorld, path: str, **params: str | int) -> dict[str, object]:
    client = hr.harness.client("carla", ["coordinator"])
    return await World(hr.harness).call(client, "GET", path, params=params)


async def test_pages_hold_everybody_once(hr: HrWorld) -> None:
    seen: list[object] = []
    page = await get(hr, "/people", limit=3)
    while True:
        items, cursor = page["items"], page.get("next_cursor")
        assert isinstance(items, list)
        seen += [item["given_name"] for item in items]
        if not isinstance(cursor, str):
            break
        page = await get(hr, "/people", limit=3, cursor=cursor)

    assert sorted(map(str, seen)) == ["Ada", "Bob", "P0", "P1", "P2", "P3", "P4"]


@pytest.mark.parametrize(
    ("search", "found"),
    [("ada byr", ["Ada"]), ("P3@CORP", ["P3"]), ("_%", ["Ada"]), ("nobody", [])],
)
async def test_a_search_finds_parts_of_names_and_addresses_literally(
    hr: HrWorld, search: str, found: list[str]
) -> None:
    items = (await get(hr, "/people", search=search))["items"]
    assert isinstance(items, list)
    assert [item["given_name"] for item in items] == found


async def test_a_person_is_shown_with_what_a_coordinator_needs_and_nothing_else(hr: HrWorld) -> None:
    await hr.say(said("ada", "leave", "2026-12-01"))
    ada = await hr.id_of("ada")

    assert await get(hr, f"/people/{ada}") == {
        "id": str(ada),
        "status": "unavailable",
        "given_name": "Ada",
        "family_name": "Byron_%",
        "work_email": "ada@corp.example",
        "job_title": None,
        "function": "engineering",
        "business_unit": None,
        "location_code": "BER",
        "country": "DE",
        "identity": "clear",
        "job_level": 5,
        "manager_id": str(await hr.id_of("p0")),
        "time_zone": "Europe/Berlin",
        "line_faults": [],
    }


async def test_a_level_that_is_no_number_is_unknown(hr: HrWorld) -> None:
    assert (await get(hr, f"/people/{await hr.id_of('bob')}"))["job_level"] is None


async def test_people_who_are_locked_out_by_sharing_a_login_are_counted(hr: HrWorld) -> None:
    """Logins are the keys in lower case here; one that two people have is nobody's."""
    await hr.say(*(hired(key) for key in ("twin", "Twin", "TWIN", "Other")))
    await hr.harness.service.read_gauges()

    registry = hr.harness.service.kernel.registry
    assert registry.get_sample_value("mentoring_people_ambiguous_logins_count") == 3


async def test_people_are_for_coordinators(hr: HrWorld) -> None:
    world, ada = World(hr.harness), await hr.id_of("ada")
    for path in ("/people", f"/people/{ada}"):
        for roles in ([], ["participant"], ["analyst"], ["ops"]):
            assert await world.refused(hr.harness.client("ada", roles), "GET", path) == (403, "forbidden")
        assert await world.refused(hr.harness.client(None), "GET", path) == (401, "unauthenticated")


async def test_what_cannot_be_asked_is_refused(hr: HrWorld) -> None:
    world = World(hr.harness)
    coordinator = ("coordinator",)
    for path, status in (("/people?limit=0", 422), ("/people?search=", 422), ("/people?cursor=x", 400)):
        refused = await world.refused(hr.harness.client("c", coordinator), "GET", path)
        assert refused[0] == status
    unknown = "/people/0198a3f0-0000-7000-8000-000000000000"
    answer = await world.refused(hr.harness.client("c", coordinator), "GET", unknown)
    assert answer == (404, "person_not_found")
