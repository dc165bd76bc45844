"""Services may start before what they stand on, and it may go away and come back."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from deploy.local.database import EmbeddedPostgres
from shared.events.catalog import SERVICES, consumed_by
from tests.support.apache_kafka import ApacheKafka
from tests.support.brokers import Kafka
from tests.support.e2e_feed import Worker, feed_of, hired
from tests.support.e2e_stores import Stores, stores_of
from tests.support.eventually import eventually
from tests.support.processes import Fleet, new_fleet, run_command
from tests.support.topics import create_topic

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def node(kafka: Kafka) -> Iterator[ApacheKafka]:
    """A broker of one's own, not started; `kafka` says whether this machine has Apache Kafka."""
    if not kafka.apache:
        pytest.skip("delivery is proved on Apache Kafka only")
    broker = ApacheKafka()
    yield broker
    broker.destroy()


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """A database server of one's own."""
    with EmbeddedPostgres() as running:
        yield running


@pytest.fixture(scope="module")
async def early(node: ApacheKafka, server: EmbeddedPostgres) -> AsyncIterator[Fleet]:
    """One replica of each service, started before the broker, its topics and the tables."""
    async with new_fleet(await server.create_databases(), node.bootstrap, "early.") as fleet:
        for service in SERVICES:
            fleet.add(service, 0)
        yield fleet


@pytest.fixture(scope="module")
async def begun(early: Fleet, node: ApacheKafka) -> AsyncIterator[Fleet]:
    """The same fleet with everything there; nobody was restarted."""
    pids = [process.popen.pid for process in early.processes if process.popen]
    await asyncio.to_thread(node.start)
    await create_topic(node.bootstrap, early.hr_topic)
    commands: list[tuple[str, tuple[str, ...]]] = [("matching", ("topics", "--replication-factor", "1"))]
    commands += [(service, ("migrate",)) for service in SERVICES]
    for service, arguments in commands:
        done = await asyncio.to_thread(run_command, service, early.environment(service, None, 0), *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
    await early.all_ready()
    yield early
    assert [process.popen.pid for process in early.processes if process.popen] == pids
    assert all(process.running for process in early.processes)


async def states(fleet: Fleet, service: str) -> tuple[int, int, dict[str, str]]:
    """Status of /livez, status of /readyz, and its checks."""
    (process,) = fleet.of(service)
    live, ready = await process.get("/livez"), await process.get("/readyz")
    checks = {name: check["state"] for name, check in ready.json()["checks"].items()}
    return live.status_code, ready.status_code, checks


async def hire(fleet: Fleet, name: str) -> None:
    """HR tells of somebody."""
    async with feed_of(fleet.bootstrap, fleet.hr_topic) as feed:
        await feed.say([hired(Worker(name))])


async def know(stores: Stores, people: int) -> bool:
    """Whether each service knows so many people."""
    known = await stores.counts("select count(*) from person")
    assert known == dict.fromkeys(SERVICES, people), known
    return True


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_without_broker_and_tables_waits_and_says_for_what(
    early: Fleet, service: str
) -> None:
    (process,) = early.of(service)
    await eventually(lambda: process.said_of("broker_unreachable"), 60)

    assert await states(early, service) == (
        200,
        503,
        {"database": "reachable", "migrations": "never_migrated", "consumer": "waiting"},
    )
    assert {line["outcome"] for line in process.said_of("broker_unreachable")} == {"waiting"}


async def test_it_begins_by_itself_once_everything_is_there(begun: Fleet) -> None:
    async with stores_of(begun) as stores:
        await hire(begun, "first")
        await eventually(lambda: know(stores, 1), 20)
    for process in begun.processes:
        missing = {line["topic"] for line in process.said_of("topic_missing")}
        own = {f"early.{topic.name}" for topic in consumed_by(process.service)}
        assert missing - {begun.hr_topic} == own
        assert process.said_of("task_died") == []


async def test_a_database_that_stops_is_waited_for(begun: Fleet, server: EmbeddedPostgres) -> None:
    assert server._server is not None
    await asyncio.to_thread(server._server.stop)
    try:
        for service in SERVICES:
            live, ready, checks = await states(begun, service)
            assert (live, ready, checks["database"]) == (200, 503, "unreachable")
        await hire(begun, "second")
    finally:
        await asyncio.to_thread(server._server.ensure_postgres_running)
    async with stores_of(begun) as stores:
        await eventually(lambda: know(stores, 2), 30)
    await begun.all_ready()


async def test_a_broker_that_restarts_is_waited_for(begun: Fleet, node: ApacheKafka) -> None:
    await asyncio.to_thread(node.restart)
    await hire(begun, "third")
    async with stores_of(begun) as stores:
        await eventually(lambda: know(stores, 3), 60)
    for service in SERVICES:
        live, ready, _ = await states(begun, service)
        assert (live, ready) == (200, 200)
