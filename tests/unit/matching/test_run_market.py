"""A run answers with proposals, with a reason for everybody left over, and with the proof that it is best."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.matching.domain.run.constraints import ConstraintCode
from services.matching.domain.run.locks import LockRefusal, RefusedLock
from services.matching.domain.run.market import (
    Candidate,
    InvalidMarket,
    LockedPair,
    Market,
    ParticipantId,
    PersonId,
    Role,
    exclusions_between,
)
from services.matching.domain.run.result import RefusalCount, RunResult, UnmatchedReason
from services.matching.domain.run.settings import Format, RunSettings, Weights
from services.matching.domain.run.solve_market import run_market

SETTINGS = RunSettings(
    format=Format.ONE_TO_ONE, weights=Weights(skills=1), weeks=(date(2027, 1, 4),), language_required=False
)
MENTOR, MENTEE = frozenset({Role.MENTOR}), frozenset({Role.MENTEE})


def participant(number: int) -> ParticipantId:
    return ParticipantId(UUID(int=number))


def person(number: int) -> PersonId:
    return PersonId(UUID(int=1_000 + number))


def mentor(number: int, offered: str = "", **changes: Any) -> Candidate:
    one = Candidate(
        participant_id=participant(number),
        person_id=person(number),
        roles=MENTOR,
        mentor_seats=1,
        skills_offered=frozenset(offered),
    )
    return replace(one, **changes)


def mentee(number: int, wanted: str = "", **changes: Any) -> Candidate:
    one = Candidate(
        participant_id=participant(number),
        person_id=person(number),
        roles=MENTEE,
        mentee_slots=1,
        skills_wanted=frozenset(wanted),
    )
    return replace(one, **changes)


def run(*candidates: Candidate, **parts: Any) -> RunResult:
    return run_market(Market(candidates=candidates, **parts), SETTINGS)


def pairs(result: RunResult) -> list[tuple[int, int]]:
    return [(proposal.mentor.int, proposal.mentee.int) for proposal in result.proposals]


def reasons(result: RunResult) -> dict[tuple[int, Role], UnmatchedReason]:
    return {(one.participant.int, one.role): one.reason for one in result.unmatched}


def test_the_best_total_is_found_and_proven() -> None:
    """1 with 12 would be the best pair alone (1.0), but costs more elsewhere: 0.75 + 1.0 beats 1.0 + 0.5."""
    result = run(mentor(1, "abcd"), mentor(2, "ab"), mentee(11, "abcx"), mentee(12, "ab"))

    assert pairs(result) == [(1, 11), (2, 12)]
    assert (result.objective, result.bound, result.gap) == (1_750_000, 1_750_000, 0)
    assert (result.matched, result.cardinality_bound, result.proven) == (2, 2, True)
    assert result.unmatched == ()
    assert [proposal.breakdown.score for proposal in result.proposals] == [750_000, 1_000_000]


def test_more_pairs_come_before_better_ones() -> None:
    not_2_with_11 = exclusions_between([(person(2), person(11))])
    result = run(mentor(1, "a"), mentor(2, "a"), mentee(11, "xyz"), mentee(12, "a"), exclusions=not_2_with_11)

    assert pairs(result) == [(1, 11), (2, 12)]


def test_a_mentor_takes_as_many_as_there_are_seats_and_the_rest_learn_why() -> None:
    result = run(mentor(1, "a", mentor_seats=2), mentee(11, "a"), mentee(12, "ab"), mentee(13, "a"))

    assert pairs(result) == [(1, 11), (1, 13)]
    assert reasons(result) == {(12, Role.MENTEE): UnmatchedReason.ALL_FEASIBLE_PARTNERS_FULL}
    assert result.unmatched[0].feasible_partners == 1
    assert result.unmatched[0].dominating is None


def test_everybody_left_over_has_the_reason_that_holds() -> None:
    far = exclusions_between([(person(1), person(13)), (person(2), person(13))])
    result = run_market(
        Market(
            candidates=(
                mentor(1, languages=frozenset({"en"})),
                mentor(2, mentor_seats=0),
                mentor(3, in_audience=False, languages=frozenset({"fr"})),
                mentee(11, languages=frozenset({"en"})),
                mentee(12, languages=frozenset({"pl"})),
                mentee(13, languages=frozenset({"en", "fr"})),
                mentee(14, mentee_slots=0, languages=frozenset({"en"})),
            ),
            exclusions=far,
        ),
        replace(SETTINGS, language_required=True),
    )

    assert pairs(result) == [(1, 11)]
    assert reasons(result) == {
        (2, Role.MENTOR): UnmatchedReason.OWN_CAPACITY_ZERO,
        (3, Role.MENTOR): UnmatchedReason.NOT_IN_AUDIENCE,
        (12, Role.MENTEE): UnmatchedReason.NO_FEASIBLE_PARTNER,
        (13, Role.MENTEE): UnmatchedReason.NO_FEASIBLE_PARTNER,
        (14, Role.MENTEE): UnmatchedReason.OWN_CAPACITY_ZERO,
    }
    by_id = {one.participant.int: one for one in result.unmatched}
    assert by_id[12].dominating is ConstraintCode.NO_COMMON_LANGUAGE
    assert by_id[13].dominating is ConstraintCode.EXCLUDED
    assert by_id[13].refusals == (
        RefusalCount(ConstraintCode.NOT_IN_AUDIENCE, 1),
        RefusalCount(ConstraintCode.EXCLUDED, 2),
    )
    assert sum(count.pairs for count in result.refusals) == 11
    assert result.feasible_pairs == 1


def test_who_has_not_told_their_hours_is_told_so() -> None:
    result = run_market(Market(candidates=(mentor(1), mentee(11))), replace(SETTINGS, min_shared_minutes=60))

    assert reasons(result) == {
        (1, Role.MENTOR): UnmatchedReason.AVAILABILITY_UNKNOWN,
        (11, Role.MENTEE): UnmatchedReason.AVAILABILITY_UNKNOWN,
    }


def test_partners_who_were_full_before_the_run_are_full() -> None:
    result = run(mentor(1, mentor_seats=0), mentee(11))

    assert reasons(result)[11, Role.MENTEE] is UnmatchedReason.ALL_FEASIBLE_PARTNERS_FULL


@pytest.mark.parametrize("alone", [mentee(11), mentee(11, roles=MENTOR | MENTEE)])
def test_somebody_alone_on_the_market_has_no_partner_enrolled(alone: Candidate) -> None:
    """Nobody is their own mentor, also when they are enrolled in both roles."""
    result = run(replace(alone, mentor_seats=1))

    assert result.proposals == ()
    assert set(reasons(result).values()) == {UnmatchedReason.NO_PARTNER_ENROLLED}
    assert result.proven


def test_an_empty_market_has_an_empty_proven_result() -> None:
    result = run()

    assert (result.proposals, result.unmatched, result.objective, result.bound) == ((), (), 0, 0)
    assert result.proven


def test_two_people_who_could_mentor_each_other_make_one_pair_in_the_better_direction() -> None:
    both: dict[str, Any] = {"roles": MENTOR | MENTEE, "mentor_seats": 1, "mentee_slots": 1}
    result = run(
        mentor(1, "ab", skills_wanted=frozenset("xy"), **both),
        mentor(2, "x", skills_wanted=frozenset("ab"), **both),
    )

    assert pairs(result) == [(1, 2)]
    assert result.refusals == (
        RefusalCount(ConstraintCode.SAME_PERSON, 2),
        RefusalCount(ConstraintCode.OTHER_DIRECTION, 1),
    )
    left = {(one.participant.int, one.role): one.dominating for one in result.unmatched}
    assert left[1, Role.MENTEE] in {ConstraintCode.SAME_PERSON, ConstraintCode.OTHER_DIRECTION}


def test_a_locked_pair_is_kept_although_another_would_score_more() -> None:
    lock = LockedPair(participant(1), participant(12))
    result = run(mentor(1, "ab"), mentor(2, "x"), mentee(11, "ab"), mentee(12, "x"), locked=frozenset({lock}))

    assert pairs(result) == [(1, 12), (2, 11)]
    assert [proposal.locked for proposal in result.proposals] == [True, False]
    assert (result.objective, result.gap, result.proven) == (0, 0, True)


def test_a_locked_direction_wins_over_the_better_one() -> None:
    both: dict[str, Any] = {"roles": MENTOR | MENTEE, "mentor_seats": 1, "mentee_slots": 1}
    result = run(
        mentor(1, "ab", **both),
        mentor(2, "", skills_wanted=frozenset("ab"), **both),
        locked=frozenset({LockedPair(participant(2), participant(1))}),
    )

    assert pairs(result) == [(2, 1)]
    assert result.refused_locks == ()


def test_of_two_locked_directions_between_two_people_the_first_mentor_s_is_kept() -> None:
    both: dict[str, Any] = {"roles": MENTOR | MENTEE, "mentor_seats": 1, "mentee_slots": 1}
    there, back = LockedPair(participant(1), participant(2)), LockedPair(participant(2), participant(1))
    result = run(mentor(1, **both), mentor(2, **both), locked=frozenset({there, back}))

    assert pairs(result) == [(1, 2)]
    assert result.refused_locks == (RefusedLock(back, ConstraintCode.OTHER_DIRECTION),)


def test_locked_pairs_that_break_a_rule_are_refused_with_the_reason_and_the_run_goes_on() -> None:
    locks = [
        LockedPair(participant(a), participant(b)) for a, b in ((1, 11), (1, 12), (2, 13), (11, 2), (9, 11))
    ]
    result = run(
        mentor(1),
        mentor(2),
        mentee(11),
        mentee(12),
        mentee(13, line_above=frozenset({person(2)})),
        locked=frozenset(locks),
    )

    assert result.refused_locks == (
        RefusedLock(locks[1], ConstraintCode.NO_CAPACITY),
        RefusedLock(locks[2], ConstraintCode.REPORTING_LINE),
        RefusedLock(locks[4], LockRefusal.NOT_IN_MARKET),
        RefusedLock(locks[3], LockRefusal.NOT_IN_MARKET),
    )
    assert pairs(result) == [(1, 11), (2, 12)]
    assert result.proven


def test_a_reverse_run_pairs_the_senior_mentee_with_a_mentor_a_few_levels_below() -> None:
    rules = replace(SETTINGS, format=Format.REVERSE, weights=Weights(seniority=1))
    people = (mentor(1, job_level=3), mentor(2, job_level=8), mentee(11, job_level=5))

    assert pairs(run_market(Market(candidates=people), rules)) == [(1, 11)]
    assert pairs(run_market(Market(candidates=people), replace(rules, format=Format.ONE_TO_ONE))) == [(2, 11)]


def test_a_market_larger_than_the_program_allows_is_refused() -> None:
    with pytest.raises(InvalidMarket):
        run_market(Market(candidates=(mentor(1), mentee(11))), replace(SETTINGS, max_candidates=1))
