"""`make demo`: the platform with people in it.

ONCE=1 ends after the story, SEED repeats one, HRIS=DIR replays a folder of files instead.
"""

import asyncio
import json
import os
import random
import secrets
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from deploy.local.demo.closing import tell_report
from deploy.local.demo.enterprise import LOCATION_ZONES, make_enterprise, with_dangling_managers
from deploy.local.demo.expectations import read_back
from deploy.local.demo.feed import Feed
from deploy.local.demo.opening import (
    Cast,
    cohort_is_matched,
    people_answer,
    people_arrive,
    people_enrol,
    program_opens,
)
from deploy.local.demo.replay import replay_folder
from deploy.local.demo.stage import Stage, open_stage
from deploy.local.demo.telling import Teller
from deploy.local.demo.weeks import Life, weeks_pass
from deploy.local.issuer import SignIn
from deploy.local.platform import Platform, running_platform
from shared.clock import DrivenClock
from shared.observability.logging import configure_logging

SIZE: Final = 500
MENTEES: Final = 64
MENTORS: Final = 40
START: Final = datetime(2027, 1, 11, 6, tzinfo=UTC)
SETTINGS: Final[dict[str, dict[str, Any]]] = {
    "matching": {"location_zones": LOCATION_ZONES},
    "scheduling": {"location_zones": LOCATION_ZONES},
}


async def tell(stage: Stage, seed: int, signed_in: list[SignIn]) -> tuple[dict[str, Any], bool]:
    """The whole story; the last line's figures, and whether every expectation held."""
    chance = random.Random(seed)  # noqa: S311  a story, no secret
    today = stage.clock.now().date()
    feed = Feed(chance, stage.clock.now() - timedelta(days=3))
    workers = with_dangling_managers(chance, make_enterprise(chance, size=SIZE, today=today), 0.05)
    coordinator = next(w for w in workers if w.level == 5 and w.function == "people")  # noqa: PLR2004  a lead in HR
    cast = Cast({worker.key: worker for worker in workers}, coordinator)
    signed_in += [
        SignIn(
            coordinator.email,
            f"{coordinator.given_name} {coordinator.family_name}, coordinator",
            ["coordinator"],
        ),
        SignIn("analyst@enterprise.example", "An HR analyst", ["analyst"]),
        SignIn(workers[0].email, f"{workers[0].given_name} {workers[0].family_name}, nobody special", []),
    ]
    await people_arrive(stage, chance, feed, cast, today)
    await program_opens(stage, cast, today + timedelta(days=7))
    await people_enrol(stage, chance, cast, MENTEES, MENTORS)
    await cohort_is_matched(stage, cast)
    await people_answer(stage, chance, cast)
    await stage.advance_to(stage.clock.now() + timedelta(days=2))
    life = await weeks_pass(stage, chance, feed, cast)
    await tell_report(stage, cast)
    found = await read_back(stage, cast.cohort_id)
    stage.teller.chapter("Read back from four stores and a raw dump of the topics")
    for name, held, detail in found.checks.results:
        stage.teller.verdict(name, held, detail)
    return found.figures | {"hr_to_ended_ms": _quantiles(life)}, found.checks.held


def _quantiles(life: Life) -> dict[str, int]:
    ordered = sorted(life.seconds)
    return {
        "p50": round(ordered[len(ordered) // 2] * 1000),
        "p99": round(ordered[-1] * 1000),
        "measured": len(ordered),
    }


async def main() -> int:
    """Start, tell, and stay up unless told otherwise; the exit code."""
    once, folder = bool(os.environ.get("ONCE")), os.environ.get("HRIS")
    seed = int(os.environ.get("SEED") or secrets.randbelow(2**31))
    teller = Teller()
    teller.say(f"seed {seed}: make demo SEED={seed} repeats this story")
    clock = DrivenClock(START if not folder else datetime.now(UTC))
    signed_in: list[SignIn] = []
    began = time.perf_counter()
    async with running_platform(
        clock=clock, people=lambda: signed_in, settings=SETTINGS, port=_port()
    ) as platform:
        started = time.perf_counter()
        teller.say(f"broker, database and four services started in {started - began:.1f} s")
        async with open_stage(platform, clock, teller) as stage:
            if folder:
                figures, held = await replay_folder(stage, Path(folder))
            else:
                figures, held = await tell(stage, seed, signed_in)
        figures = {"seed": seed, **figures} | {
            "install_s": float(os.environ.get("INSTALL_S") or 0),
            "start_s": round(started - began, 1),
            "story_s": round(time.perf_counter() - started, 1),
            "held": held,
        }
        _addresses(teller, platform)
        if not once:
            teller.say("It stays up until Ctrl-C.")
            await asyncio.Event().wait()
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0 if held else 1


def _addresses(teller: Teller, platform: Platform) -> None:
    rows = [["console", platform.base_url]]
    for service in platform.services:
        rows.append([f"{service} API", f"{platform.base_url}/api/{service}/docs"])
        rows.append([f"{service} metrics", f"{platform.base_url}/{service}/metrics"])
    teller.table("Where to look", ("what", "address"), rows)


def _port() -> int | None:
    return int(os.environ["PORT"]) if os.environ.get("PORT") else None


if __name__ == "__main__":
    configure_logging("demo", "ERROR")
    try:
        code = asyncio.run(main())
    except KeyboardInterrupt:
        code = 0
    sys.exit(code)
