"""One engine on one market, in a process of its own: `... one MARKET.npz ENGINE`."""

import json
import resource
import sys
from pathlib import Path
from time import perf_counter

import numpy as np

from services.matching.domain.certificate.claim import Claim, Proof
from services.matching.domain.certificate.examine import examine
from services.matching.domain.certificate.market import Market
from services.matching.domain.solver.problem import Engine, Problem, Solution
from services.matching.domain.solver.solve import solve
from services.matching.domain.solver.warm import compile_kernels
from tests.bench.matching.markets import Shape, make

KIB_PER_MB = 1024


def save(problem: Problem, path: Path) -> None:
    """Keep a market for other processes."""
    np.savez(
        path,
        first=problem.first,
        mentor=problem.mentor,
        score=problem.score,
        mentee_capacity=problem.mentee_capacity,
        mentor_capacity=problem.mentor_capacity,
    )


def load(path: Path) -> Problem:
    """A kept market."""
    with np.load(path) as kept:
        return Problem(**{name: kept[name] for name in kept.files})


def warm() -> None:
    """Compile, or load what was compiled."""
    compile_kernels()
    small = make(Shape(people=200))
    for engine in (Engine.FLOW, Engine.AUCTION):
        prove(small, solve(small, engine=engine))


def prove(problem: Problem, solution: Solution) -> bool:
    """Whether the certificate, which knows no solver, agrees."""
    market = Market(
        problem.first, problem.mentor, problem.score, problem.mentee_capacity, problem.mentor_capacity
    )
    claim = Claim(market=market, chosen=solution.chosen, locked=np.empty(0, dtype=np.int64))
    price = None if solution.prices is None else solution.prices.at(market.match_value())
    return examine(claim, None if price is None else Proof(price=price)).proven


def peak_mb() -> int:
    """The most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // KIB_PER_MB


def main() -> None:
    """Print one line of JSON."""
    path, name = sys.argv[1:]
    engine = None if name == "rule" else Engine(name)
    problem = load(Path(path))
    warm()
    before = peak_mb()
    begun = perf_counter()
    solution = solve(problem, engine=engine)
    seconds = perf_counter() - begun
    peak = peak_mb()
    begun = perf_counter()
    proven = prove(problem, solution)
    sys.stdout.write(
        json.dumps(
            {
                "seconds": seconds,
                "engine": solution.engine,
                "matched": len(solution.chosen),
                "total": int(problem.score[solution.chosen].sum()),
                "peak_mb": peak,
                "before_mb": before,
                "proven": proven,
                "verify_seconds": perf_counter() - begun,
            }
        )
    )


if __name__ == "__main__":
    main()
