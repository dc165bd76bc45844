"""`offsets show|reset` on a real group: refused while a replica works, and no effect comes twice."""

import getpass
import json
from datetime import UTC, datetime

import pytest

from deploy.local.database_url import DatabaseUrl
from shared.messaging.broker import Cluster
from tests.support.brokers import Kafka
from tests.support.consuming import consuming, done
from tests.support.operator_command import Typed, operator_of
from tests.support.records import MATCHES, record_of, step
from tests.support.sandbox import Sandbox
from tests.support.topics import create_topic
from tests.support.wire import cluster_of, committed, make_topics, publish


@pytest.fixture
def cluster(kafka: Kafka, topic_prefix: str) -> Cluster:
    """Members that stopped are forgotten after a second."""
    if not kafka.apache:
        pytest.skip("delivery is proved on Apache Kafka only")
    return cluster_of(kafka, topic_prefix, session_timeout=1.0)


@pytest.fixture
def run(sandbox_database: DatabaseUrl, cluster: Cluster) -> Typed:
    """Types a command of the service."""
    return operator_of(
        sandbox_database,
        bootstrap=cluster.bootstrap_servers,
        topic_prefix=cluster.prefix,
        session_timeout=1,
    )


@pytest.fixture
async def consumed(counting: Sandbox, cluster: Cluster) -> Sandbox:
    """A store in which three records had their effect; its replica, a static member, has stopped."""
    await make_topics(cluster, MATCHES)
    await publish(cluster, [record_of(step(number), number) for number in (1, 2, 3)])
    async with consuming(counting, cluster, MATCHES, slot=0):
        await done(counting, cluster)
    return counting


async def test_what_was_read_again_has_no_second_effect(
    consumed: Sandbox, cluster: Cluster, run: Typed
) -> None:
    dry = await run("offsets", "reset", "--to", "earliest", "--dry-run")
    assert dry.exit_code == 0
    assert "would read 3 records again; the guard lets none take effect twice" in dry.output
    assert 3 in (await committed(cluster, "engagement")).values()

    real = await run("offsets", "reset", "--to", "earliest", "--json")
    assert real.exit_code == 0
    assert json.loads(real.output.splitlines()[-1]) == {"partitions": 1, "read_again": 3, "skipped": 0}
    assert 3 not in (await committed(cluster, "engagement")).values()

    async with consuming(consumed, cluster, MATCHES, slot=0):
        await done(consumed, cluster)

    assert [value for _, value in await consumed.effects()] == ["1", "2", "3"]
    assert consumed.metrics.inbox_duplicates._value.get() == 3
    audit = await consumed.fetch("select actor_id, action, subject_type, reason from audit")
    assert audit == [
        {
            "actor_id": getpass.getuser(),
            "action": "offsets_reset",
            "subject_type": "topic",
            "reason": f"{cluster.prefix}{MATCHES} earliest",
        }
    ]


async def test_a_group_at_work_is_left_alone(consumed: Sandbox, cluster: Cluster, run: Typed) -> None:
    async with consuming(consumed, cluster, MATCHES, slot=0):
        await done(consumed, cluster)
        dry = await run("offsets", "reset", "--to", "earliest", "--dry-run")
        refused = await run("offsets", "reset", "--to", "earliest")

    assert "would be refused: 1 members are at work" in dry.output
    assert refused.exit_code == 3
    assert "stop every replica first" in refused.output
    assert 3 in (await committed(cluster, "engagement")).values()
    assert await consumed.fetch("select * from audit") == []


async def test_unread_records_are_skipped_only_when_asked_for(
    consumed: Sandbox, cluster: Cluster, run: Typed
) -> None:
    await publish(cluster, [record_of(step(4), 4)])
    shown = await run("offsets", "show", "--topic", MATCHES, "--json")
    rows = [json.loads(line) for line in shown.output.splitlines()]
    assert len(rows) == 12
    assert [(row["begin"], row["end"], row["committed"], row["unread"]) for row in rows if row["unread"]] == [
        (0, 4, 3, 1)
    ]

    refused = await run("offsets", "reset", "--to", "latest")
    assert (refused.exit_code, "1 records would never be consumed" in refused.output) == (3, True)

    done_ = await run("offsets", "reset", "--to", "latest", "--allow-skip")
    assert done_.exit_code == 0
    assert done_.output.endswith("partitions, 0 read_again, 1 skipped\n")


async def test_a_group_goes_back_to_a_moment_or_to_an_offset(
    consumed: Sandbox, cluster: Cluster, run: Typed
) -> None:
    ahead = datetime.now(UTC).replace(tzinfo=None, microsecond=0).isoformat()
    long_ago = await run("offsets", "reset", "--to", "2020-01-01", "--topic", MATCHES, "--dry-run", "--json")
    offset = await run("offsets", "reset", "--to", "2", "--topic", MATCHES)
    wrong = await run("offsets", "reset", "--to", "2")
    unknown = await run("offsets", "reset", "--to", "earliest", "--topic", "mentoring.nothing.v1")
    nonsense = await run("offsets", "reset", "--to", f"{ahead}x")

    (row,) = [json.loads(line) for line in long_ago.output.splitlines()]
    assert (row["from"], row["to"], row["read_again"]) == (3, 0, 3)
    assert offset.exit_code == 0
    assert 2 in (await committed(cluster, "engagement")).values()
    assert (wrong.exit_code, unknown.exit_code, nonsense.exit_code) == (2, 1, 2)


async def test_topics_outside_the_contract_are_warned_about(
    counting: Sandbox, cluster: Cluster, kafka: Kafka, run: Typed
) -> None:
    """Their records are known by their content, and for 35 days only."""
    feed = f"{cluster.prefix}hris.feed"
    await make_topics(cluster, MATCHES)
    await create_topic(kafka.bootstrap, feed)

    async def keep(*_: object) -> None:
        """Accept anything."""

    counting.routes.on_foreign(feed, keep)
    await publish(cluster, [record_of(step(1), 1)], topic="hris.feed")
    async with consuming(counting, cluster, MATCHES, foreign=(feed,), slot=0):
        await done(counting, cluster, "hris.feed")

    dry = await run("offsets", "reset", "--to", "earliest", "--dry-run")

    assert f"records of {feed} are remembered for 35 days: older ones would apply again" in dry.output
