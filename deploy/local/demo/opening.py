"""The first half of the story: people arrive from HR, a program opens, people enrol."""

from datetime import date
from random import Random
from typing import Any

from deploy.local.demo.cast import Cast
from deploy.local.demo.enterprise import SKILLS, Worker
from deploy.local.demo.feed import Feed, first_load
from deploy.local.demo.plan import StoryStuck
from deploy.local.demo.program import MENTEE_LEVELS, MENTOR_LEVEL, leadership
from deploy.local.demo.stage import COORDINATOR, Stage

MATCHING = "/api/matching/v1"
_PLAYERS = """
    select l.person_key, l.person_id, p.login_subject
    from identity_link l join person p on p.id = l.person_id
    where p.login_subject is not null and not p.held
"""


async def people_arrive(stage: Stage, random: Random, feed: Feed, cast: Cast, today: date) -> None:
    """The whole enterprise comes in through the HR feed."""
    stage.teller.chapter("People arrive from HR")
    records = first_load(random, feed, list(cast.workers.values()), today)
    await stage.feed(records)
    await stage.settle()
    rows = await stage.stores.rows("matching", _PLAYERS)
    cast.logins = {str(row["person_id"]): row["login_subject"] for row in rows}
    cast.keys = {str(row["person_id"]): row["person_key"] for row in rows}
    known = await stage.stores.value("matching", "select count(*) from person")
    waiting = await stage.stores.value("matching", "select count(*) from person where held")
    stage.teller.say(
        f"{len(records)} records in ADP's notification format became {known} people. "
        f"{waiting} keys came back with another name and hire date: they wait for a human."
    )
    stage.teller.counts(
        "Where they work",
        "country",
        await stage.stores.counts("matching", "select country, count(*) from person group by country"),
    )
    stage.teller.counts(
        "Records refused: kept sealed, told as dead letters",
        "reason",
        await stage.stores.counts("matching", "select reason, count(*) from set_aside group by reason"),
    )


async def program_opens(stage: Stage, cast: Cast, starts_on: date) -> None:
    """The coordinator publishes the program and opens a cohort."""
    stage.teller.chapter("A program opens")
    login = cast.coordinator.email
    coordinator_id = _person_of(cast, cast.coordinator)
    body = leadership(coordinator_id, stage.plan)
    program = await stage.api.post(f"{MATCHING}/programs", login, COORDINATOR, body)
    cast.program_id = program["id"]
    path = f"{MATCHING}/programs/{cast.program_id}"
    diff = await stage.api.post(f"{path}/diff", login, COORDINATOR)
    await stage.api.post_versioned(f"{path}/publish", login, COORDINATOR, program["revision"])
    cohort = await stage.api.post(f"{path}/cohorts", login, COORDINATOR, {"starts_on": starts_on.isoformat()})
    cast.cohort_id = cohort["id"]
    await stage.settle()
    stage.teller.say(
        f"{cast.coordinator.name}, who coordinates it, tried it dry: {diff['eligible_then']} people could "
        f"take part. The {body['title'].lower()} is published, and a cohort begins on {starts_on:%d %B}."
    )


async def people_enrol(stage: Stage, random: Random, cast: Cast) -> None:
    """People join by themselves; somebody from outside the audience is told why not."""
    stage.teller.chapter("People enrol")
    plan = stage.plan
    people = sorted((cast.worker_of(person) for person in cast.keys), key=lambda worker: worker.key)
    free = [worker for worker in people if worker is not cast.coordinator]
    low, high = MENTEE_LEVELS
    seekers = _some(random, [worker for worker in free if low <= worker.level <= high], plan.mentees)
    givers = _some(random, [worker for worker in free if worker.level >= MENTOR_LEVEL], plan.mentors)
    (outsider,) = _some(random, [worker for worker in free if worker.level < low], 1)
    path = f"{MATCHING}/cohorts/{cast.cohort_id}/enrolments"
    offers = [(worker, _offer(random, worker, mentor=False)) for worker in seekers]
    offers += [(worker, _offer(random, worker, mentor=True)) for worker in givers]
    await stage.together(stage.api.post(path, worker.email, (), offer) for worker, offer in offers)
    refusal = await stage.api.refused(
        "POST", path, outsider.email, (), _offer(random, outsider, mentor=False)
    )
    await stage.settle()
    stage.teller.say(
        f"{len(seekers)} mentees and {len(givers)} mentors enrolled. {outsider.name}, who has just begun, "
        f"could not, and was told why: {refusal}."
    )


def _person_of(cast: Cast, worker: Worker) -> str:
    for person_id, key in cast.keys.items():
        if key == worker.key:
            return person_id
    raise StoryStuck(f"{worker.name} did not arrive from HR, and should coordinate")


def _some(random: Random, workers: list[Worker], count: int) -> list[Worker]:
    if len(workers) < count:
        raise StoryStuck(f"{len(workers)} people could play a part that takes {count}")
    return random.sample(workers, count)


def _offer(random: Random, worker: Worker, *, mentor: bool) -> dict[str, Any]:
    skills = random.sample(SKILLS, 4)
    return {
        "roles": ["mentor"] if mentor else ["mentee"],
        "languages": list(worker.languages),
        "skills_wanted": [] if mentor else skills[:3],
        "skills_offered": skills if mentor else [],
        "capacity": random.choice((1, 2, 2)) if mentor else 1,
    }
