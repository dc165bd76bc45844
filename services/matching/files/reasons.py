"""Why somebody has no partner: one closed code each, and what it would have taken."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.certificate.claim import Objective
from services.matching.files.cohort import Cohort
from services.matching.files.wishes import Wishes


class Reason(StrEnum):
    """Why a person has no partner."""

    NO_CAPACITY = "no_capacity"
    """Their own capacity is 0."""
    NO_ALLOWED_PAIR = "no_allowed_pair"
    """No score with anybody."""
    NO_SEAT_OFFERED = "no_seat_offered"
    """Everybody allowed has a capacity of 0."""
    ALL_LOCKED = "all_locked"
    """Everybody allowed is taken by locked pairs."""
    BELOW_FLOOR = "below_floor"
    """Every allowed pair with a free seat is below the floor."""
    ALL_TAKEN = "all_taken"
    """Every seat allowed is worth more to somebody else: the capacity of these people binds."""
    OTHERS_FIRST = "others_first"
    """In a round: everybody allowed was met, or meets others first whom they met less often."""
    GROUP_TOO_SMALL = "group_too_small"
    """Everybody allowed with a free seat has no group, because too few would come."""
    OTHERS_PREFERRED = "others_preferred"
    """In a stable result: everybody allowed has partners they rank higher."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Somebody without a partner.

    `nearest` is the seat they missed by least; `cost` is what the total would lose at least if they had it,
    in millionths; None where a seat has no price.
    """

    row: int
    reason: Reason
    allowed: int
    nearest: int | None = None
    score: int | None = None
    cost: int | None = None


def explain_unmatched(
    cohort: Cohort,
    wishes: Wishes,
    chosen: NDArray[np.int64],
    *,
    price: NDArray[np.int64],
    level: int,
    value: int,
) -> Iterator[Unmatched]:
    """Everybody of the rows without a pair, in the order of the cohort; `price` may come from any proof."""
    scores = cohort.scores
    owners = np.searchsorted(scores.first, chosen, side="right") - 1
    left_over = np.flatnonzero(np.bincount(owners, minlength=len(cohort.rows)) == 0)
    taken = np.bincount(scores.column[chosen], minlength=len(cohort.columns))
    locked = np.bincount(scores.column[wishes.locked], minlength=len(cohort.columns))
    for row in left_over.tolist():
        edges = slice(int(scores.first[row]), int(scores.first[row + 1]))
        column, score = scores.column[edges], scores.score[edges]
        offered = cohort.columns.capacity[column] > 0
        seats = cohort.columns.capacity[column] > locked[column]
        within = seats & (score >= level)
        reason = None
        if not cohort.rows.capacity[row]:
            reason = Reason.NO_CAPACITY
        elif not len(column):
            reason = Reason.NO_ALLOWED_PAIR
        elif not offered.any():
            reason = Reason.NO_SEAT_OFFERED
        elif not seats.any():
            reason = Reason.ALL_LOCKED
        elif not within.any():
            reason = Reason.BELOW_FLOOR
        if reason is not None:
            yield Unmatched(row, reason, len(column))
            continue
        if wishes.objective is Objective.STABLE:
            best = int(np.where(within, score, -1).argmax())
            yield Unmatched(row, Reason.OTHERS_PREFERRED, len(column), int(column[best]), int(score[best]))
            continue
        if cohort.columns.smallest is not None:
            free = (seats & (taken[column] < cohort.columns.capacity[column])).any()
            yield Unmatched(row, Reason.GROUP_TOO_SMALL if free else Reason.ALL_TAKEN, len(column))
            continue
        short = price[column] - value - score
        best = int(np.where(within, short, np.iinfo(np.int64).max).argmin())
        yield Unmatched(
            row, Reason.ALL_TAKEN, len(column), int(column[best]), int(score[best]), max(0, int(short[best]))
        )
