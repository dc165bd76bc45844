"""Compile every kernel once, at image build or before a process is asked for anything: some twenty seconds.

    python -m services.matching.domain.solver.warm

The compiled code is kept in `NUMBA_CACHE_DIR`; without it, beside the sources where these can be written.
"""

import numpy as np

from services.matching.domain.solver.market import find_prices
from services.matching.domain.solver.native.engine import Market
from services.matching.domain.solver.peers import cover_of, solve_peers
from services.matching.domain.solver.problem import Engine, Problem
from services.matching.domain.solver.rematch import Rematch
from services.matching.domain.solver.solve import solve


def compile_kernels() -> None:
    """Send a market of two through everything."""
    problem = Problem(
        first=np.array([0, 2, 3], dtype=np.int64),
        mentor=np.array([0, 1, 0], dtype=np.int32),
        score=np.array([5, 4, 5], dtype=np.int64),
        mentee_capacity=np.ones(2, dtype=np.int64),
        mentor_capacity=np.ones(2, dtype=np.int64),
        levels=(np.array([1, 0, 1], dtype=np.int64),),
    )
    for engine in Engine:
        solve(problem, engine=engine)
    market = Market(
        problem.first,
        problem.mentor,
        problem.score,
        problem.match_value(),
        problem.mentee_capacity,
        problem.mentor_capacity,
    )
    find_prices(market, solve(problem).chosen)
    living = Rematch(problem)
    living.exclude(0, 1)
    living.leave(1)
    living.join([(0, 1)])
    ring = np.array([0, 0, 1], dtype=np.int32), np.array([1, 2, 2], dtype=np.int32)
    solve_peers(cover_of(*ring, np.array([3, 2, 1], dtype=np.int64), np.ones(3, dtype=np.int64)))


if __name__ == "__main__":
    compile_kernels()
