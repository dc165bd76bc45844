"""The first half of the story: people arrive from HR, a program opens, a run matches, people answer."""

import asyncio
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from deploy.local.demo.enterprise import SKILLS, Worker
from deploy.local.demo.feed import Feed, first_load
from deploy.local.demo.program import MENTEE_LEVELS, MENTOR_LEVEL, leadership
from deploy.local.demo.stage import COORDINATOR, Stage

MATCHING = "/api/matching/v1"


@dataclass(slots=True)
class Cast:
    """Who plays: the workers, and what the platform called them."""

    workers: dict[str, Worker]
    coordinator: Worker
    program_id: str = ""
    cohort_id: str = ""
    run_id: str = ""
    logins: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def worker_of(self, person_id: str) -> Worker:
        """The worker behind a person."""
        return self.workers[self.keys[person_id]]


async def people_arrive(stage: Stage, random: Random, feed: Feed, cast: Cast, today: date) -> None:
    """The whole enterprise comes in through the HR feed."""
    stage.teller.chapter("People arrive from HR")
    records = first_load(random, feed, list(cast.workers.values()), today)
    await stage.feed(records)
    await stage.settle()
    rows = await stage.stores.rows(
        "matching",
        "select l.person_key, l.person_id, p.login_subject "
        "from identity_link l join person p on p.id = l.person_id",
    )
    cast.logins = {str(row["person_id"]): row["login_subject"] for row in rows}
    cast.keys = {str(row["person_id"]): row["person_key"] for row in rows}
    stage.teller.say(f"{len(records)} records in ADP's notification format became {len(rows)} people.")
    stage.teller.counts(
        "Where they work",
        "country",
        await stage.stores.counts("matching", "select country, count(*) from person group by country"),
    )
    stage.teller.counts(
        "Records refused, kept sealed, told as dead letters",
        "reason",
        await stage.stores.counts("matching", "select reason, count(*) from set_aside group by reason"),
    )


async def program_opens(stage: Stage, cast: Cast, starts_on: date) -> None:
    """The coordinator publishes the program and opens a cohort."""
    stage.teller.chapter("A program opens")
    login = cast.coordinator.email
    coordinator_id = next(person for person, key in cast.keys.items() if key == cast.coordinator.key)
    program = await stage.api.post(f"{MATCHING}/programs", login, COORDINATOR, leadership(coordinator_id))
    cast.program_id = program["id"]
    path = f"{MATCHING}/programs/{cast.program_id}"
    diff = await stage.api.post(f"{path}/diff", login, COORDINATOR)
    stage.teller.say(f"Publishing it would open it to {diff['eligible_then']} people.")
    await stage.api.post_versioned(f"{path}/publish", login, COORDINATOR, program["revision"])
    cohort = await stage.api.post(f"{path}/cohorts", login, COORDINATOR, {"starts_on": starts_on.isoformat()})
    cast.cohort_id = cohort["id"]
    await stage.settle()


async def people_enrol(stage: Stage, random: Random, cast: Cast, mentees: int, mentors: int) -> None:
    """People join by themselves; somebody from outside the audience is told why not."""
    stage.teller.chapter("People enrol")
    people = sorted(
        (cast.worker_of(person) for person in cast.keys if cast.logins[person]), key=lambda worker: worker.key
    )
    free = [worker for worker in people if worker is not cast.coordinator and cast.workers[worker.key].email]
    low, high = MENTEE_LEVELS
    seekers = random.sample([worker for worker in free if low <= worker.level <= high], mentees)
    givers = random.sample([worker for worker in free if worker.level >= MENTOR_LEVEL], mentors)
    path = f"{MATCHING}/cohorts/{cast.cohort_id}/enrolments"
    for worker in (*seekers, *givers):
        await stage.api.post(path, worker.email, (), _offer(random, worker, mentor=worker in givers))
    outsider = next(worker for worker in free if worker.level < low)
    refusal = await stage.api.refused(
        "POST", path, outsider.email, (), _offer(random, outsider, mentor=False)
    )
    stage.teller.say(
        f"{mentees} mentees and {mentors} mentors enrolled; {outsider.given_name} could not: {refusal}."
    )
    await stage.settle()


