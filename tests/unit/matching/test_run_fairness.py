"""A result's fairness is told in figures that are worked out by hand here."""

from collections import Counter
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.matching.domain.run.fairness import Fairness, GroupShare, OwnBest, fairness_of, gini
from services.matching.domain.run.market import Candidate, ParticipantId, PersonId, Role
from services.matching.domain.run.pairs import JudgedPairs, Pair


def people(role: Role, count: int, **fields: Any) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            participant_id=ParticipantId(UUID(int=at + (100 if role is Role.MENTEE else 1))),
            person_id=PersonId(UUID(int=at + 1_000)),
            roles=frozenset({role}),
            mentor_seats=1,
            mentee_slots=1,
            **{name: values[at] for name, values in fields.items()},
        )
        for at in range(count)
    )


def judged(scores: dict[Pair, int], mentors: int, mentees: int, **fields: Any) -> JudgedPairs:
    return JudgedPairs(
        people(Role.MENTOR, mentors),
        people(Role.MENTEE, mentees, **fields),
        scores,
        tuple(Counter() for _ in range(mentors)),
        tuple(Counter() for _ in range(mentees)),
    )


def test_the_figures_of_a_small_result() -> None:
    """Mentee 0 got 600 of 800; mentee 1 their best; mentee 2 nobody of 500; mentor 0 and mentee 0 block."""
    market = judged({(0, 0): 800, (0, 1): 700, (1, 0): 600, (1, 2): 500, (0, 2): 400}, 2, 4)
    found = fairness_of(market, [(0, 1), (1, 0)])

    assert found == Fairness(
        worst_off=600,
        own_best=OwnBest(people=3, mean=583_333, worst=0),
        own_best_by_group=(),
        mentor_load_gini=0,
        blocking_pairs=1,
        people_in_blocking_pairs=2,
        mutual_first_choices=1,
        mutual_first_choices_honoured=0,
    )


def test_a_run_without_pairs_has_no_worst_off() -> None:
    """Nor does somebody without a place break the figures."""
    market = judged({}, 1, 1)
    empty = replace(market, mentors=(replace(market.mentors[0], mentor_seats=0),))
    found = fairness_of(empty, [])

    assert (found.worst_off, found.own_best, found.mentor_load_gini) == (None, OwnBest(0, None, None), 0)


def test_groups_of_fewer_than_five_are_withheld_and_the_next_one_with_a_single_such() -> None:
    """The mean of the withheld one would follow from the others and the whole."""
    groups = [(("country", code),) for code in ["DE"] * 7 + ["FR"] * 5 + ["PL"] * 2]
    scores = {(at, at): 100 for at in range(14)}
    found = fairness_of(judged(scores, 14, 14, groups=groups), [(at, at) for at in range(7)])

    assert found.own_best_by_group == (
        GroupShare("country", "DE", 7, 1_000_000),
        GroupShare("country", "FR", None, None),
        GroupShare("country", "PL", None, None),
    )


@pytest.mark.parametrize(
    ("loads", "expected"),
    [((), 0), ((0, 0), 0), ((2, 2, 2), 0), ((0, 1), 500_000), ((0, 0, 0, 4), 750_000), ((1, 3), 250_000)],
)
def test_the_gini_coefficient_of_mentors_loads(loads: tuple[int, ...], expected: int) -> None:
    assert gini(loads) == expected
