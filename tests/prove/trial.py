"""What happens in a run: load, kills and faults, and then the time until everything has arrived."""

import asyncio
import contextlib
import random
import time
from datetime import UTC, datetime
from typing import Any, Final

from shared.events.catalog import SERVICES
from tests.prove.client import Commands, HrFeed
from tests.prove.crash_points import POINTS
from tests.prove.faults import Faults
from tests.prove.load import Load
from tests.prove.platform import HR_TOPIC
from tests.prove.quiet import until_quiet
from tests.prove.replicas import stagger
from tests.prove.run import Run, say
from tests.prove.schedule import SLOTS
from tests.prove.watch import Watch
from tests.prove.world import World

RECOVERY_SECONDS: Final = 180.0
_COMMANDS_END_SECONDS: Final = 40.0
_PATIENCE: Final = 1.25
"""Times the length of a run may faults go on, on a machine that is slower than thought."""
_FIRST_WAVES: Final = 3
"""Cohorts that are matched before the first fault, so that there is somebody who does something."""
_PROGRESS_SECONDS: Final = 5.0


async def carry_out(run: Run) -> dict[str, Any]:
    """Load and faults, then quiet; what is known of it without the verdict."""
    begun = time.monotonic()
    settings = run.settings
    say(f"seed {settings.seed}: {settings.kills} kills; everything about it is in {settings.folder}")
    await run.migrate()
    run.populate()
    run.lives = [asyncio.create_task(replica.live()) for replica in run.replicas.values()]
    addresses = {
        service: [f"http://127.0.0.1:{run.ports[service, slot]}" for slot in SLOTS] for service in SERVICES
    }
    commands = Commands(addresses, run.fleet.issuer, run.directory, f"s{run.settings.seed}")
    feed = HrFeed(run.platform.bootstrap, HR_TOPIC, run.directory)
    draw = random.Random(f"load {run.settings.seed}")  # noqa: S311  seeded on purpose
    world = World(run.platform, commands, feed, draw, "p", stopped=lambda: run.world_ended)
    watch = Watch(run.platform, run.directory)
    beside = [asyncio.create_task(_progress(run, world)), asyncio.create_task(watch.look())]
    try:
        await world.open_program()
        await asyncio.gather(*(world.wave() for _ in range(_FIRST_WAVES)))
        say(f"{time.monotonic() - begun:.0f} s: the fleet serves, faults begin")
        load = asyncio.create_task(Load(world, run.settings.rate).run())
        faults = await _trouble(run, watch)
        run.world_ended = True
        asyncio.get_running_loop().call_later(_COMMANDS_END_SECONDS, commands.given_up.set)
        await load
        say("faults and load are over, everything has to arrive now")
        recovered, left = await until_quiet(run.platform, RECOVERY_SECONDS)
        outcome = _outcome(run, faults, recovered, left)
        run.describe(
            ended_at=datetime.now(UTC).isoformat(),
            kills=run.tally.kills,
            recovery_s=recovered,
            recovered=recovered is not None,
            outcome=outcome,
        )
        return outcome
    finally:
        run.world_ended = True
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await feed.aclose()
        await commands.aclose()


async def _trouble(run: Run, watch: Watch) -> Faults:
    """Kill and hurt until the schedule is done, or its time and a quarter of it is over."""
    begun = time.monotonic()
    run.tally.active = True
    draw = random.Random(f"begin {run.settings.seed}")  # noqa: S311  seeded on purpose
    for replica in stagger(run.replicas.values(), draw):
        replica.wake()
    faults = Faults(
        run.platform,
        run.replicas,
        run.directory,
        watch,
        run.settings.session_seconds,
        run.more_of,
        random.Random(f"faults {run.settings.seed}"),  # noqa: S311  seeded on purpose
    )
    deadline = begun + run.settings.seconds * _PATIENCE

    def over() -> bool:
        return time.monotonic() > deadline

    timeline = asyncio.create_task(faults.carry_out(run.schedule.faults, over))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(deadline - begun):
            await asyncio.gather(*(replica.fulfilled.wait() for replica in run.replicas.values()))
    if run.tally.kills < run.settings.kills:
        say(f"time is over after {run.tally.kills} kills")
    await timeline
    run.tally.active = False
    return faults


def _outcome(run: Run, faults: Faults, recovered: float | None, left: str) -> dict[str, Any]:
    hits = run.hits()
    return {
        "seed": run.settings.seed,
        "kills": run.tally.kills,
        "kills_at_random": run.tally.at_random,
        "crash_points": {name: hits.get(name, 0) for name in POINTS},
        "missed": dict(run.tally.missed),
        "clean_stops": run.tally.stops["clean"],
        "unexpected_exits": run.tally.unexpected,
        "faults": faults.done,
        "recovery_s": None if recovered is None else round(recovered, 1),
        "left": left,
    }


async def stop(run: Run) -> dict[str, int | None]:
    """End all replicas; their exit codes."""
    codes = await asyncio.gather(*(replica.end() for replica in run.replicas.values()))
    for life in run.lives:
        life.cancel()
    for failed in await asyncio.gather(*run.lives, return_exceptions=True):
        if isinstance(failed, Exception):
            raise failed
    return {replica.name: code for replica, code in zip(run.replicas.values(), codes, strict=True)}


async def _progress(run: Run, world: World) -> None:
    begun = time.monotonic()
    while True:
        await asyncio.sleep(_PROGRESS_SECONDS)
        points = sum(run.hits().values())
        say(
            f"{time.monotonic() - begun:4.0f} s: {run.tally.kills} kills ({points} at points), "
            f"{len(world.workers)} people, {len(world.pairs)} pairs"
        )
