"""A match that a coordinator makes: the rules of a run hold, some of them may be waived with a reason."""

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from services.matching.domain.run.constraints import ConstraintCode, PairRules
from services.matching.domain.run.market import Candidate, Market, PersonPair
from services.matching.domain.run.score import ScoreBreakdown, Scoring
from services.matching.domain.run.settings import RunSettings
from shared.errors import Conflict

WAIVABLE = frozenset(
    {
        ConstraintCode.NOT_IN_AUDIENCE,
        ConstraintCode.EXCLUDED,
        ConstraintCode.LEVEL_UNKNOWN,
        ConstraintCode.LEVEL_GAP,
        ConstraintCode.NO_COMMON_LANGUAGE,
        ConstraintCode.AVAILABILITY_UNKNOWN,
        ConstraintCode.TOO_LITTLE_SHARED_TIME,
    },
)
"""What a coordinator may waive. Never one's own reporting line, oneself, or a seat that is not there."""


class WaiverReason(StrEnum):
    """Why a coordinator waives a rule."""

    BOTH_ASKED = "both_asked"
    KNOWN_BETTER = "known_better"
    HR_DATA_WRONG = "hr_data_wrong"
    NO_ALTERNATIVE = "no_alternative"


class RuleViolated(Conflict):
    """The pair fails a hard rule; `constraint` names the first that was not waived."""

    code = "rule_violated"

    def __init__(self, violated: ConstraintCode) -> None:
        super().__init__(constraint=violated.value, waivable="yes" if violated in WAIVABLE else "no")
        self.violated = violated


def violations(
    mentor: Candidate, mentee: Candidate, exclusions: frozenset[PersonPair], settings: RunSettings
) -> tuple[ConstraintCode, ...]:
    """Every rule that the two fail.

    Rules are relaxed one after the other, so that each failure shows; one that cannot be relaxed is the last.
    """
    found: list[ConstraintCode] = []
    if mentor.participant_id == mentee.participant_id:
        return (ConstraintCode.SAME_PERSON,)
    market = Market(candidates=(mentor, mentee), exclusions=exclusions)
    while (code := PairRules(market, settings).refusal(mentor, mentee)) is not None:
        found.append(code)
        if code not in WAIVABLE:
            break
        if code is ConstraintCode.EXCLUDED:
            market = replace(market, exclusions=frozenset())
        else:
            settings = _relax(settings, code)
    return tuple(found)


def require_allowed(found: Iterable[ConstraintCode], waived: frozenset[ConstraintCode]) -> None:
    """Raise RuleViolated for the first violation that is not waived, or cannot be."""
    for code in found:
        if code not in waived or code not in WAIVABLE:
            raise RuleViolated(code)


def score_of(mentor: Candidate, mentee: Candidate, settings: RunSettings) -> ScoreBreakdown:
    """The score of the two; how many others want the mentor's skills is not weighed in."""
    return Scoring(Market(candidates=(mentor, mentee)), settings).breakdown(mentor, mentee)


def _relax(settings: RunSettings, code: ConstraintCode) -> RunSettings:
    match code:
        case ConstraintCode.NOT_IN_AUDIENCE:
            return replace(settings, audience_required=False)
        case ConstraintCode.NO_COMMON_LANGUAGE:
            return replace(settings, language_required=False)
        case ConstraintCode.LEVEL_GAP | ConstraintCode.LEVEL_UNKNOWN:
            return replace(settings, min_level_gap=None)
        case _:
            return replace(settings, min_shared_minutes=0)
