"""What a program says: everything that a coordinator sets, in one value a version."""

from dataclasses import dataclass
from enum import StrEnum

from services.matching.domain.ids import PersonId
from services.matching.domain.match.states import Policy
from services.matching.domain.programs.audience import EVERYBODY, HrField, Predicate
from services.matching.domain.run.market import Role
from services.matching.domain.run.settings import Format, Weights

ROLES_OF = {
    Format.ONE_TO_ONE: frozenset({Role.MENTOR, Role.MENTEE}),
    Format.REVERSE: frozenset({Role.MENTOR, Role.MENTEE}),
    Format.FLASH: frozenset({Role.MENTOR, Role.MENTEE}),
    Format.CIRCLE: frozenset({Role.MENTOR, Role.MENTEE}),
    Format.PEER: frozenset({Role.PEER}),
}
"""The roles that a format has."""

MATCHED_FORMATS = frozenset({Format.ONE_TO_ONE, Format.REVERSE})
"""The formats that programs can be published in today; the others are modelled, not yet matched."""

DEFAULT_WEIGHTS = Weights(skills=50, function=10, seniority=20, zone=10, language=10)


class Purpose(StrEnum):
    """What a program is for."""

    LEADERSHIP = "leadership"
    ONBOARDING = "onboarding"
    CAREER = "career"
    SKILLS = "skills"
    INCLUSION = "inclusion"
    REVERSE_LEARNING = "reverse_learning"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may take part, role by role; `mentee` also holds for peers."""

    mentor: Predicate = EVERYBODY
    mentee: Predicate = EVERYBODY

    def of(self, role: Role) -> Predicate:
        """The predicate for a role."""
        return self.mentor if role is Role.MENTOR else self.mentee


@dataclass(frozen=True, slots=True, kw_only=True)
class PairConstraints:
    """What every pair has to meet, beside the rule that nobody is matched within their own reporting line.

    `min_shared_minutes` counts common working time in the worst week of the program; `min_level_gap` is in
    job levels.
    """

    min_shared_minutes: int = 60
    language_required: bool = True
    min_level_gap: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityTerms:
    """How many matches a mentor (or peer) has at once: unless they say otherwise, and at most."""

    default: int = 1
    limit: int = 3


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do under a milestone, `offset_days` after the match became active."""

    code: str
    offset_days: int
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Milestone:
    """A step of the plan, due `offset_days` after the match became active."""

    code: str
    offset_days: int
    tasks: tuple[Task, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramTerms:
    """One version of a program.

    An `evergreen` program has one cohort that never closes. `first_session_within_days` counts from
    activation; a proposal is answered within `proposal_expiry_days` of its offer. `fairness_groups` are the
    HR fields in whose groups runs report how people fare; they never weigh in a score, and nobody's group is
    shown.
    """

    purpose: Purpose
    title: str
    coordinator_ids: tuple[PersonId, ...]
    format: Format = Format.ONE_TO_ONE
    evergreen: bool = False
    audience: Audience = Audience()
    weights: Weights = DEFAULT_WEIGHTS
    constraints: PairConstraints = PairConstraints()
    capacity: CapacityTerms = CapacityTerms()
    cadence_days: int = 14
    session_minutes: int = 60
    first_session_within_days: int = 14
    duration_days: int = 180
    milestones: tuple[Milestone, ...] = ()
    themes: tuple[str, ...] = ()
    proposal_expiry_days: int = 14
    approval_required: bool = True
    fairness_groups: tuple[HrField, ...] = ()
    on_line_conflict: Policy = Policy.FLAG
    on_audience_exit: Policy = Policy.FLAG
