"""`python -m tests.prove run`: kill the fleet, and see whether anything was lost."""

import argparse
import asyncio
import json
import logging
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from tests.prove.run import prepared, say
from tests.prove.schedule import Kind
from tests.prove.settings import RunSettings
from tests.prove.trial import carry_out, stop
from tests.prove.verdict.judge import judge

HOLDS: Final = "holds"
_VERDICT: Final = "verdict.json"


def main() -> None:
    """Run and exit with 0 only when the verdict holds."""
    parser = argparse.ArgumentParser(prog="python -m tests.prove", description=__doc__)
    run = parser.add_subparsers(required=True).add_parser("run", help="one seeded run with its verdict")
    run.add_argument("--kills", type=int, default=220)
    run.add_argument("--seed", type=int, default=1)
    run.add_argument("--minutes", type=float, default=0.0, help="how long; 0: as long as the kills take")
    run.add_argument("--plant", default=None, help="a planted bug of tests/prove/plants")
    run.add_argument("--rate", type=float, default=20.0, help="commands a second; half as many HR records")
    run.add_argument("--run-dir", type=Path, default=None, help="where everything about the run is kept")
    run.add_argument("--resume", action="store_true", help="a run that has its verdict is not done again")
    run.add_argument("--faults", type=Kind, nargs="*", default=(), help="only these, beside the kills")
    given = parser.parse_args()
    folder = given.run_dir or Path(tempfile.mkdtemp(prefix="mentoring-prove-"))
    settings = RunSettings(
        given.kills, given.seed, given.minutes, given.plant, folder, given.rate, tuple(given.faults)
    )
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # a broker that is away is no news here
    verdict = _earlier(folder) if given.resume else None
    if verdict is None:
        verdict = asyncio.run(_run(settings))
    say(json.dumps(verdict))
    sys.exit(0 if verdict["verdict"] == HOLDS else 1)


def _earlier(folder: Path) -> dict[str, Any] | None:
    """The verdict of a run that was whole; of one that was not, everything is forgotten."""
    if (folder / _VERDICT).exists():
        earlier: dict[str, Any] = json.loads((folder / _VERDICT).read_text())
        return earlier
    for path in folder.glob("*.jsonl"):
        path.unlink()
    return None


async def _run(settings: RunSettings) -> dict[str, Any]:
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    async with prepared(settings) as run:
        try:
            outcome = await carry_out(run)
            say("everything has arrived, the verdict is being found")
            found = await judge(settings.folder)
        finally:
            codes = await stop(run)
    verdict = found | outcome | {"exit_codes": codes, "verdict": found["verdict"]}
    (settings.folder / _VERDICT).write_text(json.dumps(verdict, indent=1, default=str) + "\n")
    return verdict


if __name__ == "__main__":
    main()
