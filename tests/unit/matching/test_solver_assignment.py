"""The solver finds the most pairs, then the best total, then the smallest tie ranks."""

from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.solver.assignment import AssignmentProblem, solve, tie_width_bits
from services.matching.domain.solver.problem import MarketTooLarge

Pairs = dict[tuple[int, int], tuple[int, int]]


def best_by_hand(problem: AssignmentProblem) -> tuple[int, int]:
    """Try everything: the most pairs and the best total at that number."""

    @cache
    def best(right: int, seats: tuple[int, ...]) -> tuple[int, int]:
        return max(choices(right, 0, problem.slots[right], seats)) if right < len(problem.slots) else (0, 0)

    def choices(right: int, left: int, slots: int, seats: tuple[int, ...]) -> list[tuple[int, int]]:
        if left == len(seats):
            return [best(right + 1, seats)]
        found = choices(right, left + 1, slots, seats)
        if slots and seats[left] and (left, right) in problem.pairs:
            rest = (*seats[:left], seats[left] - 1, *seats[left + 1 :])
            score = problem.pairs[left, right][0]
            found += [(n + 1, sum_ + score) for n, sum_ in choices(right, left + 1, slots - 1, rest)]
        return found

    return best(0, tuple(problem.seats))


@st.composite
def problems(draw: st.DrawFn) -> AssignmentProblem:
    lefts = draw(st.integers(0, 4))
    rights = draw(st.integers(0, 7 - lefts))
    scores = st.one_of(st.integers(0, 3), st.integers(0, 1_000_000))
    keys = [(left, right) for left in range(lefts) for right in range(rights)]
    allowed = [key for key in keys if draw(st.integers(0, 3))]
    return AssignmentProblem(
        seats=draw(st.lists(st.integers(0, 3), min_size=lefts, max_size=lefts)),
        slots=draw(st.lists(st.integers(0, 2), min_size=rights, max_size=rights)),
        pairs={key: (draw(scores), draw(st.integers(0, 2**64 - 1))) for key in allowed},
    )


@settings(max_examples=300, deadline=None)
@given(problems())
def test_no_other_choice_has_more_pairs_or_as_many_with_a_better_total(problem: AssignmentProblem) -> None:
    chosen = solve(problem)

    assert all(sum(left == at for left, _ in chosen) <= seats for at, seats in enumerate(problem.seats))
    assert all(sum(right == at for _, right in chosen) <= slots for at, slots in enumerate(problem.slots))
    assert (len(chosen), sum(problem.pairs[pair][0] for pair in chosen)) == best_by_hand(problem)


@settings(max_examples=100, deadline=None)
@given(problems(), st.randoms(use_true_random=False))
def test_the_order_in_which_pairs_are_listed_does_not_matter(
    problem: AssignmentProblem, random: Random
) -> None:
    keys = list(problem.pairs)
    random.shuffle(keys)
    shuffled = AssignmentProblem(problem.seats, problem.slots, {key: problem.pairs[key] for key in keys})

    assert solve(shuffled) == solve(problem)


def test_two_poor_pairs_come_before_one_perfect_pair() -> None:
    pairs: Pairs = {(0, 0): (1_000_000, 0), (0, 1): (10, 0), (1, 0): (20, 0)}

    assert solve(AssignmentProblem([1, 1], [1, 1], pairs)) == {(0, 1), (1, 0)}


def test_equal_totals_go_by_the_smaller_sum_of_tie_ranks() -> None:
    low, high = 1 << 40, 1 << 63
    pairs: Pairs = {(0, 0): (5, high), (1, 1): (5, high), (0, 1): (5, low), (1, 0): (5, low)}

    assert solve(AssignmentProblem([1, 1], [1, 1], pairs)) == {(0, 1), (1, 0)}


def test_the_worst_tie_ranks_never_outweigh_one_millionth() -> None:
    """Many people whose better pair has the largest rank and whose poorer pair has none."""
    people = 60
    pairs: Pairs = {(at, at): (500_000, 2**64 - 1) for at in range(people)}
    pairs |= {(at, (at + 1) % people): (500_000, 0) for at in range(people)}
    pairs[0, 0] = (500_001, 2**64 - 1)

    chosen = solve(AssignmentProblem([1] * people, [1] * people, pairs))

    assert chosen == {(at, at) for at in range(people)}


@pytest.mark.parametrize(
    ("seats", "slots", "pairs"),
    [([], [], {}), ([1], [], {}), ([], [1], {}), ([1], [1], {}), ([0], [1], {(0, 0): (7, 0)})],
)
def test_an_empty_or_infeasible_market_has_no_pairs(seats: list[int], slots: list[int], pairs: Pairs) -> None:
    assert solve(AssignmentProblem(seats, slots, pairs)) == frozenset()


def test_capacities_far_beyond_the_market_are_harmless() -> None:
    pairs: Pairs = {(0, 0): (3, 0), (0, 1): (4, 0)}

    assert solve(AssignmentProblem([10**15], [10**15, 10**15], pairs)) == {(0, 0), (0, 1)}


def test_ties_get_as_many_bits_as_the_market_leaves_and_a_market_without_room_is_refused() -> None:
    """2^63 / (671 nodes x 16 x 500 pairs x 10^6) lies between 2^20 and 2^21."""
    assert tie_width_bits(500, 671) == 20
    with pytest.raises(MarketTooLarge):
        tie_width_bits(100_000, 133_000)
