"""Every engine finds the most pairs and the best total; its prices prove it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from services.matching.domain.solver.problem import Cancelled, Engine, EngineUnfit, Problem
from services.matching.domain.solver.solve import solve
from tests.unit.matching.solver_markets import (
    best_by_trying,
    bound_by,
    is_allowed,
    problem_of,
    small_problems,
    value_of,
)

ENGINES = [None, *Engine]
OURS = [Engine.AUCTION, Engine.SCALED_AUCTION, Engine.SEAT_PATHS]


@pytest.mark.parametrize("engine", ENGINES)
def test_no_choice_is_better_and_the_prices_say_so(engine: Engine | None) -> None:
    @settings(max_examples=300, deadline=None)
    @given(small_problems())
    def check(problem: Problem) -> None:
        solution = solve(problem, engine=engine)
        chosen = solution.chosen.tolist()

        assert is_allowed(problem, chosen)
        assert value_of(problem, chosen) == best_by_trying(problem)
        if solution.prices is not None:
            worth = len(chosen) * solution.prices.match_value + int(problem.score[chosen].sum())
            assert bound_by(problem, solution.prices.mentor, solution.prices.match_value) == worth
        else:
            assert solution.engine == Engine.FLOW

    check()


@settings(max_examples=300, deadline=None)
@given(small_problems(most_slots=3))
def test_mentees_with_several_slots_get_the_best_of_all_choices(problem: Problem) -> None:
    chosen = solve(problem).chosen.tolist()

    assert is_allowed(problem, chosen)
    assert value_of(problem, chosen) == best_by_trying(problem)


@pytest.mark.parametrize("engine", ENGINES)
def test_each_further_level_is_the_best_that_the_levels_above_leave(engine: Engine | None) -> None:
    @settings(max_examples=300, deadline=None)
    @given(small_problems(levels=2))
    def check(problem: Problem) -> None:
        chosen = solve(problem, engine=engine).chosen.tolist()

        assert is_allowed(problem, chosen)
        assert value_of(problem, chosen) == best_by_trying(problem)

    check()


@settings(max_examples=200, deadline=None)
@given(small_problems(levels=2, most_slots=3))
def test_levels_hold_for_mentees_with_several_slots_too(problem: Problem) -> None:
    chosen = solve(problem).chosen.tolist()

    assert is_allowed(problem, chosen)
    assert value_of(problem, chosen) == best_by_trying(problem)


MARKET = problem_of(
    [1, 1, 1], [1, 1, 1], {(0, 0): (10,), (0, 1): (9,), (1, 0): (9,), (1, 2): (1,), (2, 1): (5,)}
)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_worse_pair_for_one_is_chosen_where_all_together_gain(engine: Engine | None) -> None:
    """Mentee 2 only knows mentor 1, so mentee 0 keeps mentor 0 and mentee 1 goes to mentor 2: 10 + 1 + 5."""
    chosen = solve(MARKET, engine=engine).chosen

    assert chosen.tolist() == [0, 3, 4]
    assert MARKET.score[chosen].sum() == 16


@pytest.mark.parametrize("engine", OURS)
def test_an_engine_that_knows_one_slot_refuses_mentees_of_several(engine: Engine) -> None:
    with pytest.raises(EngineUnfit):
        solve(problem_of([2], [1, 1], {(0, 0): (1,), (0, 1): (1,)}), engine=engine)


@pytest.mark.parametrize("engine", list(Engine))
def test_a_solve_that_is_cancelled_has_no_result(engine: Engine) -> None:
    with pytest.raises(Cancelled):
        solve(problem_of([1, 1], [1], {(0, 0): (1,), (1, 0): (2,)}), engine=engine, cancel=lambda: True)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"score": np.array([1, 2, 3, 4, 1_000_001])}, "score"),
        ({"score": np.array([1, 2, 3, 4])}, "score"),
        ({"score": np.array([-1, 2, 3, 4, 5])}, "score"),
        ({"mentor": np.array([0, 1, 0, 2, 3], dtype=np.int32)}, "mentor"),
        ({"mentor": np.array([0, 0, 0, 2, 1], dtype=np.int32)}, "mentor"),
        ({"first": np.array([0, 2, 4])}, "first"),
        ({"first": np.array([0, 4, 2, 5])}, "first"),
        ({"first": np.array([0, 2, 4, 4])}, "first"),
        ({"mentee_capacity": np.array([1, -1, 1])}, "capacity"),
        ({"levels": (np.array([0, 0, 0, 0, 2**32]),)}, "levels"),
    ],
)
def test_arrays_that_make_no_market_are_refused_before_any_work(
    change: dict[str, NDArray[np.int64]], reason: str
) -> None:
    with pytest.raises(ValueError, match=f"^{reason}: "):
        solve(replace(MARKET, **change))  # type: ignore[arg-type]


def test_capacities_far_beyond_the_market_are_harmless() -> None:
    market = problem_of([1, 1], [10**15], {(0, 0): (3,), (1, 0): (4,)})

    for engine in ENGINES:
        assert solve(market, engine=engine).chosen.tolist() == [0, 1]
