"""CPU seconds of process trees, from /proc."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Reading:
    """Seconds since the meter was made, and CPU seconds that each group of processes used meanwhile."""

    wall: float
    cpu: Mapping[str, float]


class Meter:
    """Measures named groups of processes, each with its children, from the moment it is made."""

    def __init__(self, groups: Mapping[str, Sequence[int]]) -> None:
        self._groups = groups
        self._cpu = self._now()
        self._started = time.perf_counter()

    def read(self) -> Reading:
        """What was used since the start."""
        now = self._now()
        return Reading(
            time.perf_counter() - self._started, {name: now[name] - self._cpu[name] for name in self._groups}
        )

    def _now(self) -> dict[str, float]:
        children = _children()
        return {name: sum(_tree(pid, children) for pid in pids) for name, pids in self._groups.items()}


def resident_bytes(pids: Sequence[int]) -> int:
    """Memory that the processes hold."""
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids) * _PAGE


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found.setdefault(int(_stat(int(entry.name))[1]), []).append(int(entry.name))
            except (FileNotFoundError, ProcessLookupError):
                continue
    return found


def _tree(pid: int, children: Mapping[int, Sequence[int]]) -> float:
    """User and system time of a process, of the children it has, and of those it has buried."""
    try:
        fields = _stat(pid)
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    own = sum(int(field) for field in fields[11:15]) / _TICKS
    return own + sum(_tree(child, children) for child in children.get(pid, ()))
