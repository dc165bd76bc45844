"""Whether a market fits into memory, told from the size of its file before it is read."""

from pathlib import Path
from typing import Final

import pyarrow.parquet

from services.matching.files.refusal import Code
from services.matching.files.table import Table

_SAMPLE: Final = 1 << 20
BYTES_A_PAIR: Final = 130
"""Reading, solving and proving, at their peak."""
BASE_BYTES: Final = 250_000_000


def check_memory(table: Table, limit_mb: int | None) -> int:
    """About how many pairs there are.

    Raises Refused for more than the memory that is free, or the given limit, can hold.
    """
    rows = _rows(table)
    needed = BASE_BYTES + BYTES_A_PAIR * rows
    free = limit_mb * 1_000_000 if limit_mb is not None else _free_bytes()
    if free is not None and needed > free:
        raise table.refused(
            Code.MEMORY_TOO_SMALL,
            f"about {rows:,} pairs need about {needed / 1e9:.1f} GB, there are {free / 1e9:.1f}",
        )
    return rows


def _rows(table: Table) -> int:
    if table.is_parquet:
        return int(pyarrow.parquet.read_metadata(table.path).num_rows)
    with table.path.open("rb") as file:
        sample = file.read(_SAMPLE)
    return int(table.path.stat().st_size * sample.count(b"\n") / max(len(sample), 1))


def _free_bytes() -> int | None:
    """What the machine and the control group leave to this process; None where neither is told."""
    system = Path("/proc/meminfo")
    lines = system.read_text(encoding="ascii").splitlines() if system.exists() else []
    told = [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")]
    group = Path("/sys/fs/cgroup/memory.max")
    if group.exists() and (limit := group.read_text(encoding="ascii").strip()).isdigit():
        told.append(int(limit))
    return min(told, default=None)
