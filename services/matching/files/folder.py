"""The result's folder: written aside, then put in place whole."""

import csv
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet
from numpy.typing import NDArray

from services.matching.files.refusal import Code, Refused

CERTIFICATE: Final = "certificate.npz"
RUN: Final = "run.json"
_ROWS: Final = 1 << 16
_OURS: Final = {
    CERTIFICATE,
    RUN,
    *(f"{stem}.{end}" for stem in ("matches", "unmatched", "locked") for end in ("csv", "parquet")),
}


def check_target(target: Path) -> None:
    """Refuse, before any work, a folder that holds something else or cannot be written beside."""
    if target.exists() and not target.is_dir():
        raise Refused(Code.OUT_DIR_NOT_OURS, "is no folder", path=target)
    others = (
        sorted(entry.name for entry in target.iterdir() if entry.name not in _OURS) if target.exists() else []
    )
    if others:
        raise Refused(Code.OUT_DIR_NOT_OURS, f"holds {others[0]}, which is no part of a result", path=target)
    if target.is_mount():
        raise Refused(Code.OUT_DIR_NOT_WRITABLE, "is a mount point; name a folder inside it", path=target)
    above = target.absolute().parent
    while not above.exists():
        above = above.parent
    if not os.access(above, os.W_OK):
        raise Refused(Code.OUT_DIR_NOT_WRITABLE, f"{above} cannot be written", path=target)


@contextmanager
def replaced(target: Path) -> Iterator[Path]:
    """A folder to write into; it becomes `target` when all went well, and vanishes otherwise."""
    target = target.absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = target.with_name(f".{target.name}.{os.getpid()}.new")
    former = target.with_name(f".{target.name}.{os.getpid()}.old")
    staged.mkdir()
    try:
        yield staged
        if target.exists():
            target.rename(former)
        staged.rename(target)
        shutil.rmtree(former, ignore_errors=True)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def write_table(folder: Path, stem: str, columns: dict[str, pa.Array], *, parquet: bool) -> Path:
    """`<stem>.csv` or `<stem>.parquet`."""
    table = pa.table(columns)
    if parquet:
        path = folder / f"{stem}.parquet"
        pa.parquet.write_table(table, path)
        return path
    path = folder / f"{stem}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for batch in table.to_batches(_ROWS):
            writer.writerows(zip(*(column.to_pylist() for column in batch.columns), strict=True))
    return path


def write_certificate(folder: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Numbers and texts as bytes; nothing in it is ever executed."""
    with (folder / CERTIFICATE).open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def write_run(folder: Path, run: dict[str, Any]) -> None:
    """The figures of a run, for people too."""
    text = json.dumps(run, indent=2, ensure_ascii=False) + "\n"
    (folder / RUN).write_text(text, encoding="utf-8")