def _offer(random: Random, worker: Worker, *, mentor: bool) -> dict[str, Any]:
    skills = random.sample(SKILLS, 4)
    return {
        "roles": ["mentor"] if mentor else ["mentee"],
        "languages": list(worker.languages),
        "skills_wanted": [] if mentor else skills[:3],
        "skills_offered": skills if mentor else [],
        "capacity": random.choice((1, 2, 2)) if mentor else 1,
    }


async def run_matches(stage: Stage, cast: Cast, *, dry_run: bool = False) -> dict[str, Any]:
    """Ask for a run and wait until it is whole."""
    login = cast.coordinator.email
    path = f"{MATCHING}/cohorts/{cast.cohort_id}/runs"
    run = await stage.api.post(path, login, COORDINATOR, {"dry_run": dry_run})
    while run["state"] not in {"published", "solved", "refused"}:
        await asyncio.sleep(0.05)
        run = await stage.api.get(f"{MATCHING}/runs/{run['id']}", login, COORDINATOR)
    await stage.settle()
    return dict(run)


async def cohort_is_matched(stage: Stage, cast: Cast) -> None:
    """A dry run, the run, and what a coordinator sees of it."""
    stage.teller.chapter("A run matches the cohort")
    await run_matches(stage, cast, dry_run=True)
    run = await run_matches(stage, cast)
    cast.run_id = run["id"]
    figures = run["figures"]
    stage.teller.table(
        "The run, and the bound that a module without the solver found",
        ("pairs possible", "matched", "objective", "bound", "gap"),
        [
            [
                figures["feasible_pairs"],
                figures["proposals"],
                figures["objective"],
                figures["bound"],
                figures["gap"],
            ]
        ],
    )
    stage.teller.counts("Left over", "reason", figures["unmatched"])
    login = cast.coordinator.email
    proposals = [
        item async for item in stage.api.pages(f"{MATCHING}/runs/{cast.run_id}/proposals", login, COORDINATOR)
    ]
    best = max(proposals, key=lambda proposal: int(proposal["score"]))
    stage.teller.table(
        "Why the best pair",
        ("part", "value", "weight", "contribution"),
        [[part["code"], part["value"], part["weight"], part["contribution"]] for part in best["breakdown"]],
    )
    for _ in range(10):
        answer = await stage.api.post(f"{MATCHING}/runs/{cast.run_id}/offer", login, COORDINATOR)
        if not answer["remaining"]:
            break
    await stage.settle()


async def people_answer(stage: Stage, random: Random, cast: Cast) -> None:
    """Most say yes; some pairs say no, some say nothing."""
    stage.teller.chapter("People answer")
    matches = await matches_of(stage, cast, "offered")
    random.shuffle(matches)
    declined, silent = len(matches) // 8, len(matches) // 8
    for number, match in enumerate(matches):
        people = [cast.logins[member["person_id"]] for member in match["members"]]
        random.shuffle(people)
        path = f"{MATCHING}/my/matches/{match['id']}"
        if number < declined:
            await stage.api.post(f"{path}/decline", people[0])
        elif number < declined + silent:
            await stage.api.post(f"{path}/accept", people[0])
        else:
            for login in people:
                await stage.api.post(f"{path}/accept", login)
    await stage.settle()
    await stage.advance_to(stage.clock.now() + timedelta(days=6))
    stage.teller.counts(
        "Six days later",
        "state",
        await stage.stores.counts("matching", "select state, count(*) from match group by state"),
    )


async def matches_of(stage: Stage, cast: Cast, state: str) -> list[dict[str, Any]]:
    """The program's matches in a state, as the coordinator sees them."""
    path = f"{MATCHING}/programs/{cast.program_id}/matches"
    return [item async for item in stage.api.pages(path, cast.coordinator.email, COORDINATOR, state=state)]


async def cohort_is_matched_again(stage: Stage, cast: Cast) -> None:
    """Whoever was freed, or left over, is in the next run."""
    run = await run_matches(stage, cast)
    login = cast.coordinator.email
    await stage.api.post(f"{MATCHING}/runs/{run['id']}/offer", login, COORDINATOR)
    await stage.settle()
    offered = await matches_of(stage, cast, "offered")
    for match in offered:
        for member in match["members"]:
            await stage.api.post(
                f"{MATCHING}/my/matches/{match['id']}/accept", cast.logins[member["person_id"]]
            )
    await stage.settle()
    stage.teller.say(f"A second run matched {len(offered)} more pairs, of people who were free again.")
