"""The middle of the story: runs match the cohort, and people answer."""

import asyncio
from datetime import timedelta
from random import Random
from typing import Any, Final

from deploy.local.demo.cast import Cast, Match
from deploy.local.demo.enterprise import Worker
from deploy.local.demo.opening import MATCHING
from deploy.local.demo.plan import StoryStuck
from deploy.local.demo.stage import COORDINATOR, Stage

_LOOK_SECONDS: Final = 0.1
_OFFERS: Final = 20
_SHOWN: Final = 5


async def cohort_is_matched(stage: Stage, cast: Cast) -> None:
    """A dry run, the run, and what a coordinator sees of it."""
    stage.teller.chapter("A run matches the cohort")
    await _run(stage, cast, dry_run=True)
    run = await _run(stage, cast)
    figures = run["figures"]
    shown = ("feasible_pairs", "proposals", "objective", "bound", "gap")
    stage.teller.table(
        "The run, and the bound that a module without the solver found",
        ("pairs possible", "matched", "objective", "bound", "gap"),
        [[figures[name] for name in shown]],
    )
    stage.teller.counts("Left over, and why", "reason", figures["unmatched"])
    await _tell_proposals(stage, cast, run["id"])
    await _offer(stage, cast, run["id"])


async def people_answer(stage: Stage, random: Random, cast: Cast) -> None:
    """Most say yes; some pairs say no, some say nothing."""
    stage.teller.chapter("People answer")
    matches = cast.in_order(await matches_of(stage, cast, "offered"))
    random.shuffle(matches)
    some = max(1, len(matches) // 8)
    for match in matches:
        random.shuffle(match["members"])
    await stage.together(
        _answer(stage, cast, match, "decline" if number < some else "accept", both=number >= 2 * some)
        for number, match in enumerate(matches)
    )
    await stage.settle()
    await stage.advance_to(stage.clock.now() + timedelta(days=6))
    if some < len(matches):
        mentor, mentee = cast.pair(matches[some])
        stage.teller.say(f"Of {mentor.name} and {mentee.name} only one answered: their offer expired.")
    stage.teller.counts(
        "Six days later",
        "state",
        await stage.stores.counts("matching", "select state, count(*) from match group by state"),
    )


async def cohort_is_matched_again(stage: Stage, cast: Cast) -> str:
    """Whoever was freed, or left over, is in the next run; what became of it, as a sentence."""
    run = await _run(stage, cast)
    await _offer(stage, cast, run["id"])
    offered = await matches_of(stage, cast, "offered")
    await stage.together(_answer(stage, cast, match, "accept", both=True) for match in offered)
    await stage.settle()
    return f"A second run matched {len(offered)} more pairs, of people who were free again."


async def matches_of(stage: Stage, cast: Cast, state: str) -> list[Match]:
    """The program's matches in a state, as the coordinator sees them."""
    path = f"{MATCHING}/programs/{cast.program_id}/matches"
    return [item async for item in stage.api.pages(path, cast.coordinator.email, COORDINATOR, state=state)]


async def _run(stage: Stage, cast: Cast, *, dry_run: bool = False) -> dict[str, Any]:
    """Ask for a run and wait until it is whole."""
    login = cast.coordinator.email
    path = f"{MATCHING}/cohorts/{cast.cohort_id}/runs"
    run = await stage.api.post(path, login, COORDINATOR, {"dry_run": dry_run})
    try:
        async with asyncio.timeout(stage.plan.run_seconds):
            while run["state"] not in {"published", "solved", "refused"}:
                await asyncio.sleep(_LOOK_SECONDS)
                run = await stage.api.get(f"{MATCHING}/runs/{run['id']}", login, COORDINATOR)
    except TimeoutError:
        raise StoryStuck(f"a match run is still {run['state']}") from None
    if run["state"] == "refused":
        raise StoryStuck("a match run was refused")
    await stage.settle()
    return dict(run)


async def _offer(stage: Stage, cast: Cast, run_id: str) -> None:
    """Let people see the proposals of a run, a page after the other."""
    for _ in range(_OFFERS):
        answer = await stage.api.post(f"{MATCHING}/runs/{run_id}/offer", cast.coordinator.email, COORDINATOR)
        if not answer["remaining"]:
            break
    await stage.settle()


async def _answer(stage: Stage, cast: Cast, match: Match, word: str, *, both: bool) -> None:
    for member in match["members"][: 2 if both else 1]:
        await stage.api.post(
            f"{MATCHING}/my/matches/{match['id']}/{word}", cast.login_of(member["person_id"])
        )


async def _tell_proposals(stage: Stage, cast: Cast, run_id: str) -> None:
    """The best pairs by name, and why the first of them."""
    path = f"{MATCHING}/runs/{run_id}/proposals"
    found = [item async for item in stage.api.pages(path, cast.coordinator.email, COORDINATOR)]
    found.sort(key=lambda proposal: -int(proposal["score"]))
    if not found:
        raise StoryStuck("a match run proposed nobody")
    stage.teller.table(
        f"The best of {len(found)} proposals",
        ("mentor", "place", "mentee", "place", "score"),
        [
            [mentor.name, mentor.site.city, mentee.name, mentee.site.city, f"{proposal['score'] / 1e6:.2f}"]
            for proposal in found[:_SHOWN]
            for mentor, mentee in [_pair(cast, proposal)]
        ],
    )
    mentor, mentee = _pair(cast, found[0])
    stage.teller.table(
        f"Why {mentor.name} and {mentee.name}",
        ("part", "value", "weight", "contribution"),
        [
            [part["code"], f"{part['value'] / 1e6:.2f}", part["weight"], f"{part['contribution'] / 1e6:.2f}"]
            for part in found[0]["breakdown"]
        ],
    )


def _pair(cast: Cast, proposal: dict[str, Any]) -> tuple[Worker, Worker]:
    return cast.worker_of(proposal["mentor_person_id"]), cast.worker_of(proposal["mentee_person_id"])
