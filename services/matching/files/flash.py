"""`flash`: short rounds, in which no pair comes again before both have met everybody they may."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from services.matching.domain.certificate.claim import Objective, Proof
from services.matching.domain.certificate.rounds import Round, examine_rounds
from services.matching.domain.solver.problem import Problem
from services.matching.domain.solver.rounds import solve_rounds
from services.matching.files.cohort import Cohort
from services.matching.files.figures import market_of
from services.matching.files.flash_figures import flash_figures
from services.matching.files.folder import write_certificate, write_table
from services.matching.files.progress import Progress
from services.matching.files.publish import Run, product_version, publish
from services.matching.files.reasons import Reason, Unmatched, explain_unmatched
from services.matching.files.refusal import NotProven
from services.matching.files.result import hash_of, pair_columns
from services.matching.files.wishes import Wishes

_NOTHING = np.empty(0, dtype=np.int64)
_PLAIN = Wishes(Objective.TOTAL, 0, _NOTHING, _NOTHING, 0)


def solve_flash(cohort: Cohort, rounds: int, out: Path, progress: Progress, *, parquet: bool) -> Run:
    """Solve, prove and write every round. Raises NotProven or what the engines raise."""
    scores = cohort.scores
    problem = Problem(
        scores.first, scores.column, scores.score, cohort.rows.capacity, cohort.columns.capacity
    )
    chosen, proofs, engines = [], [], Counter[str]()
    for edges, solution in solve_rounds(problem, rounds, lambda: progress.step("rounds")):
        chosen.append(edges)
        engines[str(solution.engine)] += 1
        proofs.append(None if solution.prices is None else Proof(price=solution.prices.mentor))
    progress.step("proving")
    market = market_of(cohort)
    examined = [
        _proven(one, number)
        for number, one in enumerate(examine_rounds(market, chosen, _whole(proofs)), start=1)
    ]

    def write(folder: Path) -> Run:
        matches = _write_matches(folder, cohort, chosen, parquet=parquet)
        left = [_left_over(cohort, one, edges) for one, edges in zip(examined, chosen, strict=True)]
        reasons = _write_unmatched(folder, cohort, left, parquet=parquet)
        _write_proofs(folder, cohort, examined)
        return {
            **flash_figures(cohort, examined),
            "unmatched": sum(map(len, left)),
            "unmatched_by_reason": dict(sorted(reasons.items())),
            "engine": ", ".join(f"{name} ×{count}" for name, count in sorted(engines.items())),
            "version": product_version(),
            "matches_sha256": hash_of(matches),
        }

    return publish(out, progress, write)


def _whole(proofs: list[Proof | None]) -> list[Proof] | None:
    """An engine without prices in one round lets the proof find those of all."""
    given = [proof for proof in proofs if proof is not None]
    return given if len(given) == len(proofs) else None


def _proven(one: Round, number: int) -> Round:
    if one.verdict.findings and not one.verdict.found_itself:
        raise NotProven(f"round {number}: prices that prove nothing")
    if one.verdict.findings or len(one.too_soon):
        faults = ", ".join(finding.fault for finding in one.verdict.findings)
        raise NotProven(f"round {number} is not the best: {faults or 'pairs too soon'}")
    return one


def _left_over(cohort: Cohort, one: Round, chosen: NDArray[np.int64]) -> list[Unmatched]:
    """Who has nobody in a round, and why."""
    whole, left = cohort.scores, one.market
    scores = replace(whole, first=left.first, column=left.column, score=left.score)
    proof = one.verdict.proof
    if proof is None:
        raise NotProven("no prices")
    people = explain_unmatched(
        replace(cohort, scores=scores),
        _PLAIN,
        np.searchsorted(one.places, chosen),
        price=proof.price,
        level=0,
        value=left.match_value(),
    )
    told = []
    for person in people:
        allowed = slice(int(whole.first[person.row]), int(whole.first[person.row + 1]))
        reason = person.reason
        if reason is Reason.NO_ALLOWED_PAIR and allowed.start < allowed.stop:
            offered = (cohort.columns.capacity[whole.column[allowed]] > 0).any()
            reason = Reason.OTHERS_FIRST if offered else Reason.NO_SEAT_OFFERED
        told.append(replace(person, reason=reason))
    return told


def _write_matches(folder: Path, cohort: Cohort, rounds: list[NDArray[np.int64]], *, parquet: bool) -> Path:
    tables = [
        pa.table({**pair_columns(cohort, edges, scored=True), "round": np.full(len(edges), number)})
        for number, edges in enumerate(rounds, start=1)
    ]
    table = pa.concat_tables(tables).combine_chunks()
    columns = {name: table[name] for name in table.column_names}
    return write_table(folder, "matches", columns, parquet=parquet)


def _write_unmatched(
    folder: Path, cohort: Cohort, rounds: list[list[Unmatched]], *, parquet: bool
) -> Counter[str]:
    rows = sorted(
        (number, cohort.rows.id_of(one.row), one.reason.value, one.allowed)
        for number, left in enumerate(rounds, start=1)
        for one in left
    )
    columns = {
        "mentee_id": pa.array([row[1] for row in rows], pa.string()),
        "reason": pa.array([row[2] for row in rows], pa.string()),
        "allowed_pairs": pa.array([row[3] for row in rows], pa.int64()),
        "round": pa.array([row[0] for row in rows], pa.int64()),
    }
    write_table(folder, "unmatched", columns, parquet=parquet)
    return Counter(row[2] for row in rows)


def _write_proofs(folder: Path, cohort: Cohort, rounds: list[Round]) -> None:
    prices = [one.verdict.proof.price for one in rounds if one.verdict.proof is not None]
    write_certificate(
        folder,
        {
            "id": np.array([name.encode() for name in cohort.columns.ids.to_pylist()], dtype=np.bytes_),
            "side": np.array(b"mentors"),
            "price": np.array(prices, dtype=np.int64),
            "match_value": np.array([one.market.match_value() for one in rounds], dtype=np.int64),
        },
    )
