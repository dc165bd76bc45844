"""A result as it stands in files: matches, who is left, the certificate and the run's figures."""

from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from services.matching.domain.certificate.claim import Verdict
from services.matching.files.cohort import Cohort
from services.matching.files.folder import write_certificate, write_table
from services.matching.files.reasons import Unmatched


def write_matches(folder: Path, cohort: Cohort, edges: NDArray[np.int64], *, parquet: bool) -> Path:
    """Pairs by mentee, then mentor, with their scores in the unit of the scores file."""
    return write_table(folder, "matches", pair_columns(cohort, edges, scored=True), parquet=parquet)


def write_locked(folder: Path, cohort: Cohort, edges: NDArray[np.int64], *, parquet: bool) -> Path:
    """The locked pairs the result was made with."""
    return write_table(folder, "locked", pair_columns(cohort, edges, scored=False), parquet=parquet)


def write_unmatched(folder: Path, cohort: Cohort, people: list[Unmatched], *, parquet: bool) -> Counter[str]:
    """Who has no partner and why; how many by reason."""
    unit = cohort.scores.unit
    named = sorted(((cohort.rows.id_of(one.row), one) for one in people), key=lambda pair: pair[0])

    def scores(values: list[int | None]) -> pa.Array:
        return pa.array(
            [None if value is None else unit.texts(np.array([value]))[0] for value in values], pa.string()
        )

    nearest = [None if one.nearest is None else cohort.columns.id_of(one.nearest) for _, one in named]
    columns = {
        f"{cohort.row_file}_id": pa.array([name for name, _ in named], pa.string()),
        "reason": pa.array([one.reason.value for _, one in named], pa.string()),
        "allowed_pairs": pa.array([one.allowed for _, one in named], pa.int64()),
        f"nearest_{cohort.column_file}_id": pa.array(nearest, pa.string()),
        "nearest_score": scores([one.score for _, one in named]),
        "cost": scores([one.cost for _, one in named]),
    }
    write_table(folder, "unmatched", columns, parquet=parquet)
    return Counter(one.reason.value for one in people)


def write_proof(folder: Path, cohort: Cohort, verdict: Verdict, value: int) -> None:
    """Prices by id, so that anybody can check them with anything; see docs/architecture/matching-files.md."""
    proof = verdict.proof
    if proof is None:
        raise ValueError("no proof to write")
    arrays: dict[str, NDArray[Any]] = {
        "id": np.array([name.encode() for name in cohort.columns.ids.to_pylist()], dtype=np.bytes_),
        "side": np.array(f"{cohort.column_file}s".encode()),
        "price": proof.price,
        "match_value": np.array(value, dtype=np.int64),
        "level": np.array(verdict.level, dtype=np.int64),
    }
    if proof.count_cover is not None:
        arrays["count_cover"] = proof.count_cover
    if proof.floor_cover is not None:
        arrays["floor_cover"] = proof.floor_cover
    if proof.total_price is not None:
        arrays["total_price"] = proof.total_price
    write_certificate(folder, arrays)


def hash_of(path: Path) -> str:
    """SHA-256 of a file."""
    return sha256(path.read_bytes()).hexdigest()


def pair_columns(cohort: Cohort, edges: NDArray[np.int64], *, scored: bool) -> dict[str, pa.Array]:
    """The columns of a file of pairs, by mentee, then mentor."""
    scores = cohort.scores
    row = np.searchsorted(scores.first, edges, side="right") - 1
    ids = {
        f"{cohort.row_file}_id": cohort.rows.ids.take(pa.array(row)),
        f"{cohort.column_file}_id": cohort.columns.ids.take(pa.array(scores.column[edges])),
    }
    columns = {"mentee_id": ids["mentee_id"], "mentor_id": ids["mentor_id"]}
    if scored:
        columns["score"] = pa.array(scores.unit.texts(scores.score[edges]), pa.string())
    order = pc.sort_indices(
        pa.table(columns), sort_keys=[("mentee_id", "ascending"), ("mentor_id", "ascending")]
    )
    return {name: column.take(order) for name, column in columns.items()}
