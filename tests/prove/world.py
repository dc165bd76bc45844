"""The enterprise that the load is made of: people, one program, its cohorts and pairs."""

import asyncio
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from tests.prove.client import Answer, Commands, HrFeed
from tests.prove.platform import Platform
from tests.support.e2e_feed import HrRecord, Worker, hired
from tests.support.e2e_story import CARLA, COORDINATOR, MATCHING, PLACES, program_terms

WAVE_PAIRS: Final = 4
_RECENT_GOALS: Final = 200
_KNOWN_SECONDS: Final = 90.0
_RUN_SECONDS: Final = 90.0
_DECLINES: Final = 0.1


@dataclass(slots=True)
class World:
    """Who takes part, as far as the client was told. `draw` decides what they do."""

    platform: Platform
    commands: Commands
    feed: HrFeed
    draw: random.Random
    name: str
    stopped: Callable[[], bool] = lambda: False
    workers: dict[str, Worker] = field(default_factory=dict)
    program_id: UUID | None = None
    pairs: dict[UUID, tuple[Worker, Worker]] = field(default_factory=dict)
    goals: deque[tuple[UUID, UUID, Worker]] = field(default_factory=lambda: deque(maxlen=_RECENT_GOALS))
    waves: int = 0

    async def say(self, records: Sequence[tuple[HrRecord, Worker, str]]) -> None:
        """HR speaks."""
        said = [(record, worker.key, change) for record, worker, change in records]
        await self.feed.say(said, self.stopped)

    async def hire(self, workers: Sequence[Worker]) -> None:
        """HR tells of new people."""
        self.workers |= {worker.name: worker for worker in workers}
        await self.say([(hired(worker), worker, "hired") for worker in workers])

    async def coordinate(
        self, path: str, *, body: object = None, etag: str | None = None, method: str = "POST"
    ) -> Answer | None:
        """A command of Carla's."""
        return await self.commands.send(
            method, MATCHING + path, CARLA.login, roles=[COORDINATOR], body=body, etag=etag
        )

    async def open_program(self) -> None:
        """Carla is hired and publishes a program.

        Raises:
            RuntimeError: the platform does not take it; there is nothing to prove.
        """
        await self.hire([CARLA])
        await self._known([CARLA])
        carla = await self.platform.value(
            "matching", "select id from person where login_subject = $1", CARLA.login
        )
        made = await self.coordinate("/programs", body=program_terms(str(carla)))
        if made is None or not made.accepted:
            raise RuntimeError(f"no program: {made}")
        path = f"/programs/{made.body['id']}/publish"
        published = await self.coordinate(path, etag=str(made.body["revision"]))
        if published is None or not published.accepted:
            raise RuntimeError(f"program not published: {published}")
        self.program_id = UUID(made.body["id"])

    async def wave(self) -> None:
        """New people are hired, enrolled, matched and offered; most say yes."""
        number = self.waves
        self.waves += 1
        mentors = [Worker(f"{self.name}w{number}m{n}", level=6) for n in range(WAVE_PAIRS)]
        mentees = [
            Worker(f"{self.name}w{number}t{n}", place=PLACES[n % len(PLACES)]) for n in range(WAVE_PAIRS)
        ]
        await self.hire([*mentors, *mentees])
        opened = await self.coordinate(
            f"/programs/{self.program_id}/cohorts", body={"starts_on": datetime.now(UTC).date().isoformat()}
        )
        if opened is None or not opened.accepted or not await self._known([*mentors, *mentees]):
            return
        path = f"{MATCHING}/cohorts/{opened.body['id']}/enrolments"
        await asyncio.gather(
            *(
                self.commands.send("POST", path, worker.login, body={"roles": [role], "languages": ["en"]})
                for role, workers in (("mentor", mentors), ("mentee", mentees))
                for worker in workers
            )
        )
        run = await self.coordinate(f"/cohorts/{opened.body['id']}/runs", body={})
        if run is None or not run.accepted or not await self._published(UUID(run.body["id"])):
            return
        await self.coordinate(f"/runs/{run.body['id']}/offer")
        await self._answer_offers(UUID(run.body["id"]))

    async def _answer_offers(self, run_id: UUID) -> None:
        rows = await self.platform.rows(
            "matching",
            "select m.id, p.login_subject from match m join match_member mm on mm.match_id = m.id "
            "join person p on p.id = mm.person_id where m.run_id = $1 and m.state = 'offered' "
            "order by m.id, mm.role",
            run_id,
        )
        by_login = {worker.login: worker for worker in self.workers.values()}
        sides: dict[UUID, list[Worker]] = {}
        for row in rows:
            if row["login_subject"] in by_login:
                sides.setdefault(row["id"], []).append(by_login[row["login_subject"]])
        for match_id, members in sides.items():
            if self.draw.random() < _DECLINES:
                await self._say_to(match_id, members[0], "decline")
                continue
            answers = [await self._say_to(match_id, member, "accept") for member in members]
            if len(members) > 1 and all(answer is not None and answer.accepted for answer in answers):
                self.pairs[match_id] = (members[0], members[1])

    async def _say_to(self, match_id: UUID, member: Worker, what: str) -> Answer | None:
        return await self.commands.send("POST", f"{MATCHING}/my/matches/{match_id}/{what}", member.login)

    async def _known(self, workers: Sequence[Worker]) -> bool:
        """Whether matching knows them all in time, and when they work."""
        logins = [worker.login for worker in workers]

        async def known() -> bool:
            found = await self.platform.value(
                "matching",
                "select count(*) from person p join availability a on a.person_id = p.id "
                "where p.login_subject = any($1)",
                logins,
            )
            return bool(found == len(logins))

        return await self._in_time(known, _KNOWN_SECONDS)

    async def _published(self, run_id: UUID) -> bool:
        async def published() -> bool:
            state = await self.platform.value("matching", "select state from match_run where id = $1", run_id)
            return bool(state == "published")

        return await self._in_time(published, _RUN_SECONDS)

    async def _in_time(self, question: Callable[[], Awaitable[bool]], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not self.stopped() and time.monotonic() < deadline:
            if await question():
                return True
            await asyncio.sleep(0.15)
        return False


def choose(draw: random.Random, items: Sequence[Any]) -> Any:
    """One of several, None of none."""
    return draw.choice(items) if items else None
