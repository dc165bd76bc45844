"""`circle`: a mentor has no mentee, or a group of at least so many."""

from collections.abc import Callable

from services.matching.domain.solver.groups import solve_groups
from services.matching.domain.solver.problem import Problem
from services.matching.files.cohort import Cohort
from services.matching.files.figures import smallest_of
from services.matching.files.levels import Solved


def solve_circle(cohort: Cohort, told: Callable[[str], None]) -> Solved:
    """Raises MarketTooLarge and SolverFailed as the engines do."""
    scores = cohort.scores
    told("pairs and total")
    groups = solve_groups(
        Problem(scores.first, scores.column, scores.score, cohort.rows.capacity, cohort.columns.capacity),
        smallest_of(cohort),
        lambda: told("groups"),
    )
    road = "branch and bound" if groups.complete else "closing and filling"
    prices = groups.relaxed.prices
    return Solved(
        groups.chosen,
        None if prices is None else prices.mentor,
        f"{groups.relaxed.engine}, groups by {road}",
        complete=groups.complete,
    )
