"""Our engine beside OR-tools in the same run: `python -m tests.bench.matching` (`make bench-matching`).

Each engine solves each market in a process of its own, taking turns; printed are medians, ratios first. The
last line is JSON. `--full` goes to a million people; `--people` sets the size of the table's markets.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from services.matching.domain.solver.problem import Engine, Problem
from tests.bench.matching.markets import Shape, make
from tests.bench.matching.odd import ODD
from tests.bench.matching.one import save

Json = dict[str, Any]
PACKAGES = ("numba", "numpy", "ortools", "scipy")
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the table; `reach` is the ratio to OR-tools that we want."""

    name: str
    market: Callable[[], Problem]
    reach: float | None = None


def cases(people: int, *, full: bool) -> Iterator[Case]:
    """The table, the growth from a thousand people on, the odd markets."""

    def of(shape: Shape) -> Callable[[], Problem]:
        return lambda: make(shape)

    for kind in ("struct", "uniform"):
        yield Case(f"{people:,} {kind}, no spare seat", of(Shape(people=people, kind=kind)), 0.6)
    yield Case(f"{people:,} struct, 10 % spare", of(Shape(people=people, spare=0.1)), 0.15)
    for size in (1_000, 10_000):
        yield Case(f"growth: {size:,} struct, no spare seat", of(Shape(people=size)))
        yield Case(f"growth: {size:,} struct, 10 % spare", of(Shape(people=size, spare=0.1)))
    if full:
        yield Case("1,000,000 struct, no spare seat", of(Shape(people=MILLION)), 0.5)
        yield Case("1,000,000 struct, 10 % spare", of(Shape(people=MILLION, spare=0.1)), 0.15)
    for name, build in ODD.items():
        yield Case(f"odd: {people:,}, {name}", lambda build=build: build(people))  # type: ignore[misc]


def child(module: str, *words: object) -> Json:
    """What a process of its own prints."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.bench.matching.{module}", *map(str, words)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: Json = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(case: Case, path: Path, repeats: int) -> Json:
    """Both engines in turn, once a process and as often as asked."""
    market = case.market()
    save(market, path)
    turns = 1 if market.mentees >= MILLION else repeats
    del market
    runs: dict[str, list[Json]] = {"rule": [], Engine.FLOW: []}
    for _ in range(turns):
        for name, done in runs.items():
            done.append(child("one", path, name))
    ours, theirs = (median(run["seconds"] for run in runs[name]) for name in runs)
    mine, other = runs["rule"][0], runs[Engine.FLOW][0]
    row = {
        "case": case.name,
        "ratio": round(ours / theirs, 3),
        "reach": case.reach,
        "ours_s": round(ours, 3),
        "ortools_s": round(theirs, 3),
        "engine": mine["engine"],
        "same": (mine["matched"], mine["total"]) == (other["matched"], other["total"]),
        "matched": mine["matched"],
        "total": mine["total"],
        "proven": all(run["proven"] for done in runs.values() for run in done),
        "verify_s": round(median(run["verify_seconds"] for run in runs["rule"]), 3),
        "verify_without_prices_s": round(median(run["verify_seconds"] for run in runs[Engine.FLOW]), 3),
        "ours_mb": mine["peak_mb"],
        "ortools_mb": other["peak_mb"],
        "load": round(os.getloadavg()[0], 1),
    }
    print(
        f"{row['ratio']:6.2f}x  {case.name:52} ours {ours:8.3f} s {mine['peak_mb']:5} MB  "
        f"OR-tools {theirs:8.3f} s {other['peak_mb']:5} MB  {mine['engine']:24} "
        f"{'same' if row['same'] else 'DIFFERENT'}, {'proven' if row['proven'] else 'NOT PROVEN'} "
        f"in {row['verify_s']} s",
        flush=True,
    )
    return row


def live(people: int, events: int, path: Path) -> Json:
    """Joiners and leavers in a market with 10 % spare seats."""
    save(make(Shape(people=people, spare=0.1)), path)
    row = child("living", path, events)
    print(
        f"\none leaver  at {people:,}, 10 % spare: median {row['leaver_ms']['median']} ms, "
        f"p99 {row['leaver_ms']['p99']} ms\none joiner  at {people:,}, 10 % spare: median "
        f"{row['joiner_ms']['median']} ms, p99 {row['joiner_ms']['p99']} ms\n"
        f"after {row['events']} events {'proven' if row['proven'] else 'NOT PROVEN'}, "
        f"{row['pairs_changed']} pairs changed; a cold solve takes {row['cold_seconds']:.2f} s",
        flush=True,
    )
    return row


def among_all(people: int) -> Json:
    """The optimum over all pairs."""
    row = child("everybody", people)
    print(
        f"over all {row['pairs']:,} pairs: {row['seconds']} s, {row['rounds']} rounds, {row['peak_mb']} MB, "
        f"{row['matched']:,} matched, {'proven' if row['proven_among_all'] else 'NOT PROVEN'}",
        flush=True,
    )
    return row


def machine() -> Json:
    """What it was measured on."""
    models = [
        line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
    ]
    memory = int(Path("/proc/meminfo").read_text().split()[1])
    return {
        "processor": models[0].partition(":")[2].strip() if models else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**20),
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        **{package: version(package) for package in PACKAGES},
    }


def main() -> None:
    """Measure, print the table, then one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.matching", description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--events", type=int, default=600)
    parser.add_argument("--full", action="store_true", help="a million people too: half an hour, 4 GB")
    parser.add_argument("--only", default="", help="cases whose name contains this")
    asked = parser.parse_args()
    measured_on = machine()
    print("  ".join(f"{name} {value}" for name, value in measured_on.items()), flush=True)
    with tempfile.TemporaryDirectory(prefix="markets-") as folder:
        path = Path(folder) / "market.npz"
        rows = [
            compare(case, path, asked.repeats)
            for case in cases(asked.people, full=asked.full)
            if asked.only in case.name
        ]
        living = live(asked.people, asked.events, path) if not asked.only else None
    everybody = among_all(asked.people) if not asked.only else None
    print(json.dumps({"machine": measured_on, "rows": rows, "living": living, "everybody": everybody}))


if __name__ == "__main__":
    main()
