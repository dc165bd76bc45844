"""Wishes decide between results that are equally good, and two first choices that meet are kept."""

from dataclasses import replace
from datetime import date
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.run.market import (
    Candidate,
    Market,
    ParticipantId,
    PersonId,
    PersonPair,
    Role,
    exclusions_between,
)
from services.matching.domain.run.score import Scoring
from services.matching.domain.run.settings import Format, RunSettings, Weights
from services.matching.domain.run.solve_market import run_market

SETTINGS = RunSettings(
    format=Format.ONE_TO_ONE, weights=Weights(skills=1), weeks=(date(2027, 1, 4),), language_required=False
)
People = st.lists(st.integers(1, 4), max_size=4, unique=True)


def one(number: int, choices: tuple[int, ...] = (), skills: str = "") -> Candidate:
    """1 and 2 are mentors, 3 and 4 mentees."""
    mentor = number < 3
    return Candidate(
        participant_id=ParticipantId(UUID(int=number)),
        person_id=PersonId(UUID(int=number)),
        roles=frozenset({Role.MENTOR if mentor else Role.MENTEE}),
        mentor_seats=1 if mentor else 0,
        mentee_slots=0 if mentor else 1,
        skills_offered=frozenset(skills if mentor else ""),
        skills_wanted=frozenset("" if mentor else skills),
        choices=tuple(PersonId(UUID(int=each)) for each in choices),
    )


def pairs(
    *people: Candidate, salt: str = "", exclusions: frozenset[PersonPair] = frozenset()
) -> set[tuple[int, int]]:
    result = run_market(
        Market(candidates=people, exclusions=exclusions), replace(SETTINGS, tie_break_salt=salt)
    )
    assert result.proven
    return {(each.mentor.int, each.mentee.int) for each in result.proposals}


@pytest.mark.parametrize("salt", ["spring", "summer", "autumn", "winter"])
def test_between_equal_results_a_choice_of_one_side_decides_and_not_the_hash(salt: str) -> None:
    assert pairs(one(1), one(2), one(3, (2,)), one(4), salt=salt) == {(2, 3), (1, 4)}
    assert pairs(one(1, (3,)), one(2), one(3), one(4), salt=salt) == {(1, 3), (2, 4)}


def test_a_choice_of_one_side_never_outweighs_the_score() -> None:
    people = (one(1, (), "a"), one(2, (), "b"), one(3, (2,), "a"), one(4, (1,), "b"))

    assert pairs(*people) == {(1, 3), (2, 4)}


def test_first_choices_that_meet_outweigh_the_score_unless_a_rule_forbids_them() -> None:
    people = (one(1, (), "a"), one(2, (3,), "b"), one(3, (2,), "a"), one(4, (), "b"))
    apart = exclusions_between([(people[1].person_id, people[2].person_id)])

    assert pairs(*people) == {(2, 3), (1, 4)}
    assert pairs(*people, exclusions=apart) == {(1, 3), (2, 4)}


def test_second_choices_that_meet_are_no_first_ones() -> None:
    people = (one(1, (), "a"), one(2, (4, 3), "b"), one(3, (1, 2), "a"), one(4, (), "b"))

    assert pairs(*people) == {(1, 3), (2, 4)}


@given(People, People)
def test_no_wish_changes_any_score(mentor_choices: list[int], mentee_choices: list[int]) -> None:
    """Wishing for more people, or for fewer, moves nobody up a list."""
    plain = [one(1, (), "ab"), one(2, (), "a"), one(3, (), "a"), one(4, (), "bc")]
    wishing = [one(1, tuple(mentor_choices), "ab"), plain[1], one(3, tuple(mentee_choices), "a"), plain[3]]
    before, after = (Scoring(Market(candidates=tuple(each)), SETTINGS) for each in (plain, wishing))

    for mentor, mentee in product((0, 1), (2, 3)):
        assert before.score(plain[mentor], plain[mentee]) == after.score(wishing[mentor], wishing[mentee])
