"""`peer`: everybody with anybody they are allowed with, in pairs."""

from collections import Counter
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from services.matching.domain.certificate.peers import PeerVerdict, crowded, doubled, examine_peers, is_loose
from services.matching.domain.solver.peers import cover_of, solve_peers, total_seats
from services.matching.files.folder import write_certificate, write_table
from services.matching.files.peer_exact import exact_pairs
from services.matching.files.peer_figures import peer_figures
from services.matching.files.peers import NAMES, PeerCohort
from services.matching.files.progress import Progress
from services.matching.files.publish import Run, product_version, publish
from services.matching.files.refusal import NotProven
from services.matching.files.result import hash_of

MOST_EXACT: Final = 5_000
"""The exact search takes n^2.5: some seconds for so many."""

Ints = NDArray[np.int64]


def solve_peer_files(
    cohort: PeerCohort, out: Path, progress: Progress, *, parquet: bool, most_exact: int = MOST_EXACT
) -> Run:
    """Solve, bound and write; exactly up to `most_exact` people. Raises NotProven or as the engines do."""
    market = cohort.market
    progress.step("pairs and total")
    cover = cover_of(market.one, market.other, market.score, market.slots)
    peers = solve_peers(cover)
    chosen = np.flatnonzero(peers.mate[market.one] == market.other)
    exact = exact_pairs(market) if len(cohort.people) <= most_exact else None
    engine = "half-integral relaxation, odd circles joined"
    if exact is not None:
        chosen, engine = exact, "rustworkx blossom"
    progress.step("proving")
    if len(crowded(market, chosen)):
        raise NotProven(f"{engine} gave somebody two partners")
    value = market.match_value()
    if peers.match_value != value:
        raise NotProven("prices of another market")
    price = doubled(market, peers.seat, value)
    loose = is_loose(market, price, len(chosen))
    total_price = doubled(market, total_seats(cover), 0) if loose else None
    verdict = examine_peers(market, chosen, price, total_price)

    def write(folder: Path) -> Run:
        matches = _write_matches(folder, cohort, chosen, parquet=parquet)
        reasons = _write_unmatched(folder, cohort, chosen, parquet=parquet)
        _write_proof(folder, cohort, verdict)
        return {
            **peer_figures(cohort, chosen, verdict),
            "unmatched": reasons.total(),
            "unmatched_by_reason": dict(sorted(reasons.items())),
            "engine": engine,
            "search_complete": exact is not None,
            "odd_circles": peers.circles,
            "version": product_version(),
            "matches_sha256": hash_of(matches),
        }

    return publish(out, progress, write)


def _write_matches(folder: Path, cohort: PeerCohort, chosen: Ints, *, parquet: bool) -> Path:
    named = sorted((*cohort.names(pair), pair) for pair in chosen.tolist())
    scores = cohort.unit.texts(cohort.market.score[np.array([one[2] for one in named], dtype=np.int64)])
    columns = {name: pa.array([one[at] for one in named], pa.string()) for at, name in enumerate(NAMES)}
    columns["score"] = pa.array(scores, pa.string())
    return write_table(folder, "matches", columns, parquet=parquet)


def _write_unmatched(folder: Path, cohort: PeerCohort, chosen: Ints, *, parquet: bool) -> Counter[str]:
    market, size = cohort.market, len(cohort.people)
    both = np.concatenate((market.one, market.other))
    allowed = np.bincount(both, minlength=size)
    takes = np.concatenate((market.slots[market.other], market.slots[market.one]))
    offered = np.bincount(both, weights=takes, minlength=size)
    taken = np.zeros(size, dtype=np.bool_)
    taken[market.one[chosen]] = True
    taken[market.other[chosen]] = True
    rows = []
    for person in np.flatnonzero(~taken).tolist():
        reason = "all_taken"
        if not market.slots[person]:
            reason = "no_capacity"
        elif not allowed[person]:
            reason = "no_allowed_pair"
        elif not offered[person]:
            reason = "no_seat_offered"
        rows.append((cohort.people.id_of(person), reason, int(allowed[person])))
    rows.sort()
    columns = {
        "person_id": pa.array([row[0] for row in rows], pa.string()),
        "reason": pa.array([row[1] for row in rows], pa.string()),
        "allowed_pairs": pa.array([row[2] for row in rows], pa.int64()),
    }
    write_table(folder, "unmatched", columns, parquet=parquet)
    return Counter(row[1] for row in rows)


def _write_proof(folder: Path, cohort: PeerCohort, verdict: PeerVerdict) -> None:
    arrays = {
        "id": np.array([name.encode() for name in cohort.people.ids.to_pylist()], dtype=np.bytes_),
        "price": verdict.price,
        "match_value": np.array(cohort.market.match_value(), dtype=np.int64),
    }
    if verdict.total_price is not None:
        arrays["total_price"] = verdict.total_price
    write_certificate(folder, arrays)
