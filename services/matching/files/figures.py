"""The figures of a run, as run.json has them, in the unit of the scores file."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.certificate.claim import Verdict
from services.matching.domain.certificate.market import Market
from services.matching.files.cohort import Cohort
from services.matching.files.wishes import Wishes

CHECKED = (
    "format", "unit", "mentees", "mentors", "pairs", "matched", "most", "objective", "bound", "gap", "floor",
    "blocking_pairs", "inputs_sha256",
)  # fmt: skip
"""The figures that whoever verifies a result computes again and compares."""


def market_of(cohort: Cohort) -> Market:
    """The cohort as the proof sees it."""
    scores = cohort.scores
    return Market(scores.first, scores.column, scores.score, cohort.rows.capacity, cohort.columns.capacity)


def smallest_of(cohort: Cohort) -> NDArray[np.int64]:
    """The smallest group of each column."""
    smallest = cohort.columns.smallest
    return np.ones(len(cohort.columns), dtype=np.int64) if smallest is None else smallest


def open_market(cohort: Cohort, wishes: Wishes, level: int) -> Market:
    """What was left to decide: without the locked pairs, and without those below the floor."""
    rest, _ = market_of(cohort).without(wishes.locked)
    return rest.only(rest.score >= level)[0] if level else rest


def figures(cohort: Cohort, wishes: Wishes, verdict: Verdict) -> dict[str, Any]:
    """What the result reaches against what can be reached."""
    show = cohort.scores.unit.show
    mentees, mentors = (cohort.columns, cohort.rows) if cohort.swapped else (cohort.rows, cohort.columns)
    return {
        "format": cohort.format.value,
        "objective_kind": wishes.objective.value,
        "unit": cohort.scores.unit.name,
        "mentees": len(mentees),
        "mentors": len(mentors),
        "pairs": len(cohort.scores.column),
        "matched": verdict.matched,
        "most": verdict.most,
        "objective": show(verdict.objective),
        "bound": show(verdict.bound),
        "gap": show(verdict.gap),
        "proven": verdict.proven,
        "floor": None if verdict.floor is None else show(verdict.floor),
        "floor_demanded": show(wishes.least) if wishes.least else None,
        "blocking_pairs": verdict.blocking_pairs,
        "locked": len(wishes.locked),
        "rounded_scores": cohort.scores.rounded,
        "inputs_sha256": cohort.sha256,
    }


def optimum(cohort: Cohort, best: Verdict) -> dict[str, Any]:
    """The best total, beside a stable result."""
    return {"matched": best.matched, "objective": cohort.scores.unit.show(best.objective)}
