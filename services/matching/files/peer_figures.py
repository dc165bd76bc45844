"""The figures of a run among peers, as run.json has them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.certificate.peers import PeerVerdict
from services.matching.files.peers import PeerCohort


def peer_figures(cohort: PeerCohort, chosen: NDArray[np.int64], verdict: PeerVerdict) -> dict[str, Any]:
    """What the result reaches against what can be reached."""
    show = cohort.unit.show
    score = cohort.market.score[chosen]
    total = int(score.sum())
    return {
        "format": "peer",
        "objective_kind": "total",
        "unit": cohort.unit.name,
        "people": len(cohort.people),
        "pairs": len(cohort.market.one),
        "matched": len(chosen),
        "most": verdict.most,
        "objective": show(total),
        "bound": show(verdict.bound),
        "gap": show(verdict.bound - total),
        "proven": True,
        "floor": show(int(score.min())) if len(score) else None,
        "blocking_pairs": int(_blocking(cohort, chosen).sum()),
        "rounded_scores": cohort.rounded,
        "inputs_sha256": cohort.sha256,
    }


def _blocking(cohort: PeerCohort, chosen: NDArray[np.int64]) -> NDArray[np.bool_]:
    """The pairs whose two would both strictly gain by it."""
    market = cohort.market
    worst = np.where(market.slots > 0, np.int64(-1), np.iinfo(np.int64).max)
    worst[market.one[chosen]] = market.score[chosen]
    worst[market.other[chosen]] = market.score[chosen]
    gains: NDArray[np.bool_] = (market.score > worst[market.one]) & (market.score > worst[market.other])
    return gains
