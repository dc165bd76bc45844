"""The use cases of match runs: asked for, solved beside the event loop, published in chunks."""

from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from services.matching.domain.ids import MatchRunId
from services.matching.domain.match.cases import Given
from services.matching.domain.match.states import By, MatchInput
from services.matching.domain.programs.program import NotPublished
from services.matching.domain.run.decision_log import RunContext
from services.matching.domain.run.market import InvalidMarket
from services.matching.handlers.matches import carry_out
from services.matching.handlers.rights import require_coordinator
from services.matching.handlers.solver import Solved, Solver, SolverStopped
from services.matching.metrics import MatchingMetrics
from services.matching.persistence.audience_sql import count_eligible
from services.matching.persistence.evidence_repository import EvidenceRepository
from services.matching.persistence.market_reader import MarketReader, run_settings
from services.matching.persistence.match_repository import MatchRepository
from services.matching.persistence.person_reader import PersonReader
from services.matching.persistence.program_repository import ProgramRepository
from services.matching.persistence.run_repository import MatchRun, RunRepository, RunState, figures_of
from shared.clock import system_now
from shared.errors import Conflict
from shared.events.availability import AvailabilityChanged
from shared.persistence.unit_of_work import UnitOfWork

RUN_SOLVE: Final = "run_solve"
RUN_PUBLISH: Final = "run_publish"
LEASE: Final = timedelta(seconds=30)
WAIT_SECONDS: Final = 1.0
"""How long one look at a solver waits; it holds a transaction."""
FOREIGN_WAIT: Final = timedelta(seconds=5)

_log = structlog.get_logger()


class RunUnderWay(Conflict):
    """Another run of the cohort is not finished yet."""

    code = "run_under_way"


