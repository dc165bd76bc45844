"""A rebuild from the topics is the live state, by hash."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence

import pytest

from services.reporting.rebuild.run import Progress, RebuildReport, rebuild
from shared.events.catalog import TOPICS, consumed_by
from shared.messaging.broker import make_producer
from shared.messaging.records import Record
from shared.messaging.topics import apply_topics
from tests.component.conftest import HarnessFactory
from tests.component.reporting.reporting_world import START
from tests.support.brokers import Kafka
from tests.support.harness import Harness

BATCH = 400


@pytest.fixture
async def live(harness_factory: HarnessFactory, kafka: Kafka, topic_prefix: str) -> Harness:
    """The service with topics of its own."""
    harness = await harness_factory(
        "reporting", now=START, kafka_bootstrap_servers=tuple(kafka.bootstrap), topic_prefix=topic_prefix
    )
    cluster = harness.service.kernel.cluster
    await apply_topics(cluster, replication_factor=1, topics=tuple(consumed_by("reporting")))
    return harness


async def test_a_rebuild_equals_the_live_state_and_tells_its_progress(
    live: Harness, recorded: list[Record]
) -> None:
    """All records of the topics, read once, give the hash that they gave one after the other."""
    await _publish(live, recorded)
    await _hand_over(live, recorded)
    told: list[Progress] = []

    report = await rebuild(live.service.kernel, progress=told.append)

    assert report.equal
    assert report.events == len(recorded)
    assert report.per_second > 0
    assert told[-1].events == told[-1].total == len(recorded)
    assert await live.fetch("select 1 from pg_namespace where nspname = 'rebuilt'") == []


async def test_a_rebuild_from_compacted_topics_equals_the_live_state(
    live: Harness, recorded: list[Record]
) -> None:
    """Of people and availability the broker has kept the last record of each key alone."""
    last = {(record.topic, record.key): record.offset for record in recorded}
    kept = [
        record
        for record in recorded
        if not TOPICS[record.topic].compacted or record.offset == last[record.topic, record.key]
    ]
    await _publish(live, kept)
    await _hand_over(live, recorded)

    report = await rebuild(live.service.kernel)

    assert report.equal
    assert report.events == len(kept) < len(recorded)


async def test_a_damaged_live_state_is_found_and_replaced(live: Harness, recorded: list[Record]) -> None:
    """The hash shows a row that was changed by hand; the swap puts the truth back."""
    await _publish(live, recorded)
    await _hand_over(live, recorded)
    truth = await live.state_hash()
    async with live.service.kernel.units.begin() as uow:
        await uow.connection.exec_driver_sql("delete from match where state = 'active'")

    found = await rebuild(live.service.kernel)
    mended = await rebuild(live.service.kernel, replace_live=True)

    assert (found.compared, found.equal, found.swapped) == (True, False, False)
    assert mended.swapped
    assert await live.state_hash() == truth


async def test_after_a_swap_the_service_goes_on_where_the_rebuild_ended(
    live: Harness, recorded: list[Record]
) -> None:
    """The live service had applied a part; what it reads again is known, what follows is applied."""
    await _publish(live, recorded[:-50])
    await _hand_over(live, recorded[:-200])

    report = await _rebuild_without_waiting(live)
    await _hand_over(live, recorded)

    assert report.swapped
    assert (await live.fetch("select count(*) as rows from set_aside"))[0]["rows"] == 0
    assert (await live.fetch("select count(*) as rows from health"))[0]["rows"] == 21


async def test_a_rebuild_that_is_behind_the_live_state_replaces_nothing(
    live: Harness, recorded: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The topics lack what the live service has applied."""
    await _publish(live, recorded[:-200])
    await _hand_over(live, recorded)
    before = await live.state_hash()
    monkeypatch.setattr("services.reporting.rebuild.run.ROUNDS", 1)

    report = await rebuild(live.service.kernel, replace_live=True)

    assert (report.compared, report.equal, report.swapped) == (False, False, False)
    assert await live.state_hash() == before


async def test_the_command_rebuilds_and_compares(live: Harness, recorded: list[Record]) -> None:
    """As an operator runs it: exit 0 and the word `equal`, exit 1 after damage."""
    await _publish(live, recorded)
    await _hand_over(live, recorded)

    equal = await _command(live)
    as_json = await _command(live, "--json")
    async with live.service.kernel.units.begin() as uow:
        await uow.connection.exec_driver_sql("delete from health")
    different = await _command(live)

    assert equal[0] == 0, equal
    assert equal[1].splitlines()[-1] == "equal"
    assert f"{len(recorded)} of {len(recorded)} events" in equal[2]
    assert json.loads(as_json[1])["equal"] is True
    assert json.loads(as_json[1])["events"] == len(recorded)
    assert different[0] == 1
    assert different[1].splitlines()[-1] == "different"


async def _command(live: Harness, *options: str) -> tuple[int | None, str, str]:
    settings = live.service.kernel.settings
    environment = {
        "REPORTING_MODE": "test",
        "REPORTING_DATABASE_URL": live.service.kernel.database_url,
        "REPORTING_KAFKA_BOOTSTRAP_SERVERS": ",".join(settings.kafka_bootstrap_servers),
        "REPORTING_TOPIC_PREFIX": settings.topic_prefix,
        "REPORTING_SEAL_KEY": settings.seal_key.get_secret_value(),
        "REPORTING_OIDC_ISSUER": settings.oidc_issuer,
        "REPORTING_OIDC_AUDIENCE": settings.oidc_audience,
        "REPORTING_OIDC_JWKS_URL": settings.oidc_jwks_url,
        "PATH": os.environ["PATH"],
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.reporting",
        "rebuild",
        *options,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def _rebuild_without_waiting(live: Harness) -> RebuildReport:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.reporting.rebuild.run.ROUNDS", 1)
        return await rebuild(live.service.kernel, replace_live=True)


async def _hand_over(harness: Harness, records: Sequence[Record]) -> None:
    for first in range(0, len(records), BATCH):
        await harness.process(*records[first : first + BATCH])


async def _publish(harness: Harness, records: Sequence[Record]) -> None:
    cluster = harness.service.kernel.cluster
    producer = make_producer(cluster, "test")
    await producer.start()
    try:
        for record in records:
            await producer.send(
                cluster.full_name(record.topic), record.value, key=record.key, headers=list(record.headers)
            )
        await producer.flush()
    finally:
        await producer.stop()
