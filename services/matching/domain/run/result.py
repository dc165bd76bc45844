"""What a match run answers: who should meet, why, who is left over and why, and how good that is at best."""

from dataclasses import dataclass
from enum import StrEnum

from services.matching.domain.bound import Fault
from services.matching.domain.run.constraints import ConstraintCode
from services.matching.domain.run.locks import RefusedLock
from services.matching.domain.run.market import ParticipantId, PersonId, Role
from services.matching.domain.run.score import ScoreBreakdown


class CertificateFailure(StrEnum):
    """Why a result was refused by its certificate, the first that holds."""

    PAIRS_AT_FAULT = "pairs_at_fault"
    TOO_FEW_MATCHES = "too_few_matches"
    GAP = "gap"
    NOT_PROVEN = "not_proven"


class UnmatchedReason(StrEnum):
    """Why somebody is left over in a role, the first that holds."""

    OWN_CAPACITY_ZERO = "own_capacity_zero"
    NOT_IN_AUDIENCE = "not_in_audience"
    NO_PARTNER_ENROLLED = "no_partner_enrolled"
    AVAILABILITY_UNKNOWN = "availability_unknown"
    ALL_FEASIBLE_PARTNERS_FULL = "all_feasible_partners_full"
    NO_FEASIBLE_PARTNER = "no_feasible_partner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A mentor and a mentee who should meet; `shared_minutes` is their common time in the worst week."""

    mentor: ParticipantId
    mentee: ParticipantId
    mentor_person: PersonId
    mentee_person: PersonId
    locked: bool
    shared_minutes: int | None
    breakdown: ScoreBreakdown


@dataclass(frozen=True, slots=True)
class RefusalCount:
    """How many pairs failed one constraint first."""

    code: ConstraintCode
    pairs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """A participant left over in a role.

    `dominating` is the constraint that refused most partners (of equals the earlier one), given where there
    was no feasible partner; `refusals` counts them all, `feasible_partners` those whom the rules allowed.
    """

    participant: ParticipantId
    person: PersonId
    role: Role
    reason: UnmatchedReason
    dominating: ConstraintCode | None
    feasible_partners: int
    refusals: tuple[RefusalCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """The whole answer of a run; sums of scores in millionths.

    No result has more than `cardinality_bound` pairs, and none with `matched` pairs a total above `bound`;
    `proven` says that both are reached and every pair is allowed, `faults` what is wrong with the pairs
    themselves. `seat_prices` are the proof: what a seat of
    each mentor is worth to the others, with `match_value` for a whole pair (services.matching.domain.bound).
    """

    proposals: tuple[Proposal, ...]
    unmatched: tuple[Unmatched, ...]
    refused_locks: tuple[RefusedLock, ...]
    refusals: tuple[RefusalCount, ...]
    mentors: int
    mentees: int
    feasible_pairs: int
    matched: int
    cardinality_bound: int
    objective: int
    bound: int
    gap: int
    proven: bool
    faults: tuple[Fault, ...]
    match_value: int
    seat_prices: tuple[tuple[ParticipantId, int], ...]
    inputs_hash: str
    engine: str
    engine_version: str

    @property
    def failure(self) -> CertificateFailure | None:
        """Why the result is not to be used; None for one that is proven best."""
        if self.faults:
            return CertificateFailure.PAIRS_AT_FAULT
        if self.matched < self.cardinality_bound:
            return CertificateFailure.TOO_FEW_MATCHES
        if self.gap:
            return CertificateFailure.GAP
        return None if self.proven else CertificateFailure.NOT_PROVEN
