"""Managers: pointers that come before whom they mean, dangle or circle, and what a move does to matches."""

import asyncio

import pytest

from shared.events import matches as match_events
from tests.component.conftest import HarnessFactory
from tests.support.hr_world import SETTINGS, TOPIC, HrWorld, hired, line, position, said
from tests.support.matching_world import API, World


@pytest.fixture
async def hr(harness_factory: HarnessFactory) -> HrWorld:
    """A company where only Carla, who coordinates, works."""
    hr = HrWorld(await harness_factory("matching", **SETTINGS))
    await World(hr.harness).add_person("carla")
    return hr


async def detail(hr: HrWorld, key: str) -> dict[str, object]:
    """A person as coordinators see them."""
    found = await World(hr.harness).call(
        hr.harness.client("carla", ["coordinator"]), "GET", f"/people/{await hr.id_of(key)}"
    )
    assert isinstance(found, dict)
    return found


async def test_a_manager_who_arrives_late_is_found_and_everybody_is_told(hr: HrWorld) -> None:
    await hr.say(hired("tom", managers=line("lee")), hired("tara", managers=position("P7")))
    assert (await hr.row("tom"))["dangling_managers"] == 1
    await hr.say(hired("lee", position_id="P7"))
    lee = await hr.id_of("lee")

    for key in ("tom", "tara"):
        assert [event.manager_id for event in await hr.told(key)] == [None, lee]
        row = await hr.row(key)
        assert (row["manager_ids"], row["dangling_managers"]) == ([lee], 0)


async def test_pointers_and_managers_that_two_replicas_store_at_once_find_each_other(hr: HrWorld) -> None:
    reports = [hr.harness.foreign(TOPIC, hired(f"r{n}", managers=line(f"m{n}"))) for n in range(20)]
    managers = [hr.harness.foreign(TOPIC, hired(f"m{n}")) for n in range(20)]
    await asyncio.gather(
        *(hr.harness.process(record) for pair in zip(reports, managers, strict=True) for record in pair)
    )

    assert await hr.harness.fetch("select id from person where dangling_managers > 0") == []
    for n in range(20):
        assert (await hr.row(f"r{n}"))["manager_ids"] == [await hr.id_of(f"m{n}")]


async def test_a_position_means_who_holds_it_now(hr: HrWorld) -> None:
    await hr.say(hired("lee", position_id="P7"), hired("tom", managers=position("P7")))
    await hr.say(hired("max", position_id="P7"), said("lee", "termination", "2026-12-31"))

    assert (await hr.row("tom"))["manager_ids"] == [await hr.id_of("max")]


@pytest.mark.parametrize("first", ["anna", "zoe"])
async def test_of_two_who_hold_a_position_the_order_of_arrival_does_not_choose(
    hr: HrWorld, first: str
) -> None:
    second = {"anna": "zoe", "zoe": "anna"}[first]
    await hr.say(hired(first, position_id="P7"), hired("tom", managers=position("P7")))
    await hr.say(hired(second, position_id="P7"))

    assert (await hr.row("tom"))["manager_ids"] == [await hr.id_of("anna")]


async def test_what_cannot_be_about_managers_is_reported_and_stops_nothing(hr: HrWorld) -> None:
    await hr.say(
        hired("ann", managers=line("bea")),
        hired("bea", managers=line("cat")),
        hired("cat", managers=line("ann")),
        hired("dan", managers=line("dan")),
        hired("eve", managers=line("nobody")),
    )

    faults = {key: (await detail(hr, key))["line_faults"] for key in ("ann", "dan", "eve")}
    assert faults == {"ann": ["circle"], "dan": ["self_managed"], "eve": ["dangling_manager"]}
    counted = hr.harness.service.kernel.registry.get_sample_value
    assert counted("mentoring_people_line_circles_total") == 1


@pytest.mark.parametrize(("policy", "state"), [("flag", "active"), ("end", "ended_early")])
async def test_a_move_up_the_line_reaches_matches_below_by_policy(
    hr: HrWorld, policy: str, state: str
) -> None:
    """Tom reports to Lee; HR moves Lee under Maria, Tom's mentor."""
    world = World(hr.harness)
    await hr.say(hired("maria"), hired("lee"), hired("tom", managers=line("lee")))
    await hr.works("maria", "tom")
    _, match_id = await world.active_match(on_line_conflict=policy)
    await hr.say(said("lee", "update", "2026-12-15", managers=line("maria")))

    assert await world.state(match_id) == state
    flagged = await hr.harness.events(match_events.MatchFlagged)
    ended = await hr.harness.events(match_events.MatchEnded)
    assert (len(flagged), len(ended)) == ((1, 0) if policy == "flag" else (0, 1))


async def test_a_pointer_that_begins_to_mean_the_mentor_reaches_the_match(hr: HrWorld) -> None:
    """Nothing changes about Tom: it is Maria who takes the position that he reports to."""
    world = World(hr.harness)
    await hr.say(hired("maria"), hired("tom", managers=position("P7")))
    await hr.works("maria", "tom")
    _, match_id = await world.active_match(on_line_conflict="end")
    await hr.say(said("maria", "update", "2026-12-15", position_id="P7"))

    assert await world.state(match_id) == "ended_early"
    (ended,) = await hr.harness.events(match_events.MatchEnded)
    assert ended.reason is match_events.EndReason.REPORTING_LINE


async def test_a_transfer_out_of_the_audience_ends_the_match_by_policy(hr: HrWorld) -> None:
    world = World(hr.harness)
    await hr.say(hired("maria"), hired("tom"))
    germans = {"field": "country", "op": "in", "values": ["DE"]}
    await hr.works("maria", "tom")
    _, match_id = await world.active_match(
        audience={"mentor": {"all_of": []}, "mentee": germans}, on_audience_exit="end"
    )
    await hr.say(said("tom", "update", "2026-12-15", location_code="NYC", country="US"))

    assert await world.state(match_id) == "ended_early"


async def test_two_people_with_one_login_are_nobody_to_the_api(hr: HrWorld) -> None:
    await hr.say(hired("tom"), hired("TOM"))

    async with hr.harness.client("tom") as client:
        answer = await client.get(f"{API}/my/matches")
    assert (answer.status_code, answer.json()["code"]) == (403, "person_unknown")
