"""The catalogue of crash points fits the product, and a process dies where its plan says."""

import inspect
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.prove.crash_points import ALL, POINTS, SCOPES
from tests.prove.crashing import resolve
from tests.prove.forks import ROOT

TARGETS = sorted(
    {point.target for point in POINTS.values()}
    | {scope.target for scope in SCOPES}
    | {scope.work for scope in SCOPES if scope.work is not None}
)


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_is_a_coroutine_function_of_the_product(target: str) -> None:
    _, _, function = resolve(target)
    assert inspect.iscoroutinefunction(inspect.unwrap(function)), target


def test_a_target_that_was_renamed_is_told() -> None:
    with pytest.raises(AttributeError):
        resolve("shared.messaging.relay:Relay._no_such_step")


def test_every_scope_of_a_point_is_known() -> None:
    scopes = {scope.name for scope in SCOPES}
    assert {point.within for point in POINTS.values()} - {None} == scopes


def test_every_service_passes_points() -> None:
    assert {service for point in POINTS.values() for service in point.services} == set(ALL)


def test_there_are_points_for_every_step_that_delivery_depends_on() -> None:
    steps = {name.partition(".")[0] for name in POINTS}
    assert steps == {
        "batch", "outbox", "offsets", "relay", "due", "run", "command", "group", "migration", "stop",
    }  # fmt: skip
    assert len(POINTS) >= 25


PROBE = """
import asyncio, sys, types
probe = types.ModuleType("prove_probe")

class Transaction:
    async def commit(self):
        print("asked", flush=True)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asyncio.sleep(5)
        print("answered", flush=True)

class Work:
    async def batch(self):
        await self.real()
        return await probe.Transaction().commit()
    async def real(self):
        return None

probe.Transaction, probe.Work = Transaction, Work
sys.modules["prove_probe"] = probe
from tests.prove import crash_points, crashing
where = crash_points.Where(sys.argv[1])
point = crash_points.CrashPoint("probe", "prove_probe:Transaction.commit", where, "scope")
crashing.POINTS = {"probe": point}
crashing.SCOPES = (crash_points.Scope("scope", "prove_probe:Work.batch", work=sys.argv[3] or None),)
crashing.arm("probe", int(sys.argv[4]), "matching", 1, sys.argv[2])

async def main():
    await asyncio.wait_for(probe.Work().batch(), 0.2)

asyncio.run(main())
"""


def died(
    where: str, crashes: Path, *, work: str = "prove_probe:Work.real", passing: int = 1
) -> tuple[int, str]:
    """Exit code and output of a process with a plan."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, where, str(crashes), work, str(passing)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize(("where", "said"), [("before", ""), ("inside", "asked\n")])
def test_a_process_dies_at_its_point_and_leaves_a_line(where: str, said: str, tmp_path: Path) -> None:
    code, output = died(where, tmp_path / "crashes.jsonl")
    line = json.loads((tmp_path / "crashes.jsonl").read_text())
    assert (code, output) == (-signal.SIGKILL, said)
    assert (line["point"], line["service"], line["slot"]) == ("probe", "matching", 1)


def test_a_point_that_is_passed_less_often_than_planned_leaves_no_line(tmp_path: Path) -> None:
    code, _ = died("before", tmp_path / "crashes.jsonl", passing=2)
    assert code == 1  # the probe's own timeout
    assert (tmp_path / "crashes.jsonl").read_text() == ""


def test_a_scope_without_real_work_does_not_count(tmp_path: Path) -> None:
    code, _ = died("before", tmp_path / "crashes.jsonl", work="asyncio:sleep")
    assert code == 1
    assert (tmp_path / "crashes.jsonl").read_text() == ""
