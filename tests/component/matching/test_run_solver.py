"""A run is refused rather than published wrong, and survives the process that solves it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.matching.domain.bound import Fault
from services.matching.domain.run.decision_log import RunContext
from services.matching.domain.run.market import Market
from services.matching.domain.run.result import RunResult
from services.matching.domain.run.settings import Format, RunSettings, Weights
from services.matching.handlers.runs import RunHandlers
from services.matching.handlers.solver import Solved, Solver, SolverIsFull, SolverStopped
from shared.events.match_runs import MatchRunCompleted
from shared.events.matches import MatchProposed
from shared.ids import new_id
from tests.component.conftest import HarnessFactory
from tests.support.matching_world import World, small_world


class ForgedSolver(Solver):
    """A solver whose results are tampered with on their way."""

    def __init__(self, forge: Callable[[RunResult], RunResult]) -> None:
        super().__init__(processes=1, waiting=1)
        self._forge = forge

    async def result(self, run_id: UUID, wait_seconds: float) -> Solved | None:
        """The real result, worsened."""
        solved = await super().result(run_id, wait_seconds)
        if solved is None:
            return None
        return replace(solved, record=replace(solved.record, result=self._forge(solved.record.result)))


class BusySolver(Solver):
    """A solver that is never done."""

    async def result(self, run_id: UUID, wait_seconds: float) -> Solved | None:
        """Nothing yet."""
        return None


@pytest.fixture
async def world(harness_factory: HarnessFactory) -> World:
    """Carla, Maria, Milo, Tom and Tara."""
    return await small_world(await harness_factory("matching"))


async def asked(world: World) -> dict[str, Any]:
    """A run that was asked for by Carla, of Maria and Tom."""
    _, cohort_id = await world.program()
    await world.enrol(cohort_id, "maria", "mentor")
    await world.enrol(cohort_id, "tom", "mentee")
    return await world.call(world.coordinator(), "POST", f"/cohorts/{cohort_id}/runs", json={})


def handlers_of(world: World) -> RunHandlers:
    """The handlers that the due work of the service goes to."""
    handler = world.harness.service.routes.due["run_solve"]
    found = handler.__self__  # type: ignore[attr-defined]  # a bound method
    assert isinstance(found, RunHandlers)
    return found


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (lambda result: replace(result, gap=1, proven=False), "gap"),
        (lambda result: replace(result, cardinality_bound=2, proven=False), "too_few_matches"),
        (lambda result: replace(result, faults=(Fault.PAIR_TWICE,), proven=False), "pairs_at_fault"),
        (lambda result: replace(result, proven=False), "not_proven"),
    ],
    ids=["with a gap", "with too few matches", "with a pair twice", "without a proof"],
)
async def test_a_run_whose_certificate_is_refused_fails_and_publishes_nothing(
    world: World, forge: Callable[[RunResult], RunResult], reason: str
) -> None:
    """The failure is counted by its reason, and its decision log is there for whoever looks into it."""
    run = await asked(world)
    handlers_of(world)._solver = ForgedSolver(forge)
    await world.harness.run_due()

    shown = await world.call(world.coordinator(), "GET", f"/runs/{run['id']}")
    assert (shown["state"], shown["refusal"], shown["published"]) == (
        "failed",
        "certificate_refused",
        0,
    )
    assert await world.harness.events(MatchProposed) == []
    assert await world.harness.events(MatchRunCompleted) == []
    registry = world.harness.service.kernel.registry
    failed = "mentoring_match_run_certificate_failures_total"
    assert registry.get_sample_value(failed, {"reason": reason}) == 1
    refused = {"reason": "certificate_refused"}
    assert registry.get_sample_value("mentoring_match_runs_refused_total", refused) == 1
    async with world.coordinator() as client:
        log = await client.get(f"/api/matching/v1/runs/{run['id']}/decision-log")
    assert log.status_code == 200


async def test_a_market_past_the_bounds_is_refused_with_its_reason(harness_factory: HarnessFactory) -> None:
    world = await small_world(await harness_factory("matching", run_max_participants=2))
    _, cohort_id = await world.program()
    for name in ("maria", "milo"):
        await world.enrol(cohort_id, name, "mentor")
    await world.enrol(cohort_id, "tom", "mentee")
    run = await world.run(cohort_id)

    assert (run["state"], run["refusal"]) == ("refused", "invalid_market")
    assert (await world.run(cohort_id))["refusal"] == "invalid_market"


async def test_a_run_whose_process_died_is_solved_by_another(world: World) -> None:
    """The due row is in the store; the snapshot is taken again."""
    run = await asked(world)
    first = handlers_of(world)
    first._solver = BusySolver(processes=1, waiting=1)
    await world.harness.service.due.run_once()
    (left,) = await world.harness.fetch("select state, solver from match_run")
    assert (left["state"], left["solver"]) == ("solving", first._process_id)
    first._solver._kill()
    fresh = RunHandlers(
        Solver(processes=1, waiting=1), first._metrics, new_id(), max_participants=100, chunk=10
    )
    world.harness.service.routes.due["run_solve"] = fresh.solve_due
    async with world.harness.service.kernel.units.begin() as uow:
        await uow.connection.exec_driver_sql(
            "update match_run set solver_seen_at = now() - interval '1 minute' where state = 'solving'"
        )
    await world.harness.run_due()

    shown = await world.call(world.coordinator(), "GET", f"/runs/{run['id']}")
    assert (shown["state"], shown["published"]) == ("published", 1)


async def test_a_run_that_another_process_is_solving_is_left_to_it(world: World) -> None:
    """Its lease is renewed at every look; only when it runs out is the run taken over."""
    run = await asked(world)
    async with world.harness.service.kernel.units.begin() as uow:
        await uow.connection.exec_driver_sql(
            "update match_run set state = 'solving', solver = gen_random_uuid(), solver_seen_at = now()"
        )
    assert await world.harness.service.due.run_once()

    assert not handlers_of(world)._solver.has(UUID(run["id"]))
    (due,) = await world.harness.fetch("select due_at from due where kind = 'run_solve'")
    assert due["due_at"] > world.harness.clock.now()


async def test_a_solver_that_stops_gives_up_what_it_solves() -> None:
    """A service that is told to stop does not wait for minutes, and nothing is refused for it."""
    solver, run_id = Solver(processes=1, waiting=1), new_id()
    living = asyncio.create_task(solver.run())
    await asyncio.sleep(0)
    weights = Weights(skills=1)
    settings = RunSettings(format=Format.ONE_TO_ONE, weights=weights, weeks=(date(2027, 1, 4),))
    context = RunContext(
        match_run_id=run_id,
        program_id=new_id(),
        cohort_id=new_id(),
        program_version=1,
        dry_run=False,
        replace_proposals=False,
    )
    solver.begin(Market(candidates=()), settings, context)
    with pytest.raises(SolverIsFull):
        solver.begin(Market(candidates=()), settings, replace(context, match_run_id=new_id()))
    living.cancel()
    with pytest.raises(asyncio.CancelledError):
        await living

    with pytest.raises(SolverStopped):
        await solver.result(run_id, 10)
    with pytest.raises(SolverStopped):
        solver.begin(Market(candidates=()), settings, context)


async def test_runs_are_counted_by_what_became_of_them(world: World) -> None:
    _, cohort_id = await world.program()
    await world.enrol(cohort_id, "maria", "mentor")
    await world.enrol(cohort_id, "tom", "mentee")
    await world.enrol(cohort_id, "tara", "mentee")
    await world.run(cohort_id)

    registry = world.harness.service.kernel.registry
    assert registry.get_sample_value("mentoring_match_run_pairs_total", {"result": "proposed"}) == 1
    left = {"reason": "all_feasible_partners_full"}
    assert registry.get_sample_value("mentoring_match_run_unmatched_total", left) == 1
    assert registry.get_sample_value("mentoring_match_run_gap_millionths") == 0
    assert registry.get_sample_value("mentoring_match_run_solve_seconds_count") == 1
