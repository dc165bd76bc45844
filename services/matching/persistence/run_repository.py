"""Match runs with their proposals and those left over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.matching.domain.ids import CohortId, MatchRunId, ProgramId
from services.matching.domain.run.market import Role
from services.matching.domain.run.record import RunRecord
from services.matching.domain.run.result import UnmatchedReason
from services.matching.persistence.run_codec import proposal_values, unmatched_values
from services.matching.persistence.tables import match_run, run_proposal, run_unmatched
from shared.errors import NotFound


class RunNotFound(NotFound):
    """There is no such match run."""

    code = "match_run_not_found"


class RunState(StrEnum):
    """How far a run is; PUBLISHED and SOLVED (a dry run) are whole.

    REFUSED could not be asked; FAILED has no answer that can be trusted. Nothing of either is published.
    """

    QUEUED = "queued"
    SOLVING = "solving"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    SOLVED = "solved"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFigures:
    """What a run found; sums in millionths. Its decision log has the rest."""

    mentors: int
    mentees: int
    feasible_pairs: int
    proposals: int
    objective: int
    bound: int
    gap: int
    cardinality_bound: int
    unmatched: dict[str, int]
    inputs_hash: str
    engine: str
    engine_version: str
    worst_off: int | None = None
    own_best_share: int | None = None
    mentor_load_gini: int | None = None
    blocking_pairs: int | None = None
    solve_milliseconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRun:
    """One run; `cursor` counts proposals dealt with, `published` those that became matches."""

    id: MatchRunId
    program_id: ProgramId
    cohort_id: CohortId
    program_version: int
    state: RunState
    dry_run: bool
    replace_proposals: bool
    requested_at: datetime
    finished_at: datetime | None = None
    refusal: str | None = None
    cursor: int = 0
    published: int = 0
    eligible: int | None = None
    figures: RunFigures | None = None
    solver: UUID | None = None
    solver_seen_at: datetime | None = None


def figures_of(record: RunRecord, seconds: float) -> RunFigures:
    """The figures of a run that took so long; people left over are counted by reason, once a role."""
    result, fairness = record.result, record.log.fairness
    unmatched = {each.reason.value: each.people for each in record.log.unmatched}
    return RunFigures(
        mentors=result.mentors,
        mentees=result.mentees,
        feasible_pairs=result.feasible_pairs,
        proposals=result.matched,
        objective=result.objective,
        bound=result.bound,
        gap=result.gap,
        cardinality_bound=result.cardinality_bound,
        unmatched=dict(sorted(unmatched.items())),
        inputs_hash=result.inputs_hash,
        engine=result.engine,
        engine_version=result.engine_version,
        worst_off=fairness.worst_off,
        own_best_share=fairness.own_best.mean,
        mentor_load_gini=fairness.mentor_load_gini,
        blocking_pairs=fairness.blocking_pairs,
        solve_milliseconds=round(seconds * 1_000),
    )


class RunRepository:
    """Runs."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, run_id: UUID, *, lock: bool = False) -> MatchRun:
        """One run. Raises RunNotFound."""
        query = select(match_run).where(match_run.c.id == run_id)
        row = (await self._connection.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            raise RunNotFound(match_run_id=str(run_id))
        return _run(row)

    async def page(self, cohort_id: UUID, after: UUID | None, limit: int) -> Sequence[MatchRun]:
        """Runs of a cohort by id, which is by age."""
        query = select(match_run).where(match_run.c.cohort_id == cohort_id)
        if after is not None:
            query = query.where(match_run.c.id > after)
        rows = await self._connection.execute(query.order_by(match_run.c.id).limit(limit))
        return [_run(row) for row in rows]

    async def latest_published(self, cohort_id: UUID) -> MatchRun | None:
        """The last run of a cohort that was published whole."""
        query = select(match_run).where(
            match_run.c.cohort_id == cohort_id, match_run.c.state == RunState.PUBLISHED.value
        )
        row = (await self._connection.execute(query.order_by(match_run.c.id.desc()).limit(1))).one_or_none()
        return None if row is None else _run(row)

    async def reasons(self, run_id: UUID, participant_id: UUID) -> dict[Role, UnmatchedReason]:
        """Why a run left somebody over, by role; a role that is not there has a match, or was not offered."""
        query = select(run_unmatched.c.role, run_unmatched.c.reason).where(
            run_unmatched.c.run_id == run_id, run_unmatched.c.participant_id == participant_id
        )
        rows = await self._connection.execute(query)
        return {Role(role): UnmatchedReason(reason) for role, reason in rows}

    async def is_busy(self, cohort_id: UUID) -> bool:
        """Whether a run of the cohort that publishes is under way."""
        under_way = (RunState.QUEUED, RunState.SOLVING, RunState.PUBLISHING)
        query = select(match_run.c.id).where(
            match_run.c.cohort_id == cohort_id,
            match_run.c.dry_run.is_(False),
            match_run.c.state.in_([state.value for state in under_way]),
        )
        return (await self._connection.execute(query)).first() is not None

    async def add(self, new: MatchRun) -> None:
        """Store a new run."""
        await self._connection.execute(insert(match_run).values(_values(new)))

    async def save(self, changed: MatchRun) -> None:
        """Store a changed run."""
        await self._connection.execute(
            update(match_run).where(match_run.c.id == changed.id).values(_values(changed))
        )

    async def add_result(self, run: MatchRun, record: RunRecord, seconds: float) -> MatchRun:
        """Store what the run found; nothing is published by it."""
        result = record.result
        proposals = [proposal_values(run.id, at, each) for at, each in enumerate(result.proposals)]
        leftovers = [unmatched_values(run.id, at, each) for at, each in enumerate(result.unmatched)]
        if proposals:
            await self._connection.execute(insert(run_proposal), proposals)
        if leftovers:
            await self._connection.execute(insert(run_unmatched), leftovers)
        return replace(run, figures=figures_of(record, seconds))

    async def proposals(self, run_id: UUID, start: int, limit: int) -> Sequence[Row[Any]]:
        """Rows of proposals from a position on."""
        query = select(run_proposal).where(run_proposal.c.run_id == run_id, run_proposal.c.position >= start)
        return (await self._connection.execute(query.order_by(run_proposal.c.position).limit(limit))).all()

    async def unmatched(self, run_id: UUID, start: int, limit: int) -> Sequence[Row[Any]]:
        """Rows of those left over from a position on."""
        query = select(run_unmatched).where(
            run_unmatched.c.run_id == run_id, run_unmatched.c.position >= start
        )
        return (await self._connection.execute(query.order_by(run_unmatched.c.position).limit(limit))).all()

    async def mark_published(self, run_id: UUID, matches: Iterable[tuple[int, UUID]]) -> None:
        """Note which match each proposal became."""
        rows = [{"at": position, "became": match_id} for position, match_id in matches]
        statement = (
            update(run_proposal)
            .where(run_proposal.c.run_id == run_id, run_proposal.c.position == bindparam("at"))
            .values(match_id=bindparam("became"))
        )
        if rows:
            await self._connection.execute(statement, rows)


def _run(row: Row[Any]) -> MatchRun:
    return MatchRun(
        id=MatchRunId(row.id),
        program_id=ProgramId(row.program_id),
        cohort_id=CohortId(row.cohort_id),
        program_version=row.program_version,
        state=RunState(row.state),
        dry_run=row.dry_run,
        replace_proposals=row.replace_proposals,
        requested_at=row.requested_at,
        finished_at=row.finished_at,
        refusal=row.refusal,
        cursor=row.cursor,
        published=row.published,
        eligible=row.eligible,
        figures=None if row.figures is None else RunFigures(**row.figures),
        solver=row.solver,
        solver_seen_at=row.solver_seen_at,
    )


def _values(run: MatchRun) -> dict[str, object]:
    plain = {name: getattr(run, name) for name in MatchRun.__slots__}
    figures = run.figures
    stored = None if figures is None else {name: getattr(figures, name) for name in RunFigures.__slots__}
    return plain | {"state": run.state.value, "figures": stored}
