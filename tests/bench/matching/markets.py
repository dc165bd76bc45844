"""Markets that can be made again: clustered people, uniform scores, nearest only, and odd ones."""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from services.matching.domain.solver.problem import Problem

FULL = 1_000_000
CLUSTER = 500
"""People in one cluster, on average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """`kind`: struct (80 % of the candidates nearest, 20 % at random), knn (nearest only), uniform.

    `spare` is seats over people, minus one; `grain` is the step between scores in millionths.
    """

    people: int
    candidates: int = 24
    kind: str = "struct"
    spare: float = 0.0
    grain: int = 1
    seats: int = 3
    seed: int = 7


def make(shape: Shape) -> Problem:
    """A market of that shape; the same for the same shape."""
    random = np.random.default_rng(shape.seed)
    mentors = max(1, ceil(shape.people / shape.seats * (1 + shape.spare)))
    wanted = min(shape.candidates, mentors)
    if shape.kind == "uniform":
        mentor = random.integers(0, mentors, (shape.people, wanted))
        score = random.integers(0, FULL + 1, (shape.people, wanted))
    else:
        mentor, score = _clustered(shape, mentors, wanted, random)
    score = score // shape.grain * shape.grain
    return _sorted(shape.people, mentors, shape.seats, mentor, score)


def _clustered(
    shape: Shape, mentors: int, wanted: int, random: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Points around centres of 4 dimensions, `exp(-distance)` as score."""
    clusters = max(8, shape.people // CLUSTER)
    centre = random.normal(0, 1, (clusters, 4))
    share = random.dirichlet(np.ones(clusters))
    of_mentee = random.choice(clusters, shape.people, p=share)
    of_mentor = random.choice(clusters, mentors, p=share)
    mentee_at = centre[of_mentee] + random.normal(0, 0.25, (shape.people, 4))
    mentor_at = centre[of_mentor] + random.normal(0, 0.25, (mentors, 4))
    near = wanted if shape.kind == "knn" else round(0.8 * wanted)
    chosen = np.empty((shape.people, wanted), dtype=np.int64)
    chosen[:, near:] = random.integers(0, mentors, (shape.people, wanted - near))
    _, found = cKDTree(mentor_at).query(mentee_at, k=near, workers=2)
    chosen[:, :near] = found.reshape(shape.people, near)
    score = np.empty(chosen.shape, dtype=np.int64)
    for begin in range(0, shape.people, 50_000):
        end = begin + 50_000
        apart = np.sqrt(((mentee_at[begin:end, None, :] - mentor_at[chosen[begin:end]]) ** 2).sum(-1))
        score[begin:end] = np.maximum(1, np.rint(FULL * np.exp(-apart)))
    return chosen, score


def _sorted(
    people: int, mentors: int, seats: int, mentor: NDArray[np.int64], score: NDArray[np.int64]
) -> Problem:
    """One edge a pair, sorted; of a pair drawn twice the first score counts."""
    row = np.repeat(np.arange(people, dtype=np.int64), mentor.shape[1])
    key, at = np.unique(row * mentors + mentor.ravel(), return_index=True)
    first = np.zeros(people + 1, dtype=np.int64)
    np.cumsum(np.bincount(key // mentors, minlength=people), out=first[1:])
    return Problem(
        first=first,
        mentor=(key % mentors).astype(np.int32),
        score=score.ravel()[at].astype(np.int64),
        mentee_capacity=np.ones(people, dtype=np.int64),
        mentor_capacity=np.full(mentors, seats, dtype=np.int64),
    )
