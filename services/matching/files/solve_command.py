"""`solve`: from a folder of three files to a result with its proof."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.certificate.claim import Claim, Objective, Proof, Verdict
from services.matching.domain.certificate.examine import examine
from services.matching.domain.certificate.groups import examine_groups, reachable
from services.matching.domain.solver.problem import MarketTooLarge
from services.matching.files.circle import solve_circle
from services.matching.files.cohort import Cohort, Format, read_cohort
from services.matching.files.figures import figures, market_of, open_market, optimum, smallest_of
from services.matching.files.flash import solve_flash
from services.matching.files.folder import check_target
from services.matching.files.levels import Solved, solve_cohort
from services.matching.files.memory import check_memory
from services.matching.files.options import check_options
from services.matching.files.peer import solve_peer_files
from services.matching.files.peers import read_peers
from services.matching.files.progress import Progress
from services.matching.files.publish import Run, product_version, publish
from services.matching.files.reasons import explain_unmatched
from services.matching.files.refusal import Code, NotProven, Refused
from services.matching.files.result import hash_of, write_locked, write_matches, write_proof, write_unmatched
from services.matching.files.table import find_table
from services.matching.files.wishes import Wishes, read_wishes

Proven = tuple[Verdict, Verdict | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was asked for."""

    market: Path
    out: Path
    format: Format = Format.ONE_TO_ONE
    objective: Objective = Objective.TOTAL
    floor: str | None = None
    locked: Path | None = None
    previous: Path | None = None
    rounds: int | None = None
    parquet: bool = False
    memory_mb: int | None = None


def solve_files(order: Order, progress: Progress) -> Run:
    """Solve, prove and write; the figures of the run. Raises Refused, NotProven or what the engines raise."""
    check_options(
        order.format,
        objective=order.objective,
        floor=order.floor,
        locked=order.locked,
        previous=order.previous,
        rounds=order.rounds,
    )
    check_target(order.out)
    progress.expect(check_memory(find_table(order.market, "scores"), order.memory_mb))
    progress.step("reading")
    try:
        return _solve(order, progress)
    except MarketTooLarge as error:
        raise Refused(Code.MARKET_TOO_LARGE, str(error), path=order.market) from error


def _solve(order: Order, progress: Progress) -> Run:
    if order.format is Format.PEER:
        peers = read_peers(order.market, progress.rows)
        return solve_peer_files(peers, order.out, progress, parquet=order.parquet)
    cohort = read_cohort(order.market, order.format, progress.rows)
    if order.format is Format.FLASH:
        return solve_flash(cohort, order.rounds or 1, order.out, progress, parquet=order.parquet)
    wishes = read_wishes(cohort, order.objective, order.floor, order.locked, order.previous)
    grouped = order.format is Format.CIRCLE
    solved = solve_circle(cohort, progress.step) if grouped else solve_cohort(cohort, wishes, progress.step)
    progress.step("proving")
    proven = prove(cohort, wishes, solved)

    def write(folder: Path) -> Run:
        return _write(folder, order, cohort, wishes=wishes, solved=solved, proven=proven)

    return publish(order.out, progress, write)


def prove(cohort: Cohort, wishes: Wishes, solved: Solved) -> Proven:
    """Check the engine's answer by the independent road; beside a stable result the best total too.

    Raises NotProven.
    """
    market = market_of(cohort)

    def claim(edges: NDArray[np.int64], objective: Objective) -> Claim:
        return Claim(
            market=market, chosen=edges, locked=wishes.locked, objective=objective, least=wishes.least
        )

    given = None if solved.price is None else Proof(price=solved.price)
    if cohort.format is Format.CIRCLE:
        return _allowed(
            examine_groups(market, solved.chosen, smallest_of(cohort), given), solved.engine
        ), None
    if solved.best is None:
        return _proven(claim(solved.chosen, wishes.objective), given, solved.engine), None
    best = _proven(claim(solved.best, Objective.TOTAL), given, solved.engine)
    return _proven(claim(solved.chosen, wishes.objective), best.proof, solved.engine), best


def _proven(claim: Claim, proof: Proof | None, engine: str) -> Verdict:
    """By the engine's own prices, or where they do not prove it by prices found here."""
    verdict = examine(claim, proof)
    if not verdict.proven and proof is not None:
        verdict = examine(claim)
    return _allowed(verdict, engine)


def _allowed(verdict: Verdict, engine: str) -> Verdict:
    if not verdict.proven:
        faults = ", ".join(finding.fault for finding in verdict.findings)
        raise NotProven(f"{engine} gave a result that is not the best: {faults}")
    return verdict


def _write(
    folder: Path, order: Order, cohort: Cohort, *, wishes: Wishes, solved: Solved, proven: Proven
) -> Run:
    verdict, best = proven
    matches = write_matches(folder, cohort, solved.chosen, parquet=order.parquet)
    if len(wishes.locked):
        write_locked(folder, cohort, wishes.locked, parquet=order.parquet)
    market = open_market(cohort, wishes, verdict.level)
    if cohort.format is Format.CIRCLE:
        market = reachable(market, smallest_of(cohort))
    value = market.match_value()
    if verdict.proof is None:
        raise NotProven("no prices")
    left_over = list(
        explain_unmatched(
            cohort, wishes, solved.chosen, price=verdict.proof.price, level=verdict.level, value=value
        )
    )
    reasons = write_unmatched(folder, cohort, left_over, parquet=order.parquet)
    write_proof(folder, cohort, verdict, value)
    kept = int(np.isin(wishes.previous, solved.chosen).sum())
    return {
        **figures(cohort, wishes, verdict),
        **({} if best is None else {"optimum": optimum(cohort, best)}),
        "unmatched": len(left_over),
        "unmatched_by_reason": dict(sorted(reasons.items())),
        "previous": len(wishes.previous) + wishes.gone,
        "kept": kept,
        "engine": solved.engine,
        **({"search_complete": solved.complete} if cohort.format is Format.CIRCLE else {}),
        "prices_from": "certificate" if verdict.found_itself else "engine",
        "version": product_version(),
        "matches_sha256": hash_of(matches),
    }
