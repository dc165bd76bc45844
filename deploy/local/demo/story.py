"""The whole story, from the first HR record to what is read back at the end."""

import random
from datetime import timedelta
from typing import Any, Final

import httpx

from deploy.local.demo.api import RefusedError
from deploy.local.demo.cast import Cast
from deploy.local.demo.checks import Checks
from deploy.local.demo.closing import tell_report
from deploy.local.demo.enterprise import Worker, make_enterprise, with_dangling_managers
from deploy.local.demo.expectations import read_back
from deploy.local.demo.feed import Feed
from deploy.local.demo.matching import cohort_is_matched, people_answer
from deploy.local.demo.opening import people_arrive, people_enrol, program_opens
from deploy.local.demo.plan import StoryStuck
from deploy.local.demo.stage import Stage
from deploy.local.demo.weeks import weeks_pass
from deploy.local.issuer import SignIn

_LEAD: Final = 5
_DANGLING: Final = 0.05


async def tell_story(stage: Stage, seed: int, signed_in: list[SignIn]) -> tuple[dict[str, Any], Checks, str]:
    """Tell it, then read everything back: the figures, the expectations, the program's id.

    A story that cannot go on is one expectation that failed; what there is of it is read back all the same.
    """
    chance = random.Random(seed)  # noqa: S311  a story, no secret
    today = stage.clock.now().date()
    enterprise = make_enterprise(chance, size=stage.plan.people, today=today)
    workers = with_dangling_managers(chance, enterprise, _DANGLING)
    cast = Cast({worker.key: worker for worker in workers}, _coordinator(workers))
    signed_in += _who_may_sign_in(cast.coordinator, workers[0])
    checks, seconds = Checks(), list[float]()
    checks.about("The story")
    try:
        await _acts(stage, chance, cast, seconds)
    except (StoryStuck, RefusedError, httpx.HTTPError) as error:
        why = f"{type(error).__name__}: {error}"
        stage.teller.say(f"The story cannot go on: {why}")
        checks.fact("the story came to its end", held=False, found=why)
    else:
        checks.fact("the story came to its end", held=True, found=f"{stage.plan.weeks} weeks")
    stage.teller.chapter("Read back by SQL from four stores, and from a raw dump of the topics")
    figures = await read_back(stage, checks, cast.cohort_id)
    hr_to_ended = quantiles(seconds)
    checks.about("Speed")
    checks.same("every leaver's match ended", measured=len(seconds), leavers=stage.plan.leavers)
    if seconds:
        slowest = hr_to_ended["p99"] or 0
        limit = stage.plan.ended_within_ms
        checks.within("from the HR record to an ended match in all four stores", slowest, limit, "ms")
    return figures | {"hr_to_ended_ms": hr_to_ended}, checks, cast.program_id


async def _acts(stage: Stage, chance: random.Random, cast: Cast, seconds: list[float]) -> None:
    today = stage.clock.now().date()
    feed = Feed(chance, stage.clock.now() - timedelta(days=3))
    await people_arrive(stage, chance, feed, cast, today)
    await program_opens(stage, cast, today + timedelta(days=7))
    await people_enrol(stage, chance, cast)
    await cohort_is_matched(stage, cast)
    await people_answer(stage, chance, cast)
    await stage.advance_to(stage.clock.now() + timedelta(days=2))
    await weeks_pass(stage, chance, feed, cast, seconds)
    await tell_report(stage, cast)


def quantiles(seconds: list[float]) -> dict[str, int | None]:
    """Median and 99th percentile (nearest rank) in milliseconds; none of nothing."""
    ordered = sorted(round(one * 1000) for one in seconds)
    if not ordered:
        return {"p50": None, "p99": None, "measured": 0}
    ranks = {f"p{share}": ordered[-(-share * len(ordered) // 100) - 1] for share in (50, 99)}
    return {**ranks, "measured": len(ordered)}


def _coordinator(workers: list[Worker]) -> Worker:
    """A lead in HR, or whoever comes closest."""
    return min(
        workers, key=lambda worker: (worker.function != "people", abs(worker.level - _LEAD), worker.key)
    )


def _who_may_sign_in(coordinator: Worker, chief: Worker) -> list[SignIn]:
    return [
        SignIn(coordinator.email, f"{coordinator.name}, coordinates the program", ["coordinator"]),
        SignIn(chief.email, f"{chief.name}, leads the enterprise and has no rights here", []),
    ]
