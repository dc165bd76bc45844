"""The optimum over all pairs: python -m tests.bench.matching.everybody PEOPLE [THREADS]."""

import json
import os
import sys
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.solver.all_pairs import solve_all_pairs
from tests.bench.matching.one import peak_mb, prove, warm

WIDTH = 64
CLUSTERS = 200
UNIT = 127
"""Profiles are whole numbers of -127..127, so that a product is exact in 32 bits of floating point."""


class Profiles:
    """Two sides of clustered profiles; the score is their product, from 0 to 983,040 millionths."""

    def __init__(self, people: int, mentors: int) -> None:
        random = np.random.default_rng(7)
        centres = random.normal(size=(CLUSTERS, WIDTH))
        share = random.dirichlet(np.ones(CLUSTERS))
        other = 0.5 * share + 0.5 * random.dirichlet(np.ones(CLUSTERS))
        self.mentees = _whole(centres[random.choice(CLUSTERS, people, p=share)], random)
        self.mentors = _whole(centres[random.choice(CLUSTERS, mentors, p=other)], random).T.copy()

    def block(self, begin: int, end: int) -> NDArray[np.int32]:
        """Scores of these mentees with everybody."""
        product = (self.mentees[begin:end] @ self.mentors).astype(np.int32)
        product += 2**14
        product *= 30
        np.clip(product, 0, 1_000_000, out=product)
        return product


def _whole(centre: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float32]:
    """Profiles near the centres, of length 127."""
    profile = centre + 0.8 * random.normal(size=centre.shape)
    profile *= UNIT / np.linalg.norm(profile, axis=1, keepdims=True)
    whole: NDArray[np.float32] = np.rint(profile).astype(np.float32)
    return whole


def main() -> None:
    """Print one line of JSON."""
    people = int(sys.argv[1])
    threads = int(sys.argv[2]) if len(sys.argv) > len(["module", "people"]) else os.cpu_count() or 1
    mentors = -(-people // 3)
    profiles = Profiles(people, mentors)
    warm()
    begun = perf_counter()
    found = solve_all_pairs(
        profiles, np.ones(people, dtype=np.int64), np.full(mentors, 3, dtype=np.int64), threads=threads
    )
    seconds = perf_counter() - begun
    sys.stdout.write(
        json.dumps(
            {
                "people": people,
                "pairs": people * mentors,
                "seconds": round(seconds, 1),
                "rounds": len(found.added),
                "added": found.added,
                "matched": len(found.solution.chosen),
                "total": int(found.problem.score[found.solution.chosen].sum()),
                "proven_among_all": found.added[-1] == 0 and prove(found.problem, found.solution),
                "peak_mb": peak_mb(),
                "load": round(os.getloadavg()[0], 1),
            }
        )
    )


if __name__ == "__main__":
    main()
