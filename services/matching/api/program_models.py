"""Programs and cohorts as the API takes and shows them."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.matching.api.context import Body, View
from services.matching.domain.ids import PersonId
from services.matching.domain.match.states import Policy
from services.matching.domain.programs.audience import HrField
from services.matching.domain.programs.check import (
    MAX_COORDINATORS,
    MAX_FAIRNESS_GROUPS,
    MAX_MILESTONES,
    MAX_THEMES,
)
from services.matching.domain.programs.program import Cohort, Program
from services.matching.domain.programs.terms import (
    Audience,
    CapacityTerms,
    Milestone,
    PairConstraints,
    ProgramTerms,
    Purpose,
)
from services.matching.domain.run.settings import MAX_WEIGHT, Format, InvalidSettings, Weights
from services.matching.handlers.programs import ProgramDiff
from services.matching.persistence.program_codec import TERMS
from shared.errors import Invalid
from shared.instants import Day


class InvalidWeights(Invalid):
    """All weights are 0: nothing would tell one pair from another."""

    code = "weights_all_zero"


class WeightsBody(Body):
    """How much each criterion counts; only the proportions matter, and not all may be 0."""

    skills: int = Field(default=50, ge=0, le=MAX_WEIGHT)
    function: int = Field(default=10, ge=0, le=MAX_WEIGHT)
    seniority: int = Field(default=20, ge=0, le=MAX_WEIGHT)
    zone: int = Field(default=10, ge=0, le=MAX_WEIGHT)
    language: int = Field(default=10, ge=0, le=MAX_WEIGHT)


class ProgramBody(Body):
    """The terms of a program; see the glossary for what each one means."""

    purpose: Purpose
    title: str = Field(min_length=1, max_length=200)
    coordinator_ids: tuple[UUID, ...] = Field(min_length=1, max_length=MAX_COORDINATORS)
    format: Format = Format.ONE_TO_ONE
    evergreen: bool = False
    audience: Audience = Audience()
    weights: WeightsBody = WeightsBody()
    constraints: PairConstraints = PairConstraints()
    capacity: CapacityTerms = CapacityTerms()
    cadence_days: int = 14
    session_minutes: int = 60
    first_session_within_days: int = 14
    duration_days: int = 180
    milestones: tuple[Milestone, ...] = Field(default=(), max_length=MAX_MILESTONES)
    themes: tuple[str, ...] = Field(default=(), max_length=MAX_THEMES)
    proposal_expiry_days: int = 14
    approval_required: bool = True
    fairness_groups: tuple[HrField, ...] = Field(default=(), max_length=MAX_FAIRNESS_GROUPS)
    on_line_conflict: Policy = Policy.FLAG
    on_audience_exit: Policy = Policy.FLAG

    def terms(self) -> ProgramTerms:
        """The same as the domain's value. Raises InvalidWeights."""
        given = {name: getattr(self, name) for name in type(self).model_fields}
        given["coordinator_ids"] = tuple(PersonId(each) for each in self.coordinator_ids)
        given["weights"] = weights_of(self.weights)
        return ProgramTerms(**given)


class ProgramView(View):
    """A program; the draft is shown to its coordinators alone."""

    id: UUID
    revision: int
    version: int
    published: ProgramTerms | None
    draft: ProgramTerms | None = None


class CohortBody(Body):
    """When the matches of the intake begin."""

    starts_on: Day


class CohortView(View):
    """An intake of a program."""

    id: UUID
    program_id: UUID
    starts_on: date
    evergreen: bool
    closed: bool


class FieldChange(View):
    """One term that differs, as JSON before and after."""

    field: str
    before: object
    after: object


class DiffView(View):
    """What publishing would do; counts of people and of matches that are not over."""

    changes: list[FieldChange]
    participants: int
    matches: int
    out_of_audience: int
    their_matches: int
    eligible_now: int
    eligible_then: int


def weights_of(body: WeightsBody) -> Weights:
    """The weights. Raises InvalidWeights when all are 0."""
    try:
        return Weights(**body.model_dump())
    except InvalidSettings:
        raise InvalidWeights(field="body.weights") from None


def program_view(program: Program, *, with_draft: bool) -> ProgramView:
    """What somebody sees of a program."""
    return ProgramView(
        id=program.id,
        revision=program.revision,
        version=program.version,
        published=program.published,
        draft=program.draft if with_draft else None,
    )


def cohort_view(cohort: Cohort) -> CohortView:
    """A cohort, as shown."""
    return CohortView(
        id=cohort.id,
        program_id=cohort.program_id,
        starts_on=cohort.starts_on,
        evergreen=cohort.evergreen,
        closed=cohort.closed,
    )


def diff_view(diff: ProgramDiff, before: ProgramTerms | None, after: ProgramTerms) -> DiffView:
    """A diff with the values of the terms that differ."""
    old = {} if before is None else TERMS.dump_python(before, mode="json")
    new = TERMS.dump_python(after, mode="json")
    return DiffView(
        changes=[FieldChange(field=name, before=old.get(name), after=new[name]) for name in diff.changed],
        participants=diff.participants,
        matches=diff.matches,
        out_of_audience=diff.out_of_audience,
        their_matches=diff.their_matches,
        eligible_now=diff.eligible_now,
        eligible_then=diff.eligible_then,
    )
