"""One demo, from an empty machine to the last line."""

import asyncio
import json
import time
from datetime import UTC, datetime
from typing import Any, Final

from deploy.local.demo.checks import Checks
from deploy.local.demo.closing import tell_addresses
from deploy.local.demo.enterprise import LOCATION_ZONES
from deploy.local.demo.options import Options
from deploy.local.demo.plan import Plan
from deploy.local.demo.replay import replay_payloads
from deploy.local.demo.stage import open_stage
from deploy.local.demo.story import quantiles, tell_story
from deploy.local.demo.telling import Teller
from deploy.local.issuer import SignIn
from deploy.local.platform import running_platform
from shared.clock import DrivenClock

START: Final = datetime(2027, 1, 11, 6, tzinfo=UTC)
SETTINGS: Final[dict[str, dict[str, Any]]] = {
    "matching": {"location_zones": LOCATION_ZONES},
    "scheduling": {"location_zones": LOCATION_ZONES},
}
ANALYST: Final = SignIn("analyst@enterprise.example", "an HR analyst, sees every program", ["analyst"])
NOTHING: Final[dict[str, Any]] = {
    "people": 0,
    "refused": {},
    "participants": 0,
    "matches": {},
    "objective": 0,
    "bound": 0,
    "sessions_held": 0,
    "health": {},
    "dead_letters": 0,
}


async def run(options: Options, plan: Plan, teller: Teller) -> int:
    """Start, tell, read back, and stay up unless it is to end; 0 if every expectation held, else 1."""
    teller.say(f"Seed {options.seed}: make demo SEED={options.seed} tells this story again.")
    clock = DrivenClock(datetime.now(UTC) if options.payloads else START)
    signed_in = [ANALYST]
    began = time.perf_counter()
    async with running_platform(
        clock=clock, people=lambda: signed_in, settings=SETTINGS, port=options.port
    ) as platform:
        started = time.perf_counter()
        teller.say(f"Broker, database and four services started in {started - began:.1f} s.")
        program_id = ""
        async with open_stage(platform, clock, teller, plan) as stage:
            if options.payloads:
                figures, checks = await replay_payloads(stage, options.payloads)
            else:
                figures, checks, program_id = await tell_story(stage, options.seed, signed_in)
        ended = time.perf_counter()
        teller.verdicts(checks)
        teller.times()
        if not options.once:
            tell_addresses(teller, platform, program_id, signed_in)
            teller.say(f"It stays up at {platform.base_url} until Ctrl-C.")
            await asyncio.Event().wait()
    times = {
        "install_s": options.install_s,
        "start_s": round(started - began, 1),
        "story_s": round(ended - started, 1),
    }
    teller.line(_last_line(options.seed, figures, times, checks))
    return 0 if checks.held else 1


def _last_line(seed: int, figures: dict[str, Any], times: dict[str, float], checks: Checks) -> str:
    verdict = {"expectations": len(checks.results), "held": checks.held, "failed": checks.failed}
    everything = NOTHING | {"hr_to_ended_ms": quantiles([])} | figures
    return json.dumps({"seed": seed} | everything | times | verdict)
