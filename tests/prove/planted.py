"""`python -m tests.prove planted`: each planted bug is caught by the verdict, each sound run holds."""

import argparse
import asyncio
import json
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from tests.prove.plants.arena import Arena, arena
from tests.prove.plants.catalog import PLANTS
from tests.prove.plants.scenarios import SCENARIOS
from tests.prove.plants.stage import staged
from tests.prove.verdict.judge import judge

AT_ONCE: Final = 2
_PLAY_SECONDS: Final = 90


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the verdict said of one play; `expected` are the invariants of which one at least had to break."""

    scenario: str
    plant: str | None
    expected: tuple[str, ...]
    broken: tuple[str, ...]
    seconds: float
    example: str = ""

    @property
    def as_wanted(self) -> bool:
        """A control run holds; a planted one breaks what it had to break."""
        return bool(set(self.expected) & set(self.broken)) if self.plant else not self.broken


async def run_planted(
    names: Sequence[str] = (), scenarios: Sequence[str] = (), kept: Path | None = None
) -> int:
    """Play every chosen scenario soundly and with each of its bugs; 0 when all came out as they had to."""
    plants = [plant for plant in PLANTS.values() if not names or plant.name in names]
    plants = [plant for plant in plants if not scenarios or plant.scenario in scenarios]
    plays: list[tuple[str, str | None, tuple[str, ...]]] = [
        (scenario, None, ()) for scenario in dict.fromkeys(plant.scenario for plant in plants)
    ]
    plays += [(plant.scenario, plant.name, plant.caught_by) for plant in plants]
    begun = time.monotonic()
    async with arena() as servers:
        gate = asyncio.Semaphore(AT_ONCE)

        async def play(scenario: str, plant: str | None, expected: tuple[str, ...]) -> Outcome:
            async with gate:
                outcome = await _play(servers, scenario, plant, expected, kept)
            _show(outcome)
            return outcome

        outcomes = await asyncio.gather(*(play(*each) for each in plays))
    escaped = [outcome for outcome in outcomes if not outcome.as_wanted]
    _table(outcomes)
    summary = {
        "plants": sum(outcome.plant is not None for outcome in outcomes),
        "controls": sum(outcome.plant is None for outcome in outcomes),
        "escaped": [outcome.plant for outcome in escaped if outcome.plant],
        "false_alarms": [outcome.scenario for outcome in escaped if not outcome.plant],
        "seconds": round(time.monotonic() - begun, 1),
        "outcomes": [asdict(outcome) for outcome in outcomes],
    }
    _say(json.dumps(summary))
    return 1 if escaped else 0


async def _play(
    servers: Arena, scenario: str, plant: str | None, expected: tuple[str, ...], kept: Path | None
) -> Outcome:
    act, service = SCENARIOS[scenario]
    folder = (kept or servers.folder) / (plant or f"control-{scenario}")
    # Lines of an earlier play would be judged with this one's.
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    begun = time.monotonic()
    verdict: dict[str, Any]
    async with staged(servers, [service], plant, folder) as stage:
        try:
            async with asyncio.timeout(_PLAY_SECONDS):
                await act(stage)
            await stage.end()
            verdict = await judge(folder)
        except (AssertionError, TimeoutError) as failed:
            failure = f"{type(failed).__name__}: {failed}"[:2000]
            verdict = {"invariants": {"not played": 1}, "examples": {"not played": [failure]}}
    (folder / "verdict.json").write_text(json.dumps(verdict, indent=1, default=str))
    broken = tuple(name for name, violations in verdict["invariants"].items() if violations)
    example = next((text for name in (*expected, *broken) for text in _examples(verdict, name)), "")
    return Outcome(scenario, plant, expected, broken, round(time.monotonic() - begun, 1), example)


def _examples(verdict: dict[str, Any], invariant: str) -> list[str]:
    return [
        text
        for name, texts in verdict["examples"].items()
        if f"{name} ".startswith(f"{invariant} ")
        for text in texts
    ]


def _show(outcome: Outcome) -> None:
    what = outcome.plant or "(control)"
    said = "holds" if not outcome.broken else f"broken: {', '.join(outcome.broken)}"
    mark = "ok " if outcome.as_wanted else "BAD"
    _say(f"{mark} {what:<38} {outcome.scenario:<34} {said:<32} {outcome.seconds:>5} s")
    if not outcome.as_wanted:
        _say(f"    {outcome.example}")


def _table(outcomes: Sequence[Outcome]) -> None:
    _say(f"\n{'planted bug':<38} {'scenario':<34} {'caught by':<18} {'s':>5}  example")
    for outcome in outcomes:
        if outcome.plant:
            caught = ", ".join(outcome.broken) or "ESCAPED"
            _say(
                f"{outcome.plant:<38} {outcome.scenario:<34} {caught:<18} {outcome.seconds:>5}  "
                f"{outcome.example[:110]}"
            )
    holding = sum(outcome.as_wanted for outcome in outcomes if not outcome.plant)
    _say(f"{holding} of {sum(not outcome.plant for outcome in outcomes)} control runs hold")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.prove.planted", description=__doc__)
    parser.add_argument("plants", nargs="*", help="only these")
    parser.add_argument("--scenario", action="append", default=[], help="only the bugs of these")
    parser.add_argument("--keep", type=Path, default=None, help="keep the run directories here")
    given = parser.parse_args(arguments)
    return asyncio.run(run_planted(given.plants, given.scenario, given.keep))


if __name__ == "__main__":
    sys.exit(main())
