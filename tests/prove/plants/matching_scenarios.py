"""Scenarios with matching: what HR says, and a run that takes its time."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from tests.prove.client import Commands
from tests.prove.plants.stage import Stage, wait_for
from tests.support.e2e_feed import HrRecord, Worker, cut_off, hired
from tests.support.e2e_story import CARLA, COORDINATOR, MATCHING

_WAIVER: Final = {
    "waive": ["availability_unknown", "too_little_shared_time", "level_unknown", "level_gap"],
    "reason": "both_asked",
}
"""Scheduling takes no part, so nobody knows when they work."""
SILENCE_BOUND_S: Final = 2.5
"""Half of what the solve takes, and more than a busy machine makes of a healthy loop."""


async def hr_says_nonsense(stage: Stage) -> None:
    """Among good records of HR there is one that was cut off, and one that comes twice."""
    workers = [Worker(f"w{number}") for number in range(4)]
    records = [hired(worker) for worker in workers]
    await _say(stage, [*records, cut_off(hired(Worker("broken"))), records[0]])
    await stage.start("matching")
    await stage.ready("matching")
    await stage.rest()


async def a_long_solve(stage: Stage) -> None:
    """A run needs the processor for seconds; whoever asks the replica meanwhile is answered."""
    async with _cohort(stage, "solver_takes_its_time") as cohort:
        await cohort.enrol(Worker("mentor", level=6), "mentor")
        await cohort.enrol(Worker("mentee"), "mentee")
        watching = asyncio.create_task(_longest_silence(stage))
        await cohort.coordinate(f"/cohorts/{cohort.id}/runs", {})

        async def over() -> bool:
            return bool(
                await stage.value(
                    "matching", "select bool_and(state in ('published', 'solved', 'refused')) from match_run"
                )
            )

        await wait_for(over, 20, every=0.2)
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
    stage.about["silence_bound_s"] = SILENCE_BOUND_S
    await stage.rest()


async def a_mentor_with_one_seat(stage: Stage) -> None:
    """A coordinator proposes two mentees, one after the other, to a mentor who takes one."""
    async with _cohort(stage) as cohort:
        mentor = await cohort.enrol(Worker("mentor", level=6), "mentor", capacity=1)
        for name in ("first", "second"):
            mentee = await cohort.enrol(Worker(name), "mentee")
            await cohort.commands.send(
                "POST",
                f"{MATCHING}/matches",
                CARLA.login,
                roles=[COORDINATOR],
                body={"mentor_id": mentor, "mentee_id": mentee, **_WAIVER},
            )
    proposed = await stage.value("matching", "select count(*) from match")
    assert proposed, "not even one match was proposed"
    await stage.rest()


@dataclass(slots=True)
class _Cohort:
    """A cohort that is open, and Carla, who coordinates it."""

    commands: Commands
    id: str = ""

    async def coordinate(self, path: str, body: object, *, etag: str | None = None) -> Any:
        """A command of Carla's, which must succeed."""
        answer = await self.commands.send(
            "POST", MATCHING + path, CARLA.login, roles=[COORDINATOR], body=body, etag=etag
        )
        assert answer is not None, path
        assert answer.accepted, (path, answer)
        return answer.body

    async def enrol(self, worker: Worker, role: str, **offer: object) -> str:
        """Somebody joins; the participant."""
        body = {"roles": [role], "languages": ["en"], **offer}
        path = f"{MATCHING}/cohorts/{self.id}/enrolments"
        answer = await self.commands.send("POST", path, worker.login, body=body)
        assert answer is not None, path
        assert answer.accepted, (path, answer)
        return str(answer.body["id"])


@contextlib.asynccontextmanager
async def _cohort(stage: Stage, *situations: str) -> AsyncIterator[_Cohort]:
    """Matching with a cohort that a few people may join."""
    people = [CARLA, Worker("mentor", level=6), Worker("mentee"), Worker("first"), Worker("second")]
    await _say(stage, [hired(worker) for worker in people])
    await stage.start("matching", 0, *situations)
    await stage.ready("matching")

    async def known() -> bool:
        return bool(await stage.value("matching", "select count(*) from person") == len(people))

    await wait_for(known, 10)
    carla = await stage.value("matching", "select id from person where login_subject = $1", CARLA.login)
    made = _Cohort(stage.commands("matching"))
    try:
        program = await made.coordinate("/programs", _terms(str(carla)))
        path = f"/programs/{program['id']}"
        await made.coordinate(f"{path}/publish", None, etag=str(program["revision"]))
        starts = {"starts_on": datetime.now(UTC).date().isoformat()}
        made.id = (await made.coordinate(f"{path}/cohorts", starts))["id"]
        yield made
    finally:
        await made.commands.aclose()


async def _longest_silence(stage: Stage) -> None:
    """Ask again and again; the longest wait for an answer is the longest that the loop stood still."""
    stage.about["longest_silence_s"] = 0.0
    async with httpx.AsyncClient(timeout=30, verify=False) as client:  # noqa: S501  no TLS here
        while True:
            asked = time.monotonic()
            await client.get(f"{stage.address('matching')}/livez")
            waited = round(time.monotonic() - asked, 2)
            stage.about["longest_silence_s"] = max(waited, stage.about["longest_silence_s"])
            await asyncio.sleep(0.05)


async def _say(stage: Stage, records: list[HrRecord]) -> None:
    feed = stage.feed()
    try:
        told = [(record, (record.key or b"").decode(), "told") for record in records]
        await feed.say(told, lambda: False)
    finally:
        await feed.aclose()


def _terms(coordinator: str) -> dict[str, Any]:
    return {
        "purpose": "leadership",
        "title": "Leading well",
        "coordinator_ids": [coordinator],
        "cadence_days": 14,
        "session_minutes": 45,
        "first_session_within_days": 14,
        "duration_days": 90,
    }
