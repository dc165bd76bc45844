"""Erasure: nothing of the person is left, everybody is told to forget, and a replayed record stays out."""

import json
from uuid import UUID

import pytest

from shared.events.people import PERSON_ERASED, PersonChanged
from tests.component.conftest import HarnessFactory
from tests.support.hr_world import SETTINGS, HrWorld, hired, line, said
from tests.support.matching_world import World

ERASE = "/people/{}/erase"


@pytest.fixture
async def hr(harness_factory: HarnessFactory) -> HrWorld:
    """Zelda Fitzgerald mentors Tom, who reports to Lee, who reports to Zelda."""
    hr = HrWorld(await harness_factory("matching", **SETTINGS))
    await World(hr.harness).add_person("carla")
    zelda = hired("zelda", family_name="Fitzgerald", worker_id="W-ZELDA")
    await hr.say(zelda, hired("tom"), hired("lee", managers=line("zelda")))
    return hr


async def erase(hr: HrWorld, person_id: UUID) -> None:
    """Ops forgets a person."""
    await World(hr.harness).call(hr.harness.client("o", ["ops"]), "POST", ERASE.format(person_id))


async def stored(hr: HrWorld) -> str:
    """Everything in every table, but what already left for the topic of people and waits for the relay."""
    tables = await hr.harness.fetch(
        "select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'outbox'"
    )
    found = ""
    for table in tables:
        rows = await hr.harness.fetch(f"select to_jsonb(t)::text as row from {table['name']} t")  # noqa: S608
        found += "\n".join(row["row"] for row in rows)
    return found


async def test_everything_about_the_person_is_gone_and_the_tombstone_is_out(hr: HrWorld) -> None:
    world, zelda = World(hr.harness), await hr.id_of("zelda")
    await hr.works("zelda", "tom")
    _, match_id = await world.active_match(mentor="zelda", mentee="tom")
    await hr.say(said("zelda", "termination", "2027-03-31"))
    await erase(hr, zelda)

    assert await world.state(match_id) == "ended_early"
    everything = await stored(hr)
    for trace in ("Fitzgerald", "W-ZELDA", "zelda@corp.example"):
        assert trace not in everything
    left = [record for record in await hr.harness.records() if record["key"] == str(zelda)]
    assert (left[-1]["type"], left[-1]["payload"]) == (PERSON_ERASED, None)
    assert await hr.harness.fetch("select * from due where kind = 'person_change'") == []
    audited = await hr.harness.fetch("select action, subject_id from audit where action = 'person_erased'")
    assert audited == [{"action": "person_erased", "subject_id": zelda}]


async def test_who_reported_to_the_person_has_no_manager_now(hr: HrWorld) -> None:
    zelda = await hr.id_of("zelda")
    await erase(hr, zelda)

    assert [event.manager_id for event in await hr.told("lee")] == [zelda, None]
    assert (await hr.row("lee"))["manager_ids"] == []


async def test_a_record_that_is_replayed_or_new_does_not_bring_the_person_back(hr: HrWorld) -> None:
    await erase(hr, await hr.id_of("zelda"))
    again = json.dumps(json.loads(hired("zelda", family_name="Fitzgerald")) | {"id": "1"}).encode()
    await hr.say(again, said("zelda", "update", "2026-12-15", job_title="Ghost"), hired("new"))

    reasons = await hr.harness.fetch("select reason from set_aside")
    assert [row["reason"] for row in reasons] == ["erased_person", "erased_person"]
    assert "Fitzgerald" not in await stored(hr)
    assert len(await hr.harness.fetch("select * from person where given_name = 'Zelda'")) == 0
    assert (await hr.row("new"))["given_name"] == "New"
    known = await hr.harness.fetch("select count(*) as n from erased")
    assert known == [{"n": 1}]


async def test_of_a_key_with_two_people_the_other_lives_on(hr: HrWorld) -> None:
    zelda = await hr.id_of("zelda")
    grace_hired = said(
        "zelda",
        "hire",
        "2026-10-01",
        given_name="Grace",
        family_name="Murray",
        hire_date="2026-10-01",
        country="DE",
    )
    await hr.say(grace_hired)
    world = World(hr.harness)
    held = await world.call(world.coordinator(), "GET", "/people/held")
    body = {"identity": held["items"][0]["held"][0]["identity"], "verdict": "different_person"}
    decided = await world.call(world.coordinator(), "POST", f"/people/held/{zelda}/decision", json=body)
    await erase(hr, zelda)
    assert "Fitzgerald" not in await stored(hr)
    replayed = json.loads(hired("zelda", family_name="Fitzgerald", worker_id="W-ZELDA")) | {"id": "2"}
    await hr.say(json.dumps(replayed).encode(), said("zelda", "update", "2026-12-15", job_title="Director"))

    assert await hr.id_of("zelda") == UUID(decided["person_id"])
    latest = (await hr.told("zelda"))[-1]
    assert (latest.given_name, latest.job_title) == ("Grace", "Director")
    reasons = await hr.harness.fetch("select reason from set_aside")
    assert [row["reason"] for row in reasons] == ["erased_person"]


async def test_only_ops_may_erase_and_only_whom_there_is(hr: HrWorld) -> None:
    world, zelda = World(hr.harness), await hr.id_of("zelda")
    for roles in ([], ["participant"], ["coordinator"], ["analyst"]):
        refused = await world.refused(hr.harness.client("x", roles), "POST", ERASE.format(zelda))
        assert refused == (403, "forbidden")
    await erase(hr, zelda)
    unknown = await world.refused(hr.harness.client("o", ["ops"]), "POST", ERASE.format(zelda))
    assert unknown == (404, "person_not_found")
    assert len(await hr.harness.events(PersonChanged)) == 4


async def test_told_again_an_erased_person_is_erased_and_another_is_as_they_are(hr: HrWorld) -> None:
    """A relay that stood still may have put an old state behind the latest; compaction would keep it."""
    zelda, tom = await hr.id_of("zelda"), await hr.id_of("tom")
    await erase(hr, zelda)
    before = await hr.harness.records()
    async with hr.harness.service.kernel.units.begin() as uow:
        for each in (zelda, tom):
            await uow.schedule("retell:mentoring.people.v1", each, uow.now)
    await hr.harness.run_due()

    again = {record["key"]: record for record in (await hr.harness.records())[len(before) :]}
    assert (again[str(zelda)]["type"], again[str(zelda)]["payload"]) == (PERSON_ERASED, None)
    toms = [record["payload"] for record in before if record["key"] == str(tom)]
    assert again[str(tom)]["payload"] == toms[-1]
    assert len(again) == 2
