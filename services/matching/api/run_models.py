"""Match runs as the API takes and shows them."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.matching.api.context import Body, View
from services.matching.persistence.match_codec import StoredPart
from services.matching.persistence.run_repository import MatchRun, RunState


class RunBody(Body):
    """What is asked of a run.

    `replace_proposals` takes back what was proposed before, was not offered yet and is not locked.
    """

    dry_run: bool = False
    replace_proposals: bool = False


class FiguresView(View):
    """What a run found; objective, bound and gap are sums of millionths.

    The last five are absent in runs of before runs were recorded; the decision log says what they mean.
    """

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
    worst_off: int | None
    own_best_share: int | None
    mentor_load_gini: int | None
    blocking_pairs: int | None
    solve_milliseconds: int | None


class RunView(View):
    """A run; `figures` are there once it is solved."""

    id: UUID
    program_id: UUID
    cohort_id: UUID
    program_version: int
    state: RunState
    dry_run: bool
    replace_proposals: bool
    requested_at: datetime
    finished_at: datetime | None
    refusal: str | None
    published: int
    eligible: int | None
    figures: FiguresView | None


class ProposalView(View):
    """One pair of a run and why: score and contributions in millionths."""

    position: int
    mentor_id: UUID
    mentee_id: UUID
    mentor_person_id: UUID
    mentee_person_id: UUID
    score: int
    shared_minutes: int | None
    breakdown: list[StoredPart]
    match_id: UUID | None = Field(description="absent in a dry run, or when the people were no longer free")


class UnmatchedView(View):
    """Somebody left over in a role, and why: `refusals` counts partners by the rule that refused them."""

    position: int
    participant_id: UUID
    person_id: UUID
    role: str
    reason: str
    dominating: str | None
    feasible_partners: int
    refusals: dict[str, int]


class OffersView(View):
    """How many proposals were offered by this call, and how many are left for another."""

    offered: int
    remaining: bool


class ExclusionBody(Body):
    """Two people who must not be proposed to each other."""

    person_ids: tuple[UUID, UUID]


def run_view(run: MatchRun) -> RunView:
    """A run, as shown."""
    return RunView.model_validate(
        {name: getattr(run, name) for name in RunView.model_fields if name != "figures"}
        | {"figures": None if run.figures is None else _plain(run.figures)}
    )


def _plain(figures: object) -> dict[str, object]:
    return {name: getattr(figures, name) for name in FiguresView.model_fields}
