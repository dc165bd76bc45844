"""A living market is, after every event, as good as a solve from nothing, and its prices prove it."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.solver.problem import EngineUnfit, Problem
from services.matching.domain.solver.rematch import Move, Rematch, UnknownPerson
from services.matching.domain.solver.solve import solve
from tests.unit.matching.solver_markets import bound_by, is_allowed, problem_of, small_problems, value_of


def assert_optimal(living: Rematch) -> None:
    problem, solution = living.snapshot()
    chosen = solution.chosen.tolist()
    assert is_allowed(problem, chosen)
    assert value_of(problem, chosen) == value_of(problem, solve(problem).chosen.tolist())
    assert solution.prices is not None
    worth = len(chosen) * solution.prices.match_value + int(problem.score[chosen].sum())
    assert bound_by(problem, solution.prices.mentor, solution.prices.match_value) == worth


def happen(living: Rematch, random: Random, mentees: list[int], mentors: list[int]) -> tuple[Move, ...]:
    """One event of any kind at random."""

    def some(people: list[int]) -> list[tuple[int, int]]:
        count = random.randint(0, len(people))
        return [
            (one, random.choice([0, 7, random.randint(0, 10**6)])) for one in random.sample(people, count)
        ]

    event = random.choice(["join", "leave", "exclude", "seats", "mentor"])
    if event == "leave" and mentees:
        return living.leave(mentees.pop(random.randrange(len(mentees))))
    if event == "exclude" and mentees and mentors:
        return living.exclude(random.choice(mentees), random.choice(mentors))
    if event == "seats" and mentors:
        return living.set_seats(random.choice(mentors), random.randint(0, 4))
    if event == "mentor":
        mentor, moves = living.add_mentor(random.randint(0, 3), some(mentees))
        mentors.append(mentor)
        return moves
    mentee, moves = living.join(some(mentors))
    mentees.append(mentee)
    return moves


@settings(max_examples=150, deadline=None)
@given(small_problems(), st.integers(0, 2**32))
def test_after_every_event_the_market_is_as_good_as_solved_from_nothing(problem: Problem, seed: int) -> None:
    living, random = Rematch(problem), Random(seed)  # noqa: S311 - events that can be made again
    mentees = [at for at, slots in enumerate(problem.mentee_capacity.tolist()) if slots]
    mentors = list(range(problem.mentors))
    assert_optimal(living)
    for _ in range(30):
        before = {mentee: living.mentor_of(mentee) for mentee in mentees}
        moves = happen(living, random, mentees, mentors)

        after = {mentee: living.mentor_of(mentee) for mentee in {*mentees, *before}}
        changed = {mentee for mentee in after if before.get(mentee) != after[mentee]}
        assert {move.mentee for move in moves} == changed
        assert all(move.before == before.get(move.mentee) for move in moves)
        assert all(move.after == after[move.mentee] for move in moves)
        assert_optimal(living)


def test_a_market_that_outgrows_its_room_stays_optimal() -> None:
    """Hundreds of joiners and mentors more than it began with."""
    living, random = Rematch(problem_of([1], [1], {(0, 0): (5,)})), Random(4)  # noqa: S311 - as above
    mentees, mentors = [0], [0]
    for event in range(400):
        if event % 4:
            count = min(len(mentors), 6)
            pairs = [(one, random.randint(0, 10**6)) for one in random.sample(mentors, count)]
            mentees.append(living.join(pairs)[0])
        else:
            count = min(len(mentees), 20)
            pairs = [(one, random.randint(0, 10**6)) for one in random.sample(mentees, count)]
            mentors.append(living.add_mentor(random.randint(0, 4), pairs)[0])
        if event % 7 == 0:
            living.leave(mentees.pop(random.randrange(len(mentees))))
        if event % 20 == 0:
            assert_optimal(living)
    assert_optimal(living)


def test_a_leaver_makes_room_and_only_who_gains_moves() -> None:
    living = Rematch(problem_of([1, 1, 1], [1, 1], {(0, 0): (9,), (1, 0): (8,), (1, 1): (2,), (2, 1): (1,)}))
    assert [living.mentor_of(mentee) for mentee in range(3)] == [0, 1, None]

    assert living.leave(0) == (Move(0, 0, None), Move(1, 1, 0), Move(2, None, 1))
    assert_optimal(living)


def test_a_declined_pair_never_comes_back() -> None:
    living = Rematch(problem_of([1], [1, 1], {(0, 0): (9,), (0, 1): (1,)}))

    assert living.exclude(0, 0) == (Move(0, 0, 1),)
    assert living.set_seats(1, 0) == (Move(0, 1, None),)
    assert living.exclude(0, 0) == ()
    assert living.mentor_of(0) is None


def test_people_who_are_not_there_are_refused_and_nothing_changes() -> None:
    living = Rematch(problem_of([1], [1], {(0, 0): (9,)}))
    living.leave(0)

    for act in (
        lambda: living.leave(0),
        lambda: living.exclude(0, 0),
        lambda: living.set_seats(1, 1),
        lambda: living.join([(1, 5)]),
        lambda: living.add_mentor(1, [(0, 5)]),
    ):
        with pytest.raises(UnknownPerson):
            act()
    for pairs in ([(0, 1_000_001)], [(0, -1)], [(0, 1), (0, 2)]):
        with pytest.raises(ValueError, match=r"^(score|pairs): "):
            living.join(pairs)
    with pytest.raises(ValueError, match=r"^seats: "):
        living.set_seats(0, -1)
    assert_optimal(living)


def test_mentees_of_several_slots_are_not_for_paths() -> None:
    with pytest.raises(EngineUnfit):
        Rematch(problem_of([2], [1], {(0, 0): (9,)}))
