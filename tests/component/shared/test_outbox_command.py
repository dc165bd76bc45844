"""`outbox` and `rebuild` as they are typed, and what the pool tells of transactions."""

import json
import re

import pytest
from sqlalchemy import text

from deploy.local.database_url import DatabaseUrl
from shared.messaging.relay import LOCK_NAMESPACE
from shared.observability.transactions import watch_transactions
from shared.persistence.outbox import shard_of
from tests.support.operator_command import Typed, operator_of
from tests.support.records import MATCH, OTHER_MATCH, step
from tests.support.sandbox import Sandbox


@pytest.fixture
def run(sandbox_database: DatabaseUrl) -> Typed:
    """Types a command of engagement."""
    return operator_of(sandbox_database)


async def test_an_empty_outbox_says_so_and_names_the_shards_without_a_relay(
    run: Typed, sandbox: Sandbox
) -> None:
    result = await run("outbox")

    assert result.exit_code == 0
    assert result.output == (
        "0 rows wait, the oldest for 0 s\n"
        "shards that no relay holds: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n"
    )


async def test_what_waits_is_shown_by_topic_and_shard_the_oldest_first(run: Typed, sandbox: Sandbox) -> None:
    for number, match in enumerate((MATCH, MATCH, OTHER_MATCH), start=1):
        async with sandbox.units.begin() as uow:
            uow.emit(step(number, match))
    async with sandbox.engine.begin() as connection:
        await connection.execute(
            text(
                "update outbox set created_at = clock_timestamp() - interval '90 s' where aggregateid = :key"
            ),
            {"key": str(OTHER_MATCH)},
        )

    lines = (await run("outbox")).output.splitlines()
    document = json.loads((await run("outbox", "--json")).output)

    assert re.fullmatch(
        rf"topic=mentoring\.matches\.v1  shard={shard_of(str(OTHER_MATCH))}  rows=1  oldest=9\d s", lines[0]
    )
    assert re.fullmatch(
        rf"topic=mentoring\.matches\.v1  shard={shard_of(str(MATCH))}  rows=2  oldest=\d s", lines[1]
    )
    assert re.fullmatch(r"3 rows wait, the oldest for 9\d s", lines[2])
    assert document["rows"] == 3
    assert 90 <= document["oldest_age_seconds"] < 100
    assert [part["rows"] for part in document["waiting"]] == [1, 2]


async def test_shards_that_a_relay_holds_are_not_named(run: Typed, sandbox: Sandbox) -> None:
    """Locks of others, and of other databases, are none of a relay's."""
    async with sandbox.engine.connect() as connection:
        await connection.execute(
            text("select pg_advisory_lock(:space, n) from generate_series(0, 13) n"),
            {"space": LOCK_NAMESPACE},
        )
        await connection.execute(text("select pg_advisory_lock(1, 14), pg_advisory_lock(15)"))
        document = json.loads((await run("outbox", "--json")).output)

    assert document["unheld_shards"] == [14, 15]


async def test_a_store_that_no_topic_holds_refuses_to_be_rebuilt(run: Typed, sandbox: Sandbox) -> None:
    told = await run("rebuild")
    document = json.loads((await run("rebuild", "--json")).output)

    assert told.exit_code == 3
    assert "the store of engagement is the only source of mentoring.engagement.v1" in told.output
    assert "offsets reset --to earliest" in told.output
    assert document == {
        "rebuilds": False,
        "source_of": ["mentoring.engagement.v1"],
        "derived_from": [
            "mentoring.people.v1",
            "mentoring.programs.v1",
            "mentoring.matches.v1",
            "mentoring.sessions.v1",
        ],
    }


async def test_a_broker_that_is_away_costs_one_line(run: Typed, sandbox: Sandbox) -> None:
    result = await run("offsets", "show")

    assert result.exit_code == 4
    assert result.output == "the broker did not answer as it should: KafkaConnectionError\n"


async def test_transactions_are_measured_when_they_commit(sandbox: Sandbox) -> None:
    """Looking and failing change nothing."""
    watch_transactions(sandbox.engine, sandbox.metrics)

    def measured() -> float:
        value = sandbox.metrics.registry.get_sample_value("mentoring_db_tx_duration_seconds_count")
        assert value is not None
        return value

    async with sandbox.units.begin() as uow:
        uow.emit(step(1))
    async with sandbox.units.read() as connection:
        await connection.execute(text("select 1"))
    with pytest.raises(RuntimeError):
        async with sandbox.units.begin():
            raise RuntimeError
    assert measured() == 1

    async with sandbox.units.begin() as uow, uow.connection.begin_nested():
        await uow.connection.execute(text("select pg_sleep(0.06)"))
    slow = sandbox.metrics.registry.get_sample_value(
        "mentoring_db_tx_duration_seconds_bucket", {"le": "0.05"}
    )
    assert (measured(), slow) == (2, 1)
