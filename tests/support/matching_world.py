"""An enterprise in miniature for matching's component tests: people by SQL, everything else over HTTP."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid5

import httpx
from sqlalchemy import insert

from services.matching.persistence.people_tables import person
from shared.events.availability import AvailabilityChanged, WeeklyInterval
from tests.support.harness import Harness

API = "/api/matching/v1"
_PEOPLE = UUID("6f1c7a52-0d0e-4a4f-9a3e-0c2f6a5b7d10")
CORE_HOURS = tuple(WeeklyInterval(weekday=day, start_minute=540, end_minute=1020) for day in range(5))


def person_id(name: str) -> UUID:
    """Whom a name means."""
    return uuid5(_PEOPLE, name)


class World:
    """One harness of matching with people in it; logins are names."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness

    async def add_person(
        self, name: str, *, managers: Sequence[str] = (), status: str = "active", **fields: object
    ) -> UUID:
        """A person at work, unless `status` says otherwise."""
        row: dict[str, object] = {
            "id": person_id(name),
            "status": status,
            "given_name": name.title(),
            "family_name": "Example",
            "login_subject": name,
            "job_level": 5,
            "function": "engineering",
            "country": "DE",
            "manager_ids": [person_id(manager) for manager in managers],
            "dangling_managers": 0,
            "self_managed": False,
            "profile": {},
            "held": False,
        }
        async with self.harness.service.kernel.units.begin() as uow:
            await uow.connection.execute(insert(person).values(row | fields))
        return person_id(name)

    async def works(self, *names: str, zone: str = "Europe/Berlin") -> None:
        """These people work from 9 to 5 there."""
        changed = (
            AvailabilityChanged(person_id=person_id(name), time_zone=zone, hours=CORE_HOURS) for name in names
        )
        await self.harness.deliver(*changed)

    def member(self, name: str) -> httpx.AsyncClient:
        """The API as somebody without a role."""
        return self.harness.client(name)

    def coordinator(self, name: str = "carla") -> httpx.AsyncClient:
        """The API as a coordinator."""
        return self.harness.client(name, ["coordinator"])

    async def call(self, client: httpx.AsyncClient, method: str, path: str, **sent: Any) -> dict[str, Any]:
        """The answer of a call that must succeed."""
        async with client:
            answer = await client.request(method, API + path, **sent)
        assert answer.is_success, (answer.status_code, answer.text)
        return cast("dict[str, Any]", answer.json() if answer.content else {})

    async def refused(
        self, client: httpx.AsyncClient, method: str, path: str, **sent: Any
    ) -> tuple[int, str]:
        """Status and code of a call that must not succeed."""
        async with client:
            answer = await client.request(method, API + path, **sent)
        assert not answer.is_success, answer.text
        return answer.status_code, cast("str", answer.json()["code"])

    async def program(self, **terms: object) -> tuple[str, str]:
        """A published program of Carla's, with a cohort that begins today: the ids of both."""
        made = await self.draft(**terms)
        path = f"/programs/{made['id']}"
        await self.call(self.coordinator(), "POST", f"{path}/publish", headers={"If-Match": '"1"'})
        if not terms.get("evergreen"):
            starts_on = self.harness.clock.now().date().isoformat()
            await self.call(self.coordinator(), "POST", f"{path}/cohorts", json={"starts_on": starts_on})
        cohorts = await self.call(self.coordinator(), "GET", f"{path}/cohorts")
        return made["id"], cohorts["items"][0]["id"]

    async def draft(self, **terms: object) -> dict[str, Any]:
        """A program that was not published."""
        body = {
            "purpose": "leadership",
            "title": "Leading well",
            "coordinator_ids": [str(person_id("carla"))],
            **terms,
        }
        return await self.call(self.coordinator(), "POST", "/programs", json=body)

    async def enrol(self, cohort_id: str, name: str, *roles: str, **offer: object) -> str:
        """Somebody joins by themselves: the participant's id."""
        body = {"roles": list(roles), "languages": ["en"], **offer}
        made = await self.call(self.member(name), "POST", f"/cohorts/{cohort_id}/enrolments", json=body)
        return cast("str", made["id"])

    async def run(self, cohort_id: str, **asked: object) -> dict[str, Any]:
        """A run, when it is over."""
        asked_for = await self.call(self.coordinator(), "POST", f"/cohorts/{cohort_id}/runs", json=asked)
        await self.harness.run_due()
        return await self.call(self.coordinator(), "GET", f"/runs/{asked_for['id']}")

    async def matches(self, program_id: str, **wanted: str) -> list[dict[str, Any]]:
        """The matches of a program, as its coordinator sees them."""
        found = await self.call(self.coordinator(), "GET", f"/programs/{program_id}/matches", params=wanted)
        return cast("list[dict[str, Any]]", found["items"])

    async def offer(self, match_id: str) -> None:
        """The coordinator approves a proposal."""
        await self.command(match_id, "offer")

    async def command(self, match_id: str, name: str, **body: str) -> dict[str, Any]:
        """A coordinator's command."""
        sent = {"reason": "other", **body}
        return await self.call(self.coordinator(), "POST", f"/matches/{match_id}/{name}", json=sent)

    async def answer(self, match_id: str, name: str, what: str) -> dict[str, Any]:
        """A member's command."""
        return await self.call(self.member(name), "POST", f"/my/matches/{match_id}/{what}")

    async def pair(self, cohort_id: str, mentor: str, mentee: str, **terms: object) -> str:
        """A manual proposal of two who have enrolled: the match's id."""
        body = {"mentor_id": mentor, "mentee_id": mentee, **terms}
        made = await self.call(self.coordinator(), "POST", "/matches", json=body)
        return cast("str", made["id"])

    async def active_match(
        self, mentor: str = "maria", mentee: str = "tom", **terms: object
    ) -> tuple[str, str]:
        """A match that both have accepted in a program of its own: program and match id."""
        program_id, cohort_id = await self.program(**terms)
        one = await self.enrol(cohort_id, mentor, "mentor")
        other = await self.enrol(cohort_id, mentee, "mentee")
        match_id = await self.pair(cohort_id, one, other)
        await self.offer(match_id)
        await self.answer(match_id, mentor, "accept")
        await self.answer(match_id, mentee, "accept")
        return program_id, match_id

    async def state(self, match_id: str) -> str:
        """Where a match stands."""
        shown = await self.call(self.coordinator(), "GET", f"/matches/{match_id}")
        return cast("str", shown["state"])

    async def later(self, **delta: int) -> datetime:
        """Let business time pass, with all that falls due."""
        until = self.harness.clock.now() + timedelta(**delta)
        await self.harness.run_due(until)
        return until


async def small_world(harness: Harness) -> World:
    """Carla coordinates; Maria and Milo could mentor Tom and Tara, all of them 9 to 5 in Berlin."""
    world = World(harness)
    for name in ("carla", "tom", "tara"):
        await world.add_person(name, job_level=4)
    for name in ("maria", "milo"):
        await world.add_person(name, job_level=6)
    await world.works("maria", "milo", "tom", "tara")
    return world
