"""The rounds over all pairs end at the optimum of the whole market, which lists every pair."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.solver.all_pairs import AllPairs, solve_all_pairs
from services.matching.domain.solver.problem import Cancelled, EngineUnfit, Problem
from services.matching.domain.solver.solve import solve
from tests.unit.matching.solver_markets import value_of


class Table:
    """Scores that are all there; below 0 is not allowed."""

    def __init__(self, table: np.ndarray) -> None:
        self.table = table.astype(np.int32)

    def block(self, begin: int, end: int) -> np.ndarray:
        return self.table[begin:end]

    def listed(self, slots: np.ndarray, seats: np.ndarray) -> Problem:
        rows, columns = np.nonzero(self.table >= 0)
        first = np.searchsorted(rows, np.arange(len(self.table) + 1)).astype(np.int64)
        return Problem(
            first, columns.astype(np.int32), self.table[rows, columns].astype(np.int64), slots, seats
        )


def reached(found: AllPairs) -> tuple[int, ...]:
    return value_of(found.problem, found.solution.chosen.tolist())


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0.5, 0.9, 1.0, 1.2]))
def test_the_rounds_reach_what_a_solve_of_every_pair_reaches(seed: int, supply: float) -> None:
    """Everybody likes the same few: short lists alone would leave many without a seat."""
    random = np.random.default_rng(seed)
    liked = random.integers(0, 500_000, 60)
    table = liked + random.integers(0, 200_000, (150, 60))
    table[random.random(table.shape) < 0.1] = -1
    slots = random.integers(0, 4, 150).clip(max=1)
    seats = random.multinomial(round(supply * slots.sum()), np.full(60, 1 / 60)).astype(np.int64)
    scores = Table(table)

    found = solve_all_pairs(scores, slots, seats)

    every = scores.listed(slots, seats)
    assert reached(found) == value_of(every, solve(every).chosen.tolist())
    assert found.added[-1] == 0


def test_the_number_of_threads_changes_nothing() -> None:
    random = np.random.default_rng(3)
    scores = Table(random.integers(0, 1000, (300, 100)) * 1000)
    slots, seats = np.ones(300, dtype=np.int64), np.full(100, 3, dtype=np.int64)

    one, three = (solve_all_pairs(scores, slots, seats, threads=threads) for threads in (1, 3))

    assert one.added == three.added
    assert one.solution.chosen.tolist() == three.solution.chosen.tolist()


def test_a_market_without_people_or_pairs_has_an_empty_optimum() -> None:
    for table in (np.zeros((0, 3)), np.zeros((3, 0)), np.full((3, 3), -1)):
        mentees, mentors = table.shape
        found = solve_all_pairs(
            Table(table), np.ones(mentees, dtype=np.int64), np.ones(mentors, dtype=np.int64)
        )
        assert reached(found) == (0, 0)


def test_looking_can_be_cancelled() -> None:
    with pytest.raises(Cancelled):
        solve_all_pairs(
            Table(np.zeros((3, 3))),
            np.ones(3, dtype=np.int64),
            np.ones(3, dtype=np.int64),
            cancel=lambda: True,
        )


def test_mentees_of_several_slots_are_refused() -> None:
    with pytest.raises(EngineUnfit):
        solve_all_pairs(Table(np.zeros((1, 1))), np.full(1, 2), np.ones(1, dtype=np.int64))
