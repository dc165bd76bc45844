"""What is answered to the question why."""

from dataclasses import dataclass
from enum import StrEnum

from services.matching.domain.run.constraints import ConstraintCode
from services.matching.domain.run.market import ParticipantId, Role
from services.matching.domain.run.score import ScoreBreakdown


class Verdict(StrEnum):
    """What a run made of a pair."""

    CHOSEN = "chosen"
    REFUSED = "refused"
    NOT_CHOSEN = "not_chosen"


@dataclass(frozen=True, slots=True)
class Moved:
    """Somebody who would change places; None is nobody."""

    mentee: ParticipantId
    before: ParticipantId | None
    after: ParticipantId | None


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What would be different if the pair had to be, in millionths.

    `gain` is how much better the pair is than what its mentee has, `cost_elsewhere` what all others lose by
    it: `gain - cost_elsewhere` is the change of the total. `matched` is the change of the number of matches.
    """

    gain: int
    cost_elsewhere: int
    total: int
    matched: int
    moves: tuple[Moved, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairAnswer:
    """Why a pair is in the result, or why not; `refusals` in the order of the rules, the first one decided.

    `breakdown` adds up to `score`; it is None for a refused pair, and where what it was made of is forgotten.
    `counterfactual` is None for a pair that was chosen or refused, or that locked pairs leave no place for.
    `seat_price` is what one more seat of the mentor would be worth to the others: the run's price, in
    millionths of score, with the worth of a whole match where a seat would match somebody more.
    """

    mentor: ParticipantId
    mentee: ParticipantId
    verdict: Verdict
    refusals: tuple[ConstraintCode, ...]
    score: int | None
    breakdown: ScoreBreakdown | None
    shared_minutes: int | None
    seat_price: int
    counterfactual: Counterfactual | None


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Rules without which somebody would have had a partner: how many partners, and who some of them are."""

    rules: tuple[ConstraintCode, ...]
    partners: int
    examples: tuple[ParticipantId, ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """An allowed partner, the score with them, and who has their places."""

    partner: ParticipantId
    score: int
    held_by: tuple[ParticipantId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceAnswer:
    """What a participant got in a role, or what stood in the way.

    `allowed` counts the partners whom the rules allowed; `holders` are the best of them with who has their
    places.
    """

    participant: ParticipantId
    role: Role
    partners: tuple[ParticipantId, ...]
    allowed: int
    holders: tuple[Holder, ...]
    relaxations: tuple[Relaxation, ...]
