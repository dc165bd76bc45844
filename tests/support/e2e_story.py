"""The story that fleets live through: people are hired, enrolled, matched, and say yes."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from tests.support.e2e_api import Api
from tests.support.e2e_feed import Feed, Worker, feed_of, hired
from tests.support.e2e_stores import Stores, stores_of
from tests.support.eventually import eventually
from tests.support.processes import Fleet

MATCHING: Final = "/api/matching/v1"
COORDINATOR: Final = "coordinator"
CARLA: Final = Worker("carla", level=8)
PLACES: Final = (("BER", "DE"), ("WAW", "PL"), ("LON", "GB"), ("BLR", "IN"))
ZONES: Final = {"DE": "Europe/Berlin", "PL": "Europe/Warsaw", "GB": "Europe/London", "IN": "Asia/Kolkata"}
ACTIVE: Final = dict.fromkeys(("matching", "scheduling", "engagement", "reporting"), "active")
PAUSED: Final = dict.fromkeys(ACTIVE, "paused")
OVER: Final = dict.fromkeys(ACTIVE, "ended_early") | {"scheduling": "closed"}
"""What each service calls a match that HR has ended; scheduling does not care why one is over."""


@dataclass(slots=True)
class Story:
    """Who takes part and how to reach them."""

    fleet: Fleet
    stores: Stores
    api: Api
    feed: Feed
    workers: dict[str, Worker] = field(default_factory=dict)
    person_ids: dict[str, UUID] = field(default_factory=dict)
    program_id: UUID = field(init=False)
    cohort_id: UUID = field(init=False)
    pairs: dict[UUID, tuple[Worker, Worker]] = field(default_factory=dict)

    async def hire(self, workers: Sequence[Worker]) -> None:
        """HR tells of them; returns once all four services know them all and where they work."""
        self.workers |= {worker.name: worker for worker in workers}
        await self.feed.say(hired(worker) for worker in workers)
        known = len(self.workers)

        async def known_everywhere() -> bool:
            people = await self.stores.counts("select count(*) from person")
            hours = await self.stores.value("matching", "select count(*) from availability")
            assert set(people.values()) == {known}, people
            return bool(hours == known)

        await eventually(known_everywhere, 30, every=0.05)
        rows = await self.stores.rows("matching", "select id, login_subject from person")
        by_login = {worker.login: worker.name for worker in self.workers.values()}
        self.person_ids = {by_login[row["login_subject"]]: row["id"] for row in rows}

    async def open_program(self) -> None:
        """Carla publishes a program and opens a cohort that begins today."""
        program = await self.coordinate("/programs", body=program_terms(str(self.person_ids[CARLA.name])))
        path = f"/programs/{program['id']}"
        await self.coordinate(f"{path}/publish", etag=str(program["revision"]))
        # A cohort begins at midnight UTC: a yes of all sides starts the match at once.
        starts_on = datetime.now(UTC).date().isoformat()
        cohort = await self.coordinate(f"{path}/cohorts", body={"starts_on": starts_on})
        self.program_id, self.cohort_id = UUID(program["id"]), UUID(cohort["id"])

    async def enrol(self, role: str, workers: Iterable[Worker]) -> None:
        """They join by themselves, all at once."""
        path, offer = (
            f"{MATCHING}/cohorts/{self.cohort_id}/enrolments",
            {"roles": [role], "languages": ["en"]},
        )
        await asyncio.gather(*(self.api.post(path, worker.login, body=offer) for worker in workers))

    async def match(self) -> None:
        """A run pairs everybody, Carla offers, all say yes; returns once the pairs are active everywhere."""
        run = await self.coordinate(f"/cohorts/{self.cohort_id}/runs", body={})

        async def published() -> bool:
            shown = await self.api.get(f"{MATCHING}/runs/{run['id']}", CARLA.login, COORDINATOR)
            return bool(shown["state"] == "published")

        await eventually(published, 30, every=0.05)
        await self.coordinate(f"/runs/{run['id']}/offer")
        by_id = {person_id: self.workers[name] for name, person_id in self.person_ids.items()}
        path = f"{MATCHING}/programs/{self.program_id}/matches"
        found = await self.api.get(path, CARLA.login, COORDINATOR, limit="200")
        for match in found["items"]:
            sides = {side["role"]: by_id[UUID(side["person_id"])] for side in match["members"]}
            self.pairs[UUID(match["id"])] = (sides["mentor"], sides["mentee"])
        await asyncio.gather(
            *(
                self.api.post(f"{MATCHING}/my/matches/{match_id}/accept", worker.login)
                for match_id, pair in self.pairs.items()
                for worker in pair
            )
        )
        await self.reach(ACTIVE, list(self.pairs), 30)

    async def reach(
        self, states: dict[str, str], matches: Sequence[UUID], within: float
    ) -> dict[UUID, float]:
        """How long each of these matches takes to be in that state in all four stores: seconds from now."""
        begun, reached = time.perf_counter(), dict[UUID, float]()

        async def in_all_four() -> bool:
            found = await asyncio.gather(
                *(self._in_state(service, state, matches) for service, state in states.items())
            )
            for match_id in set.intersection(*found) - reached.keys():
                reached[match_id] = time.perf_counter() - begun
            assert len(reached) == len(matches), {
                "reached": len(reached),
                "by store": [len(f) for f in found],
            }
            return True

        await eventually(in_all_four, within, every=0.005)
        return reached

    async def _in_state(self, service: str, state: str, matches: Sequence[UUID]) -> set[UUID]:
        key = "id" if service == "matching" else "match_id"
        statement = f"select {key} as id from match where {key} = any($1) and state = $2"  # noqa: S608
        return {row["id"] for row in await self.stores.rows(service, statement, matches, state)}

    async def coordinate(self, path: str, *, body: object = None, etag: str = "") -> Any:
        """A command of Carla's."""
        return await self.api.post(MATCHING + path, CARLA.login, COORDINATOR, body=body, etag=etag)


@contextlib.asynccontextmanager
async def story_of(fleet: Fleet) -> AsyncIterator[Story]:
    """The connections of a story on a fleet that is ready."""
    async with contextlib.AsyncExitStack() as stack:
        stores = await stack.enter_async_context(stores_of(fleet))
        feed = await stack.enter_async_context(feed_of(fleet.bootstrap, fleet.hr_topic))
        api = await stack.enter_async_context(contextlib.aclosing(Api(fleet)))
        yield Story(fleet, stores, api, feed)


async def matched(story: Story, pairs: int) -> None:
    """So many pairs, hired, enrolled, matched and active, and Carla."""
    mentors = [Worker(f"mentor{n:02}", level=6) for n in range(pairs)]
    mentees = [Worker(f"mentee{n:02}", place=PLACES[n % len(PLACES)]) for n in range(pairs)]
    await story.hire([CARLA, *mentors, *mentees])
    await story.open_program()
    await story.enrol("mentor", mentors)
    await story.enrol("mentee", mentees)
    await story.match()


def program_terms(coordinator_id: str) -> dict[str, Any]:
    """A program that matches whoever shares an hour a week."""
    return {
        "purpose": "leadership",
        "title": "Leading well",
        "coordinator_ids": [coordinator_id],
        "constraints": {"min_shared_minutes": 60, "language_required": True},
        "cadence_days": 14,
        "session_minutes": 45,
        "first_session_within_days": 14,
        "duration_days": 90,
        "milestones": [
            {
                "code": "getting_started",
                "offset_days": 14,
                "tasks": [{"code": "agree_on_rules", "offset_days": 7, "role": "mentee"}],
            }
        ],
        "themes": ["feedback", "career"],
    }
