"""A match run from the request to its proposals, with the real solver in its own process."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from services.matching.persistence.people_tables import person
from shared.events.match_runs import MatchRunCompleted, UnmatchedCount
from shared.events.matches import MatchEnded, MatchOffered, MatchProposed
from tests.component.conftest import HarnessFactory
from tests.support.matching_world import World, person_id, small_world


@pytest.fixture
async def world(harness_factory: HarnessFactory) -> World:
    """Carla, Maria, Milo, Tom and Tara; one proposal a transaction."""
    return await small_world(await harness_factory("matching", run_chunk=1))


async def everybody(world: World, **terms: object) -> tuple[str, str, dict[str, str]]:
    """All four enrolled: program, cohort, participants by name."""
    program_id, cohort_id = await world.program(**terms)
    ids = {
        "maria": await world.enrol(cohort_id, "maria", "mentor", skills_offered=["python"]),
        "milo": await world.enrol(cohort_id, "milo", "mentor", skills_offered=["rust"]),
        "tom": await world.enrol(cohort_id, "tom", "mentee", skills_wanted=["rust"]),
        "tara": await world.enrol(cohort_id, "tara", "mentee", skills_wanted=["python"]),
    }
    return program_id, cohort_id, ids


async def proposals(world: World, run: dict[str, Any]) -> list[dict[str, Any]]:
    """The pairs of a run."""
    found = await world.call(world.coordinator(), "GET", f"/runs/{run['id']}/proposals")
    items: list[dict[str, Any]] = found["items"]
    return items


async def test_a_run_proposes_the_best_pairs_with_a_proof_and_their_breakdown(world: World) -> None:
    program_id, cohort_id, ids = await everybody(world)
    run = await world.run(cohort_id)

    assert (run["state"], run["published"], run["figures"]["gap"]) == ("published", 2, 0)
    pairs = {(pair["mentor_id"], pair["mentee_id"]) for pair in await proposals(world, run)}
    assert pairs == {(ids["maria"], ids["tara"]), (ids["milo"], ids["tom"])}
    for pair in await proposals(world, run):
        assert sum(part["contribution"] for part in pair["breakdown"]) == pair["score"]
        assert pair["match_id"] is not None
    matches = await world.matches(program_id, run_id=run["id"])
    assert [match["state"] for match in matches] == ["proposed", "proposed"]
    proposed = await world.harness.events(MatchProposed)
    assert {event.match_run_id for event in proposed} == {UUID(run["id"])}
    (completed,) = await world.harness.events(MatchRunCompleted)
    assert (completed.proposals, completed.gap, completed.eligible) == (2, 0, 5)
    assert (completed.mentors, completed.mentees, completed.unmatched) == (2, 2, ())
    assert (completed.worst_off, completed.own_best_share) == (run["figures"]["worst_off"], 1_000_000)
    assert (completed.mentor_load_gini, completed.blocking_pairs) == (0, 0)


async def test_a_run_without_approval_offers_what_it_proposes(world: World) -> None:
    program_id, cohort_id, _ = await everybody(world, approval_required=False)
    await world.run(cohort_id)

    assert [match["state"] for match in await world.matches(program_id)] == ["offered", "offered"]
    assert len(await world.harness.events(MatchOffered)) == 2


async def test_a_coordinator_offers_a_run_with_one_command(world: World) -> None:
    program_id, cohort_id, _ = await everybody(world)
    run = await world.run(cohort_id)
    offered = await world.call(world.coordinator(), "POST", f"/runs/{run['id']}/offer")

    assert offered == {"offered": 2, "remaining": False}
    assert {match["state"] for match in await world.matches(program_id)} == {"offered"}


async def test_a_dry_run_keeps_its_result_and_publishes_nothing(world: World) -> None:
    program_id, cohort_id, _ = await everybody(world)
    run = await world.run(cohort_id, dry_run=True)

    assert (run["state"], run["figures"]["proposals"], run["published"]) == ("solved", 2, 0)
    assert [pair["match_id"] for pair in await proposals(world, run)] == [None, None]
    assert await world.matches(program_id) == []
    assert await world.harness.events(MatchProposed) == []
    assert await world.harness.events(MatchRunCompleted) == []


async def test_who_is_left_over_reads_why(world: World) -> None:
    _, cohort_id = await world.program()
    await world.enrol(cohort_id, "maria", "mentor")
    await world.enrol(cohort_id, "tom", "mentee", languages=["fr"])
    run = await world.run(cohort_id)

    unmatched = await world.call(world.coordinator(), "GET", f"/runs/{run['id']}/unmatched")
    reasons = [(each["role"], each["reason"], each["dominating"]) for each in unmatched["items"]]
    assert reasons == [
        ("mentor", "no_feasible_partner", "no_common_language"),
        ("mentee", "no_feasible_partner", "no_common_language"),
    ]
    (completed,) = await world.harness.events(MatchRunCompleted)
    assert completed.unmatched == (UnmatchedCount(reason="no_feasible_partner", people=2),)


async def test_proposals_hold_their_seats_so_that_a_second_run_gives_none_away_twice(world: World) -> None:
    _, cohort_id, _ = await everybody(world)
    await world.run(cohort_id)
    second = await world.run(cohort_id)

    assert (second["state"], second["published"]) == ("published", 0)
    assert second["figures"]["unmatched"] == {"own_capacity_zero": 4}


async def test_a_run_that_replaces_keeps_what_is_locked_or_offered(world: World) -> None:
    program_id, cohort_id, _ = await everybody(world)
    await world.run(cohort_id)
    first, second = await world.matches(program_id)
    await world.command(first["id"], "lock")
    again = await world.run(cohort_id, replace_proposals=True)

    assert again["published"] == 1
    assert await world.state(first["id"]) == "proposed"
    assert await world.state(second["id"]) == "ended_early"
    (new,) = await world.matches(program_id, run_id=again["id"])
    assert new["members"] == second["members"]
    (ended,) = await world.harness.events(MatchEnded)
    assert str(ended.match_id) == second["id"]


async def test_a_declined_pair_is_not_proposed_again_but_an_expired_one_is(world: World) -> None:
    program_id, cohort_id, ids = await everybody(world)
    run = await world.run(cohort_id)
    await world.call(world.coordinator(), "POST", f"/runs/{run['id']}/offer")
    with_tom = next(pair for pair in await proposals(world, run) if pair["mentee_id"] == ids["tom"])
    await world.answer(with_tom["match_id"], "tom", "decline")
    await world.later(days=14)
    again = await world.run(cohort_id)

    pairs = {(pair["mentor_id"], pair["mentee_id"]) for pair in await proposals(world, again)}
    assert pairs == {(ids["milo"], ids["tara"]), (ids["maria"], ids["tom"])}
    states = sorted(match["state"] for match in await world.matches(program_id))
    assert states == ["declined", "expired", "proposed", "proposed"]


async def test_hours_unknown_leave_people_over_until_they_are_known(world: World) -> None:
    await world.add_person("uma")
    _, cohort_id = await world.program()
    await world.enrol(cohort_id, "maria", "mentor")
    await world.enrol(cohort_id, "uma", "mentee")
    before = await world.run(cohort_id)
    await world.works("uma")
    after = await world.run(cohort_id)

    assert before["figures"]["unmatched"]["availability_unknown"] == 1
    assert (before["published"], after["published"]) == (0, 1)


async def test_somebody_who_left_since_the_snapshot_gets_no_proposal(world: World) -> None:
    _, cohort_id, _ = await everybody(world)
    asked = await world.call(world.coordinator(), "POST", f"/cohorts/{cohort_id}/runs", json={})
    service = world.harness.service
    while await world.harness.fetch("select 1 from match_run where state in ('queued', 'solving')"):
        await service.due.run_once()
    async with service.kernel.units.begin() as uow:
        leaves = update(person).where(person.c.id == person_id("tom")).values(status="left")
        await uow.connection.execute(leaves)
    await world.harness.run_due()

    run = await world.call(world.coordinator(), "GET", f"/runs/{asked['id']}")
    assert (run["state"], run["published"]) == ("published", 1)
    (completed,) = await world.harness.events(MatchRunCompleted)
    assert completed.unmatched == (UnmatchedCount(reason="changed_since", people=1),)


async def test_a_run_is_published_chunk_by_chunk_and_readable_when_it_is_whole(world: World) -> None:
    """A crash between two chunks loses nothing: the cursor and the due row are in the store."""
    program_id, cohort_id, _ = await everybody(world)
    asked = await world.call(world.coordinator(), "POST", f"/cohorts/{cohort_id}/runs", json={})
    path = f"/runs/{asked['id']}"
    while not await world.harness.fetch("select 1 from match_run where cursor = 1"):
        assert await world.harness.service.due.run_once()

    assert len(await world.matches(program_id)) == 1
    assert (await world.call(world.coordinator(), "GET", path))["state"] == "publishing"
    assert await world.refused(world.coordinator(), "GET", f"{path}/proposals") == (409, "run_not_whole")
    assert await world.harness.events(MatchRunCompleted) == []
    await world.harness.run_due()
    assert (await world.call(world.coordinator(), "GET", path))["state"] == "published"
    assert len(await world.matches(program_id)) == 2
    assert len(await world.harness.events(MatchRunCompleted)) == 1


async def test_only_one_run_of_a_cohort_is_under_way(world: World) -> None:
    _, cohort_id, _ = await everybody(world)
    path = f"/cohorts/{cohort_id}/runs"
    await world.call(world.coordinator(), "POST", path, json={})

    assert await world.refused(world.coordinator(), "POST", path, json={}) == (409, "run_under_way")
    await world.call(world.coordinator(), "POST", path, json={"dry_run": True})
    await world.harness.run_due()


async def test_the_solver_does_not_hold_up_the_event_loop(world: World) -> None:
    """Requests are answered while a run is being solved."""
    _, cohort_id, _ = await everybody(world)
    await world.call(world.coordinator(), "POST", f"/cohorts/{cohort_id}/runs", json={"dry_run": True})
    solving = asyncio.create_task(world.harness.run_due())
    answered = 0
    while not solving.done():
        await world.call(world.coordinator(), "GET", f"/cohorts/{cohort_id}/runs")
        answered += 1

    assert answered > 1


async def test_a_coordinator_keeps_two_people_apart(world: World) -> None:
    _, cohort_id, ids = await everybody(world)
    apart = {"person_ids": [str(person_id("maria")), str(person_id("tara"))]}
    await world.call(world.coordinator(), "POST", f"/cohorts/{cohort_id}/exclusions", json=apart)
    run = await world.run(cohort_id)

    pairs = {(pair["mentor_id"], pair["mentee_id"]) for pair in await proposals(world, run)}
    assert pairs == {(ids["milo"], ids["tara"]), (ids["maria"], ids["tom"])}
