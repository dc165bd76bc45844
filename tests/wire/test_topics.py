"""The topic job makes what the contract says, once, and refuses what it did not make."""

from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from shared.events.catalog import TOPICS
from shared.messaging.broker import Cluster
from shared.messaging.topics import TopicMismatchError, TopicRefusedError, apply_topics
from tests.support.eventually import eventually
from tests.support.topics import admin_client, create_topic

WEEK_MS = "604800000"
QUARTER_MS = "7776000000"


async def configs(cluster: Cluster, names: Sequence[str]) -> dict[str, dict[str, str]]:
    """The broker's settings of topics."""
    found: dict[str, dict[str, str]] = {}
    async with admin_client(cluster.bootstrap_servers) as admin:
        for name in names:
            resource = ConfigResource(ConfigResourceType.TOPIC, cluster.full_name(name))
            (answer,) = await admin.describe_configs([resource])
            ((code, _, _, _, entries),) = answer.resources
            assert code == 0
            found[name] = {entry[0]: entry[1] for entry in entries}
    return found


async def described(cluster: Cluster) -> dict[str, Any]:
    """The topics of this deployment as the broker has them."""
    async with admin_client(cluster.bootstrap_servers) as admin:
        names = [name for name in await admin.list_topics() if name.startswith(cluster.prefix)]
        return {topic["topic"]: topic for topic in await admin.describe_topics(names)}


async def all_there(cluster: Cluster) -> bool:
    return len(await described(cluster)) == 16


async def test_the_job_creates_every_topic_once_and_a_second_run_changes_nothing(cluster: Cluster) -> None:
    created = await apply_topics(cluster, replication_factor=1)
    again = await apply_topics(cluster, replication_factor=1)

    assert len(created) == 16
    assert created == [cluster.prefix + name for name in TOPICS]
    assert again == []
    topics = await described(cluster)
    assert set(topics) == set(created)
    assert {len(topic["partitions"]) for topic in topics.values()} == {12}


async def test_the_settings_arrive_on_the_broker(cluster: Cluster) -> None:
    await apply_topics(cluster, replication_factor=1)

    found = await configs(
        cluster,
        [
            "mentoring.people.v1",
            "mentoring.matches.v1",
            "mentoring.engagement.dlq",
            "mentoring.availability.v1",
        ],
    )

    people, matches = found["mentoring.people.v1"], found["mentoring.matches.v1"]
    assert (people["cleanup.policy"], people["delete.retention.ms"]) == ("compact", WEEK_MS)
    assert found["mentoring.availability.v1"]["cleanup.policy"] == "compact"
    assert (matches["cleanup.policy"], matches["retention.ms"]) == ("delete", "-1")
    assert found["mentoring.engagement.dlq"]["retention.ms"] == QUARTER_MS
    assert {settings["max.message.bytes"] for settings in found.values()} == {"1048576"}


async def test_a_topic_with_another_number_of_partitions_is_refused_by_name(cluster: Cluster) -> None:
    """Its keys would lie elsewhere. The other topics are there all the same."""
    await create_topic(cluster.bootstrap_servers, cluster.full_name("mentoring.matches.v1"), partitions=3)

    with pytest.raises(TopicMismatchError) as refused:
        await apply_topics(cluster, replication_factor=1)

    assert str(refused.value) == (
        f"topic {cluster.prefix}mentoring.matches.v1 has 3 partitions instead of 12: it was not made by this "
        "platform's topic job; choose another topic prefix or migrate it"
    )
    await eventually(lambda: all_there(cluster), timeout=20)


async def test_a_topic_that_the_broker_refuses_is_named_with_its_reason(cluster: Cluster) -> None:
    """No cluster of a test run has as many nodes as these copies need."""
    with pytest.raises(TopicRefusedError, match="was not created: InvalidReplicationFactorError") as refused:
        await apply_topics(cluster, replication_factor=99)

    assert f"topic {cluster.prefix}mentoring.people.v1" in str(refused.value)


async def test_two_deployments_share_a_cluster_by_their_prefixes(cluster: Cluster) -> None:
    other = Cluster(cluster.bootstrap_servers, f"{cluster.prefix}other.")

    await apply_topics(cluster, replication_factor=1)
    created = await apply_topics(other, replication_factor=1)

    assert len(created) == 16
