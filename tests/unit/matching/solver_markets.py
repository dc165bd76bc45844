"""Small markets and what can be found out about them by trying everything."""

from collections.abc import Iterator

import numpy as np
from hypothesis import strategies as st

from services.matching.domain.solver.problem import Problem

Edges = dict[tuple[int, int], tuple[int, ...]]
"""(mentee, mentor) -> score, then one number a level."""


def problem_of(slots: list[int], seats: list[int], edges: Edges) -> Problem:
    """The arrays of a market written by hand."""
    keys = sorted(edges)
    first = np.searchsorted([mentee for mentee, _ in keys], np.arange(len(slots) + 1))
    width = len(edges[keys[0]]) if keys else 1
    columns = np.array([edges[key] for key in keys], dtype=np.int64).reshape(-1, width).T
    return Problem(
        first=first.astype(np.int64),
        mentor=np.array([mentor for _, mentor in keys], dtype=np.int32),
        score=columns[0],
        mentee_capacity=np.array(slots, dtype=np.int64),
        mentor_capacity=np.array(seats, dtype=np.int64),
        levels=tuple(columns[1:]),
    )


def best_by_trying(problem: Problem) -> tuple[int, ...]:
    """Pairs, total score and each level's total of the best of all allowed choices."""
    return max(value_of(problem, chosen) for chosen in _choices(problem, 0, problem.mentor_capacity.tolist()))


def value_of(problem: Problem, chosen: list[int]) -> tuple[int, ...]:
    """Pairs, total score and each level's total of a choice of edges."""
    return (len(chosen), *(int(values[chosen].sum()) for values in (problem.score, *problem.levels)))


def is_allowed(problem: Problem, chosen: list[int]) -> bool:
    """Whether the edges are different ones and nobody takes more than allowed."""
    rows = problem.rows()[chosen]
    return (
        len(set(chosen)) == len(chosen)
        and bool((np.bincount(rows, minlength=problem.mentees) <= problem.mentee_capacity).all())
        and bool(
            (np.bincount(problem.mentor[chosen], minlength=problem.mentors) <= problem.mentor_capacity).all()
        )
    )


def bound_by(problem: Problem, price: np.ndarray, match_value: int) -> int:
    """What no choice can exceed, by weak duality: seats at their price and everybody's best deals."""
    assert (price >= 0).all()
    bound = int(sum((price * problem.mentor_capacity).tolist()))
    for mentee, slots in enumerate(problem.mentee_capacity.tolist()):
        row = slice(int(problem.first[mentee]), int(problem.first[mentee + 1]))
        deals = sorted((match_value + problem.score[row] - price[problem.mentor[row]]).tolist(), reverse=True)
        bound += sum(max(0, deal) for deal in deals[:slots])
    return bound


def _choices(problem: Problem, mentee: int, seats: list[int]) -> Iterator[list[int]]:
    if mentee == problem.mentees:
        yield []
        return
    row = range(int(problem.first[mentee]), int(problem.first[mentee + 1]))
    for picked in _picks(problem, list(row), int(problem.mentee_capacity[mentee]), seats):
        left = list(seats)
        for edge in picked:
            left[problem.mentor[edge]] -= 1
        for rest in _choices(problem, mentee + 1, left):
            yield picked + rest


def _picks(problem: Problem, row: list[int], slots: int, seats: list[int]) -> Iterator[list[int]]:
    yield []
    if not slots:
        return
    for at, edge in enumerate(row):
        if seats[problem.mentor[edge]]:
            for rest in _picks(problem, row[at + 1 :], slots - 1, seats):
                yield [edge, *rest]


@st.composite
def small_problems(draw: st.DrawFn, *, most_slots: int = 1, levels: int = 0) -> Problem:
    """Up to seven people with ties, people without candidates, mentors without seats."""
    mentees = draw(st.integers(0, 5))
    mentors = draw(st.integers(0, 7 - mentees))
    scores = st.one_of(st.integers(0, 3), st.sampled_from([0, 1_000_000]), st.integers(0, 1_000_000))
    level = st.one_of(st.integers(0, 2), st.integers(0, 2**32 - 1))
    edges: Edges = {
        (mentee, mentor): (draw(scores), *(draw(level) for _ in range(levels)))
        for mentee in range(mentees)
        for mentor in range(mentors)
        if draw(st.integers(0, 3))
    }
    slots = draw(st.lists(st.integers(0, most_slots), min_size=mentees, max_size=mentees))
    return problem_of(slots, draw(st.lists(st.integers(0, 3), min_size=mentors, max_size=mentors)), edges)
