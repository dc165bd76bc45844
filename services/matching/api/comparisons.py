"""Two runs of a cohort side by side, over HTTP."""

import json
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.matching.api.context import COORDINATOR, Context, View, coordinated
from services.matching.domain.ids import ParticipantId
from services.matching.domain.run.compare import Change, Place, Scored, changed_fields, compare_pairs
from services.matching.domain.run.market import LockedPair
from services.matching.handlers.explanations import RunNotExplained
from services.matching.handlers.propose import OtherCohort
from services.matching.persistence.evidence_repository import EvidenceRepository
from services.matching.persistence.run_repository import MatchRun, RunRepository
from shared.http.auth import CurrentIdentity

MOST_SHOWN = 500


class SideView(View):
    """One of the runs; sums and shares in millionths, see the decision log."""

    run_id: UUID
    program_version: int
    matched: int
    total: int
    worst_off: int | None
    own_best_share: int | None
    blocking_pairs: int
    mentor_load_gini: int
    mutual_first_choices_honoured: int


class PlaceView(View):
    """Whom a mentee has, and the score of it."""

    mentor_ids: list[UUID]
    score: int


class ChangeView(View):
    """A mentee who has not the same in both runs."""

    mentee_id: UUID
    before: PlaceView
    after: PlaceView


class ComparisonView(View):
    """What is different in `after`.

    The counts are of mentees; `changes` lists the first 500 of `changed_people`.

    `same_inputs`: both runs read the same people and rules to the byte.
    """

    before: SideView
    after: SideView
    same_inputs: bool
    settings_changed: list[str] = Field(description="settings of the runs that differ")
    kept_pairs: int
    new_pairs: int
    lost_pairs: int
    changed_people: int
    matched_now: int
    left_over_now: int
    better: int
    worse: int
    changes: list[ChangeView]


def comparison_routes(context: Context) -> APIRouter:
    """Comparisons belong to the coordinators of the program."""
    router = APIRouter(tags=["match runs"], dependencies=[COORDINATOR])
    units = context.units

    @router.get("/runs/{run_id}/compare/{other_run_id}")
    async def compare_runs(run_id: UUID, other_run_id: UUID, identity: CurrentIdentity) -> ComparisonView:
        """Tell what is different in the other run of the same cohort: figures, settings, and who changed."""
        async with units.read() as connection:
            runs = RunRepository(connection)
            before = await runs.get(run_id)
            await coordinated(connection, before.program_id, identity)
            after = await runs.get(other_run_id)
            if after.cohort_id != before.cohort_id:
                raise OtherCohort(field="other_run_id")
            return await _compare(connection, before, after)

    return router


async def _compare(connection: AsyncConnection, before: MatchRun, after: MatchRun) -> ComparisonView:
    logs = [json.loads(await EvidenceRepository(connection).log(run.id)) for run in (before, after)]
    found = compare_pairs(await _pairs(connection, before), await _pairs(connection, after))
    return ComparisonView(
        before=_side(before, logs[0]),
        after=_side(after, logs[1]),
        same_inputs=logs[0]["inputs_hash"] == logs[1]["inputs_hash"],
        settings_changed=list(changed_fields(logs[0]["settings"], logs[1]["settings"])),
        kept_pairs=found.kept_pairs,
        new_pairs=found.new_pairs,
        lost_pairs=found.lost_pairs,
        changed_people=len(found.changes),
        matched_now=found.matched_now,
        left_over_now=found.left_over_now,
        better=found.better,
        worse=found.worse,
        changes=[_change(each) for each in found.changes[:MOST_SHOWN]],
    )


async def _pairs(connection: AsyncConnection, run: MatchRun) -> Scored:
    if run.figures is None:
        raise RunNotExplained(state=run.state.value)
    rows = await RunRepository(connection).proposals(run.id, 0, run.figures.proposals)
    return {LockedPair(ParticipantId(row.mentor_id), ParticipantId(row.mentee_id)): row.score for row in rows}


def _side(run: MatchRun, log: dict[str, dict[str, int]]) -> SideView:
    fairness = log["fairness"]
    return SideView.model_validate(
        {
            "run_id": run.id,
            "program_version": run.program_version,
            "matched": log["matched"],
            "total": log["objective"],
            "own_best_share": run.figures.own_best_share if run.figures else None,
        }
        | {
            name: fairness[name]
            for name in ("worst_off", "blocking_pairs", "mentor_load_gini", "mutual_first_choices_honoured")
        }
    )


def _change(change: Change) -> ChangeView:
    def place(found: Place) -> PlaceView:
        return PlaceView(mentor_ids=list(found.mentors), score=found.score)

    return ChangeView(mentee_id=change.mentee, before=place(change.before), after=place(change.after))
