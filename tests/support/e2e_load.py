"""A load of HR records and members' commands, and what must have come of it in the end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.support.e2e_feed import Worker, hired, promoted
from tests.support.e2e_stores import once, published
from tests.support.e2e_story import Story
from tests.support.eventually import eventually

LEAST_ROUNDS = 60
MOST_ROUNDS = 280
PACE_SECONDS = 0.15
"""Some thirty HR records and a dozen commands a second: a load, not a flood."""
_HIRES, _PROMOTIONS = 1, 4


@dataclass(slots=True)
class Load:
    """Each round is a hire, four promotions, a goal and a busy time."""

    story: Story
    name: str
    rounds: int = 0
    hires: list[Worker] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    _enough: bool = False

    async def reaches(self, rounds: int) -> None:
        """Return after so many rounds."""
        await eventually(lambda: self.rounds >= rounds, 60)

    async def run(self) -> None:
        """Go on until told, but not for ever."""
        while self.rounds < MOST_ROUNDS and not (self._enough and self.rounds >= LEAST_ROUNDS):
            await asyncio.gather(self._round(), asyncio.sleep(PACE_SECONDS))
            self.rounds += 1

    def enough(self) -> None:
        """End after the round at hand, when there was load enough."""
        self._enough = True

    async def _round(self) -> None:
        story, number = self.story, self.rounds
        hires = [Worker(f"{self.name}{number:03}x{n}") for n in range(_HIRES)]
        people = list(story.workers.values())
        records = [hired(worker) for worker in hires]
        for n in range(_PROMOTIONS):
            worker = people[(number * _PROMOTIONS + n) % len(people)]
            title = f"{self.name} title {number}.{n}"
            records.append(promoted(worker, title, datetime.now(UTC) - timedelta(minutes=1)))
            self.titles[worker.name] = title
        self.hires += hires
        match_id, (mentor, mentee) = list(story.pairs.items())[number % len(story.pairs)]
        starts_at = datetime.now(UTC) + timedelta(days=400, hours=number)
        busy = {
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(minutes=30)).isoformat(),
        }
        goals = f"/api/engagement/v1/matches/{match_id}/goals"
        await asyncio.gather(
            story.feed.say(records),
            story.api.post(goals, mentee.login, body={"words": "Speak up"}),
            story.api.post("/api/scheduling/v1/me/busy-times", mentor.login, body=busy),
        )


@asynccontextmanager
async def under_load(story: Story, name: str) -> AsyncIterator[Load]:
    """The load runs during the block; after it everything that was caused has happened."""
    load = Load(story, name)
    running = asyncio.create_task(load.run())
    try:
        yield load
    finally:
        load.enough()
        await running
    await story.stores.settled(90)


async def check(story: Story, loads: list[Load]) -> None:
    """Every hire is one person with one event; every goal and busy time is there once, in all stores."""
    stores = story.stores
    people = len(story.workers) + sum(len(load.hires) for load in loads)
    assert set((await stores.counts("select count(*) from person")).values()) == {people}
    keys = [worker.key for load in loads for worker in load.hires]
    rows = await stores.rows(
        "matching",
        "select o.last_sequence from identity_link l join outgoing_stream o on o.key = l.person_id::text "
        "where o.topic = 'mentoring.people.v1' and l.person_key = any($1)",
        keys,
    )
    assert [row["last_sequence"] for row in rows] == [1] * len(keys)
    titles = {name: title for load in loads for name, title in load.titles.items()}
    found = await stores.rows("matching", "select id, job_title from person where job_title like '% title %'")
    by_id = {row["id"]: row["job_title"] for row in found}
    assert {name: by_id[story.person_ids[name]] for name in titles} == titles
    goals = sum(load.rounds for load in loads)
    raw = await published(story.fleet, stores)
    assert len(once(raw["mentoring.engagement.v1"], "mentoring.goal.set.v1")) == goals
    for service in ("engagement", "reporting"):
        assert await stores.value(service, "select count(*) from goal") == goals
    assert await stores.value("scheduling", "select count(*) from busy_time") == goals
    assert set((await stores.counts("select count(*) from set_aside")).values()) == {0}
