"""Why each participant without a proposal has none."""

from collections import Counter
from collections.abc import Collection, Sequence

from services.matching.domain.run.constraints import ConstraintCode
from services.matching.domain.run.market import Candidate, Role
from services.matching.domain.run.pairs import JudgedPairs, Pair
from services.matching.domain.run.result import RefusalCount, Unmatched, UnmatchedReason
from services.matching.domain.run.settings import RunSettings


class UnexplainedLeftover(RuntimeError):
    """Somebody is left over beside an allowed partner with a free seat: the result has too few pairs."""


def explain_unmatched(
    judged: JudgedPairs, chosen: Collection[Pair], settings: RunSettings
) -> tuple[Unmatched, ...]:
    """Everybody left over in a role that they were ready for: mentors first, each side by participant id.

    Raises UnexplainedLeftover if the chosen pairs are not as many as possible at one of them.
    """
    seats_taken = Counter(mentor for mentor, _ in chosen)
    slots_taken = Counter(mentee for _, mentee in chosen)
    free_mentors = {at for at, one in enumerate(judged.mentors) if seats_taken[at] < one.mentor_seats}
    free_mentees = {at for at, one in enumerate(judged.mentees) if slots_taken[at] < one.mentee_slots}
    mentees_of: list[list[int]] = [[] for _ in judged.mentors]
    mentors_of: list[list[int]] = [[] for _ in judged.mentees]
    for mentor, mentee in judged.scores:
        mentees_of[mentor].append(mentee)
        mentors_of[mentee].append(mentor)
    mentors = [
        _explain(one, Role.MENTOR, judged.mentor_refusals[at], mentees_of[at], settings, free=free_mentees)
        for at, one in enumerate(judged.mentors)
        if not seats_taken[at]
    ]
    mentees = [
        _explain(one, Role.MENTEE, judged.mentee_refusals[at], mentors_of[at], settings, free=free_mentors)
        for at, one in enumerate(judged.mentees)
        if not slots_taken[at]
    ]
    return (*mentors, *mentees)


def count_refusals(refusals: Counter[ConstraintCode]) -> tuple[RefusalCount, ...]:
    """The counts in the order of the constraints, without those that refused nobody."""
    return tuple(RefusalCount(code, refusals[code]) for code in ConstraintCode if refusals[code])


def _explain(
    one: Candidate,
    role: Role,
    refusals: Counter[ConstraintCode],
    partners: Sequence[int],
    settings: RunSettings,
    *,
    free: set[int],
) -> Unmatched:
    reason = _reason(one, role, refusals, partners, settings)
    if reason is UnmatchedReason.ALL_FEASIBLE_PARTNERS_FULL and not free.isdisjoint(partners):
        raise UnexplainedLeftover(f"{one.participant_id} as {role}")
    counts = count_refusals(refusals)
    dominating = None
    if reason is UnmatchedReason.NO_FEASIBLE_PARTNER:
        dominating = max(counts, key=lambda count: count.pairs).code
    return Unmatched(
        participant=one.participant_id,
        person=one.person_id,
        role=role,
        reason=reason,
        dominating=dominating,
        feasible_partners=len(partners),
        refusals=counts,
    )


def _reason(
    one: Candidate,
    role: Role,
    refusals: Counter[ConstraintCode],
    partners: Sequence[int],
    settings: RunSettings,
) -> UnmatchedReason:
    """The first reason that holds.

    A partner refused for capacity alone passed every other rule: the partners were full before the run.
    """
    if not (one.mentor_seats if role is Role.MENTOR else one.mentee_slots):
        return UnmatchedReason.OWN_CAPACITY_ZERO
    if settings.audience_required and not one.in_audience:
        return UnmatchedReason.NOT_IN_AUDIENCE
    if not partners and refusals.total() == refusals[ConstraintCode.SAME_PERSON]:
        return UnmatchedReason.NO_PARTNER_ENROLLED
    if settings.min_shared_minutes and one.hours is None:
        return UnmatchedReason.AVAILABILITY_UNKNOWN
    if partners or refusals[ConstraintCode.NO_CAPACITY]:
        return UnmatchedReason.ALL_FEASIBLE_PARTNERS_FULL
    return UnmatchedReason.NO_FEASIBLE_PARTNER
