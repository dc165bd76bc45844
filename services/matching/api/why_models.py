"""Reasons as the API shows them: all of them to coordinators, to members what is about themselves."""

from enum import StrEnum
from uuid import UUID

from services.matching.api.context import View
from services.matching.domain.run.answers import Counterfactual, PairAnswer, PlaceAnswer, Verdict
from services.matching.domain.run.constraints import ConstraintCode
from services.matching.domain.run.market import Role
from services.matching.domain.run.result import UnmatchedReason
from services.matching.persistence.match_codec import StoredPart, breakdown_to_json

OWN_TO_CHANGE = frozenset({ConstraintCode.NO_COMMON_LANGUAGE, ConstraintCode.TOO_LITTLE_SHARED_TIME})
"""Rules that somebody can meet by an answer of their own, and that tell nothing of anybody else."""


class MovedView(View):
    """A mentee who would change places; null is nobody."""

    mentee_id: UUID
    before_id: UUID | None
    after_id: UUID | None


class CounterfactualView(View):
    """What would be different with the pair: `gain` for its mentee, `cost_elsewhere` for all the others.

    `total` and `matched` are the changes of the total score, in millionths, and of the number of matches.
    """

    gain: int
    cost_elsewhere: int
    total: int
    matched: int
    moves: list[MovedView]


class PairWhyView(View):
    """Why a pair was chosen, refused or not chosen; the first of `refusals` decided.

    `breakdown` adds up to `score`. `seat_price` is what one more seat of the mentor would be worth to the
    others.
    """

    mentor_id: UUID
    mentee_id: UUID
    verdict: Verdict
    refusals: list[ConstraintCode]
    score: int | None
    breakdown: list[StoredPart] | None
    shared_minutes: int | None
    seat_price: int
    counterfactual: CounterfactualView | None


class HolderView(View):
    """An allowed partner, the score with them, and who has their places."""

    partner_id: UUID
    score: int
    held_by: list[UUID]


class RelaxationView(View):
    """Rules without which there would have been a place that costs nobody theirs."""

    rules: list[ConstraintCode]
    partners: int
    examples: list[UUID]


class PlaceWhyView(View):
    """What somebody got in a role, or why nobody: the best of the allowed partners with who has their places.

    `relaxations` are the smallest sets of rules; none: no rule stands in the way alone, seats are short.
    """

    participant_id: UUID
    role: Role
    partner_ids: list[UUID]
    reason: UnmatchedReason | None
    allowed_partners: int
    holders: list[HolderView]
    relaxations: list[RelaxationView]


class Placement(StrEnum):
    """What a member may know of the latest run."""

    UNDER_WAY = "under_way"
    MATCHED = "matched"
    LEFT_OVER = "left_over"


class MyRoleView(View):
    """What became of a member in one role.

    `reason` says what stood in the way, `you_can_change` which answers of their own would have helped; facts
    of other people are in neither.
    """

    role: Role
    placement: Placement
    reason: UnmatchedReason | None
    you_can_change: list[ConstraintCode]


class MyWhyView(View):
    """What the latest published run made of a member."""

    run_id: UUID
    roles: list[MyRoleView]


def pair_why(answer: PairAnswer) -> PairWhyView:
    """An answer about a pair, as shown to coordinators."""
    return PairWhyView(
        mentor_id=answer.mentor,
        mentee_id=answer.mentee,
        verdict=answer.verdict,
        refusals=list(answer.refusals),
        score=answer.score,
        breakdown=None if answer.breakdown is None else breakdown_to_json(answer.breakdown),
        shared_minutes=answer.shared_minutes,
        seat_price=answer.seat_price,
        counterfactual=None if answer.counterfactual is None else _counterfactual(answer.counterfactual),
    )


def place_why(answer: PlaceAnswer, reason: UnmatchedReason | None) -> PlaceWhyView:
    """An answer about a participant, as shown to coordinators."""
    return PlaceWhyView(
        participant_id=answer.participant,
        role=answer.role,
        partner_ids=list(answer.partners),
        reason=reason,
        allowed_partners=answer.allowed,
        holders=[
            HolderView(partner_id=each.partner, score=each.score, held_by=list(each.held_by))
            for each in answer.holders
        ],
        relaxations=[
            RelaxationView(rules=list(each.rules), partners=each.partners, examples=list(each.examples))
            for each in answer.relaxations
        ],
    )


def my_role(answer: PlaceAnswer, reason: UnmatchedReason | None, *, under_way: bool) -> MyRoleView:
    """The same for the participant; nothing is told before the coordinator has offered the whole run."""
    if under_way or reason is None:
        placement = Placement.UNDER_WAY if under_way else Placement.MATCHED
        return MyRoleView(role=answer.role, placement=placement, reason=None, you_can_change=[])
    own = {rules for each in answer.relaxations if OWN_TO_CHANGE.issuperset(rules := each.rules)}
    codes = sorted(own, key=lambda rules: [list(ConstraintCode).index(code) for code in rules])
    return MyRoleView(
        role=answer.role,
        placement=Placement.LEFT_OVER,
        reason=reason,
        you_can_change=list(codes[0]) if codes else [],
    )


def _counterfactual(answer: Counterfactual) -> CounterfactualView:
    return CounterfactualView(
        gain=answer.gain,
        cost_elsewhere=answer.cost_elsewhere,
        total=answer.total,
        matched=answer.matched,
        moves=[
            MovedView(mentee_id=move.mentee, before_id=move.before, after_id=move.after)
            for move in answer.moves
        ],
    )
