"""Replicas are killed and stopped in the middle of a load."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest

from shared.events.catalog import SERVICES
from tests.support.e2e_latency import report_latency
from tests.support.e2e_load import Load, check, under_load
from tests.support.e2e_story import Story, matched, story_of
from tests.support.eventually import eventually
from tests.support.processes import Fleet, Process

AT_ONCE = 10
"""Seconds; a member that nobody succeeded would be waited for three times as long."""
RecordProperty = Callable[[str, object], None]

pytestmark = pytest.mark.timeout(300)
"""Eight processes start first."""


@pytest.fixture(scope="module")
async def story(fleet: Fleet) -> AsyncIterator[Story]:
    """Twelve pairs, each with room for fifty goals."""
    async with story_of(fleet) as made:
        await matched(made, pairs=12)
        yield made


@pytest.fixture(scope="module")
def loads() -> list[Load]:
    """What the fleet has had to bear so far."""
    return []


async def reports_more(story: Story) -> None:
    """Return once further events have taken effect in reporting."""

    async def reported() -> int:
        return sum((await story.stores.sequences("reporting", "incoming_stream")).values())

    async def more() -> bool:
        return await reported() > before

    before = await reported()
    await eventually(more)


async def stopped(processes: list[Process]) -> list[tuple[int, float]]:
    """Exit code and seconds of each after SIGTERM to all of them."""

    def stop(process: Process) -> tuple[int, float]:
        begun = time.monotonic()
        return process.terminate(within=25), time.monotonic() - begun

    return await asyncio.gather(*(asyncio.to_thread(stop, process) for process in processes))


async def test_killed_replicas_cost_nothing_and_their_successors_take_over_at_once(
    story: Story, loads: list[Load], record_property: RecordProperty
) -> None:
    victims = [story.fleet.of(service)[0] for service in SERVICES]
    async with under_load(story, "kill") as load:
        loads.append(load)
        await load.reaches(10)
        for process in victims:
            process.kill()
        killed_at = datetime.now(UTC)
        for process in victims:
            process.start()
        await story.fleet.all_ready()
        await load.reaches(load.rounds + 5)

    await check(story, loads)
    assert load.rounds * 5 >= 300
    takeovers = []
    for process in victims:
        started, assigned = (
            min(at for line in process.said_of(event) if (at := _time(line["ts"])) > killed_at)
            for event in ("service_started", "partitions_assigned")
        )
        takeovers.append((assigned - started).total_seconds())
    report_latency(record_property, "start of a killed replica's successor to its partitions", takeovers)
    assert max(takeovers) < AT_ONCE


async def test_stopped_replicas_finish_what_they_have_and_the_others_go_on(
    story: Story, loads: list[Load], record_property: RecordProperty
) -> None:
    seconds: list[float] = []
    async with under_load(story, "stop") as load:
        loads.append(load)
        await load.reaches(5)
        for slot in (1, 0):
            victims = [story.fleet.of(service)[slot] for service in SERVICES]
            for code, took in await stopped(victims):
                assert code == 0
                seconds.append(took)
            await load.reaches(load.rounds + 3)
            await reports_more(story)
            for process in victims:
                process.start()
            await story.fleet.all_ready()

    await check(story, loads)
    report_latency(record_property, "SIGTERM to exit 0 under load", seconds)
    assert max(seconds) < 25
    for process in story.fleet.processes:
        assert len(process.said_of("service_stopped")) == 1
        assert process.said_of("stop_step_failed") == []
        assert process.said_of("task_died") == []
        assert "Traceback" not in process.log.read_text()
        assert [line for line in process.said() if "stack" in line] == []


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
