"""What the figures were measured on."""

import os
import platform
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median

from tests.support.kafka_jars import KAFKA_VERSION

_WRITES = 300
_PACKAGES = ("aiokafka", "asyncpg", "faststream", "pydantic", "sqlalchemy", "uvloop")


def fdatasync_microseconds(folder: Path | None = None) -> float:
    """Median time of an 8 KiB write and its fdatasync, as `pg_test_fsync` measures it."""
    with tempfile.NamedTemporaryFile(dir=folder, prefix="fdatasync-") as file:
        descriptor = file.fileno()
        taken = []
        for _ in range(_WRITES):
            started = time.perf_counter()
            os.pwrite(descriptor, b"\0" * 8192, 0)
            os.fdatasync(descriptor)
            taken.append(time.perf_counter() - started)
    return median(taken) * 1e6


def describe(postgres_version: str) -> dict[str, object]:
    """Processor, memory, load and versions."""
    models = [
        line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
    ]
    memory = Path("/proc/meminfo").read_text().split()[1]
    return {
        "processor": models[0].partition(":")[2].strip() if models else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(int(memory) / 2**20),
        "load_before": os.getloadavg()[0],
        "fdatasync_us": round(fdatasync_microseconds()),
        "python": platform.python_version(),
        "kafka": KAFKA_VERSION,
        "postgres": postgres_version,
        **{package: version(package) for package in _PACKAGES},
    }
