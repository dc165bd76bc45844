"""What a run decided, on what and how well: one value, and one text of it that a replay must give again.

It names nobody. Everything in it follows from the run's inputs, so that whoever has them can make it again
and compare byte for byte; times and machines are not in it.
"""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.matching.domain.run.canonical import canonical_hash, canonical_json
from services.matching.domain.run.fairness import Fairness, fairness_of
from services.matching.domain.run.levels import Level, LevelCode, levels_of
from services.matching.domain.run.result import RefusalCount, UnmatchedReason
from services.matching.domain.run.score import SCORE_VERSION
from services.matching.domain.run.settings import RunSettings
from services.matching.domain.run.solved import SolvedMarket

__all__ = ["DecisionLog", "Level", "LevelCode", "RunContext", "UnmatchedPeople", "decision_log", "log_text"]

LOG_VERSION = 1


class Verdict(StrEnum):
    """What the certificate said."""

    PROVEN = "proven"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """Which run it was; `program_version` is the version of the settings."""

    match_run_id: UUID
    program_id: UUID
    cohort_id: UUID
    program_version: int
    dry_run: bool
    replace_proposals: bool


@dataclass(frozen=True, slots=True)
class UnmatchedPeople:
    """How many people were left over for one reason, once a role."""

    reason: UnmatchedReason
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLog:
    """One run's account; sums of scores in millionths.

    `inputs_hash` is the SHA-256 of the stored inputs, `result_hash` that of the whole result in canonical
    form, proposals with their breakdowns and reasons included, `prices_hash` that of the seat prices that
    prove it.
    """

    log_version: int
    run: RunContext
    inputs_hash: str
    settings: RunSettings
    score_version: int
    engine: str
    engine_version: str
    mentors: int
    mentees: int
    seats: int
    slots: int
    allowed_pairs: int
    refusals: tuple[RefusalCount, ...]
    refused_locks: int
    matched: int
    cardinality_bound: int
    objective: int
    bound: int
    gap: int
    match_value: int
    verdict: Verdict
    faults: tuple[str, ...]
    levels: tuple[Level, ...]
    fairness: Fairness
    unmatched: tuple[UnmatchedPeople, ...]
    prices_hash: str
    result_hash: str


def decision_log(context: RunContext, settings: RunSettings, solved: SolvedMarket) -> DecisionLog:
    """The account of a solved market."""
    result, judged = solved.result, solved.judged
    left = Counter(each.reason for each in result.unmatched)
    return DecisionLog(
        log_version=LOG_VERSION,
        run=context,
        inputs_hash=result.inputs_hash,
        settings=settings,
        score_version=SCORE_VERSION,
        engine=result.engine,
        engine_version=result.engine_version,
        mentors=result.mentors,
        mentees=result.mentees,
        seats=sum(one.mentor_seats for one in judged.mentors),
        slots=sum(one.mentee_slots for one in judged.mentees),
        allowed_pairs=result.feasible_pairs,
        refusals=result.refusals,
        refused_locks=len(result.refused_locks),
        matched=result.matched,
        cardinality_bound=result.cardinality_bound,
        objective=result.objective,
        bound=result.bound,
        gap=result.gap,
        match_value=result.match_value,
        verdict=Verdict.PROVEN if result.proven else Verdict.REFUSED,
        faults=tuple(fault.value for fault in result.faults),
        levels=levels_of(solved, settings),
        fairness=fairness_of(judged, solved.chosen),
        unmatched=tuple(UnmatchedPeople(reason, left[reason]) for reason in UnmatchedReason if left[reason]),
        prices_hash=canonical_hash(result.seat_prices),
        result_hash=canonical_hash(result),
    )


def log_text(log: DecisionLog) -> str:
    """The canonical text of the account, ended by a line feed."""
    return canonical_json(log) + "\n"
