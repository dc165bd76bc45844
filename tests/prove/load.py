"""What the people of the world do all the time, while the fleet under them dies and comes back."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from tests.prove.client import Answer
from tests.prove.hr_load import HrLoad
from tests.prove.world import World, choose
from tests.support.e2e_feed import Worker
from tests.support.e2e_story import CARLA

MEMBERS: Final = 6
"""People who do something at the same time."""
_ENGAGEMENT: Final = "/api/engagement/v1/matches"
_SCHEDULING: Final = "/api/scheduling/v1"
_WAVES: Final = 3


@dataclass(slots=True)
class Load:
    """A seeded load: some `rate` commands and half as many HR records a second, and cohorts all the time."""

    world: World
    rate: float
    wave_seconds: float = 12.0

    async def run(self) -> None:
        """Until the world is stopped; what is under way then is ended."""
        members = (random.Random(number) for number in range(MEMBERS))  # noqa: S311  seeded on purpose
        await asyncio.gather(
            HrLoad(self.world, self.rate / 2).run(),
            *(self._waves() for _ in range(_WAVES)),
            *(self._member(draw) for draw in members),
        )

    async def _waves(self) -> None:
        """Several at a time: a run takes its time while its service is being killed."""
        while not self.world.stopped():
            await asyncio.gather(self.world.wave(), self._pause(self.wave_seconds))

    async def _pause(self, seconds: float) -> None:
        for _ in range(max(1, round(seconds / 0.2))):
            if self.world.stopped():
                return
            await asyncio.sleep(0.2)

    async def _member(self, draw: random.Random) -> None:
        doings: list[Callable[[UUID, Worker, Worker, random.Random], Awaitable[Any]]] = [
            self._set_goal, self._set_goal, self._progress, self._log, self._log, self._write, self._fit,
            self._busy, self._busy, self._session, self._session, self._rest, self._simulate, self._erase,
        ]  # fmt: skip
        while not self.world.stopped():
            pair = choose(draw, list(self.world.pairs.items()))
            if pair is None:
                await asyncio.sleep(0.2)
                continue
            match_id, (one, other) = pair
            doing = draw.choice(doings)(match_id, one, other, draw)
            await asyncio.gather(doing, asyncio.sleep(MEMBERS / self.rate))

    async def _send(self, method: str, path: str, who: Worker, body: object = None) -> Answer | None:
        return await self.world.commands.send(method, path, who.login, body=body)

    async def _set_goal(self, match_id: UUID, _: Worker, mentee: Worker, __: random.Random) -> None:
        answer = await self._send("POST", f"{_ENGAGEMENT}/{match_id}/goals", mentee, {"words": "Speak up"})
        if answer is not None and answer.accepted:
            self.world.goals.append((match_id, UUID(answer.body["id"]), mentee))

    async def _progress(self, _: UUID, __: Worker, ___: Worker, draw: random.Random) -> None:
        goal = choose(draw, self.world.goals)
        if goal is not None:
            match_id, goal_id, who = goal
            path = f"{_ENGAGEMENT}/{match_id}/goals/{goal_id}/progress"
            await self._send("PUT", path, who, {"percent": draw.randint(1, 100)})

    async def _log(self, match_id: UUID, mentor: Worker, _: Worker, draw: random.Random) -> None:
        held = draw.random() < 0.8
        body = {
            "outcome": "held" if held else "no_show",
            "minutes": draw.randint(10, 90) if held else 0,
            "themes": ["career"] if held else [],
            "occurred_at": datetime.now(UTC).isoformat(),
        }
        await self._send("POST", f"{_ENGAGEMENT}/{match_id}/session-logs", mentor, body)

    async def _write(self, match_id: UUID, _: Worker, mentee: Worker, draw: random.Random) -> None:
        body = {"words": "What we said", "shared": draw.random() < 0.5}
        await self._send("POST", f"{_ENGAGEMENT}/{match_id}/notes", mentee, body)

    async def _fit(self, match_id: UUID, mentor: Worker, mentee: Worker, draw: random.Random) -> None:
        path = f"{_ENGAGEMENT}/{match_id}/fit-check"
        await self._send("POST", path, draw.choice([mentor, mentee]), {"answer": "good_fit"})

    async def _busy(self, _: UUID, mentor: Worker, mentee: Worker, draw: random.Random) -> None:
        begins = datetime.now(UTC).replace(second=0, microsecond=0)
        begins += timedelta(days=draw.randint(300, 600), minutes=draw.randint(0, 1400))
        body = {"starts_at": begins.isoformat(), "ends_at": (begins + timedelta(minutes=30)).isoformat()}
        await self._send("POST", f"{_SCHEDULING}/me/busy-times", draw.choice([mentor, mentee]), body)

    async def _session(self, match_id: UUID, mentor: Worker, mentee: Worker, draw: random.Random) -> None:
        rows = await self.world.platform.rows(
            "scheduling",
            "select session_id from session where match_id = $1 and state = 'scheduled' order by session_id",
            match_id,
        )
        if not rows:
            return
        path, who = f"{_SCHEDULING}/sessions/{rows[0]['session_id']}", draw.choice([mentor, mentee])
        what = draw.choice(["accept", "move", "move", "cancel"])
        if what != "move":
            await self._send("POST", f"{path}/{what}", who)
            return
        slots = await self._send("GET", f"{path}/slots", who)
        if slots is not None and slots.accepted and slots.body["slots"]:
            await self._send("POST", f"{path}/move", who, {"starts_at": slots.body["slots"][0]["starts_at"]})

    async def _rest(self, match_id: UUID, _: Worker, __: Worker, draw: random.Random) -> None:
        what = draw.choice(["pause", "resume", "resume", "lock", "unlock"])
        await self.world.coordinate(f"/matches/{match_id}/{what}", body={"reason": "organisational"})

    async def _erase(self, _: UUID, __: Worker, ___: Worker, draw: random.Random) -> None:
        """Somebody is forgotten, now and then; HR may still send his old records again."""
        worker = choose(draw, [each for name, each in self.world.workers.items() if "h" in name])
        if worker is None or draw.random() > 0.15:
            return
        rows = await self.world.platform.rows(
            "matching", "select id from person where login_subject = $1", worker.login
        )
        if rows:
            self.world.workers.pop(worker.name, None)
            path = f"/api/matching/v1/people/{rows[0]['id']}/erase"
            await self.world.commands.send("POST", path, CARLA.login, roles=["ops"])

    async def _simulate(self, _: UUID, __: Worker, ___: Worker, draw: random.Random) -> None:
        """A run that only asks what would be: now and then, for a solver is a process of its own."""
        if draw.random() > 0.1:
            return
        cohort = await self.world.platform.rows("matching", "select id from cohort order by id desc limit 1")
        if cohort:
            await self.world.coordinate(f"/cohorts/{cohort[0]['id']}/runs", body={"dry_run": True})
