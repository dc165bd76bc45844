"""The end of every solve: the result is put in place whole, with what the run took."""

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from services.matching.files.folder import replaced, write_run
from services.matching.files.progress import Progress, peak_mb

Run = dict[str, Any]


def publish(target: Path, progress: Progress, write: Callable[[Path], Run]) -> Run:
    """Let `write` fill a folder and tell the figures; add time and memory; the figures of the run."""
    progress.step("writing")
    with replaced(target) as folder:
        run = write(folder)
        progress.end()
        run["seconds"] = round(progress.seconds(), 3)
        run["seconds_by_step"] = {name: round(took, 3) for name, took in progress.seconds_by_step.items()}
        run["peak_mb"] = peak_mb()
        write_run(folder, run)
    return run


def product_version() -> str:
    """The version that made a result."""
    try:
        return version("mentoring-platform")
    except PackageNotFoundError:
        return "unknown"
