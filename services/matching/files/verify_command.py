"""`verify`: whether a result in a folder is what it claims, whoever made it.

No solver can be reached from here.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.certificate.claim import Claim, Objective, Proof, Verdict
from services.matching.domain.certificate.examine import examine
from services.matching.domain.certificate.groups import examine_groups
from services.matching.domain.certificate.market import Market
from services.matching.files.claimed import (
    ClaimedRun,
    Complaints,
    check_unmatched,
    read_matches,
    read_proof,
    read_run,
)
from services.matching.files.cohort import Cohort, Format, read_cohort
from services.matching.files.figures import CHECKED, figures, market_of, smallest_of
from services.matching.files.findings import Teller
from services.matching.files.flash_verify import verify_flash
from services.matching.files.memory import check_memory
from services.matching.files.options import check_options
from services.matching.files.peer_verify import verify_peers
from services.matching.files.peers import PeerCohort, read_peers
from services.matching.files.progress import Progress, peak_mb
from services.matching.files.refusal import Code, Refused
from services.matching.files.result import hash_of
from services.matching.files.table import Table, find_table
from services.matching.files.wishes import Wishes, read_floor, read_locks


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to verify, and what to hold it to; what is None is taken from the result's own run.json."""

    market: Path
    out: Path
    format: Format | None = None
    objective: Objective | None = None
    floor: str | None = None
    locked: Path | None = None
    rounds: int | None = None


def verify_files(question: Question, progress: Progress) -> dict[str, Any]:
    """The answer, with every complaint. Raises Refused for a market that cannot be read."""
    complaints = Complaints()
    run = read_run(question.out, complaints)
    kind = question.format or run.format()
    check_options(
        kind,
        objective=question.objective,
        floor=question.floor,
        locked=question.locked,
        rounds=question.rounds,
    )
    progress.expect(check_memory(find_table(question.market, "scores"), None))
    progress.step("reading")
    cohort = (
        read_peers(question.market, progress.rows)
        if kind is Format.PEER
        else read_cohort(question.market, kind, progress.rows)
    )
    progress.step("checking")
    begun = time.perf_counter()
    if isinstance(cohort, PeerCohort):
        answer = verify_peers(question.out, cohort, complaints)
        _compare(question.out, run, answer, complaints, proven=True)
    elif kind is Format.FLASH:
        answer = verify_flash(question.out, cohort, run, question.rounds, complaints)
        _compare(question.out, run, answer, complaints, proven=True)
    else:
        answer = _verify_pairs(question, run, cohort, complaints)
    if answer:
        answer["check_seconds"] = round(time.perf_counter() - begun, 3)
    progress.end()
    return {
        "verified": not complaints.found,
        "complaints": [one.as_json() for one in complaints.found],
        **answer,
        "seconds": round(progress.seconds(), 3),
        "peak_mb": peak_mb(),
    }


def _verify_pairs(
    question: Question, run: ClaimedRun, cohort: Cohort, complaints: Complaints
) -> dict[str, Any]:
    """The figures of pairs of one round; nothing where matches cannot be read."""
    wishes = _wishes(question, run, cohort, complaints)
    chosen = read_matches(question.out, cohort, complaints)
    if chosen is None:
        return {}
    market = market_of(cohort)
    verdict = _verdict(cohort, market, chosen, wishes, read_proof(question.out, cohort, complaints))
    teller = Teller(cohort, market)
    for finding in verdict.findings:
        told = teller.tell(finding)
        complaints.add(told.code, told.text)
    check_unmatched(question.out, cohort, chosen, complaints)
    answer = figures(cohort, wishes, verdict)
    _compare(question.out, run, answer, complaints, proven=verdict.proof is not None)
    return {**answer, "proof_from": "found" if verdict.found_itself else "certificate"}


def _verdict(
    cohort: Cohort, market: Market, chosen: NDArray[np.int64], wishes: Wishes, proof: Proof | None
) -> Verdict:
    if cohort.format is Format.CIRCLE:
        return examine_groups(market, chosen, smallest_of(cohort), proof)
    claim = Claim(
        market=market, chosen=chosen, locked=wishes.locked, objective=wishes.objective, least=wishes.least
    )
    return examine(claim, proof)


def _wishes(question: Question, run: ClaimedRun, cohort: Cohort, complaints: Complaints) -> Wishes:
    """What the result is held to: the caller's word first, then its own."""
    nothing = np.empty(0, dtype=np.int64)
    if cohort.format is Format.CIRCLE:
        return Wishes(Objective.TOTAL, 0, nothing, nothing, 0)
    objective = question.objective or run.objective()
    least = read_floor(cohort, question.floor)
    if question.floor is None and objective is not Objective.STABLE:
        try:
            least = read_floor(cohort, run.floor())
        except Refused as refused:
            complaints.add("run_unreadable", str(refused))
    if question.locked is not None:
        if not question.locked.is_file():
            raise Refused(Code.FILE_MISSING, "no such file", path=question.locked)
        locked = read_locks(cohort, Table(question.locked), least)
        return Wishes(objective, least, locked, nothing, 0)
    locked = nothing
    for path in (question.out / "locked.csv", question.out / "locked.parquet"):
        if path.is_file():
            try:
                locked = read_locks(cohort, Table(path), least)
            except Refused as refused:
                complaints.add("locked_unreadable", str(refused))
    if len(locked) != run.locked():
        text = f"run.json tells of {run.locked()} locked pairs, the folder of {len(locked)}"
        complaints.add("locked_differ", text)
    return Wishes(objective, least, locked, nothing, 0)


def _compare(
    folder: Path, run: ClaimedRun, answer: dict[str, Any], complaints: Complaints, *, proven: bool
) -> None:
    """The figures that run.json claims against those of its files; nothing where these cannot be read."""
    if not answer:
        return
    unproven = set() if proven else {"most", "bound", "gap"}
    for name in (*CHECKED, "people", "rounds", "by_round"):
        if (
            name in run.figures
            and name in answer
            and name not in unproven
            and run.figures[name] != answer[name]
        ):
            text = f"run.json says {name} {run.figures[name]}, the files {answer[name]}"
            complaints.add("figures_differ", text)
    written = run.figures.get("matches_sha256")
    paths = [path for path in (folder / "matches.csv", folder / "matches.parquet") if path.is_file()]
    if written is not None and paths and hash_of(paths[0]) != written:
        complaints.add("figures_differ", f"{paths[0]} is not the file that run.json was written for")