class RunHandlers:
    """Runs until they are solved; `RunPublisher` goes on from there."""

    def __init__(
        self, solver: Solver, metrics: MatchingMetrics, process_id: UUID, *, max_participants: int, chunk: int
    ) -> None:
        self._solver = solver
        self._metrics = metrics
        self._process_id = process_id
        self._max_participants = max_participants
        self._chunk = chunk

    async def request(
        self, uow: UnitOfWork, cohort_id: UUID, person_id: UUID, *, dry_run: bool, replace_proposals: bool
    ) -> MatchRun:
        """Ask for a run of a cohort; its answer comes later."""
        programs, runs = ProgramRepository(uow.connection), RunRepository(uow.connection)
        cohort = await programs.cohort(cohort_id, lock=True)
        program = await programs.get(cohort.program_id)
        require_coordinator(program, person_id)
        if program.published is None:
            raise NotPublished(program_id=str(program.id))
        if not dry_run and await runs.is_busy(cohort_id):
            raise RunUnderWay(cohort_id=str(cohort_id))
        run = MatchRun(
            id=MatchRunId(uow.new_id()),
            program_id=program.id,
            cohort_id=cohort.id,
            program_version=program.version,
            state=RunState.QUEUED,
            dry_run=dry_run,
            replace_proposals=replace_proposals,
            requested_at=uow.now,
        )
        await runs.add(run)
        await uow.schedule(RUN_SOLVE, run.id, uow.now)
        return run

    async def solve_due(self, run_id: UUID, uow: UnitOfWork) -> None:
        """Bring a run one step further: make room, take the snapshot, look for the result."""
        runs = RunRepository(uow.connection)
        run = await runs.get(run_id, lock=True)
        if run.state not in {RunState.QUEUED, RunState.SOLVING}:
            self._solver.forget(run_id)
            return
        if await self._replace(run, uow):
            await uow.schedule(RUN_SOLVE, run.id, uow.now)
            return
        if self._is_solved_elsewhere(run) or (self._solver.is_full and not self._solver.has(run_id)):
            await uow.schedule(RUN_SOLVE, run.id, uow.now + FOREIGN_WAIT)
            return
        if not self._solver.has(run_id) and not await self._begin(run, uow):
            return
        await self._look(await runs.get(run_id), uow)

    async def availability_changed(self, event: AvailabilityChanged, uow: UnitOfWork) -> None:
        """Keep when somebody works, for the next run."""
        hours = [(each.weekday, each.start_minute, each.end_minute) for each in event.hours]
        await PersonReader(uow.connection).keep_hours(event.person_id, event.time_zone, hours)

    async def _replace(self, run: MatchRun, uow: UnitOfWork) -> bool:
        """Take back a chunk of the proposals that nobody has seen and no lock holds.

        Whether there were any: then there may be more.
        """
        if run.state is not RunState.QUEUED or run.dry_run or not run.replace_proposals:
            return False
        proposed = await MatchRepository(uow.connection).lock_proposed(
            run.cohort_id, self._chunk, unlocked=True
        )
        for match in proposed:
            await carry_out(uow, match, Given(what=MatchInput.REPLACE, by=By.SYSTEM))
        return bool(proposed)

    def _is_solved_elsewhere(self, run: MatchRun) -> bool:
        seen = run.solver_seen_at
        mine = run.solver == self._process_id
        return run.state is RunState.SOLVING and not mine and seen is not None and system_now() - seen < LEASE

    async def _begin(self, run: MatchRun, uow: UnitOfWork) -> bool:
        """Take the snapshot and hand it to the solver; False: the run is refused."""
        programs = ProgramRepository(uow.connection)
        program, cohort = await programs.get(run.program_id), await programs.cohort(run.cohort_id)
        if program.version != run.program_version:
            await self._give_up(run, RunState.REFUSED, "program_changed", uow)
            return False
        settings = run_settings(cohort, program.current, uow.now, self._max_participants)
        market = await MarketReader(uow.connection).market(
            cohort, program.current, self._max_participants + 1, replace_proposals=run.replace_proposals
        )
        eligible = await count_eligible(uow.connection, program.current)
        await RunRepository(uow.connection).save(replace(run, eligible=eligible))
        self._solver.begin(market, settings, context_of(run))
        return True

    async def _look(self, run: MatchRun, uow: UnitOfWork) -> None:
        """Wait a moment for the result; without it, look again."""
        run = replace(run, state=RunState.SOLVING, solver=self._process_id, solver_seen_at=system_now())
        try:
            solved = await self._solver.result(run.id, WAIT_SECONDS)
        except SolverStopped:
            raise
        except InvalidMarket:
            await self._give_up(run, RunState.REFUSED, "invalid_market", uow)
        except Exception:  # noqa: BLE001 - it would be the same again: the coordinator asks for another run
            _log.exception("match_run_failed", outcome="error")
            await self._give_up(run, RunState.FAILED, "solver_failed", uow)
        else:
            if solved is not None:
                await self._solved(run, solved, uow)
                return
            await RunRepository(uow.connection).save(run)
            await uow.schedule(RUN_SOLVE, run.id, uow.now)

    async def _solved(self, run: MatchRun, solved: Solved, uow: UnitOfWork) -> None:
        result = solved.record.result
        self._metrics.solve_seconds.observe(solved.seconds)
        self._metrics.gap.set(result.gap)
        runs = RunRepository(uow.connection)
        await EvidenceRepository(uow.connection).add(run.id, solved.record)
        if result.failure is not None:
            self._metrics.certificate_failures.labels(result.failure.value).inc()
            _log.error("match_run_certificate_refused", outcome="error", reason=result.failure.value)
            run = replace(run, figures=figures_of(solved.record, solved.seconds))
            await self._give_up(run, RunState.FAILED, "certificate_refused", uow)
            return
        run = await runs.add_result(run, solved.record, solved.seconds)
        if run.dry_run:
            self._metrics.pairs.labels("simulated").inc(result.matched)
            await runs.save(replace(run, state=RunState.SOLVED, finished_at=uow.now))
            return
        await runs.save(replace(run, state=RunState.PUBLISHING))
        await uow.schedule(RUN_PUBLISH, run.id, uow.now)

    async def _give_up(self, run: MatchRun, state: RunState, reason: str, uow: UnitOfWork) -> None:
        self._metrics.refused.labels(reason).inc()
        ended = replace(run, state=state, refusal=reason, finished_at=uow.now)
        await RunRepository(uow.connection).save(ended)


def context_of(run: MatchRun) -> RunContext:
    """What the decision log says of a run beside its answer."""
    return RunContext(
        match_run_id=run.id,
        program_id=run.program_id,
        cohort_id=run.cohort_id,
        program_version=run.program_version,
        dry_run=run.dry_run,
        replace_proposals=run.replace_proposals,
    )
