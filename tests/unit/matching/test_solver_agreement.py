"""On markets of a thousand people all engines and an independent one agree, in any order of people."""

from dataclasses import replace

import numpy as np
import pytest

from services.matching.domain.solver.problem import Engine, Problem
from services.matching.domain.solver.solve import solve

PEOPLE = 1_000


def market(seed: int, seats: int, *, grain: int = 1, levels: int = 0) -> Problem:
    """A thousand people with eight candidates each among 300 mentors."""
    random = np.random.default_rng(seed)
    mentor = np.sort(np.argsort(random.random((PEOPLE, 300)), axis=1)[:, :8], axis=1)
    return Problem(
        first=np.arange(PEOPLE + 1, dtype=np.int64) * 8,
        mentor=mentor.ravel().astype(np.int32),
        score=random.integers(0, 1_000_001, PEOPLE * 8) // grain * grain,
        mentee_capacity=np.ones(PEOPLE, dtype=np.int64),
        mentor_capacity=random.multinomial(seats, np.full(300, 1 / 300)).astype(np.int64),
        levels=tuple(random.integers(0, 2**32, PEOPLE * 8) for _ in range(levels)),
    )


def shuffled(problem: Problem, seed: int) -> tuple[Problem, np.ndarray, np.ndarray]:
    """The same market with its people in another order, and each one's new place."""
    random = np.random.default_rng(seed)
    mentee_to, mentor_to = random.permutation(problem.mentees), random.permutation(problem.mentors)
    rows, columns = mentee_to[problem.rows()], mentor_to[problem.mentor]
    order = np.lexsort((columns, rows))
    first = np.zeros(problem.mentees + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows, minlength=problem.mentees), out=first[1:])
    seats = np.empty_like(problem.mentor_capacity)
    seats[mentor_to] = problem.mentor_capacity
    return (
        replace(
            problem,
            first=first,
            mentor=columns[order].astype(np.int32),
            score=problem.score[order],
            mentor_capacity=seats,
            levels=tuple(level[order] for level in problem.levels),
        ),
        mentee_to,
        mentor_to,
    )


def value(problem: Problem, chosen: np.ndarray) -> tuple[int, ...]:
    return (len(chosen), *(int(one[chosen].sum()) for one in (problem.score, *problem.levels)))


@pytest.mark.parametrize("seats", [700, 980, 1_000, 1_020, 1_300])
@pytest.mark.parametrize("grain", [1, 100_000])
def test_all_engines_agree(seats: int, grain: int) -> None:
    problem = market(seats, seats, grain=grain)

    found = {value(problem, solve(problem, engine=engine).chosen) for engine in [None, *Engine]}

    assert len(found) == 1


@pytest.mark.parametrize("seats", [700, 1_000, 1_300])
def test_an_independent_library_agrees_where_seats_are_people(seats: int) -> None:
    scipy_optimize = pytest.importorskip("scipy.optimize")
    problem = market(seats + 1, seats)
    seat_of = np.repeat(np.arange(problem.mentors), problem.mentor_capacity)
    cost = np.zeros((PEOPLE, problem.mentors), dtype=np.int64)
    cost[problem.rows(), problem.mentor] = problem.match_value() + problem.score
    rows, columns = scipy_optimize.linear_sum_assignment(cost[:, seat_of], maximize=True)
    best = cost[rows, seat_of[columns]]

    chosen = solve(problem).chosen

    assert len(chosen) == np.count_nonzero(best)
    assert len(chosen) * problem.match_value() + problem.score[chosen].sum() == best.sum()


@pytest.mark.parametrize("engine", [None, *Engine])
def test_the_order_of_people_changes_nothing(engine: Engine | None) -> None:
    """Coarse scores leave many optima; the last level tells them apart."""
    problem = market(5, 1_000, grain=200_000, levels=1)
    other, mentee_to, mentor_to = shuffled(problem, 6)

    here, there = solve(problem, engine=engine).chosen, solve(other, engine=engine).chosen

    moved = set(zip(mentee_to[problem.rows()[here]], mentor_to[problem.mentor[here]], strict=True))
    assert moved == set(zip(other.rows()[there], other.mentor[there], strict=True))


def test_engines_agree_on_every_level() -> None:
    problem = market(8, 1_000, grain=200_000, levels=2)

    chosen = {solve(problem, engine=engine).chosen.tobytes() for engine in [None, *Engine]}

    assert len(chosen) == 1
