"""The best pairs of a block of scores at the present prices, in one pass over the block."""

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.solver.native.compiled import kernel


@kernel
def best_of_rows(
    scores: NDArray[np.int32],
    price: NDArray[np.int64],
    least: NDArray[np.int64],
    found: NDArray[np.int32],
    count: NDArray[np.int32],
) -> None:
    """Each row's mentors by the best `score - price` above `least`, at most as many as `found` has columns.

    A score below 0 is a pair that is not allowed. Of equals, earlier mentors are kept; the order in `found`
    is none in particular.
    """
    most = found.shape[1]
    profit = np.empty(most, dtype=np.int64)
    for row in range(scores.shape[0]):
        held = 0
        worst = 0
        bar = least[row]
        for mentor in range(scores.shape[1]):
            score = scores[row, mentor]
            gain = score - price[mentor]
            if gain <= bar or score < 0:
                continue
            if held < most:
                at = held
                held += 1
            else:
                at = worst
            found[row, at] = mentor
            profit[at] = gain
            if held == most:
                worst = 0
                for other in range(1, most):
                    if profit[other] < profit[worst] or (
                        profit[other] == profit[worst] and found[row, other] > found[row, worst]
                    ):
                        worst = other
                bar = profit[worst]
        count[row] = held
