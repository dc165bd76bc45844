"""`verify` among peers: nobody twice, only allowed pairs, how far from the best. No solver in reach."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from services.matching.domain.certificate.peers import crowded, examine_peers
from services.matching.files.certificate_file import read_certificate
from services.matching.files.claimed import Complaints
from services.matching.files.peer_figures import peer_figures
from services.matching.files.peers import PeerCohort, find_pairs
from services.matching.files.people import texts_of
from services.matching.files.refusal import Refused
from services.matching.files.table import find_table

_MOST_TOLD: Final = 10
Ints = NDArray[np.int64]


def verify_peers(out: Path, cohort: PeerCohort, complaints: Complaints) -> dict[str, Any]:
    """The figures, with every complaint; nothing where matches are no result."""
    chosen = _read_chosen(out, cohort, complaints)
    if chosen is None:
        return {}
    _check_unmatched(out, cohort, chosen, complaints)
    given = read_certificate(out, cohort.people, complaints.add, "total_price") or {}
    source = "certificate" if given else "found"
    try:
        verdict = examine_peers(cohort.market, chosen, given.get("price"), given.get("total_price"))
    except ValueError as error:
        complaints.add("certificate_false", f"the prices of the certificate prove nothing: {error}")
        verdict, source = examine_peers(cohort.market, chosen), "found"
    return {**peer_figures(cohort, chosen, verdict), "proof_from": source}


def _read_chosen(out: Path, cohort: PeerCohort, complaints: Complaints) -> Ints | None:
    before = len(complaints.found)
    try:
        table = find_table(out, "matches")
        pairs, known = find_pairs(cohort, table)
        told = (
            [
                text
                for part in table.batches({"score": pa.string()})
                for text in texts_of(part["score"]).to_pylist()
            ]
            if "score" in table.columns
            else None
        )
    except (Refused, pa.ArrowInvalid) as error:
        complaints.add("matches_unreadable", str(error))
        return None
    for row in np.flatnonzero(pairs < 0).tolist()[:_MOST_TOLD]:
        code = "pair_not_allowed" if known[row] else "unknown_id"
        what = "no pair of the scores file" if known[row] else "an id that is not in the people file"
        complaints.add(code, f"{table.path}:{table.line_of(row)}: {what}")
    listed = np.sort(pairs[pairs >= 0])
    for pair in listed[1:][np.diff(listed) == 0].tolist()[:_MOST_TOLD]:
        complaints.add("pair_twice", f"{'–'.join(cohort.names(pair))} is there twice")
    for person in crowded(cohort.market, np.unique(listed)).tolist()[:_MOST_TOLD]:
        size = int(cohort.market.slots[person])
        complaints.add("over_capacity", f"{cohort.people.id_of(person)} is in more than {size} pairs")
    if len(complaints.found) > before:
        return None
    for row, text in enumerate(told or ()):
        _check_score(cohort, int(pairs[row]), text, complaints)
    return listed


def _check_score(cohort: PeerCohort, pair: int, text: str | None, complaints: Complaints) -> None:
    right = int(cohort.market.score[pair])
    try:
        same = cohort.unit.parse(text or "") == right
    except (ValueError, OverflowError):
        same = False
    if not same:
        names = "–".join(cohort.names(pair))
        complaints.add("score_differs", f"{names}: says {text}, the scores file {cohort.unit.show(right)}")


def _check_unmatched(out: Path, cohort: PeerCohort, chosen: Ints, complaints: Complaints) -> None:
    if not any((out / f"unmatched.{end}").is_file() for end in ("csv", "parquet")):
        return
    try:
        table = find_table(out, "unmatched")
        table.need("person_id")
        parts = [
            cohort.people.positions(texts_of(part["person_id"]))
            for part in table.batches({"person_id": pa.string()})
        ]
    except (Refused, pa.ArrowInvalid) as error:
        complaints.add("unmatched_unreadable", str(error))
        return
    both = np.concatenate((cohort.market.one[chosen], cohort.market.other[chosen]))
    alone = np.flatnonzero(np.bincount(both, minlength=len(cohort.people)) == 0)
    if not np.array_equal(np.sort(np.concatenate(parts or [np.empty(0, np.int32)])), alone):
        complaints.add("unmatched_differ", f"{table.path} does not list just the {len(alone)} without a pair")
