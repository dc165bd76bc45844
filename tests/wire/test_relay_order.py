"""What was committed is published: all of it, in the order of each key, whoever is killed meanwhile."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from aiokafka.admin import NewTopic
from sqlalchemy import text

from deploy.local.database_url import DatabaseUrl
from shared.events.people import PersonChanged
from shared.ids import new_id
from shared.messaging.broker import Cluster
from shared.messaging.relay import Relay
from shared.persistence.outbox import Copy
from tests.support.eventually import eventually
from tests.support.records import ADA, MATCH, person, step
from tests.support.sandbox import Sandbox
from tests.support.topics import admin_client
from tests.support.wire import (
    first_occurrences,
    make_topics,
    outbox_is_empty,
    read_all,
    sequences_by_key,
)

MATCHES = "mentoring.matches.v1"
PEOPLE = "mentoring.people.v1"
DLQ = "mentoring.engagement.dlq"
Logs = list[MutableMapping[str, Any]]


@asynccontextmanager
async def relaying(sandbox: Sandbox, database: DatabaseUrl, cluster: Cluster) -> AsyncIterator[Relay]:
    """A relay at work; at the end it stops by itself."""
    relay = Relay("engagement", database.sqlalchemy, cluster, sandbox.observer)
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        relay.stop()
        await asyncio.wait_for(task, timeout=20)


async def test_three_relays_that_are_killed_again_and_again_lose_nothing_and_keep_the_order(
    sandbox: Sandbox, sandbox_database: DatabaseUrl, cluster: Cluster, logs: Logs
) -> None:
    """Sessions are cut in the middle of a page and one relay is cancelled; only repetitions may be seen."""
    await make_topics(cluster, MATCHES)
    keys = [UUID(int=number) for number in range(1, 31)]
    chance = random.Random(7)  # noqa: S311  a seed, no secret
    writing = True

    async def write() -> None:
        for number in range(1, 41):
            async with sandbox.units.begin() as uow:
                for key in keys:
                    uow.emit(step(number, key))

    async def kill() -> None:
        while writing:
            async with sandbox.engine.connect() as connection:
                await connection.execute(
                    text(
                        "select pg_terminate_backend(pid) from pg_stat_activity "
                        "where application_name = 'engagement-relay' and datname = current_database()"
                    )
                )
            await asyncio.sleep(chance.uniform(0.01, 0.25))

    cancelled = Relay("engagement", sandbox_database.sqlalchemy, cluster, sandbox.observer)
    task = asyncio.create_task(cancelled.run())
    async with (
        relaying(sandbox, sandbox_database, cluster),
        relaying(sandbox, sandbox_database, cluster),
    ):
        killer = asyncio.create_task(kill())
        await write()
        task.cancel()
        writing = False
        await killer
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await eventually(lambda: outbox_is_empty(sandbox), timeout=60)

    found = sequences_by_key(await read_all(cluster, MATCHES))
    assert {key: first_occurrences(numbers) for key, numbers in found.items()} == {
        str(key).encode(): list(range(1, 41)) for key in keys
    }
    assert any(entry["event"] == "relay_restarts" for entry in logs), "somebody was really killed"


async def test_a_record_arrives_with_exactly_its_key_value_and_headers(
    sandbox: Sandbox, sandbox_database: DatabaseUrl, cluster: Cluster
) -> None:
    """Tombstones, keys that are no text, header values that are none: as they were written."""
    await make_topics(cluster, PEOPLE, DLQ)
    raw = [
        ("plain", b"text"),
        ("none", None),
        ("bytes", b"\xff\x00"),
        ("empty", b""),
        ("twice", b"1"),
        ("twice", b"2"),
    ]
    async with sandbox.units.begin() as uow:
        uow.emit(person("Ada"))
        uow.emit_tombstone(PersonChanged, ADA)
        uow.copies.append(Copy(new_id(), "dead-letter", DLQ, b"\xff\x00key", b"\x00\xff", raw))
        uow.copies.append(Copy(new_id(), "dead-letter", DLQ, b"", b"", []))

    async with relaying(sandbox, sandbox_database, cluster):
        await eventually(lambda: outbox_is_empty(sandbox), timeout=30)

    state, tombstone = await read_all(cluster, PEOPLE)
    assert (state.key, tombstone.key, tombstone.value) == (str(ADA).encode(), str(ADA).encode(), None)
    assert state.value == person("Ada").model_dump_json().encode()
    assert [name for name, _ in state.headers] == [
        "ce_specversion",
        "ce_id",
        "ce_type",
        "ce_source",
        "ce_subject",
        "ce_time",
        "ce_recordedtime",
        "ce_dataschema",
        "content-type",
        "ce_correlationid",
        "ce_actortype",
        "ce_sequence",
    ]
    assert dict(tombstone.headers)["ce_type"] == b"mentoring.person.erased.v1"
    copies = {record.key: record for record in await read_all(cluster, DLQ)}
    assert (copies[b"\xff\x00key"].value, list(copies[b"\xff\x00key"].headers)) == (b"\x00\xff", raw)
    assert (copies[b""].value, list(copies[b""].headers)) == (b"", [])


async def test_a_big_page_is_split_into_batches_that_the_broker_takes(
    sandbox: Sandbox, sandbox_database: DatabaseUrl, cluster: Cluster
) -> None:
    await make_topics(cluster, PEOPLE)
    async with sandbox.units.begin() as uow:
        for number in range(6):
            uow.emit(person(str(number)).model_copy(update={"job_title": "x" * 850_000}))

    async with relaying(sandbox, sandbox_database, cluster):
        await eventually(lambda: outbox_is_empty(sandbox), timeout=30)

    found = sequences_by_key(await read_all(cluster, PEOPLE))
    assert found == {str(ADA).encode(): [1, 2, 3, 4, 5, 6]}


async def test_a_topic_that_is_missing_or_refuses_holds_up_no_other_topic(
    sandbox: Sandbox, sandbox_database: DatabaseUrl, cluster: Cluster, logs: Logs
) -> None:
    """More rows than a page wait for topics that do not take them; what comes after goes on."""
    await make_topics(cluster, MATCHES)
    narrow = NewTopic(cluster.full_name(PEOPLE), 12, 1, topic_configs={"max.message.bytes": "1000"})
    async with admin_client(cluster.bootstrap_servers) as admin:
        await admin.create_topics([narrow])
    async with sandbox.units.begin() as uow:
        for number in range(600):
            uow.copies.append(Copy(new_id(), "dead-letter", DLQ, str(number).encode(), b"x", []))
        uow.emit(person("Ada").model_copy(update={"job_title": "x" * 100_000}))
    async with sandbox.units.begin() as uow:
        uow.emit(step(1))
        uow.emit(step(2))

    async def matches_arrived() -> bool:
        return sequences_by_key(await read_all(cluster, MATCHES)) == {str(MATCH).encode(): [1, 2]}

    async with relaying(sandbox, sandbox_database, cluster):
        await eventually(matches_arrived, timeout=30)
        await make_topics(cluster, DLQ)
        await eventually(lambda: only_people_left(sandbox), timeout=30)

    assert {entry.get("topic") for entry in logs if entry["event"] == "topic_rests"} == {DLQ, PEOPLE}


async def only_people_left(sandbox: Sandbox) -> bool:
    return [row["topic"] for row in await sandbox.fetch("select topic from outbox")] == [PEOPLE]


async def test_each_shard_is_held_by_one_relay(
    sandbox: Sandbox, sandbox_database: DatabaseUrl, cluster: Cluster
) -> None:
    await make_topics(cluster, MATCHES)

    async def all_held() -> bool:
        rows = await sandbox.fetch(
            "select objid from pg_locks where locktype = 'advisory' and granted "
            "and database = (select oid from pg_database where datname = current_database())"
        )
        return sorted(row["objid"] for row in rows) == list(range(16))

    async with (
        relaying(sandbox, sandbox_database, cluster),
        relaying(sandbox, sandbox_database, cluster),
    ):
        await eventually(all_held, timeout=20)
