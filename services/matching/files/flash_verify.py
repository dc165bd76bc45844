"""`verify` of rounds: each is proven by itself, and no pair comes again too soon. No solver in reach."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from services.matching.domain.certificate.claim import Proof
from services.matching.domain.certificate.rounds import examine_rounds
from services.matching.files.certificate_file import read_certificate
from services.matching.files.claimed import ClaimedRun, Complaints, read_matches
from services.matching.files.cohort import Cohort
from services.matching.files.figures import market_of
from services.matching.files.findings import Teller
from services.matching.files.flash_figures import flash_figures
from services.matching.files.refusal import Refused
from services.matching.files.table import find_table

MOST_ROUNDS: Final = 100


def verify_flash(
    out: Path, cohort: Cohort, run: ClaimedRun, asked: int | None, complaints: Complaints
) -> dict[str, Any]:
    """The figures, with every complaint; nothing where matches cannot be read."""
    rounds = _read_rounds(out, cohort, asked or _told_rounds(run, complaints), complaints)
    if rounds is None:
        return {}
    proofs = _read_proofs(out, cohort, len(rounds), complaints)
    examined = examine_rounds(market_of(cohort), rounds, proofs)
    for number, one in enumerate(examined, start=1):
        teller = Teller(cohort, one.market)
        for finding in one.verdict.findings:
            told = teller.tell(finding)
            complaints.add(told.code, f"round {number}: {told.text}")
        whole = Teller(cohort, market_of(cohort))
        for edge in one.too_soon.tolist():
            text = f"round {number}: {whole.pair(edge)} meet again, and others allowed were met less often"
            complaints.add("pair_too_soon", text)
    if not complaints.found:
        _check_unmatched(out, cohort, rounds, complaints)
    return {
        **flash_figures(cohort, examined),
        "proof_from": "found" if any(one.verdict.found_itself for one in examined) else "certificate",
    }


def _told_rounds(run: ClaimedRun, complaints: Complaints) -> int | None:
    rounds = run.figures.get("rounds")
    if rounds is None or (isinstance(rounds, int) and 1 <= rounds <= MOST_ROUNDS):
        return rounds
    complaints.add("run_unreadable", f"run.json: {rounds!r} is no number of rounds")
    return None


def _read_rounds(
    out: Path, cohort: Cohort, told: int | None, complaints: Complaints
) -> list[NDArray[np.int64]] | None:
    number = _round_column(out, "matches", complaints)
    if number is None:
        return None
    edges = read_matches(out, cohort, complaints, rounds=number)
    if edges is None:
        return None
    count = told if told is not None else int(number.max(initial=1))
    if number.min(initial=1) < 1 or number.max(initial=1) > count:
        complaints.add("round_unknown", f"a round in matches is not within 1..{count}")
        return None
    return [np.sort(edges[number == at]) for at in range(1, count + 1)]


def _round_column(out: Path, stem: str, complaints: Complaints) -> NDArray[np.int64] | None:
    try:
        table = find_table(out, stem)
        table.need("round")
        parts = [batch["round"].cast(pa.int64()) for batch in table.batches({"round": pa.int64()})]
        if any(part.null_count for part in parts):
            raise table.explain({}, ValueError("a row without round"))
    except (Refused, pa.ArrowInvalid) as error:
        complaints.add(f"{stem}_unreadable", str(error))
        return None
    number = np.concatenate([part.to_numpy() for part in parts] or [np.empty(0, dtype=np.int64)])
    if number.max(initial=1) > MOST_ROUNDS:
        complaints.add("round_unknown", f"round {number.max()} is past {MOST_ROUNDS}")
        return None
    return number.astype(np.int64)


def _read_proofs(out: Path, cohort: Cohort, rounds: int, complaints: Complaints) -> list[Proof] | None:
    found = read_certificate(out, cohort.columns, complaints.add, rounds=rounds)
    return None if found is None else [Proof(price=one) for one in found["price"]]


def _check_unmatched(
    out: Path, cohort: Cohort, rounds: list[NDArray[np.int64]], complaints: Complaints
) -> None:
    if not any((out / f"unmatched.{end}").is_file() for end in ("csv", "parquet")):
        return
    number = _round_column(out, "unmatched", complaints)
    try:
        table = find_table(out, "unmatched")
        table.need("mentee_id")
        parts = [cohort.rows.positions(one["mentee_id"]) for one in table.batches({"mentee_id": pa.string()})]
    except (Refused, pa.ArrowInvalid) as error:
        complaints.add("unmatched_unreadable", str(error))
        return
    if number is None:
        return
    people = np.concatenate(parts or [np.empty(0, np.int32)])
    for at, edges in enumerate(rounds, start=1):
        rows = np.searchsorted(cohort.scores.first, edges, side="right") - 1
        alone = np.flatnonzero(np.bincount(rows, minlength=len(cohort.rows)) == 0)
        if not np.array_equal(np.sort(people[number == at]), alone):
            text = f"round {at}: {table.path.name} does not list just the {len(alone)} who have nobody"
            complaints.add("unmatched_differ", text)
