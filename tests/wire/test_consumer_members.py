"""Replicas that share, die and stop: each record has one effect, and nobody waits longer than needed."""

import asyncio
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest

from deploy.local.database_url import DatabaseUrl
from shared.events.catalog import consumed_by
from shared.events.matches import MatchAcceptedBySide
from shared.events.people import PersonChanged
from shared.messaging.broker import Cluster
from shared.messaging.consumer import Consumer
from shared.persistence.unit_of_work import UnitOfWork
from tests.support.consuming import consuming
from tests.support.eventually import eventually
from tests.support.member import Options
from tests.support.records import MATCH, person, record_of, step
from tests.support.sandbox import Sandbox, note
from tests.support.wire import committed, everything_committed, make_topics, publish

MATCHES = "mentoring.matches.v1"
PEOPLE = "mentoring.people.v1"
PROGRAMS = "mentoring.programs.v1"
Start = Callable[[Options], "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts replicas as processes and ends those that the test left."""
    started: list[subprocess.Popen[str]] = []

    def begin(options: Options) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            options.command(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


async def side_accepted(event: MatchAcceptedBySide, uow: UnitOfWork) -> None:
    await note(uow, event.match_id, f"{event.accepted} here")


async def person_changed(event: PersonChanged, uow: UnitOfWork) -> None:
    await note(uow, event.person_id, event.given_name or "")


def options(database: DatabaseUrl, cluster: Cluster, **more: object) -> Options:
    return Options(database.sqlalchemy, list(cluster.bootstrap_servers), cluster.prefix, **more)  # type: ignore[arg-type]


def line_said(process: "subprocess.Popen[str]", wanted: str) -> None:
    """Wait until the process prints a line."""
    assert process.stdout is not None
    assert any(line == wanted for line in process.stdout), "it ended without a word"


async def numbers(sandbox: Sandbox) -> list[int]:
    return [int(value.split()[0]) for subject, value in await sandbox.effects() if subject == str(MATCH)]


async def test_a_kill_between_the_commits_of_database_and_offsets_costs_no_second_effect(
    sandbox: Sandbox, sandbox_database: DatabaseUrl, cluster: Cluster, start: Start
) -> None:
    """The records come again, to the next member, and are absorbed; then the offsets are committed."""
    await make_topics(cluster, MATCHES)
    await publish(cluster, [record_of(step(number), number) for number in (1, 2, 3)])
    victim = start(options(sandbox_database, cluster, slot=0, dies_before_its_first_offset_commit=True))
    assert await asyncio.to_thread(victim.wait, 60) == -9
    assert await numbers(sandbox) == [1, 2, 3]
    assert await committed(cluster, "engagement") == {}

    sandbox.routes.on(MatchAcceptedBySide, side_accepted)
    async with consuming(sandbox, cluster, MATCHES, slot=0):
        await eventually(lambda: everything_committed(cluster, "engagement", MATCHES), timeout=30)

    assert await numbers(sandbox) == [1, 2, 3]
    assert sandbox.metrics.inbox_duplicates._value.get() == 3


async def test_two_members_share_the_partitions_and_each_record_has_one_effect(
    sandbox: Sandbox, sandbox_database: DatabaseUrl, cluster: Cluster, start: Start
) -> None:
    """One is killed while both work: the other takes over what it had."""
    await make_topics(cluster, MATCHES)
    matches = [UUID(int=number) for number in range(1, 41)]
    members = [start(options(sandbox_database, cluster, session_timeout=6.0)) for _ in range(2)]
    workers: set[str] = set()

    async def both_work() -> bool:
        round_ = len(workers_seen)
        workers_seen.append(round_)
        await publish(cluster, [record_of(step(round_ + 1, match), round_ + 1) for match in matches])
        workers.update(value.split()[1] for _, value in await sandbox.effects())
        return len(workers) == 2

    workers_seen: list[int] = []
    await eventually(both_work, timeout=60, every=0.1)
    members[0].kill()
    for _ in range(3):
        await both_work()

    async def complete() -> bool:
        return len(await sandbox.effects()) >= len(matches) * len(workers_seen)

    await eventually(complete, timeout=60)
    effects = Counter((subject, value.split()[0]) for subject, value in await sandbox.effects())
    assert len(effects) == len(matches) * len(workers_seen)
    assert set(effects.values()) == {1}
    for match in matches:
        in_order = [
            int(value.split()[0]) for subject, value in await sandbox.effects() if subject == str(match)
        ]
        assert in_order == list(range(1, len(workers_seen) + 1))


async def test_the_successor_of_a_killed_member_under_its_slot_reads_at_once(
    sandbox: Sandbox, sandbox_database: DatabaseUrl, cluster: Cluster, start: Start
) -> None:
    """Static membership: it need not wait for the session of the dead one (here 30 s) to end."""
    await make_topics(cluster, MATCHES)
    await publish(cluster, [record_of(step(1), 1)])
    victim = start(options(sandbox_database, cluster, slot=3, session_timeout=30.0))

    async def read(count: int) -> bool:
        return len(await numbers(sandbox)) == count

    await eventually(lambda: read(1), timeout=30)
    victim.kill()
    victim.wait()
    await publish(cluster, [record_of(step(2), 2)])
    begun = time.monotonic()
    start(options(sandbox_database, cluster, slot=3, session_timeout=30.0))

    await eventually(lambda: read(2), timeout=15)

    assert time.monotonic() - begun < 15


async def test_a_release_that_reads_other_topics_takes_over_under_the_same_slot(
    sandbox: Sandbox, cluster: Cluster
) -> None:
    """The broker would hand a known static member its old partitions, which the release did not ask for."""
    await make_topics(cluster, MATCHES, PROGRAMS, PEOPLE)
    sandbox.routes.on(MatchAcceptedBySide, side_accepted).on(PersonChanged, person_changed)
    parts = (sandbox.processor, sandbox.observer)
    earlier = Consumer("engagement", cluster, [MATCHES, PROGRAMS], *parts, slot=0)
    await earlier.start()
    await eventually(lambda: earlier.assigned, timeout=30)
    await earlier.stop()
    await publish(cluster, [record_of(step(1), 1), record_of(person("Ada"), 1)])
    later = Consumer("engagement", cluster, [MATCHES, PEOPLE], *parts, slot=0)
    await later.start()

    async def both_read() -> bool:
        return len(await sandbox.effects()) == 2

    try:
        await eventually(both_read, timeout=30)
        assert not later.lost
    finally:
        await later.stop()


async def test_a_service_that_stops_in_a_slow_handler_ends_within_25_seconds_without_a_trace(
    sandbox: Sandbox, sandbox_database: DatabaseUrl, cluster: Cluster, start: Start
) -> None:
    """The batch is rolled back, its offset stays; the successor does it once."""
    await make_topics(cluster, MATCHES, *(topic.name for topic in consumed_by("engagement")))
    await publish(cluster, [record_of(step(1), 1), record_of(step(2), 2)])
    slow = start(options(sandbox_database, cluster, slot=0, handler_seconds=300.0, whole_service=True))
    await asyncio.wait_for(asyncio.to_thread(line_said, slow, "handling\n"), timeout=60)
    begun = time.monotonic()
    slow.terminate()

    code = await asyncio.to_thread(slow.wait, 40)

    assert (code, time.monotonic() - begun < 25) == (0, True), f"{time.monotonic() - begun:.1f} s"
    assert await numbers(sandbox) == []
    assert await committed(cluster, "engagement") == {}
    sandbox.routes.on(MatchAcceptedBySide, side_accepted)
    async with consuming(sandbox, cluster, MATCHES, slot=0):
        await eventually(lambda: everything_committed(cluster, "engagement", MATCHES), timeout=30)
    assert await numbers(sandbox) == [1, 2]
