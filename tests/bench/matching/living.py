"""One person joins, one leaves: python -m tests.bench.matching.living MARKET.npz EVENTS."""

import json
import sys
from pathlib import Path
from time import perf_counter

import numpy as np

from services.matching.domain.solver.rematch import Rematch
from services.matching.domain.solver.solve import solve
from tests.bench.matching.one import load, peak_mb, prove, warm


def main() -> None:
    """Print one line of JSON."""
    path, events = sys.argv[1:]
    problem = load(Path(path))
    warm()
    begun = perf_counter()
    cold = solve(problem)
    cold_seconds = perf_counter() - begun
    living = Rematch(problem)
    half = int(events) // 2
    who = np.random.default_rng(1).choice(problem.mentees, half, replace=False).tolist()
    leavers, joiners, moved = [], [], 0
    for mentee in who:
        begun = perf_counter()
        moves = living.leave(mentee)
        leavers.append(1000 * (perf_counter() - begun))
        moved += len(moves)
    for mentee in who:
        row = slice(int(problem.first[mentee]), int(problem.first[mentee + 1]))
        pairs = list(zip(problem.mentor[row].tolist(), problem.score[row].tolist(), strict=True))
        begun = perf_counter()
        _, moves = living.join(pairs)
        joiners.append(1000 * (perf_counter() - begun))
        moved += len(moves)
    now, solution = living.snapshot()
    sys.stdout.write(
        json.dumps(
            {
                "leaver_ms": _spread(leavers),
                "joiner_ms": _spread(joiners),
                "pairs_changed": moved,
                "events": 2 * half,
                "cold_seconds": cold_seconds,
                "proven": prove(now, solution),
                "as_before": int(now.score[solution.chosen].sum()) == int(problem.score[cold.chosen].sum()),
                "peak_mb": peak_mb(),
            }
        )
    )


def _spread(values: list[float]) -> dict[str, float]:
    return {
        name: round(float(np.quantile(values, part)), 4)
        for name, part in (("median", 0.5), ("p99", 0.99), ("max", 1.0))
    }


if __name__ == "__main__":
    main()
