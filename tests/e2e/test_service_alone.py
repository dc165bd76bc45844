"""Each service by itself, with none of the others running."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from uuid import UUID

import pytest

from shared.events.catalog import SERVICES
from shared.events.people import PersonChanged, PersonStatus
from tests.support.brokers import Kafka
from tests.support.databases import Postgres
from tests.support.e2e_api import Api
from tests.support.e2e_feed import Worker, feed_of, hired
from tests.support.e2e_stores import stores_of
from tests.support.eventually import eventually
from tests.support.processes import Fleet, new_fleet, prepare
from tests.support.records import record_of
from tests.support.wire import publish

OWN_PAGE = {
    "matching": ("/api/matching/v1/my/matches", ()),
    "scheduling": ("/api/scheduling/v1/me/sessions", ()),
    "engagement": ("/api/engagement/v1/matches", ()),
    "reporting": ("/api/reporting/v1/programs", ("analyst",)),
}
OPEN_METRICS = "application/openmetrics-text; version=1.0.0"


@pytest.fixture
async def alone(
    request: pytest.FixtureRequest, kafka: Kafka, postgres: Postgres, topic_prefix: str
) -> AsyncIterator[Fleet]:
    """Topics, and the store of the one service that will run."""
    if not kafka.apache:
        pytest.skip("delivery is proved on Apache Kafka only")
    service: str = request.param
    database = await postgres.create_database(service)
    async with new_fleet({service: database}, kafka.bootstrap, topic_prefix) as fleet:
        await prepare(fleet)
        yield fleet
    await postgres.drop(database)


async def people_arrive(fleet: Fleet, service: str, numbers: Sequence[int]) -> None:
    """As HR tells matching of them, and as matching tells the others."""
    workers = [Worker(f"worker{number}") for number in numbers]
    if service == "matching":
        async with feed_of(fleet.bootstrap, fleet.hr_topic) as feed:
            await feed.say(hired(worker) for worker in workers)
        return
    events = [
        PersonChanged(person_id=UUID(int=number), status=PersonStatus.ACTIVE, login_subject=worker.login)
        for number, worker in zip(numbers, workers, strict=True)
    ]
    await publish(fleet.cluster, [record_of(event, 1) for event in events])


@pytest.mark.parametrize(
    ("alone", "service"), [(name, name) for name in SERVICES], indirect=["alone"], ids=SERVICES
)
async def test_a_service_alone_serves_and_works_through_what_came_while_it_was_away(
    alone: Fleet, service: str
) -> None:
    await people_arrive(alone, service, range(1, 31))
    process = alone.add(service, 0)
    path, roles = OWN_PAGE[service]
    async with stores_of(alone) as stores, aclosing(Api(alone)) as api:

        async def knows(people: int) -> bool:
            return bool(await stores.value(service, "select count(*) from person") == people)

        await alone.all_ready()
        await eventually(lambda: knows(30))
        page = await api.get(path, Worker("worker7").login, *roles)
        live, ready = await process.get("/livez"), await process.get("/readyz")
        text = await process.get("/metrics")
        open_metrics = await process.get("/metrics", accept=OPEN_METRICS)

        assert page["items"] == []
        assert (live.status_code, ready.status_code) == (200, 200)
        assert {name: check["state"] for name, check in ready.json()["checks"].items()} == {
            "database": "reachable",
            "migrations": "current",
            "consumer": "assigned",
        }
        assert text.headers["content-type"].startswith("text/plain")
        assert "# TYPE mentoring_handler_messages_total counter" in text.text
        assert open_metrics.headers["content-type"].startswith("application/openmetrics-text")
        assert open_metrics.text.endswith("# EOF\n")

        assert process.terminate() == 0
        await people_arrive(alone, service, range(31, 61))
        process.start()
        await eventually(lambda: knows(60), 30)
        assert await stores.value(service, "select count(*) from set_aside") == 0
